"""The parsing generator: from the source's parsing map and both poses to the target's parsing map (section
3.1)."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import torch
from torch import Tensor, nn

from engine.models.pise.blocks import NORMS, Down, Gate, Out, Up
from engine.models.pise.config import REGION_COUNT, PiseConfig
from engine.pose.skeleton import JOINT_COUNT

_SLOPE = 0.2


class Parsing(NamedTuple):
    """parsing_BRHW: how much of every region a pixel is, in [0, 1]; each for itself, the sum is not 1.

    mask_B1HW: in [-1, 1], an output that the official code computes and uses nowhere.
    """

    parsing_BRHW: Tensor
    mask_B1HW: Tensor


class ParsingGenerator(nn.Module):
    """Its norms have no weights: under the paper's, a region that the source lacks stays exactly 0."""

    def __init__(self, config: PiseConfig):
        super().__init__()
        whole, half, quarter, eighth, sixteenth = config.parsing
        norm = NORMS[config.norm]
        down = partial(Down, slope=_SLOPE, norm=norm, affine=False)
        up = partial(Up, slope=_SLOPE, norm=norm, affine=False)
        out = partial(Out, slope=_SLOPE, norm=norm, affine=False)
        self.conv1 = down(REGION_COUNT + 2 * JOINT_COUNT, whole, half)
        self.conv2 = down(half, quarter, quarter)
        self.conv3 = down(quarter, eighth, eighth)
        self.conv4 = down(eighth, sixteenth, sixteenth)
        self.deform3 = Gate(sixteenth, norm)
        self.deform4 = Gate(sixteenth, norm)
        self.up1 = up(sixteenth, eighth, eighth)
        self.up2 = up(eighth, quarter, quarter)
        self.up3 = up(quarter, half, half)
        self.up4 = up(half, whole, whole)
        self.parout = out(whole, REGION_COUNT)
        self.makout = out(whole, 1)

    def forward(
        self, source_parsing_BRHW: Tensor, source_heat_BJHW: Tensor, target_heat_BJHW: Tensor
    ) -> Parsing:
        """One-hot parsing map and heat maps of the source, heat maps of the target -> `Parsing`."""
        x = torch.cat([source_parsing_BRHW, source_heat_BJHW, target_heat_BJHW], 1)
        for encode in (self.conv1, self.conv2, self.conv3, self.conv4):
            x = encode(x)
        x = self.deform4(self.deform3(x))
        for decode in (self.up1, self.up2, self.up3, self.up4):
            x = decode(x)
        return Parsing((self.parout(x) + 1) / 2, self.makout(x))


def one_hot(labels_BHW: Tensor) -> Tensor:
    """Region ids of any integer type -> float32 [B, R, H, W] of 0 and 1, channels last."""
    regions_R = torch.arange(REGION_COUNT, device=labels_BHW.device)
    return (labels_BHW[..., None] == regions_R).float().movedim(-1, 1)


def hardened(parsing_BRHW: Tensor) -> Tensor:
    """The strongest region of every pixel, one-hot; no gradient passes."""
    return one_hot(parsing_BRHW.argmax(1))
