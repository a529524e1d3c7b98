"""`python3 -m train parser fit --data DIR --output RUN`: train the parsing network, or go on with a run."""

from __future__ import annotations

import argparse
import math
import os
import time
from pathlib import Path

import torch

from engine.cv import cv2
from engine.errors import InputError
from train.commands.fit import check_times
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import STRONG, Stream
from train.data.people import HELD_OUT_PEOPLE
from train.metrics.parsing import fixed_batches, measured
from train.run import checkpoint
from train.run.console import Lines, Report, console
from train.run.log import Log
from train.run.loop import Means, Stop
from train.run.parser_state import ParserRecipe, ParserRun
from train.run.world import World

SIZE = (256, 176)  # pictures are measured at
_PICTURES = 48  # of the held-out people, plain and once more with everything done to them
_LOGGED = ("mIoU", "joint px", "joints found", "surface dm")


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser("python3 -m train parser fit", description=__doc__)
    p.add_argument("--data", nargs="+", required=True, help="data sets of rendered people")
    p.add_argument("--validation", nargs="+", help="data sets with held-out people: figures at every save")
    p.add_argument("--output", type=Path, required=True, help="folder of the run; resumed if it is there")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--time-budget", type=float, default=math.inf, metavar="MINUTES")
    p.add_argument(
        "--decay-over", type=int, metavar="SAMPLES", help="take the learning rate to zero, then end"
    )
    p.add_argument("--save-every", type=float, default=5.0, metavar="MINUTES")
    p.add_argument("--report-every", type=float, default=30.0, metavar="SECONDS")
    return p


def run(argv: list[str]) -> int:
    options = parser().parse_args(argv)
    if options.decay_over is not None and options.decay_over < 1:
        raise InputError(f"--decay-over {options.decay_over}: needs a number above zero.")
    check_times(options)
    if "WORLD_SIZE" in os.environ:
        raise InputError("The parsing network is trained by one process: start it without torchrun.")
    device = World.join(options.device).device
    cv2.setNumThreads(1)
    people = Crowd(options.data)
    state = ParserRun.new(ParserRecipe(), device)
    there = checkpoint.checkpoints(options.output)
    if there:
        state.restore(checkpoint.read(there[-1]), there[-1])
    if options.decay_over:
        state.decay_from, state.decay_to = state.samples, state.samples + options.decay_over
    speaking = console(state.samples, state.end)
    if there:
        speaking.say(f"Going on from {there[-1]}.")
    held_out = Crowd(options.validation, HELD_OUT_PEOPLE) if options.validation else None
    fit(state, people, options.output, 60 * options.time_budget, options.report_every,
        60 * options.save_every, speaking, held_out)  # fmt: skip
    return 0


def fit(
    state: ParserRun,
    people: Crowd,
    folder: Path,
    time_budget: float = math.inf,
    report_every: float = 30.0,
    save_every: float = 300.0,
    speaking: Lines | None = None,
    held_out: Crowd | None = None,
) -> None:
    """Train until the budget (seconds) is spent, the run is done or somebody asks it to stop; ends with a
    checkpoint. The one with the smallest 1 - mIoU on held-out people is kept as well."""
    speaking = speaking or Lines()
    means, log = Means(World(state.device)), Log(folder)
    begun = reported = saved = time.monotonic()
    counted, past = state.samples, list(state.history)
    stretch = {"studio": people.studio, "data": people.fingerprint, "people": len(people)}
    stretch["from"] = state.samples

    def save() -> None:
        hours = round((time.monotonic() - begun) / 3600, 3)
        state.history = [*past, {**stretch, "to": state.samples, "hours": hours}]
        path = checkpoint.save(folder, state.samples, state.state())
        if held_out is None:
            return
        values = measured(state.ema, fixed_batches(held_out, SIZE, _PICTURES))
        hard = measured(state.ema, fixed_batches(held_out, SIZE, _PICTURES, STRONG))
        log.scalars(state.samples, values | {f"hard {name}": v for name, v in hard.items()}, "validation")
        best = checkpoint.keep_best(path, 1 - values["mIoU"])
        told = [f"{name} {values[name]:.3f} ({hard[name]:.3f})" for name in _LOGGED if name in values]
        speaking.say("  ".join(told) + ("  (the best so far)" if best else ""))

    try:
        with Stop() as stop, speaking:
            while not (stop.asked or state.finished or time.monotonic() - begun > time_budget):
                phase = state.recipe.phase(state.samples)
                stream = Stream(people, phase.size, state.recipe.changes, state.recipe.seed)
                for batch in stream.batches(phase.batch, state.samples):
                    means.add(state.step(batch))
                    speaking.step(state.samples)
                    now = time.monotonic()
                    over = stop.asked or state.finished or now - begun > time_budget
                    if over or now - reported > report_every:
                        speed = (state.samples - counted) / max(now - reported, 1e-9)
                        terms = means.take()
                        log.scalars(state.samples, {**terms, "samples_per_second": speed})
                        speaking.report(Report(state.samples, state.end, phase.size, speed, terms))
                        counted, reported = state.samples, now
                    if over or now - saved > save_every:
                        save()
                        saved = time.monotonic()
                    if over or state.recipe.phase(state.samples) != phase:
                        break
    finally:
        log.close()
