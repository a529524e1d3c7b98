"""What a hand may ask for next, made while nothing else is asked for: a click is then answered at once."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, fields, replace

import numpy as np

from app.jobs import RenderThread
from app.session_host import SessionHost
from engine.api import Frame, RenderRequest

_FIELDS = {each.name for each in fields(RenderRequest)} - {"keypoints_18x3", "stamp", "maps"}
_KEPT = 4  # pictures of the engine's size that were drawn and not asked for yet


@dataclass(frozen=True, eq=False)
class Foreseen:
    """A request that a click would post. drawn: whether it is so near that its picture is drawn too."""

    request: RenderRequest
    drawn: bool


@dataclass(frozen=True, eq=False)
class Foresee:
    """This may be asked for next, the nearest first, and nothing else any more."""

    foreseen: tuple[Foreseen, ...]
    doing = "looking ahead"

    def run(self, worker: RenderThread) -> None:
        worker.ahead.foresee(self.foreseen)


class Ahead:
    """The render thread's own. What is drawn is what a click would get, or of photos settled a little less:
    a preview, which the exact picture follows."""

    def __init__(self, host: SessionHost):
        self._host = host
        self._foreseen: tuple[Foreseen, ...] = ()  # without what failed
        self._left: list[Foreseen] = []  # of it, what is to be made, the next first
        self._parts: Generator[None, None, None] | None = None  # of that one
        self._drawn: list[tuple[RenderRequest, Frame]] = []

    @property
    def at_hand(self) -> bool:
        """Whether the hand is where its click would be answered at once."""
        return any(each.drawn for each in self._foreseen) and not any(each.drawn for each in self._left)

    @property
    def more(self) -> bool:
        """Whether something is left to be made."""
        return bool(self._left)

    def foresee(self, foreseen: tuple[Foreseen, ...]) -> None:
        """Replaces what was foreseen before; what is begun goes on if it is the nearest now."""
        if not (self._left and foreseen and _same(self._left[0].request, foreseen[0].request)):
            self._leave_parts()
        self._foreseen, self._left = foreseen, list(foreseen)

    def part(self, level: int) -> None:
        """Make the next part: as one of `Session.prepare`, or a picture. What fails is foreseen no more.
        level: of a picture that is drawn."""
        first = self._left[0]
        request = replace(first.request, level=level)
        if self._parts is None:
            self._parts = self._host.prepare(request)
        try:
            if next(self._parts, first) is None:
                return  # it goes on
            if first.drawn and self.found(request) is None:
                self._drawn = [*self._drawn, (request, next(self._host.frames(request)))][-_KEPT:]
        except BaseException:
            self._foreseen = tuple(each for each in self._foreseen if each is not first)
            self._leave_first()
            raise
        self._leave_first()

    def found(self, request: RenderRequest) -> Frame | None:
        """The picture of a request, of its level and without maps, if it is drawn already."""
        frames = (frame for drawn, frame in self._drawn if _same(drawn, request))
        frame = next(frames, None)
        return None if frame is None else replace(frame, stamp=request.stamp)

    def renew(self) -> None:
        """What is drawn is not what would be drawn now, for a garment was refined: make it again."""
        self._drawn.clear()
        self.foresee(self._foreseen)

    def forget(self) -> None:
        """The engine is another: nothing is drawn, and nothing foreseen."""
        self._drawn.clear()
        self.foresee(())

    def _leave_first(self) -> None:
        self._leave_parts()
        del self._left[0]

    def _leave_parts(self) -> None:
        if self._parts is not None:
            self._parts.close()
        self._parts = None


def _same(one: RenderRequest, other: RenderRequest) -> bool:
    """Whether two requests are for the same picture, whatever their stamps, and maps that follow it."""
    either, or_other = ([getattr(each, name) for name in _FIELDS] for each in (one, other))
    return either == or_other and np.array_equal(one.keypoints_18x3, other.keypoints_18x3)
