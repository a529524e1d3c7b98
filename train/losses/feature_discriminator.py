"""A discriminator that looks through frozen features (Sauer et al. 2021, Projected GANs Converge Faster).

It need not learn to see first: within a few hundred samples it tells results from photos.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.errors import InputError
from engine.features import Features
from engine.ops.equalized import BiasedLeakyReLU, EqualConv2d


def _head(channels: int) -> nn.Sequential:
    """Feature map [B, channels, h, w] -> a logit for every position [B, 1, h, w], which sees 5 of them."""
    layers = []
    for _ in range(2):
        layers += [EqualConv2d(channels, channels, 3, padding=1, bias=False), BiasedLeakyReLU(channels)]
    return nn.Sequential(*layers, EqualConv2d(channels, 1, 1))


class FeatureDiscriminator(nn.Module):
    """Feature maps [B, C, h, w] of a picture -> for each of the first ones its logits [B, 1, h, w].

    channels: C of every map it judges, the finest first. Each is judged by itself: together the easiest one
    would speak for all.
    """

    def __init__(self, channels: tuple[int, ...]):
        super().__init__()
        self.heads = nn.ModuleList(_head(count) for count in channels)

    def forward(self, maps: list[Tensor]) -> list[Tensor]:
        return [head(found) for head, found in zip(self.heads, maps, strict=False)]


def check_maps(name: str, channels: tuple[int, ...], features: Features) -> None:
    """Raises InputError where the discriminator of recipe `name` was not made for these features."""
    device = next(iter(getattr(features, "parameters", list)()), torch.empty(0)).device
    maps = features(torch.zeros(1, 3, 64, 48, device=device))
    if channels != tuple(found.shape[1] for found in maps[: len(channels)]):
        raise InputError(f"The adversary of recipe {name} was made for other features: use --features house.")
