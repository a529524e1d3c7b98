"""Contact sheets and in-betweens: asked for, drawn beside the work, written."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QProgressDialog, QWidget

from app import plain
from app.batch import Batch
from app.choices import NamedPose, named_poses
from app.controller import Controller
from app.dialogs.series import BetweenDialog, SheetDialog, picture_of
from app.document import Photo
from app.file_thread import FileThread
from app.files import own_poses
from app.files.naming import ask_file_kind
from app.notify import Notices
from app.requests import request_of
from app.settings import Settings
from app.strip import Strip
from app.trouble import Trouble
from engine.api import RenderRequest
from engine.errors import InputError

BAR = 340  # px wide: its words do not make it jump
GIF, MP4 = "GIF (*.gif)", "MP4 (*.mp4)"


def left_of(drawn: int, of: int, seconds: float) -> str:
    """How long what is left will take, in words, if it goes on as so far; "" where there is nothing to say.

    To five seconds, and beyond a minute to the minute: nobody plans by less.
    """
    left = seconds / drawn * (of - drawn)
    if left < 5:
        return ""
    words = f"{5 * round(left / 5)} seconds" if left < 57.5 else "a minute" if left < 90 else ""
    return f" About {words or f'{left / 60:.0f} minutes'} left."


@dataclass(frozen=True, eq=False)
class WritePictures:
    """Write pictures that were drawn. write: called with the path and them."""

    path: Path
    pictures: Sequence[np.ndarray]
    write: Callable[[Path, Sequence[np.ndarray]], None]

    @property
    def doing(self) -> str:
        return f"writing {self.path.name}"

    def run(self) -> None:
        self.write(self.path, self.pictures)


class Series(QObject):
    """One at a time; a bar tells how far it is and stops it. strip: the looks that poses are offered of.
    library_picture: called with the name of a library pose."""

    def __init__(
        self,
        parent: QWidget,
        controller: Controller,
        strip: Strip,
        library_picture: Callable[[str], QIcon],
        files: FileThread,
        notices: Notices,
        settings: Settings,
    ):
        super().__init__(parent)
        self._parent, self._controller, self._strip = parent, controller, strip
        self._library_picture = library_picture
        self._files, self._notices, self._settings = files, notices, settings
        self.batch = Batch(controller.photos, controller.worker, self)
        self._bar: QProgressDialog | None = None
        self._begun = 0.0
        self._then: Callable[[list[np.ndarray]], None] = lambda pictures: None
        self.batch.progressed.connect(self._tell)
        self.batch.ended.connect(self._put_bar_away)
        self.batch.done.connect(lambda pictures: self._then(pictures))
        files.done.connect(self._on_written)
        files.failed.connect(self._on_failed)

    def choose_sheet(self) -> None:
        look = self._controller.document.look
        people = [photo for photo in look.photos if photo.reference.keypoints_18x3 is not None]
        if not self._busy():
            poses = self._poses()
            pictures = self._pictures(poses)
            SheetDialog(self._parent, poses, pictures, people, look.person, self._draw_sheet).open()

    def choose_between(self) -> None:
        if not self._busy():
            poses = self._poses()
            BetweenDialog(self._parent, poses, self._pictures(poses), self._draw_between).open()

    def _poses(self) -> list[NamedPose]:
        c = self._controller
        snapshots, library = self._strip.snapshots, own_poses.library()
        return named_poses(c.document.look, c.size, c.frames.still, snapshots, library)

    def _pictures(self, poses: Sequence[NamedPose]) -> list[QIcon]:
        ratio = self._parent.devicePixelRatioF()
        return [
            self._library_picture(pose.name) if pose.still_HWC is None else picture_of(pose.still_HWC, ratio)
            for pose in poses
        ]

    def _busy(self) -> bool:
        if self.batch.running:
            self._notices.show("info", "The pictures asked for before are still being drawn.")
        return self.batch.running

    def _draw_sheet(self, chosen: list[NamedPose], people: list[Photo], names: bool) -> None:
        path, _ = ask_file_kind(
            self._parent, self._settings, "picture", "Contact sheet", "PNG (*.png)", "contact-sheet.png"
        )
        if path is None:
            return

        def write(path: Path, pictures: Sequence[np.ndarray]) -> None:
            from engine.animation import contact_sheet
            from engine.photos import write_png
            from engine.provenance import png_texts

            wide = len(chosen)
            rows = [pictures[start : start + wide] for start in range(0, len(pictures), wide)]
            called = [photo.name if names else f"photo {row}" for row, photo in enumerate(people, 1)]
            sheet = contact_sheet(rows, [pose.name for pose in chosen], called)
            write_png(path, sheet, png_texts())

        self._draw(path, lambda: [self._request(p, pose.on(p)) for p in people for pose in chosen], write)

    def _draw_between(self, start: NamedPose, end: NamedPose, count: int, rate: int, back: bool) -> None:
        path, kind = ask_file_kind(
            self._parent,
            self._settings,
            "film",
            "In-between",
            f"{GIF};;{MP4}",
            "in-between.gif",
        )
        if path is None:
            return
        look = self._controller.document.look
        photo = look.photo(look.person)

        def requests() -> list[RenderRequest]:
            from engine.pose.between import steps_between

            if photo is None:
                return []
            way = steps_between(start.on(photo), end.on(photo), count, and_back=back)
            return [self._request(photo, pose) for pose in way]

        def write(path: Path, pictures: Sequence[np.ndarray]) -> None:
            from engine.animation import write_gif, write_mp4

            (write_mp4 if path.suffix.lower() == ".mp4" else write_gif)(path, pictures, rate)

        self._draw(path, requests, write)

    def _request(self, photo: Photo, pose_18x3: np.ndarray) -> RenderRequest:
        """A photo's person in a pose; of the present person with all that is worn and mixed in."""
        look = self._controller.document.look
        if photo.key != look.person:
            look = replace(look, person=photo.key, borrow=None, outfit=())
        request = request_of(replace(look, pose=pose_18x3), 0)
        assert request is not None  # there is a person: the photo's
        return request

    def _draw(
        self,
        path: Path,
        requests: Callable[[], list[RenderRequest]],
        write: Callable[[Path, Sequence[np.ndarray]], None],
    ) -> None:
        try:
            wanted = requests()
        except InputError as error:
            self._notices.show("error", str(error))
            return
        self._bar = bar = QProgressDialog(
            plain.words(f"Drawing {path.name}"), "Cancel", 0, len(wanted), self._parent
        )
        bar.setWindowTitle(plain.words(f"Drawing {path.name}"))
        bar.setMinimumWidth(BAR)
        bar.setWindowModality(Qt.WindowModality.NonModal)
        bar.setMinimumDuration(0)
        bar.setAutoClose(False)
        bar.setAutoReset(False)
        bar.canceled.connect(self.batch.cancel)
        bar.show()
        self._begun = time.monotonic()
        self._then = lambda pictures: self._files.submit(WritePictures(path, pictures, write))
        self.batch.start(wanted)

    def _tell(self, drawn: int, of: int) -> None:
        if self._bar is not None:
            left = left_of(drawn, of, time.monotonic() - self._begun)
            self._bar.setLabelText(f"{drawn} of {of} pictures are drawn.{left}")
            self._bar.setValue(drawn)

    def _put_bar_away(self) -> None:
        bar, self._bar = self._bar, None
        if bar is not None:
            bar.blockSignals(True)
            bar.hide()
            bar.deleteLater()

    def _on_written(self, job: object, value: object) -> None:
        if isinstance(job, WritePictures):
            self._notices.show("good", f"Saved {job.path.name}.")

    def _on_failed(self, job: object, trouble: Trouble) -> None:
        if isinstance(job, WritePictures):
            self._notices.show("error", trouble.sentence, trouble.details)
