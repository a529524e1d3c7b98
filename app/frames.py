"""The pictures of a document: asked for, stamped, and shown unless something newer already is.

document -> stamped RenderRequest -> worker -> Frame -> `still`
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.ahead import Foresee, Foreseen
from app.document import Document, Look, Worn
from app.jobs import LeaveRefining
from app.posing import Posing
from app.requests import request_of
from app.status import Status, familiarity, left, refined
from app.trouble import Trouble
from app.worker import EngineFacts, RenderWorker
from engine.api import Frame, Settled


class Frames(QObject):
    """still: uint8 RGB [H, W, 3], the picture last shown, as fine as it is; rows: of its frame. glanced: a
    pose in which the person is shown for the moment."""

    changed = Signal()  # `still` is another
    shown = Signal(object)  # Frame
    mapped = Signal(object)  # a Frame with its maps: the one that is shown, or was a moment ago
    status_changed = Signal(object)  # Status
    notice = Signal(str, str, str)  # grade, sentence, details

    def __init__(
        self,
        worker: RenderWorker,
        document: Document,
        posing: Posing,
        size: tuple[int, int],
        parent: QObject,
    ):
        super().__init__(parent)
        self._worker, self._document, self._posing = worker, document, posing
        self.status = Status()
        self.still = np.zeros((*size, 3), np.uint8)
        self.rows = size[0]
        self.glanced: np.ndarray | None = None
        self.wants_pieces = False
        self._map_readers: set[str] = set()
        self._awake = False
        self._stamps = itertools.count(1)
        self._asked = 0
        self._asked_at = 0.0
        self._shown = self._mapped = 0  # stamps
        self._oldest_wanted = 0
        self._refined_in: tuple[Worn, ...] = ()  # of what outfit it is told that it is refined
        self._bound = 0  # rows that there is memory for; 0: for the exact picture
        worker.rendered.connect(self._on_rendered)
        worker.mapped.connect(self._on_mapped)
        worker.settled.connect(self._on_settled)
        worker.refined.connect(self._on_refined)
        worker.job_done.connect(self._on_job_done)
        worker.render_failed.connect(self._on_render_failed)
        worker.bounded.connect(self._on_bounded)
        worker.device_lost.connect(self._on_device_lost)

    # What is asked for.

    def wake(self, facts: EngineFacts) -> None:
        """There is an engine that draws."""
        self._awake, self._bound = True, 0
        self.tell(state="catching up", device=facts.device, levels=facts.levels, error="")

    def sleep(self) -> None:
        """There is none, or none any more: what is shown stays."""
        self._awake = False
        self.tell(state="missing")

    def ask(self, at_rest: bool = False, at_once: bool = False) -> None:
        """Have the present look drawn: exactly if no hand moves, or if it is known to be at rest. at_once: a
        preview first, as while a hand moves."""
        if not self._awake:
            return
        stamp = next(self._stamps)
        look = self._document.look
        if self.glanced is not None:
            look = replace(look, pose=self.glanced)
        request = request_of(look, stamp, self.wants_maps, self.wants_pieces)
        if request is None:
            return
        self._asked = stamp
        fresh = self._gesture_is_fresh()
        live = not at_rest and (at_once or self._posing.dragging or fresh or self.glanced is not None)
        self._worker.post(request, live=live)
        settled = 1.0 if self.status.refining else self.status.settled  # what went on is interrupted
        self.tell(state="live" if live else "catching up", error="", refining="", settled=settled)
        if look.outfit != self._refined_in:
            self.tell(refined="")

    def foresee(self, looks: Mapping[str, Look], drawn: str) -> None:
        """These looks may come next, by what would bring them, the nearest first; what brings the one that is
        drawn already is at hand. None: nothing is foreseen any more."""
        if self._awake:
            requests = {key: request_of(look, 0, False, self.wants_pieces) for key, look in looks.items()}
            foreseen = [Foreseen(each, key == drawn) for key, each in requests.items() if each is not None]
            self._worker.submit(Foresee(tuple(foreseen)))

    def leave_refining(self) -> None:
        """Leave the garment that is refined, if one is, as it is shown now; the next one has its turn."""
        if word := self.status.refining:
            self._worker.submit(LeaveRefining(word))
            self._refined_in = self._document.look.outfit
            self.tell(settled=1.0, refining="", refined=left(word))

    def forget_older(self) -> None:
        """What was asked for up to now shows somebody else."""
        self._oldest_wanted = self._asked + 1

    @property
    def asked(self) -> int:
        """The stamp of what was asked for last."""
        return self._asked

    @property
    def on_screen(self) -> int:
        """The stamp of what is shown."""
        return self._shown

    @property
    def wants_maps(self) -> bool:
        """Whether frames shall carry their attention maps."""
        return bool(self._map_readers)

    def set_wants_maps(self, wanted: bool, reader: str = "inspect") -> None:
        """Whether this reader wants frames to carry their maps."""
        before = self.wants_maps
        (self._map_readers.add if wanted else self._map_readers.discard)(reader)
        if self.wants_maps and not before:
            self.ask()

    def set_wants_pieces(self, wanted: bool) -> None:
        """Whether frames shall tell which piece of the dressed person is where."""
        if wanted != self.wants_pieces:
            self.wants_pieces = wanted
            if wanted:
                self.ask()

    def tell(self, **values: Any) -> None:
        """Change the status."""
        before, self.status = self.status, self.status.changed(**values)
        if self.status != before:
            self.status_changed.emit(self.status)

    def _gesture_is_fresh(self) -> bool:
        now = time.monotonic()
        fresh = now - self._asked_at < 0.25
        self._asked_at = now
        return fresh

    # What came back.

    def _on_rendered(self, frame: Frame) -> None:
        if frame.stamp < max(self._shown, self._oldest_wanted):
            return
        self._shown = frame.stamp
        newest = frame.stamp == self._asked
        state = "live" if self._posing.dragging else "catching up"
        if newest and frame.exact:
            state = "full"
        elif newest and frame.level == self._bound and not self._posing.dragging:
            state = "short"
        familiar = familiarity(frame.own_pose_error)
        self.tell(state=state, ms=frame.ms, level=frame.level, frame=True, familiarity=familiar)
        self.still, self.rows = frame.finest, len(frame.image)
        self.changed.emit()
        self.shown.emit(frame)

    def _on_mapped(self, frame: Frame) -> None:
        if frame.stamp >= max(self._mapped, self._oldest_wanted):
            self._mapped = frame.stamp
            self.mapped.emit(frame)

    def _on_settled(self, settled: Settled) -> None:
        refining = "" if settled.done else settled.garment
        self.tell(settled=settled.share, refining=refining)

    def _on_refined(self, word: str, anew: float) -> None:
        self._refined_in = self._document.look.outfit
        self.tell(refined=refined(word, anew))

    def _on_job_done(self, job: object) -> None:
        """What was still told while a garment was to be left is over."""
        if isinstance(job, LeaveRefining):
            self.tell(settled=1.0, refining="")

    def _on_render_failed(self, stamp: int, trouble: Trouble) -> None:
        if stamp == self._asked:
            self.tell(state="error", error=trouble.sentence)
        self.notice.emit("error", trouble.sentence, trouble.details)

    def _on_device_lost(self) -> None:
        said = "The graphics card answers no more, so the processor draws on. Nothing of your work is lost."
        self.notice.emit("error", said, "")

    def _on_bounded(self, rows: int) -> None:
        before, self._bound = self._bound, rows
        if rows and (not before or rows < before):
            said = f"Memory is short, so pictures are drawn with {rows} rows. Nothing of your work is lost."
            self.notice.emit("error", said, "")
        elif not rows:
            self.notice.emit("good", "There is enough memory for whole pictures again.", "")
