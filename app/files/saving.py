"""Pictures and poses on their way out: to files, by dialog or path, and to the clipboard."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.canvas.items import to_pixmap
from app.controller import Controller
from app.dialogs.export import ExportDialog
from app.files.look_jobs import document_of
from app.files.naming import ask_file_name
from app.notify import Notices
from app.settings import Settings
from engine.errors import InputError
from engine.export import AS_DRAWN, ExportOptions
from engine.look.exported import png_texts
from engine.pose import formats


class Saving:
    """parent: of the dialogs. What was saved, and what could not be, is told as a notice."""

    def __init__(self, parent: QWidget, controller: Controller, notices: Notices, settings: Settings):
        self._parent = parent
        self._controller = controller
        self._notices = notices
        self._settings = settings
        self._options = AS_DRAWN  # those wanted last

    def choose_picture(self) -> None:
        path = self._file_name("picture", "Export the picture", "PNG (*.png)", ".png")
        if path:
            self.save_picture(path)

    def choose_options(self) -> None:
        """Ask how the picture is wanted, and then where."""
        c = self._controller
        ExportDialog(self._parent, c.still.shape[:2], self._options, self._choose_with).open()

    def _choose_with(self, options: ExportOptions) -> None:
        self._options = options
        purpose, title = ("pose", "the skeleton") if options.pose_only else ("picture", "the picture")
        path = self._file_name(purpose, f"Export {title}", "PNG (*.png)", ".png")
        if path:
            self.save_picture(path, options)

    def save_picture(self, path: Path, options: ExportOptions = AS_DRAWN) -> None:
        """Draw the look exactly and write it with its parameters."""
        c = self._controller
        c.save_picture(path, png_texts(document_of(c.document.look, c.size, c.facts)), options)

    def choose_pose(self) -> None:
        path = self._file_name("pose", "Export the pose", "OpenPose JSON (*.json)", ".json")
        if path:
            self.save_pose(path)

    def save_pose(self, path: Path) -> None:
        """Write the pose as OpenPose JSON."""
        try:
            formats.write_openpose(path, self._controller.pose, self._controller.frame_size)
        except (InputError, OSError) as error:
            self._notices.show("error", str(error))
        else:
            self._notices.show("good", f"Saved {path.name}.")

    def _file_name(self, purpose: str, title: str, kinds: str, suffix: str) -> Path | None:
        photo = self._controller.document.look.photo(self._controller.document.look.person)
        stem = Path(photo.name).stem if photo else "person"
        suggested = f"{stem}-{purpose}{suffix}"
        return ask_file_name(self._parent, self._settings, purpose, title, kinds, suggested)

    def copy_pose(self) -> None:
        mime = QMimeData()
        text = json.dumps(formats.openpose_dict(self._controller.pose, self._controller.frame_size))
        mime.setText(text)
        mime.setData("application/json", text.encode())
        QGuiApplication.clipboard().setMimeData(mime)
        self._notices.show("good", "Copied the pose as OpenPose JSON.")

    def copy_picture(self) -> None:
        QGuiApplication.clipboard().setImage(to_pixmap(self._controller.still).toImage())
        self._notices.show("good", "Copied the picture.")
