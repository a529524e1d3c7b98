"""Parsing networks from and to weights files."""

from __future__ import annotations

import os

import torch

from engine import weights
from engine.errors import InputError
from engine.models.parser.bones import BONES
from engine.models.parser.config import ParserConfig
from engine.models.parser.network import TOLD_AT, Parser, fold
from engine.paths import RESOURCES

MODEL = "parser"
SHIPPED = RESOURCES / "weights" / "parser.safetensors"
# Normalisation keeps its own precision: variances can lie outside of what float16 holds.
_WHOLE = "norm."


def load(path: str | os.PathLike, folded: bool = True) -> Parser:
    """The network of a safetensors file, float32, in eval mode and frozen.

    folded: normalisations folded into the convolutions; the other form is the one to train on from. Raises
    InputError naming the file where it is missing, damaged, or holds another network.
    """
    return from_file(weights.read(path), folded)


def from_file(file: weights.WeightsFile, folded: bool = True) -> Parser:
    """`load` of a file that was read."""
    if file.model != MODEL:
        raise InputError(f"The weights file {file.path} holds {file.model or 'no'} model, not the parser.")
    try:
        config = ParserConfig.from_json(file.config or {})
    except (KeyError, TypeError, ValueError):
        raise InputError(f"The weights file {file.path} has a damaged configuration.") from None
    untold = torch.zeros(config.widths[TOLD_AT], BONES, 3, 3)  # of files from before joints could be told
    tensors = {"encoder.bones.weight": untold, **file.tensors}
    network = weights.network_of(lambda: Parser(config), tensors, file.path)
    network.eval().requires_grad_(False)
    return fold(network) if folded else network


def save(path: str | os.PathLike, network: Parser, card: dict | None = None) -> None:
    """Write an unfolded network with its configuration and card, convolutions in half precision."""
    tensors = {
        key: tensor if _WHOLE in key or not tensor.is_floating_point() else tensor.half()
        for key, tensor in network.state_dict().items()
    }
    weights.write(path, tensors, model=MODEL, config=network.config.to_json(), card=card)
