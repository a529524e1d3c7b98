"""`python3 -m train parser export RUN --data DIR`: weights of a run, averaged, for the application."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch

from engine import weights
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
    p.add_argument(
        "--mean-with", type=Path, metavar="WEIGHTS", help="half of each: weights that it began from, say"
    )
    options = p.parse_args(argv)
    path = chosen(options.run, options.best)
    refuse_own_input(options.output, path)
    state = checkpoint.read(path)
    network = ParserObjective.average_in(state, path)
    if options.mean_with is not None:
        other = parser_model.load(options.mean_with, folded=False)
        weights.compare(network, other.state_dict(), options.mean_with)
        network = mean_of(network, other)
    batches = fixed_batches(Crowd(options.data), SIZE, _PICTURES, PLAIN)
    data, licence = provenance(state["history"])
    card = {
        "name": "Poseloom parser",
        "data": data,
        "licence": licence,
        "recipe": state["recipe"],
        "samples": state["samples"],
        "stretches": state["history"],
        **({"mean with": weights.sha256(options.mean_with)} if options.mean_with else {}),
        CARD_KEY: feature_rms(network.eval().encoder, [batch.image_BCHW for batch, _ in batches]),
    }
    parser_model.save(options.output, network, card)
    megabytes = options.output.stat().st_size / 1e6
    print(f"{options.output}: {megabytes:.1f} MB after {state['samples']:,} samples")
    return 0


def mean_of(one: parser_model.Parser, other: parser_model.Parser) -> parser_model.Parser:
    """A network in the middle between two of one run, or of a run and what it began from: better than either
    where they learnt from different pictures (Wortsman et al. 2022, "Model soups"). What the other has learnt
    nothing of yet, all zeros, is this one's. `one` becomes it."""
    theirs = other.state_dict()
    middle = {
        key: torch.lerp(mine, theirs[key].to(mine), 0.5)
        if mine.is_floating_point() and theirs[key].any()
        else mine
        for key, mine in one.state_dict().items()
    }
    one.load_state_dict(middle)
    return one
