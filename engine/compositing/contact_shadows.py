"""Soft shadows where clothes that are laid on touch a body, and where arms and sleeves lie before them.

A garment photographed alone brings none, and without them it looks like paper on a photo; an arm that is
moved before its own trunk, of one colour with it or one pattern, could not be told from it. Light comes from
above: a hem's shadow is below it, a collar's on the neck in it.

H W the picture; lengths in shoulders, from joint to joint.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import Window, size_of
from engine.ops.resample import enlarged, running_mean, shrunk

_REACH = 0.07  # how far a shadow goes: twice as far a hem seems to float
REACH = 0.2  # what is farther from what casts one has none
_BELOW = 0.03  # how much farther down than up
_ON_BODY, _ON_CLOTHES = 0.4, 0.35  # how much darker it is where something lies on it at most
_OF_ARM = 0.35  # likewise, where an arm lies on who has it
_FINENESS = 4  # px of the smaller picture in which shadows are made, that a reach is


def in_shadow(
    picture_1CHW: Tensor, body_11HW: Tensor, clothes_11HW: Tensor, before_11HW: Tensor, shoulders: float
) -> Tensor:
    """A picture in [-1, 1] with these shadows, [1, 3, H, W].

    body: how much of a px is the person who wears the clothes; what is behind them has no part in it.
    clothes: how much of a px they cover. before: how much is what lies before them. shoulders: px.
    """
    beneath_11HW = body_11HW * (1.0 - clothes_11HW) * (1.0 - before_11HW)
    on_body_11HW = _ON_BODY * _cast(clothes_11HW, shoulders) * beneath_11HW
    on_clothes_11HW = _ON_CLOTHES * _cast(before_11HW, shoulders) * clothes_11HW * (1.0 - before_11HW)
    return picture_1CHW - (picture_1CHW + 1.0) * (on_body_11HW + on_clothes_11HW)


def shade_of_arm(
    layer_DHW: Tensor, hers_HW: Tensor, arm_hw: Tensor, window: Window, shoulders: float
) -> None:
    """Shades a layer (`layers`) of colours where an arm will lie on its person.

    hers: how much of a px is hers, of whom something may be seen beside the arm. arm: 0 to 1, how far it is
    there and casts a shadow, in a window of the layer that holds what it shades. shoulders: px.
    """
    shade_hw = _OF_ARM * _cast(arm_hw[None, None], shoulders)[0, 0] * hers_HW[window]
    # Of premultiplied colours in [-1, 1] the darkest is -1.
    layer_DHW[0][window].lerp_(torch.ones_like(shade_hw), shade_hw)
    layer_DHW[1:][(..., *window)].lerp_(torch.full_like(layer_DHW[1:][(..., *window)], -1.0), shade_hw)


def _cast(there_11HW: Tensor, shoulders: float) -> Tensor:
    """How much of what something could shade it does, 0 to 1: about half of it beside a straight edge."""
    size, reach = size_of(there_11HW), _REACH * shoulders
    times = max(1, int(reach / _FINENESS))
    small_11hw = shrunk(there_11HW, [max(1, side // times) for side in size])
    side = 2 * max(1, round(reach / times / 2)) + 1
    shade_11hw = running_mean(running_mean(small_11hw, side), side)
    down = round(_BELOW * shoulders / times)
    shade_11hw = F.pad(shade_11hw, (0, 0, down, 0), mode="replicate")[:, :, : size_of(small_11hw)[0]]
    return enlarged(shade_11hw, size)
