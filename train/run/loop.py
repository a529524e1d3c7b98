"""The training loop: steps, reports, checkpoints, and an end that loses nothing."""

from __future__ import annotations

import math
import signal
import time
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor

from train.data.source import Source
from train.run import checkpoint
from train.run.console import Lines, Report
from train.run.log import Log, keep_batch
from train.run.state import Run
from train.run.stream import batches
from train.run.validate import ERROR, Validation
from train.run.world import World

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
    run: Run,
    source: Source,
    folder: Path,
    *,
    time_budget: float = math.inf,  # seconds
    report_every: float = 30.0,  # seconds between log lines
    save_every: float = 300.0,  # seconds between checkpoints
    workers: int = 0,
    console: Lines | None = None,
    validate: Callable[[Run], Validation] | None = None,
) -> None:
    """Train until the budget is spent, the run is done or somebody asks it to stop; ends with a checkpoint.

    validate: called in the first process beside every checkpoint; what it returns is logged, and the
    checkpoint with the smallest error is kept. Raises FloatingPointError on a loss that is no number, naming
    the file that its batch was kept in; the checkpoints before it stay.
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
        "recipe": run.recipe.name,
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
            console.report(Report(run.samples, run.end, run.recipe.phase(run.samples).size, speed, terms))

    def save() -> None:
        hours = round((time.monotonic() - begun) / 3600, 3)
        last = {**stretch, "to": run.samples, "hours": hours, "skipped": sum(source.skipped.values())}
        run.history = [*past, last]
        path = checkpoint.save(folder, run.samples, run.state())
        if validate is None:
            return
        validation = validate(run)
        log.scalars(run.samples, validation.values, "validation")
        log.sheet(run.samples, validation.sheet_HWC)
        best = checkpoint.keep_best(path, validation.values[ERROR])
        values = "  ".join(f"{name} {value:.4f}" for name, value in validation.values.items())
        console.say(values + ("  (the best so far)" if best else ""))

    try:
        with Stop() as stop, console:
            for batch in batches(run, source, workers):
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
