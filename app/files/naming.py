"""Asking for the name of a file to write."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app.settings import Settings


def ask_file_name(
    parent: QWidget, settings: Settings, purpose: str, title: str, kinds: str, suggested: str
) -> Path | None:
    """A path with the suffix that `suggested` has, None where the user would rather not.

    purpose: under which the folder is remembered.
    """
    suffix = Path(suggested).suffix
    start = str(Path(settings.folder(purpose)) / suggested)
    name, _ = QFileDialog.getSaveFileName(parent, title, start, kinds)
    if not name:
        return None
    path = Path(name)
    settings.set_folder(purpose, path.parent)
    if path.suffix.lower() == suffix:
        return path
    path = path.with_name(path.name + suffix)
    # The dialog asked about the name as it was typed.
    replace = QMessageBox.StandardButton.Yes
    if path.exists() and QMessageBox.question(parent, title, f"Replace {path.name}?") != replace:
        return None
    return path
