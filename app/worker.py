"""The render thread: opens the engine, finishes the frame it is on, then takes the newest request.

While requests keep coming, frames are previews at a level this machine keeps up with, in the preview's
precision; when nothing newer comes for a moment, the exact picture follows, and then, step by step for as
long as nothing comes, the photos in it are settled. Jobs (photos, detection, saving) run here too, so the
engine sees one thread. Errors travel as results; nothing that goes wrong ends the
thread.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QThread, Signal

from app import crash
from app.ahead import Ahead
from app.backend import Backend, OpenSession
from app.headroom import Headroom
from app.jobs import RenderThread, SavePicture, WorkerJob
from app.mailbox import Closed, LevelPicker, Mailbox
from app.session_host import SessionHost
from app.trouble import Trouble
from engine.api import Frame, MapInfo, RenderRequest, Settled
from engine.errors import DeviceLost

REST_S = 0.12
SLOW_REST_S = 0.35
SLOW_MS = 250.0
_ROUNDED = 2  # levels of 255 by which a picture that is drawn again may differ and is the same
MAPS_EVERY_S = 0.1  # while a hand moves, up to twice as often, or every picture: they take time from pictures
AT_HAND_S = 1.0  # between two parts of what is under way, while a click would be answered at once
HANDOVER_S = 5e-4  # after which the window's thread gets Python's lock from this one: a painter asks often


@dataclass(frozen=True)
class EngineFacts:
    """What the window may say about an open engine."""

    size: tuple[int, int]
    levels: tuple[int, ...]
    maps: tuple[MapInfo, ...]
    device: str
    weights: dict[str, Any]
    engine: str  # its name, as in `Backend.engines`
    paints: bool = False  # whether it draws regions as they are painted


@dataclass(frozen=True, eq=False)
class Post:
    """A request and whether a hand is moving (`live`), so that a preview will do first."""

    request: RenderRequest
    live: bool = False


@dataclass(frozen=True, eq=False)
class _MetElsewhere:
    """A lost card that another thread met, on its way to the render thread as an order that meets it too."""

    error: DeviceLost
    doing: str

    def run(self, worker: RenderThread) -> None:
        raise self.error


class RenderWorker(QThread):
    """One for the life of the window."""

    opened = Signal(object)  # EngineFacts
    device_lost = Signal()  # its card answers no more: the same engine was opened on the processor
    open_failed = Signal(object, bool)  # Trouble, whether the engine of before stays
    rendered = Signal(object)  # Frame
    mapped = Signal(object)  # the same Frame with its maps
    settled = Signal(object)  # engine.api.Settled
    refined = Signal(str, float)  # a garment's word, and what share of the picture that drew anew
    render_failed = Signal(int, object)  # stamp, Trouble
    bounded = Signal(
        int
    )  # by memory, pictures have so many rows at most from here on; 0: as many as there are
    job_done = Signal(object, object)  # job, its value
    job_failed = Signal(object, object)  # job, Trouble

    def __init__(
        self,
        backend: Backend,
        weights: Path | None = None,
        device: str = "auto",
        parent: QObject | None = None,
    ):
        super().__init__(parent)
        self.backend = backend
        self.host = SessionHost()
        self.ahead = Ahead(self.host)
        self._weights = weights
        self._device = device
        self._mailbox: Mailbox[Post, WorkerJob] = Mailbox()
        self._picker: LevelPicker | None = None
        self._headroom = Headroom()
        self._bound = 0  # as told by `bounded`
        self._exact_ms = self._live_s = 0.0  # what a picture takes at rest, and while a hand moves
        self._still: tuple[RenderRequest, Frame] | None = None  # the exact picture drawn last
        self._maps_at = 0.0
        # Maps are made beside the next picture, which does not wait for them.
        self._mapmaker = ThreadPoolExecutor(1, "maps")
        self._mapping: Future[None] | None = None

    # Called on the window's thread.

    def post(self, request: RenderRequest, live: bool = False) -> None:
        """Ask for this frame; one that still waits is forgotten."""
        self._mailbox.post(Post(request, live))

    def submit(self, job: WorkerJob) -> None:
        """Run `job.run(self)` on this thread; its value comes back by `job_done`."""
        self._mailbox.submit(job)

    def stop(self, wait_ms: int) -> bool:
        """End the thread after what it is on and what is to be saved. False if that took longer than
        `wait_ms`.
        """
        self._mailbox.close(keep=lambda job: isinstance(job, SavePicture))
        return self.wait(wait_ms) if self.isRunning() else True

    # The thread's own.

    def run(self) -> None:
        if self._mailbox.closed:
            return
        sys.setswitchinterval(HANDOVER_S)
        self.open(self._weights)
        waiting: Post | None = None  # a preview whose exact picture is still owed
        unsettled: Post | None = None  # what is shown exactly, with photos that can still be settled
        last: Post | None = None
        while True:
            owed_s = None if waiting is None else self._rest()
            under_way = unsettled is not None or self.ahead.more
            rest_s = resting(owed_s, under_way, self.ahead.at_hand, self._until_more(last))
            try:
                task = self._mailbox.take(rest_s)
            except Closed:
                break
            if task is not None and task[0] == "job":
                self._run_job(task[1])
            elif task is not None:
                last = unsettled = task[1]
                waiting = self._render(last)
            elif waiting is not None:
                waiting = self._render(replace(waiting, live=False))
            elif self.ahead.more:
                self._look_ahead()
            elif unsettled is not None:
                unsettled = unsettled if self._settle(unsettled) else None
            elif last is not None:
                waiting = self._render(replace(last, live=False))
        self._mapmaker.shutdown()
        self._change(None)

    def open(self, weights: Path | None) -> bool:
        """Open the engine with these weights; the one that is open stays if that fails. Returns whether it
        did not."""
        try:
            session = self.backend.open_session(weights, self._device)
        except Exception as error:  # any fault of the engine becomes a notice, the window lives on
            self.open_failed.emit(Trouble.of(error, "waking the engine"), self.host.awake)
            return False
        self._weights = weights
        self._change(session)
        self._picker, self._headroom, self._bound = LevelPicker(session.levels), Headroom(), 0
        self._exact_ms, self._live_s, self._still = 0.0, 0.0, None
        self.opened.emit(
            EngineFacts(
                session.size,
                session.levels,
                session.maps,
                session.device,
                dict(session.weights_info),
                session.engine,
                session.capabilities.paint_regions,
            )
        )
        return True

    def _change(self, session: OpenSession | None) -> None:
        """As `SessionHost.change`; of the session before nothing is under way any more."""
        self.ahead.forget()
        self.host.change(session)

    def _until_more(self, last: Post | None) -> float | None:
        """Seconds until a picture that memory bounds may be tried less bounded; None where none is."""
        bounded = last is not None and self._picker is not None and self._picker.most is not None
        return self._headroom.wait_s() if bounded else None

    def _rest(self) -> float:
        return SLOW_REST_S if self._exact_ms > SLOW_MS else REST_S

    def _render(self, post: Post) -> Post | None:
        """Render one frame. Returns the post if its exact picture is still owed."""
        picker = self._picker
        if picker is None:
            return None
        if not post.live and picker.most is not None and not self._headroom.wait_s():
            picker.lift()
        level = picker.pick() if post.live else picker.most
        maps = post.request.maps and (
            not post.live or (self._maps_are_due() and not self._only_dressed(post.request))
        )
        request = replace(post.request, level=level, maps=maps)
        self.host.wears(request)
        ahead = self.ahead.found(request) if post.live and not maps else None
        frames = self.host.frames(request) if ahead is None else iter((ahead,))
        try:
            frame = self._sharpened(request, next(frames))
        except MemoryError as error:
            return self._with_less(post, level, error)
        except DeviceLost as error:
            Trouble.of(error, "drawing the picture")
            self._without_card()
            return None
        except Exception as error:  # the last good picture stays, the next change tries again
            self.render_failed.emit(request.stamp, Trouble.of(error, "drawing the picture"))
            return None
        if not post.live:
            self._exact_ms = frame.ms
            picker.rest()
        elif level is not None:
            picker.note(level, frame.ms)
            self._live_s = frame.ms / 1e3
        if level is None:
            self._still = request, frame
        self._tell_bound(picker)
        self.rendered.emit(frame)
        maps = maps and (not post.live or self._mapmaker_is_free())  # those of a drag do not queue
        if maps:
            self._maps_at = time.monotonic()
            self._mapping = self._mapmaker.submit(self._tell_maps, frames)
        owed = post.live or (post.request.maps and not maps)
        return post if owed else None

    def _sharpened(self, request: RenderRequest, frame: Frame) -> Frame:
        """A preview with the photo's sharpness where it shows what the exact picture showed."""
        if self._still is None or request.level is None:
            return frame
        before, still = self._still
        if still.fine is None or _shown_of(before) != _shown_of(request):
            return frame
        from engine.compositing.still import over_still

        return replace(frame, fine=over_still(frame.image, still.image, still.fine))

    def _only_dressed(self, request: RenderRequest) -> bool:
        """Whether garments alone are others than in the exact picture, as after a click: that is dressed, and
        maps come with the next exact one."""
        before = None if self._still is None else self._still[0]
        return (
            before is not None
            and before.swaps != request.swaps
            and before.identity == request.identity
            and np.array_equal(before.keypoints_18x3, request.keypoints_18x3)
        )

    def _maps_are_due(self) -> bool:
        """Whether the picture of a drag that begins now gets maps: where those of the next one would come too
        late."""
        return time.monotonic() - self._maps_at + 2 * self._live_s > MAPS_EVERY_S

    def _mapmaker_is_free(self) -> bool:
        return self._mapping is None or self._mapping.done()

    def _tell_maps(self, frames: Iterator[Frame]) -> None:
        """The maps of the picture that was just shown."""
        try:
            self.mapped.emit(next(frames))
        except DeviceLost as error:
            self._mailbox.submit(_MetElsewhere(error, "making the maps"))
        except Exception as error:  # the picture is there all the same
            Trouble.of(error, "making the maps")

    def _look_ahead(self) -> None:
        """Make a part of what may be asked for next."""
        if self._picker is None:
            self.ahead.foresee(())
            return
        try:
            self.ahead.part(self._picker.pick())
        except DeviceLost as error:
            Trouble.of(error, "looking ahead")
            self._without_card()
        except Exception as error:  # whoever asks for it hears of it
            crash.log.info("not made ahead", exc_info=error)
            if isinstance(error, MemoryError):
                self.ahead.foresee(())

    def _settle(self, post: Post) -> bool:
        """A part of settling what a post shows. Returns whether there may be more of them."""
        try:
            settled = self.host.settle(post.request)
        except Exception as error:  # what is shown is as good as it was
            Trouble.of(error, "settling a photo")
            self.settled.emit(Settled(1, 1, changed=False))  # nothing is under way any more
            if isinstance(error, DeviceLost):
                self._without_card()
            return False
        if settled is None:
            self.settled.emit(Settled(1, 1, changed=False))  # what was under way when it was left is over too
            return False
        self.settled.emit(settled)
        if settled.changed and settled.garment:
            self.ahead.renew()
        if settled.changed:
            before = self._still
            self._render(replace(post, live=False))
            now = self._still
            if settled.garment and before and now and now is not before and now[0].stamp == before[0].stamp:
                self.refined.emit(settled.garment, _anew(before[1].finest, now[1].finest))
        return True

    def _with_less(self, post: Post, level: int | None, error: MemoryError) -> Post | None:
        """Memory ran out at this level: the next lower one is drawn, now and from here on."""
        assert self._picker is not None
        crash.log.warning("%s at level %s", error, level)
        self._headroom.short()
        if not self._picker.lower(level):
            self.render_failed.emit(
                post.request.stamp,
                Trouble("There is not enough memory to draw a picture. Close other programs and pull again."),
            )
            return None
        return self._render(replace(post, live=False))

    def _without_card(self) -> None:
        """The card is lost, and its engine with it: go on with the processor. Who hears of the engine asks
        for the picture again."""
        if self._device == "cpu":
            return  # maps beside a picture fail by the same loss, and are heard of after it
        self._device, self._picker = "cpu", None
        self._change(None)
        if self.open(self._weights):
            self.device_lost.emit()

    def _tell_bound(self, picker: LevelPicker) -> None:
        """Once a change: levels on the way down and a try in vain are none."""
        if (picker.most or 0) != self._bound:
            self._bound = picker.most or 0
            self.bounded.emit(self._bound)

    def _run_job(self, job: WorkerJob) -> None:
        try:
            value = job.run(self)
        except Exception as error:  # a job that fails is told, not fatal
            self.job_failed.emit(job, Trouble.of(error, job.doing))
            if isinstance(error, DeviceLost):
                self._without_card()
        else:
            self.job_done.emit(job, value)


def resting(owed_s: float | None, under_way: bool, at_hand: bool, bounded_s: float | None) -> float | None:
    """Seconds for which something newer is waited for before the thread goes on by itself; None: for ever.

    owed_s: until the exact picture of a preview, None where that is there. under_way: whether photos are
    settled or made ahead. at_hand: as of `Ahead`. bounded_s: as of `RenderWorker._until_more`.
    """
    if owed_s is not None:
        return owed_s
    if under_way:
        return AT_HAND_S if at_hand else 0.0
    return bounded_s


def _anew(before_HWC: np.ndarray, now_HWC: np.ndarray) -> float:
    """What share of a picture is another than before, by more than rounding."""
    if before_HWC.shape != now_HWC.shape:
        return 1.0
    apart_HW = np.abs(now_HWC.astype(np.int16) - before_HWC).max(2)
    return float((apart_HW > _ROUNDED).mean())


def _shown_of(request: RenderRequest) -> tuple[object, ...]:
    """Of a request, all but the pose and garments of others: beside those, the picture stays as it was."""
    mixes = tuple((mix.reference, str(mix.coefficients)) for mix in request.mixes)
    return request.identity, mixes, request.changes, request.strokes
