"""`python3 -m train parser fit --data DIR --output RUN`: train the parsing network, or go on with a run."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from engine.cv import cv2
from engine.errors import InputError
from train import recipes
from train.commands.fit import add_run_options, check_run_options, go_on, train
from train.data.parsing.scenery import read_scenes
from train.objectives import objective_of
from train.run.state import Run
from train.run.world import World


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train parser fit", description=__doc__)
    p.add_argument("--data", nargs="+", required=True, help="data sets of rendered people")
    p.add_argument("--scenes", type=Path, help="folder of pictures of places without people, for backgrounds")
    add_run_options(p)
    options = p.parse_args(argv)
    check_run_options(options)
    if "WORLD_SIZE" in os.environ:
        raise InputError("The parsing network is trained by one process: start it without torchrun.")
    world = World.join(options.device)
    cv2.setNumThreads(1)
    recipe = recipes.parser()
    source = objective_of(recipe.model).open(options.data, recipe)
    if options.scenes is not None:
        source.scenes = read_scenes(options.scenes)
    state = Run.new(recipe, world)
    lines: list[str] = []
    resumed = go_on(state, options.output, options.decay_over, options.start, lines.append)
    return train(state, source, options, resumed, lines)
