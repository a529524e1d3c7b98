"""Asking what something is to be called."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QWidget

WIDTH = 380  # px: the title is to be read whole, and the name as long as names are


def ask(parent: QWidget, title: str, label: str, before: str) -> str | None:
    """The name that a hand gives in place of `before`, without blanks around it; None: as it was."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(before)
    dialog.setMinimumWidth(WIDTH)
    agreed = dialog.exec()
    dialog.deleteLater()
    return dialog.textValue().strip() if agreed else None
