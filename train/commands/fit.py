"""`python3 -m train fit RECIPE --data DIR --output RUN`: train a network, or go on with a run.

DIR is rendered people (several folders may be given), DeepFashion as `train prepare` writes it, or photos, a
folder a person. On several GPUs or machines: `torchrun --nproc_per_node=N -m -- train fit ...`, RUN in a
place that all of them see.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from engine import weights
from engine.errors import InputError
from engine.models import nted
from train.data.source import Source, open_source
from train.losses.house import load_features
from train.losses.patches import slots_for, told_levels
from train.recipes import RECIPES, Recipe
from train.run import checkpoint
from train.run.console import console
from train.run.dryrun import dry_run
from train.run.loop import fit
from train.run.state import Run, network_config
from train.run.validate import validation_batch, validator
from train.run.world import World

PRECISIONS = {"auto": None, "bfloat16": True, "float32": False}


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        "python3 -m train fit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("recipe", choices=sorted(RECIPES))
    p.add_argument("--data", nargs="+", required=True, help="what to train on")
    p.add_argument(
        "--output", type=Path, required=True, help="folder of the run; a run that is there is resumed"
    )
    p.add_argument(
        "--start",
        type=Path,
        metavar="WEIGHTS",
        help="weights that a new run begins with",
    )
    p.add_argument(
        "--validation", nargs="+", help="data with held-out people: a figure and a sheet at every save"
    )
    p.add_argument("--skip-damaged", action="store_true", help="skip and count records that cannot be read")
    p.add_argument(
        "--features",
        metavar="FILE",
        help="for perceptual terms: torchvision's VGG-19 weights, `house` for our own, or a parser's weights",
    )
    p.add_argument(
        "--both-directions", action=argparse.BooleanOptionalAction, help="learn every pair both ways"
    )
    p.add_argument("--batch", type=int, metavar="PAIRS", help="pairs a step in place of the recipe's")
    p.add_argument("--clip", type=float, metavar="NORM", help="largest norm of the gradient")
    p.add_argument(
        "--accumulate", type=int, default=1, metavar="N", help="backward passes a step, to save memory"
    )
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    p.add_argument(
        "--precision", choices=PRECISIONS, default="auto", help="auto: bfloat16 where that is fast"
    )
    p.add_argument(
        "--time-budget", type=float, default=math.inf, metavar="MINUTES", help="stop after this long"
    )
    p.add_argument(
        "--decay-over",
        type=int,
        metavar="SAMPLES",
        help="take the learning rate to zero over this many, then end",
    )
    p.add_argument("--save-every", type=float, default=5.0, metavar="MINUTES")
    p.add_argument("--report-every", type=float, default=30.0, metavar="SECONDS")
    p.add_argument(
        "--workers", type=int, default=0, help="processes that load pictures; 0 loads in the trainer"
    )
    p.add_argument(
        "--dry-run", type=int, metavar="N", help="say what the run would cost, from N steps of each stage"
    )
    return p


def wanted_recipe(options: argparse.Namespace) -> Recipe:
    """The named recipe with what the options change in it."""
    recipe = RECIPES[options.recipe]()
    if options.both_directions is not None:
        recipe = replace(recipe, both_directions=options.both_directions)
    if options.batch is not None:
        phases = tuple(replace(phase, batch=options.batch) for phase in recipe.phases)
        recipe = replace(recipe, phases=phases)
    if options.clip is not None:
        recipe = replace(recipe, clip=options.clip)
    if recipe.needs_features and options.features is None:
        recipe = recipe.without_features()
    elif options.features is not None and not recipe.needs_features:
        raise InputError(
            f"--features {options.features}: recipe {recipe.name} has no term that looks through features."
        )
    return recipe


def check(options: argparse.Namespace) -> None:
    """Raises InputError on a number that makes no sense."""
    for name in ("decay_over", "batch", "clip", "accumulate", "dry_run"):
        value = getattr(options, name)
        if value is not None and not value > 0:
            raise InputError(f"--{name.replace('_', '-')} {value}: needs a number above zero.")
    check_times(options)
    if options.workers < 0:
        raise InputError(f"--workers {options.workers}: needs a number of processes, or 0.")


def check_times(options: argparse.Namespace) -> None:
    """Raises InputError on a time below zero, or one that is no number."""
    for name in ("time_budget", "save_every", "report_every"):
        if not getattr(options, name) >= 0:
            raise InputError(f"--{name.replace('_', '-')} {getattr(options, name)}: needs a time, or 0.")


def started(options: argparse.Namespace, recipe: Recipe, world: World) -> tuple[Run, Path | None]:
    """The run as its newest checkpoint left it, and that checkpoint; or a new one."""
    features = load_features(options.features).to(world.device) if options.features else None
    run = Run.new(
        recipe, world, features=features, accumulate=options.accumulate, mixed=PRECISIONS[options.precision]
    )
    there = checkpoint.checkpoints(options.output)
    if there:
        run.restore(checkpoint.read(there[-1]), there[-1])
    elif options.start:
        run.begin_with(weights.read(options.start))
    if world.most(run.samples) != -world.most(-run.samples):
        raise InputError(
            f"{options.output}: not all processes see the same checkpoints; use a folder that all share."
        )
    if options.decay_over:
        run.decay_from, run.decay_to = run.samples, run.samples + options.decay_over
    return run, there[-1] if there else None


def notes(options: argparse.Namespace, run: Run, source: Source, resumed: Path | None) -> Sequence[str]:
    """What the user should know before the first step."""
    lines = [f"Going on from {resumed}."] if resumed else []
    if options.start and not resumed:
        lines.append(f"Beginning with {options.start}, which has seen {run.samples:,} samples.")
    recipe = run.recipe
    if RECIPES[options.recipe]().needs_features and not recipe.needs_features:
        adversary = ", and the adversary," if RECIPES[options.recipe]().through_features else ""
        lines.append(f"Without --features the perceptual, style and face terms{adversary} are left out.")
    if RECIPES[options.recipe]().needs_surfaces and not recipe.needs_surfaces:
        lines.append(
            f"{options.data[0]}: has no surface coordinates, so the terms that give neural textures patches "
            "of the surface and teach where detail is copied from are left out."
        )
    largest = max(phase.size for phase in recipe.phases)
    if source.size[0] < largest[0]:
        given, wanted = (f"{height}x{width}" for height, width in (source.size, largest))
        lines.append(f"The pictures of {given} are enlarged to the recipe's {wanted}.")
    return lines


def run(argv: list[str]) -> int:
    options = parser().parse_args(argv)
    check(options)
    recipe = wanted_recipe(options)
    world = World.join(options.device)
    whole = False
    try:
        code = _run(options, recipe, world)
        whole = True
    finally:
        world.leave(together=whole)
    return code


def _knows_places(options: argparse.Namespace) -> bool:
    """Whether the run goes on from a network that has learnt where detail is copied from."""
    there = checkpoint.checkpoints(options.output)
    if there:
        return network_config(checkpoint.read(there[-1]), there[-1]).detail > 0
    return bool(options.start) and nted.load(options.start).config.detail > 0


def _run(options: argparse.Namespace, recipe: Recipe, world: World) -> int:
    size = recipe.network.size
    source = open_source(
        options.data, size, skip_damaged=options.skip_damaged, surfaces=recipe.needs_surfaces
    )
    if not source.surfaces:
        recipe = recipe.without_surfaces(keep_detail=_knows_places(options))
    state, resumed = started(options, recipe, world)
    if recipe.losses.slots and state.slots is None:
        numbers = {level.textures for level in told_levels(recipe.network)}
        slots = slots_for(source, numbers, ", ".join(options.data))
        state.slots = {number: each.to(world.device) for number, each in slots.items()}
    speaking = console(state.samples, state.end, speaks=world.first)
    for line in notes(options, state, source, resumed):
        speaking.say(line)
    if state.finished:
        speaking.say(f"The run is done: {state.samples:,} samples.")
        return 0
    if options.dry_run:
        for line in dry_run(state, source, options.output, options.dry_run, options.workers):
            speaking.say(line)
        return 0
    validate = None
    if options.validation and world.first:
        held_out = open_source(options.validation, size, held_out=True, surfaces=False)
        validate = validator(validation_batch(held_out, size, world.device))
    fit(
        state,
        source,
        options.output,
        time_budget=60 * options.time_budget,
        report_every=options.report_every,
        save_every=60 * options.save_every,
        workers=options.workers,
        console=speaking,
        validate=validate,
    )
    if source.skipped and world.first:
        count, first = sum(source.skipped.values()), next(iter(source.skipped))
        speaking.say(f"{count} damaged records were skipped; the first: {first}")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
