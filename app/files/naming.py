"""Asking for the name of a file to write."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from app import plain
from app.settings import Settings


def ask_file_name(
    parent: QWidget, settings: Settings, purpose: str, title: str, kinds: str, suggested: str
) -> Path | None:
    """The path of `ask_file_kind`."""
    return ask_file_kind(parent, settings, purpose, title, kinds, suggested)[0]


def ask_file_kind(
    parent: QWidget, settings: Settings, purpose: str, title: str, kinds: str, suggested: str
) -> tuple[Path | None, str]:
    """A path with a suffix of one of `kinds`, None where the user would rather not; and the kind chosen.

    purpose: under which the folder is remembered.
    """
    start = str(Path(settings.folder(purpose)) / suggested)
    name, kind = QFileDialog.getSaveFileName(parent, title, start, kinds)
    if not name:
        return None, kind
    path = Path(name)
    settings.set_folder(purpose, path.parent)
    suffix = kind.partition("*")[2].partition(")")[0] or Path(suggested).suffix
    if path.suffix and f"(*{path.suffix.lower()})" in kinds:
        return path, kind
    path = path.with_name(path.name + suffix)
    # The dialog asked about the name as it was typed.
    replace = QMessageBox.StandardButton.Yes
    if path.exists() and QMessageBox.question(parent, title, plain.words(f"Replace {path.name}?")) != replace:
        return None, kind
    return path, kind
