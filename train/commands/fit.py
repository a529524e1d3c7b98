"""`python3 -m train fit RECIPE --data DIR --output RUN`: train a network, or go on with a run.

DIR is rendered people (several folders may be given), DeepFashion as `train prepare` writes it, or photos, a
folder a person. On several GPUs or machines: `torchrun --nproc_per_node=N -m -- train fit ...`, RUN in a
place that all of them see.
"""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import torch

from engine import weights
from engine.errors import InputError
from train.objectives import objective_of
from train.objectives.pairs import PairRecipe
from train.recipes import RECIPES
from train.run import checkpoint
from train.run.console import console
from train.run.dryrun import dry_run
from train.run.loop import Data, fit
from train.run.recipe import Recipe
from train.run.state import Run
from train.run.world import World

PRECISIONS = {"auto": None, "bfloat16": True, "float32": False}


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(
        "python3 -m train fit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    p.add_argument("recipe", choices=sorted(RECIPES))
    p.add_argument("--data", nargs="+", required=True, help="what to train on")
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
    p.add_argument(
        "--precision", choices=PRECISIONS, default="auto", help="auto: bfloat16 where that is fast"
    )
    p.add_argument(
        "--workers", type=int, default=0, help="processes that load pictures; 0 loads in the trainer"
    )
    p.add_argument(
        "--dry-run", type=int, metavar="N", help="say what the run would cost, from N steps of each stage"
    )
    add_run_options(p)
    return p


def add_run_options(p: argparse.ArgumentParser) -> None:
    """What a run of any network is told: where, how long, how often to speak and to save."""
    p.add_argument(
        "--output", type=Path, required=True, help="folder of the run; a run that is there is resumed"
    )
    p.add_argument("--start", type=Path, metavar="WEIGHTS", help="weights that a new run begins with")
    p.add_argument("--validation", nargs="+", help="data with held-out people: figures at every save")
    p.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
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


def wanted_recipe(options: argparse.Namespace) -> PairRecipe:
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
    for name in ("batch", "clip", "accumulate", "dry_run"):
        _above_zero(options, name)
    check_run_options(options)
    if options.workers < 0:
        raise InputError(f"--workers {options.workers}: needs a number of processes, or 0.")


def check_run_options(options: argparse.Namespace) -> None:
    """Raises InputError on a time below zero, or one that is no number, or a decay over nothing."""
    _above_zero(options, "decay_over")
    for name in ("time_budget", "save_every", "report_every"):
        if not getattr(options, name) >= 0:
            raise InputError(f"--{name.replace('_', '-')} {getattr(options, name)}: needs a time, or 0.")


def _above_zero(options: argparse.Namespace, name: str) -> None:
    value = getattr(options, name)
    if value is not None and not value > 0:
        raise InputError(f"--{name.replace('_', '-')} {value}: needs a number above zero.")


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


def _run(options: argparse.Namespace, recipe: PairRecipe, world: World) -> int:
    source = objective_of(recipe.model).open(options.data, recipe, skip_damaged=options.skip_damaged)
    if recipe.needs_surfaces and not source.surfaces:
        recipe = recipe.without_surfaces(_begun_network(options, recipe))
    features = None
    if options.features:
        features = objective_of(recipe.model).look_through(options.features, recipe).to(world.device)
    state = Run.new(
        recipe, world, features=features, accumulate=options.accumulate, mixed=PRECISIONS[options.precision]
    )
    lines = recipe.left_out(RECIPES[options.recipe](), options.data[0])
    resumed = go_on(state, options.output, options.decay_over, options.start, lines.append)
    largest = max(phase.size for phase in recipe.phases)
    if source.size[0] < largest[0]:
        given, wanted = (f"{height}x{width}" for height, width in (source.size, largest))
        lines.append(f"The pictures of {given} are enlarged to the recipe's {wanted}.")
    return train(state, source, options, resumed, lines, workers=options.workers, steps=options.dry_run)


def _begun_network(options: argparse.Namespace, recipe: Recipe) -> object | None:
    """Configuration of the network that the run goes on with, or begins with, if there is one."""
    objective, there = objective_of(recipe.model), checkpoint.newest(options.output)
    if there:
        return objective.config_in(there.state, there.path)
    return objective.load(weights.read(options.start)).config if options.start else None


def go_on(
    run: Run,
    folder: Path,
    decay_over: int | None,
    start: Path | None = None,
    tell: Callable[[str], None] = lambda _: None,
) -> Path | None:
    """Take a new run to where the newest whole checkpoint in its folder left it, which is returned; or to the
    weights that it starts with. tell: called with a sentence for every newer one that is damaged."""
    there = checkpoint.newest(folder)
    if there:
        run.restore(there.state, there.path)
        checkpoint.put_aside(there.damaged)
        for line in there.lines():
            tell(line)
    elif start:
        run.begin_with(weights.read(start))
    if run.world.most(run.samples) != -run.world.most(-run.samples):
        raise InputError(
            f"{folder}: not all processes see the same checkpoints; use a folder that all share."
        )
    if decay_over:
        run.decay_over(decay_over)
    return there.path if there else None


def train(
    run: Run,
    source: Data,
    options: argparse.Namespace,
    resumed: Path | None,
    lines: Sequence[str] = (),
    workers: int = 0,
    steps: int | None = None,
) -> int:
    """Train a run as the options of `add_run_options` and `--data` say, or with `steps` say what it would
    cost. lines: what the user should know before the first step."""
    world = run.world
    run.objective.learn_data(source, ", ".join(options.data), world.device)
    speaking = console(run.samples, run.end, speaks=world.first)
    if resumed:
        speaking.say(f"Going on from {resumed}.")
    elif options.start:
        speaking.say(f"Beginning with {options.start}, which has seen {run.samples:,} samples.")
    for line in lines:
        speaking.say(line)
    if run.finished:
        speaking.say(f"The run is done: {run.samples:,} samples.")
        return 0
    if steps:
        for line in dry_run(run, source, options.output, steps, workers):
            speaking.say(line)
        return 0
    validate = None
    if options.validation and world.first:
        validate = run.objective.validator(options.validation, world.device)
    fit(
        run,
        source,
        options.output,
        time_budget=60 * options.time_budget,
        report_every=options.report_every,
        save_every=60 * options.save_every,
        workers=workers,
        console=speaking,
        validate=validate,
    )
    if source.skipped and world.first:
        count, first = sum(source.skipped.values()), next(iter(source.skipped))
        speaking.say(f"{count} damaged records were skipped; the first: {first}")
    return 0


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
