"""Which features a run's perceptual terms look through, and how large the maps of house features are."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor

from engine import weights
from engine.features import Features, load_house
from engine.models import parser
from train.losses.features import load_vgg19

HOUSE = "house"  # the name by which the weights in the box are asked for


def load_features(which: str) -> Features:
    """What `--features` names: `house`, a parsing network's weights file, or torchvision's VGG-19."""
    if which == HOUSE:
        return load_house()
    path = Path(which)
    if path.suffix == ".safetensors" and path.is_file() and weights.read(path).model == parser.MODEL:
        return load_house(path)
    return load_vgg19(path)


@torch.no_grad()
def feature_rms(encoder: parser.Encoder, pictures: list[Tensor]) -> list[float]:
    """Root mean square of each map over batches of pictures float32 [B, 3, H, W] in [-1, 1]."""
    squares = torch.stack(
        [torch.stack([found.double().square().mean() for found in encoder(batch)]) for batch in pictures]
    )
    return squares.mean(0).sqrt().tolist()
