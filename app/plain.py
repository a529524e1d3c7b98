"""Words of others, shown as they are: Qt takes what looks like HTML for HTML, and loads files it names."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel


def label(text: str = "") -> QLabel:
    """A label that shows its text as it is, also one that is set later."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    return made


def words(text: str) -> str:
    """A text that is shown as it is by what has no format of its own: tool tips, questions."""
    lines = html.escape(text).replace("\n", "<br>")
    return f"<qt>{lines}</qt>" if "<" in text else text
