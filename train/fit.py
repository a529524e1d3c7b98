"""`python3 -m train fit RECIPE --data DIR --output RUN`: train a network, or go on with it."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable
from pathlib import Path

import torch
import torch.nn.functional as F
from PIL import Image

from engine.errors import InputError
from train import checkpoint
from train.data.pairs import PairBatch, collate, load_pair, PairSampler
from train.data.augment import NONE
from train.data.people import HELD_OUT_PEOPLE, TRAINING_PEOPLE, People
from train.loop import Run, fit
from train.recipes import RECIPES
from train.sheets import batch_sheet

VALIDATION_PAIRS = 24


def validation_batch(people: People, size: tuple[int, int], device: torch.device) -> PairBatch:
    """The first pairs of the held-out people's own stream, without augmentation: the same for every run."""
    sampler = PairSampler(people, seed=0, self_pairs=0.0)
    pairs = tuple(sampler[index] for index in range(VALIDATION_PAIRS))
    return collate([load_pair(people, pair, size, NONE, seed=0) for pair in pairs], pairs, 0).to(device)


def validator(batch: PairBatch, folder: Path) -> Callable[[Run], dict[str, float]]:
    """Called beside every checkpoint: EMA error on held-out people (mean absolute, pictures 0 to 1) and a picture sheet."""
    copied = F.l1_loss(batch.reference_BCHW, batch.target_BCHW).item() / 2

    @torch.no_grad()
    def validate(run: Run) -> dict[str, float]:
        images = [
            run.ema(batch.reference_BCHW[i : i + 4], batch.target_planes_BPHW[i : i + 4]).image_BCHW.clamp(-1, 1)
            for i in range(0, VALIDATION_PAIRS, 4)
        ]
        result_BCHW = torch.cat(images)
        sheets = folder / "sheets"
        sheets.mkdir(exist_ok=True)
        Image.fromarray(batch_sheet(batch, result_BCHW, count=8)).save(sheets / f"{run.samples:010d}.png")
        return {"held_out": F.l1_loss(result_BCHW, batch.target_BCHW).item() / 2, "copied": copied}

    return validate


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser("python3 -m train fit", description=__doc__)
    p.add_argument("recipe", choices=sorted(RECIPES))
    p.add_argument("--data", nargs="+", required=True, help="folders of rendered people")
    p.add_argument("--output", type=Path, required=True, help="folder of the run; a run that is there is resumed")
    p.add_argument("--validation", nargs="+", help="folders with held-out people, for a figure and a sheet at every save")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument("--time-budget", type=float, default=math.inf, metavar="MINUTES", help="stop after this long")
    p.add_argument("--decay-over", type=int, metavar="SAMPLES", help="take the learning rate to zero over this many, then end")
    p.add_argument("--save-every", type=float, default=5.0, metavar="MINUTES")
    p.add_argument("--report-every", type=float, default=30.0, metavar="SECONDS")
    p.add_argument("--workers", type=int, default=0, help="processes that load pictures; 0 loads in the trainer")
    return p


def run(argv: list[str]) -> int:
    options = parser().parse_args(argv)
    if options.decay_over is not None and options.decay_over <= 0:
        raise InputError(f"--decay-over {options.decay_over}: needs a positive number of samples.")
    people = People(options.data, TRAINING_PEOPLE)
    device = torch.device(options.device)
    state = Run.new(RECIPES[options.recipe](), device)
    there = checkpoint.checkpoints(options.output)
    if there:
        state.restore(checkpoint.load(there[-1]), there[-1])
        print(f"Going on from {there[-1]}.")
    if options.decay_over:
        state.decay_from, state.decay_to = state.samples, state.samples + options.decay_over
    on_save = None
    if options.validation:
        held_out = People(options.validation, HELD_OUT_PEOPLE)
        on_save = validator(validation_batch(held_out, state.recipe.network.size, device), options.output)
    fit(
        state,
        people,
        options.output,
        time_budget=60 * options.time_budget,
        report_every=options.report_every,
        save_every=60 * options.save_every,
        workers=options.workers,
        on_report=lambda line: print(line, flush=True),
        on_save=on_save,
    )
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
