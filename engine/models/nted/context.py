"""What surrounds a position of the reference, for the extraction: ours, not in the paper.

In the paper C̄e of a fine level is told by features that see a few pixels around, so it cannot know a sleeve
from a trouser leg of the same cloth. Here a path from the coarsest level back up adds to its logits what the
whole picture says. It runs once a reference; a drag does not know of it.
"""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.nted.config import NtedConfig
from engine.ops.equalized import BiasedLeakyReLU, EqualConv2d, activated

_DEEPER = 2  # more convolutions at the coarsest level, so that every position there sees most of the picture


class ContextConv(nn.Module):
    """A 3x3 convolution and its activation."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = EqualConv2d(channels, channels, 3, padding=1, bias=False)
        self.activate = BiasedLeakyReLU(channels)

    def forward(self, x_BChw: Tensor) -> Tensor:
        return activated(self.conv, self.activate, x_BChw)


class Context(nn.Module):
    """Features of the encoder's levels, finest first -> logits to add, [B, K of both extractions, h, w]."""

    def __init__(self, config: NtedConfig):
        super().__init__()
        levels, channels = config.levels[-2::-1], config.context
        self.project = nn.ModuleList(EqualConv2d(level.channels, channels, 1) for level in levels)
        self.mix = nn.ModuleList(ContextConv(channels) for _ in levels)
        self.deepen = nn.Sequential(*(ContextConv(channels) for _ in range(_DEEPER)))
        self.filter = nn.ModuleList(EqualConv2d(channels, 2 * level.textures, 1) for level in levels)

    def forward(self, features: list[Tensor]) -> list[Tensor]:
        logits = []
        above = None
        layers = list(zip(features, self.project, self.mix, self.filter, strict=True))
        for feature_BChw, project, mix, filter_ in reversed(layers):
            x = project(feature_BChw)
            if above is None:
                x = self.deepen(mix(x))
            else:
                x = mix(x + F.interpolate(above, x.shape[-2:], mode="nearest"))
            logits.append(filter_(x))
            above = x
        return logits[::-1]
