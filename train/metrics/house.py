"""The house features: the encoder of this project's own parsing network, for distances between pictures."""

from __future__ import annotations

from pathlib import Path

import torch

from engine import weights
from engine.models import parser
from train.metrics.frechet import NamedFeatures, pooled


def house_features(path: Path, device: torch.device | str = "cpu") -> NamedFeatures:
    """Means over the picture of the encoder's coarsest map. Raises InputError where the file is missing or
    holds another network."""
    network = parser.load(path).to(device)
    return NamedFeatures("house", weights.sha256(path), pooled(network.encoder))
