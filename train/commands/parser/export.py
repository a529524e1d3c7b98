"""`python3 -m train parser export RUN --data DIR`: weights of a run, averaged, for the application."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.features import CARD_KEY
from engine.files import refuse_own_input
from engine.models import parser as parser_model
from train.commands.export import chosen, provenance
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import PLAIN
from train.losses.house import feature_rms
from train.metrics.parsing import SIZE, fixed_batches
from train.objectives.parser import ParserObjective
from train.run import checkpoint

_PICTURES = 128  # over which the sizes of the features are taken


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train parser export", description=__doc__)
    p.add_argument("run", type=Path, help="folder of a run, or one of its checkpoints")
    p.add_argument("--data", nargs="+", required=True, help="training people, for the sizes of the features")
    p.add_argument("--output", type=Path, default=parser_model.SHIPPED)
    p.add_argument("--best", action="store_true", help="the checkpoint with the best mIoU on held-out people")
    options = p.parse_args(argv)
    path = chosen(options.run, options.best)
    refuse_own_input(options.output, path)
    state = checkpoint.read(path)
    network = ParserObjective.average_in(state, path)
    batches = fixed_batches(Crowd(options.data), SIZE, _PICTURES, PLAIN)
    data, licence = provenance(state["history"])
    card = {
        "name": "Poseloom parser",
        "data": data,
        "licence": licence,
        "recipe": state["recipe"],
        "samples": state["samples"],
        "stretches": state["history"],
        CARD_KEY: feature_rms(network.eval().encoder, [batch.image_BCHW for batch, _ in batches]),
    }
    parser_model.save(options.output, network, card)
    megabytes = options.output.stat().st_size / 1e6
    print(f"{options.output}: {megabytes:.1f} MB after {state['samples']:,} samples")
    return 0
