"""Many pictures one after the other, so that a hand that pulls meanwhile waits for one of them at most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.jobs import RenderThread
from app.photo_importer import PhotoImporter
from app.trouble import Trouble
from app.worker import RenderWorker
from engine.api import RenderRequest
from engine.errors import InputError


@dataclass(frozen=True, eq=False)
class DrawPicture:
    """Render one picture of a batch. Value: uint8 RGB, as fine as it is."""

    request: RenderRequest
    number: int
    of: int

    @property
    def doing(self) -> str:
        return f"drawing picture {self.number} of {self.of}"

    def run(self, worker: RenderThread) -> np.ndarray:
        if not worker.host.awake:
            raise InputError("Pictures cannot be drawn: the engine is not awake.")
        return worker.host.respond(self.request).finest


class Batch(QObject):
    """One batch: `start` it, hear of it, or `cancel` it. What goes wrong is told by `photos` as a notice."""

    progressed = Signal(int, int)  # pictures drawn, of all
    done = Signal(object)  # list of pictures, in the order of the requests
    ended = Signal()  # done, cancelled, or gone wrong

    def __init__(self, photos: PhotoImporter, worker: RenderWorker, parent: QObject):
        super().__init__(parent)
        self._photos = photos
        self._requests: Sequence[RenderRequest] = ()
        self._pictures: list[np.ndarray] = []
        self._job: DrawPicture | None = None
        worker.job_done.connect(self._on_done)
        worker.job_failed.connect(self._on_failed)

    @property
    def running(self) -> bool:
        return self._job is not None

    def start(self, requests: Sequence[RenderRequest]) -> None:
        self._requests, self._pictures = requests, []
        self._next()

    def cancel(self) -> None:
        """Draw no more; the picture that is being drawn is forgotten."""
        if self._job is not None:
            self._job = None
            self.ended.emit()

    def _next(self) -> None:
        drawn = len(self._pictures)
        if drawn == len(self._requests):
            self._job = None
            self.done.emit(self._pictures)
            self.ended.emit()
            return
        self._job = DrawPicture(self._requests[drawn], drawn + 1, len(self._requests))
        self._photos.submit(self._job)

    def _on_done(self, job: object, value: object) -> None:
        if job is self._job and isinstance(value, np.ndarray):
            self._pictures.append(value)
            self.progressed.emit(len(self._pictures), len(self._requests))
            self._next()

    def _on_failed(self, job: object, trouble: Trouble) -> None:
        if job is self._job:
            self._job = None
            self.ended.emit()
