"""How strong detail is, wherever exactly it lies: what teaches a network to copy a pattern.

A check that lies a few pixels beside its place is wrong for every pixel loss, which would rather see no
check. Here pictures are compared by how much they vary around a position, at two scales. The renderer could
answer with noise, so only what decides about copying learns from this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.detail import with_detail
from engine.ops.resample import window_mean

if TYPE_CHECKING:
    from train.objectives.nted_with_detail import DetailedOutput

_SIDES = (5, 17)  # px of a 256-row picture, of the means whose differences are the two bands
_AROUND, _STEP = 15, 4  # px of such a picture: side and step of the windows that variation is summed over


def _mean(x_BCHW: Tensor, side: float, stride: int = 1) -> Tensor:
    return window_mean(x_BCHW, max(3, int(side) | 1), stride)


def variation(image_BCHW: Tensor) -> Tensor:
    """How much a picture varies around its positions, [B, 2 C, h, w].

    The mean absolute value of a fine and of a coarse band.
    """
    unit = image_BCHW.shape[-2] / 256
    fine, coarse = (_mean(image_BCHW, unit * side) for side in _SIDES)
    bands = torch.cat([image_BCHW - fine, fine - coarse], 1)
    return _mean(bands.abs(), unit * _AROUND, max(1, round(unit * _STEP)))


def contrast_term(output: DetailedOutput, target_BCHW: Tensor, weights_B1HW: Tensor) -> Tensor:
    """Weighted mean absolute difference of the variation of result and target.

    The renderer's own picture is taken as given.
    """
    made = with_detail(output.skips[-1].float().detach(), output.copied)
    difference = (variation(made) - variation(target_BCHW)).abs()
    return (difference * F.adaptive_avg_pool2d(weights_B1HW, difference.shape[-2:])).mean()
