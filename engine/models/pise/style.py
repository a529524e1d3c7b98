"""The style encoder: one code for every region of the source picture, and one for the whole (section 3.2)."""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.models.pise.blocks import NORMS, Down, Up
from engine.models.pise.config import PiseConfig

_SLOPE = 0.1


class Style(NamedTuple):
    """codes_BRC: [B, R + 1, C] in [-1, 1], zero for a region that is not there; the last is the whole
    picture's. exist_BR: float 1 where the source has the region, else 0.
    """

    codes_BRC: Tensor
    exist_BR: Tensor

    def known(self) -> Tensor:
        """[B, R, C]: each region's code, that of the whole picture where it is not there (Eq. 2)."""
        return torch.where(self.exist_BR[..., None] == 1, self.codes_BRC[:, :-1], self.codes_BRC[:, -1:])

    def colours(self) -> Tensor:
        """[B, R, 3]: of `known` the mean colours, where codes end with them."""
        return self.known()[..., -3:]


class StyleEncoder(nn.Module):
    def __init__(self, config: PiseConfig):
        super().__init__()
        half, quarter, eighth, sixteenth = config.style
        norm = NORMS[config.norm]
        self.colours = config.colours
        self.block0 = Down(3, half, half, _SLOPE, norm)
        self.block1 = Down(half, quarter, quarter, _SLOPE, norm)
        self.block2 = Down(quarter, eighth, eighth, _SLOPE, norm)
        self.block3 = Down(eighth, sixteenth, sixteenth, _SLOPE, norm)
        self.block4 = Up(sixteenth, eighth, eighth, _SLOPE, norm)
        self.block5 = Up(eighth, config.codes, config.codes, _SLOPE, norm)
        self.get_code = nn.Sequential(nn.Conv2d(config.codes, config.codes, 1), nn.Tanh())

    def features(self, picture_BCHW: Tensor) -> Tensor:
        """F_i of the paper: [B, C, H/4, W/4]."""
        x = picture_BCHW
        for block in (self.block0, self.block1, self.block2, self.block3, self.block4, self.block5):
            x = block(x)
        return x

    def forward(self, picture_BCHW: Tensor, parsing_BRHW: Tensor) -> Style:
        """Picture in [-1, 1] and its one-hot parsing map."""
        return self.style(self.features(picture_BCHW), picture_BCHW, parsing_BRHW)

    def style(self, feature_BChw: Tensor, picture_BCHW: Tensor, parsing_BRHW: Tensor) -> Style:
        """From `features`. The averages are over codes, not over F_i as in Eq. 2: so the official code."""
        code_BChw = self.get_code(feature_BChw)
        size = code_BChw.shape[2:]
        if self.colours:
            code_BChw = torch.cat([code_BChw, F.adaptive_avg_pool2d(picture_BCHW, size)], 1)
        return pooled(code_BChw, F.interpolate(parsing_BRHW, size, mode="nearest") != 0)


def pooled(code_BChw: Tensor, inside_BRhw: Tensor) -> Style:
    """Joint global and local average pooling (Eq. 2)."""
    inside_BRN = inside_BRhw.flatten(2).to(code_BChw.dtype)
    count_BR1 = inside_BRN.sum(2, keepdim=True)
    local_BRC = inside_BRN @ code_BChw.flatten(2).transpose(1, 2) / count_BR1.clamp_min(1)
    whole_B1C = code_BChw.mean((2, 3))[:, None]
    return Style(torch.cat([local_BRC, whole_B1C], 1), (count_BR1[..., 0] > 0).to(code_BChw.dtype))
