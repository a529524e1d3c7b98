"""The question before a look that is not saved goes away."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox, QWidget

SAVE, DISCARD, CANCEL = "save", "discard", "cancel"


def ask(parent: QWidget, name: str) -> str:
    """SAVE, DISCARD or CANCEL; closing the question is to cancel."""
    button = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Poseloom")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Save the changes to {name}?")
    box.setInformativeText("What is not saved is lost.")
    box.setStandardButtons(button.Save | button.Discard | button.Cancel)
    box.setDefaultButton(button.Save)
    return {button.Save: SAVE, button.Discard: DISCARD}.get(button(box.exec()), CANCEL)
