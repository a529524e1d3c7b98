"""What the worker does next, as plain thread-safe data: a mailbox of depth 1 for frames, and a line for jobs.

A frame on the way is finished, then only the newest request counts: aborting on every mouse move shows
nothing, queueing every move shows the past. Jobs (a photo to encode, a picture to save) are never dropped and
go first, but for a frame that waits after each: who opens ten photos sees the first while others are read.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

Request = TypeVar("Request")
Job = TypeVar("Job")


class Closed(Exception):
    """The mailbox was closed; there is nothing left to do."""


class Mailbox(Generic[Request, Job]):
    """Posts from any thread, taken by one."""

    def __init__(self):
        self._condition = threading.Condition()
        self._frame: Request | None = None
        self._jobs: deque[Job] = deque()
        self._after_job = False
        self._closed = False

    def post(self, request: Request) -> None:
        """Leave a frame request; one that still waits is replaced."""
        with self._condition:
            self._frame = request
            self._condition.notify()

    def submit(self, job: Job) -> None:
        """Put a job at the end of the line."""
        with self._condition:
            if not self._closed:
                self._jobs.append(job)
            self._condition.notify()

    def close(self, keep: Callable[[Job], bool] = lambda job: False) -> None:
        """Nothing more is wanted but the jobs that wait and are to be kept; behind them the taker gets
        `Closed`.
        """
        with self._condition:
            self._closed = True
            self._jobs = deque(filter(keep, self._jobs))
            self._condition.notify_all()

    @property
    def closed(self) -> bool:
        return self._closed

    def take(
        self, timeout: float | None = None
    ) -> tuple[Literal["job"], Job] | tuple[Literal["frame"], Request] | None:
        """The next thing to do: ("job", job) or ("frame", request); None when `timeout` seconds pass without
        one.

        Raises Closed.
        """
        with self._condition:
            self._condition.wait_for(
                lambda: self._closed or self._jobs or self._frame is not None, timeout=timeout
            )
            frame_first = self._after_job and self._frame is not None and not self._closed
            self._after_job = bool(self._jobs) and not frame_first
            if self._after_job:
                return "job", self._jobs.popleft()
            if self._closed:
                raise Closed
            if self._frame is not None:
                request, self._frame = self._frame, None
                return "frame", request
            return None


@dataclass
class LevelPicker:
    """Chooses the preview level that this machine can keep up with.

    levels: rows of the decoder levels, ascending, the last one the whole picture. Costs are rolling averages;
    a level that is not known is taken to cost `step` times the next below that is, or else that much less
    than the next above. The first of all is the whole picture, which most machines keep up with.

    budget_ms: what a frame may cost while a hand waits for it; 16 a second still look like one movement.
    climb: share of the budget that a higher level must stay within: one that only just fits would fall back
    at the next slow frame, and the picture would flicker. step: what a level costs of the one below, as
    `bench` has it (13, 21, 33 ms). weight: of the newest frame in the average: what a busy moment cost is
    half forgotten two frames later.
    """

    levels: tuple[int, ...]
    budget_ms: float = 60.0
    climb: float = 0.75
    step: float = 1.6
    weight: float = 0.3

    def __post_init__(self):
        self._ms: dict[int, float] = {}
        self._current = len(self.levels) - 1
        self._most: int | None = None

    def note(self, level: int, ms: float) -> None:
        """Learn that a frame at `level` took `ms`."""
        if level in self.levels:
            known = self._ms.get(level)
            self._ms[level] = ms if known is None else known + self.weight * (ms - known)

    @property
    def most(self) -> int | None:
        """The highest level there is memory for; None where that is the exact picture."""
        return self._most

    def lower(self, level: int | None) -> bool:
        """Memory ran out at a level (None: the exact picture): from here on only lower ones, if there are."""
        below = [each for each in self.levels if level is None or each < level]
        if not below:
            return False
        self._most = below[-1]
        return True

    def lift(self) -> None:
        """There may be memory again: the next level above the highest, or the exact picture, is tried."""
        self._most = next(
            (each for each in self.levels if self._most is not None and each > self._most), None
        )

    def rest(self) -> None:
        """Forget what levels above those in reach cost: what was too slow then may not be now."""
        self.pick()
        for level in self.levels[self._current + 1 :]:
            self._ms.pop(level, None)

    def pick(self) -> int:
        """The level for the next preview: the highest within budget, climbing only with room to spare."""
        if not self._ms:
            return self._within(self.levels[self._current])
        best = 0
        for index in range(len(self.levels)):
            room = self.budget_ms * (1.0 if index <= self._current else self.climb)
            if self._cost(index) <= room:
                best = index
        self._current = best
        return self._within(self.levels[best])

    def _within(self, level: int) -> int:
        return level if self._most is None else min(level, self._most)

    def _cost(self, index: int) -> float:
        known = [i for i, level in enumerate(self.levels) if level in self._ms]
        nearest = max((i for i in known if i <= index), default=known[0])
        return self._ms[self.levels[nearest]] * self.step ** (index - nearest)
