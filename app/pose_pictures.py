"""The library drawn as the present person: small pictures, one at a time, when nothing else is wanted."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from app.controller import Controller
from app.files.poses import LibraryPose
from app.jobs import RenderThread
from app.requests import request_of
from app.worker import RenderWorker
from engine.api import RenderRequest
from engine.errors import InputError

REST_MS = 700  # after the exact picture, and after the last change
BREATH_MS = 30  # between two small pictures: a hand that comes back finds the engine free


@dataclass(frozen=True, eq=False)
class DrawSmall:
    """Render one pose coarsely. Value: uint8 RGB."""

    request: RenderRequest
    pose: LibraryPose
    round: int

    @property
    def doing(self) -> str:
        return f"drawing {self.pose.name}"

    def run(self, worker: RenderThread) -> np.ndarray:
        level = worker.host.levels[0]  # of the engine of now: it may be another than when this was asked
        return worker.host.respond(replace(self.request, level=level)).image


class PosePictures(QObject):
    """Draws what `show` was told, again when the person, what they wear, or what was painted or changed by
    hand is another."""

    drawn = Signal(str, object)  # name of the pose, uint8 RGB
    outdated = Signal()  # what was drawn is of somebody else

    def __init__(self, controller: Controller, rest_ms: int = REST_MS):
        super().__init__(controller)
        self._controller = controller
        self._library: list[LibraryPose] = []
        self._left: list[LibraryPose] = []
        self._round = 0
        self.whole = False
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._draw_next)
        self.rest_ms = rest_ms
        worker: RenderWorker = controller.worker
        worker.job_done.connect(self._on_done)
        worker.job_failed.connect(lambda job, _trouble: self._on_done(job, None))
        controller.frames.shown.connect(lambda frame: frame.exact and self._timer.start(self.rest_ms))
        controller.document.listen(self._on_look)

    def show(self, library: list[LibraryPose]) -> None:
        """These poses are to be drawn, in this order."""
        self._library = list(library)
        self._begin()

    def set_whole(self, whole: bool) -> None:
        """Whether poses show the whole person, whatever the photo shows."""
        self.whole = whole
        self._begin()

    def _begin(self) -> None:
        self._round += 1
        self._left = list(self._library)
        self._timer.start(self.rest_ms)

    def _on_look(self, changed: frozenset[str]) -> None:
        self._timer.start(self.rest_ms)
        if changed & {"person", "borrow", "outfit", "textures", "strokes"}:
            self.outdated.emit()
            self._begin()

    def _draw_next(self) -> None:
        c = self._controller
        if not self._left or c.frames.status.state != "full" or c.draft or c.facts is None:
            return  # the next exact picture asks again
        pose = self._left.pop(0)
        look = c.document.look
        photo = look.photo(look.person)
        try:
            keypoints = pose.worn(photo.own_pose(c.size) if photo else None, c.size, self.whole)
        except InputError:
            self._timer.start(BREATH_MS)
            return
        request = request_of(replace(look, pose=keypoints), 0)
        if request is not None:
            c.worker.submit(DrawSmall(request, pose, self._round))

    def _on_done(self, job: object, value: object) -> None:
        if isinstance(job, DrawSmall):
            if isinstance(value, np.ndarray) and job.round == self._round:
                self.drawn.emit(job.pose.name, value)
            self._timer.start(BREATH_MS)
