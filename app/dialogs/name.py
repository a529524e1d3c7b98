"""Asking what something is to be called."""

from __future__ import annotations

from PySide6.QtWidgets import QInputDialog, QLineEdit, QWidget

WIDTH = 360  # px of the field: names of some words are read whole, and so is the title


def ask(parent: QWidget, title: str, label: str, before: str) -> str | None:
    """The name that a hand gives in place of `before`, without blanks around it; None: as it was."""
    dialog = QInputDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(before)
    field = dialog.findChild(QLineEdit)
    if field is not None:
        field.setMinimumWidth(WIDTH)  # the dialog itself is as wide as what is in it
    agreed = dialog.exec()
    dialog.deleteLater()
    return dialog.textValue().strip() if agreed else None
