"""`import-weights`: an official checkpoint of a paper's network as safetensors, the same function."""

from __future__ import annotations

import argparse

from engine import weights
from engine.cli.inputs import frame_size
from engine.files import refuse_own_input
from engine.models.registry import DEFAULT, ENGINES
from engine.opening import checked_size


def run(argv: list[str]) -> int:
    """Write the weights; 0 when they are written. Raises InputError."""
    parser = argparse.ArgumentParser(prog="poseloom import-weights", description=__doc__)
    parser.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="official checkpoint, 256 or 512, whole or stripped"
    )
    parser.add_argument("--output", metavar="W.safetensors", required=True)
    parser.add_argument(
        "--size", metavar="HxW", type=frame_size, help="model frame to run at; default: the weights' own"
    )
    parser.add_argument(
        "--discriminator", metavar="D.safetensors", help="write the discriminator too, to train on with"
    )
    options = parser.parse_args(argv)
    for output in (options.output, options.discriminator):
        if output:
            refuse_own_input(output, options.checkpoint)
    content = weights.read_any(options.checkpoint)
    official = [engine.module("official") for engine in ENGINES.values()]
    # What nobody knows the default engine refuses, and says what it lacks.
    owner = next((each for each in official if each.recognises(content)), ENGINES[DEFAULT].module("official"))
    size = options.size and checked_size(options.size)
    for line in owner.import_checkpoint(options.checkpoint, options.output, size, options.discriminator):
        print(line)
    return 0
