"""The training loop: steps, reports, checkpoints, and an end that loses nothing."""

from __future__ import annotations

import math
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from train.run import checkpoint
from train.run.console import Lines, Report
from train.run.log import Log, keep_batch
from train.run.validate import ERROR, Validation
from train.run.world import World


class Data(Protocol):
    """What a history tells of the data that a run learnt from (`train.data.source.Source`)."""

    studio: str
    skipped: Counter

    @property
    def fingerprint(self) -> str: ...

    def __len__(self) -> int: ...


class Trainable(Protocol):
    """What the loop moves on: `train.run.state.Run`, or whatever else has these.

    samples: pictures made so far. end: the number at which it is done, None where nothing says so. size:
    (H, W) of the pictures at present. ema: what is validated. history: stretches with their data.
    step: moves on by one batch, returns its detached loss terms; raises FloatingPointError on a loss that is
    no number, in all processes at once. state: all that `restore` needs to go on exactly.
    """

    world: World
    ema: nn.Module
    samples: int
    history: list[dict]

    @property
    def name(self) -> str: ...

    @property
    def end(self) -> int | None: ...

    @property
    def finished(self) -> bool: ...

    @property
    def size(self) -> tuple[int, int]: ...

    def learning_rate(self) -> float: ...

    def batches(self, source: Any, workers: int) -> Iterator[Any]: ...

    def step(self, batch: Any) -> dict[str, Tensor]: ...

    def state(self) -> dict: ...

    def restore(self, state: dict, path: Path) -> None: ...


GO_ON, REPORT, SAVE, STOP = range(4)  # each does what those before it do as well


class Stop:
    """Set by SIGTERM or SIGINT: the step under way is finished and a checkpoint is written."""

    def __init__(self):
        self.asked = False

    def __enter__(self) -> Stop:
        self._before = {
            number: signal.signal(number, self._ask) for number in (signal.SIGTERM, signal.SIGINT)
        }
        return self

    def __exit__(self, *_) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _ask(self, *_) -> None:
        self.asked = True


class Means:
    """Mean loss terms of a stretch of steps, summed where they are, over all processes when asked for."""

    def __init__(self, world: World):
        self._world = world
        self._sums: dict[str, Tensor] = {}
        self._counts: dict[str, int] = {}

    def add(self, terms: dict[str, Tensor]) -> None:
        for name, value in terms.items():
            self._sums[name] = self._sums.get(name, 0.0) + value.double()
            self._counts[name] = self._counts.get(name, 0) + 1

    def take(self) -> dict[str, float]:
        """The means since the last time; called in all processes together."""
        means = torch.stack([self._sums[name] / self._counts[name] for name in self._sums])
        values = dict(zip(self._sums, self._world.mean(means).tolist(), strict=True))
        self._sums, self._counts = {}, {}
        return values


def fit(
    run: Trainable,
    source: Data,
    folder: Path,
    *,
    time_budget: float = math.inf,  # seconds
    report_every: float = 30.0,  # seconds between log lines
    save_every: float = 300.0,  # seconds between checkpoints
    workers: int = 0,
    console: Lines | None = None,
    validate: Callable[[nn.Module], Validation] | None = None,
) -> None:
    """Train until the budget is spent, the run is done or somebody asks it to stop; ends with a checkpoint.

    validate: called with the average in the first process beside every checkpoint; what it returns is
    logged, and the checkpoint with the smallest error is kept. Raises FloatingPointError on a loss that is no
    number, naming the file that its batch was kept in; the checkpoints before it stay.
    """
    world, console = run.world, console or Lines()
    means, log = Means(world), Log(folder) if world.first else None
    begun = reported = saved = time.monotonic()
    counted = run.samples
    stretch = {
        "studio": source.studio,
        "data": source.fingerprint,
        "people": len(source),
        "from": run.samples,
        "recipe": run.name,
    }
    past = list(run.history)

    def verdict(now: float) -> int:
        """What comes after this step; the first process holds the clock, each may have been asked to stop."""
        if stop.asked or run.finished or (world.first and now - begun > time_budget):
            return STOP
        if world.first and now - saved > save_every:
            return SAVE
        return REPORT if world.first and now - reported > report_every else GO_ON

    def report(now: float) -> None:
        speed = (run.samples - counted) / max(now - reported, 1e-9)
        terms = means.take()
        if log:
            values = {**terms, "learning_rate": run.learning_rate(), "samples_per_second": speed}
            log.scalars(run.samples, values)
            console.report(Report(run.samples, run.end, run.size, speed, terms))

    def save() -> None:
        hours = round((time.monotonic() - begun) / 3600, 3)
        last = {**stretch, "to": run.samples, "hours": hours, "skipped": sum(source.skipped.values())}
        run.history = [*past, last]
        path = checkpoint.save(folder, run.samples, run.state())
        if validate is None:
            return
        validation = validate(run.ema)
        log.scalars(run.samples, validation.values, "validation")
        if validation.sheet_HWC is not None:
            log.sheet(run.samples, validation.sheet_HWC)
        best = checkpoint.keep_best(path, validation.values[ERROR])
        console.say(validation.line + ("  (the best so far)" if best else ""))

    try:
        with Stop() as stop, console:
            for batch in run.batches(source, workers):
                try:
                    means.add(run.step(batch))
                except FloatingPointError as error:
                    path = keep_batch(folder, batch, run.samples, world.rank)
                    raise FloatingPointError(f"{error} Its batch is kept in {path}.") from None
                console.step(run.samples)
                now = time.monotonic()
                what = world.most(verdict(now))
                if what >= REPORT:
                    report(now)
                    counted, reported = run.samples, now
                if what >= SAVE and world.first:
                    save()
                    saved = time.monotonic()
                if what == STOP:
                    break
    finally:
        if log:
            log.close()
