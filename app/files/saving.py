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
from app.files.naming import ask_file_kind
from app.notify import Notices
from app.settings import Settings
from engine import provenance
from engine.errors import InputError
from engine.export import AS_DRAWN, ExportOptions
from engine.files import write_whole
from engine.look.exported import png_texts
from engine.pose import formats

ON_PHOTO = "OpenPose JSON on the photo (*.json)"
ON_FRAME = "OpenPose JSON in the model's frame (*.json)"
ON_PICTURE = "OpenPose JSON on the exported picture (*.json)"


class Saving:
    """parent: of the dialogs. What was saved, and what could not be, is told as a notice."""

    def __init__(self, parent: QWidget, controller: Controller, notices: Notices, settings: Settings):
        self._parent = parent
        self._controller = controller
        self._notices = notices
        self._settings = settings
        self._options = AS_DRAWN  # those wanted last
        self._kind = ""  # of file, as the last dialog had it

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
        document = document_of(c.document.look, c.size, c.facts)
        c.save_picture(path, png_texts(document, options.names), options)

    def choose_pose(self) -> None:
        """The dialog's kinds of files are the canvases that the pose may be written on."""
        path = self._file_name("pose", "Export the pose", ";;".join(self.canvases()), ".json")
        if path:
            self.save_pose(path, self._kind)

    def canvases(self) -> dict[str, formats.Canvas]:
        """What the pose may be written on, by its name in the dialog; the photo first, where it is known."""
        c = self._controller
        look = c.document.look
        person = None if c.draft else look.photo(look.person)
        photo = formats.OpenPhoto.of(person.reference if person else None, c.frame_size)
        found = {} if photo is None else {ON_PHOTO: formats.Canvas.of_photo(photo)}
        found[ON_FRAME] = formats.Canvas.of_frame(c.frame_size)
        if not c.draft:
            rows, columns = c.still.shape[:2]
            found[ON_PICTURE] = formats.Canvas.of_frame(c.frame_size, (rows, columns))
        return found

    def save_pose(self, path: Path, kind: str = "") -> None:
        """Write the pose as OpenPose JSON on the canvas of this kind; the model frame's where left out."""
        c = self._controller
        canvases = self.canvases()
        canvas = canvases.get(kind, canvases[ON_FRAME])
        content = formats.on_canvas(c.pose, canvas, c.active.look.carried)
        try:
            write_whole(path, (json.dumps(content) + "\n").encode("ascii"))
        except (InputError, OSError) as error:
            self._notices.show("error", str(error))
        else:
            self._notices.show("good", f"Saved {path.name}.")

    def _file_name(self, purpose: str, title: str, kinds: str, suffix: str) -> Path | None:
        photo = self._controller.document.look.photo(self._controller.document.look.person)
        stem = Path(photo.name).stem if photo else "person"
        suggested = f"{stem}-{purpose}{suffix}"
        path, self._kind = ask_file_kind(self._parent, self._settings, purpose, title, kinds, suggested)
        return path

    def copy_pose(self) -> None:
        mime = QMimeData()
        canvas = formats.Canvas.of_frame(self._controller.frame_size)
        carried = self._controller.active.look.carried
        text = json.dumps(formats.on_canvas(self._controller.pose, canvas, carried))
        mime.setText(text)
        mime.setData("application/json", text.encode())
        QGuiApplication.clipboard().setMimeData(mime)
        self._notices.show("good", "Copied the pose as OpenPose JSON.")

    def copy_picture(self) -> None:
        image = to_pixmap(self._controller.still).toImage()
        image.setText(provenance.PNG_KEY, provenance.packet())
        QGuiApplication.clipboard().setImage(image)
        self._notices.show("good", "Copied the picture.")
