"""House features: the encoder of our own parsing network as what a perceptual loss looks through.

They take the place of VGG-19 where its weights are not at hand. They know people in clothes and nothing
else, and their weights may be shipped.
"""

from __future__ import annotations

import os
from typing import Protocol

import torch
from torch import Tensor, nn

from engine import weights
from engine.errors import InputError
from engine.models import parser

CARD_KEY = "feature_rms"


class Features(Protocol):
    """Pictures float [B, 3, H, W] in about [-1, 1] -> feature maps [B, C, h, w], the finest first."""

    def __call__(self, picture_BCHW: Tensor) -> list[Tensor]: ...


class HouseFeatures(nn.Module):
    """Maps at 1, 1/2, 1/4, 1/8 and 1/16 of the picture's rows, each divided by its root mean square over
    training pictures, so that all count alike.

    Pictures whose sides are no multiples of 16 are as good. Interface: `Features`.
    """

    def __init__(self, encoder: parser.Encoder, rms: list[float]):
        super().__init__()
        self.encoder = encoder
        self.rms = tuple(rms)

    def forward(self, picture_BCHW: Tensor) -> list[Tensor]:
        picture = picture_BCHW.contiguous(memory_format=torch.channels_last)
        maps = self.encoder(picture)
        return [found / rms for found, rms in zip(maps, self.rms, strict=True)]


def load_house(path: str | os.PathLike = parser.SHIPPED) -> HouseFeatures:
    """Features of a parsing network's weights, frozen. Raises InputError naming the file where it is missing,
    damaged, of another network, or lacks the sizes of its maps."""
    network = parser.load(path)
    rms = weights.read(path).card.get(CARD_KEY)
    if not isinstance(rms, list) or len(rms) != len(network.config.widths) or not all(v > 0 for v in rms):
        raise InputError(f"The weights file {path} lacks the sizes of its features; export it again.")
    return HouseFeatures(network.encoder, rms).eval().requires_grad_(False)
