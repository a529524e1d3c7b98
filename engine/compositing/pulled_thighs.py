"""Thighs that are pulled: the garments above their crease, which go with the trunk, and the cloth that is
stretched between them and the crotch.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.creases import below, past_crease
from engine.compositing.crotches import Triangle, aside, outside, stretched
from engine.compositing.cut_outs import window_around
from engine.compositing.fields import Window, ramp, size_of
from engine.compositing.limb_bones import sampled
from engine.compositing.limbs_elsewhere import Elsewhere, Trunk
from engine.compositing.limbs_found import Pulled
from engine.regions import REGIONS

_WORN = 0.3, 0.7  # how sure it is that a garment is there, and that nobody is
_TOPS, _LEGS = (
    [REGIONS.index(name) for name in names]
    for names in (("upper clothes", "dress or skirt"), ("pants", "legs"))
)
_BELOW = [*_TOPS, *_LEGS]


def at_hip(
    thigh: Elsewhere,
    trunk: Trunk,
    photo_DHW: Tensor,
    arms_2HW: Tensor,
    class_8hw: Tensor,
    here_hw: Tensor,
    pulled: Pulled,
    sides_2: Tensor,
) -> tuple[Tensor, Tensor]:
    """The photo's garments above a thigh's crease, moved with the trunk: their planes [C, h, w], and how far
    they are shown [h, w]. photo: its planes, and how sure it is that nobody is there."""
    before_hw = trunk.before(here_hw)
    seen_Dhw = sampled(photo_DHW, before_hw, sides_2)
    worn_hw = sampled(class_8hw[_BELOW], before_hw, sides_2).sum(0)
    arms_hw = sampled(arms_2HW, before_hw, sides_2).amax(0)
    there_hw = ramp(worn_hw, *_WORN) * (1.0 - arms_hw) * (1.0 - ramp(seen_Dhw[-1], *_WORN))
    if pulled.crotch is not None:
        there_hw *= 1.0 - below(thigh, pulled.crotch, before_hw)
    if thigh.bone.chain in pulled.stretches:
        there_hw *= 1.0 - aside(thigh) * outside(pulled.stretches[thigh.bone.chain][1], here_hw)
    return seen_Dhw[:-1], thigh.part * (1.0 - past_crease(thigh, trunk, here_hw)) * there_hw


def at_crotch(
    thigh: Elsewhere,
    trunk: Trunk,
    photo_DHW: Tensor,
    class_8hw: Tensor,
    here_HW: Tensor,
    found: tuple[Triangle, Triangle],
    sides_2: Tensor,
) -> tuple[Tensor, Tensor, Window]:
    """The photo's trousers and legs where a thigh is pulled away from its crotch: their planes [C, h, w],
    how far they are shown [h, w], and in which window."""
    window = window_around(torch.tensor(found[1], device=sides_2.device), 0.0, size_of(here_HW), sides_2)
    here_hw = here_HW[window]
    before_hw, inside_hw = stretched(*found, here_hw)
    seen_Dhw = sampled(photo_DHW, before_hw, sides_2)
    worn_hw = sampled(class_8hw[_LEGS], before_hw, sides_2).sum(0)
    over_hw = sampled(class_8hw[_TOPS], trunk.before(here_hw), sides_2).sum(0)
    hers_hw = ramp(worn_hw, *_WORN) * (1.0 - ramp(over_hw, *_WORN)) * (1.0 - ramp(seen_Dhw[-1], *_WORN))
    return seen_Dhw[:-1], aside(thigh) * inside_hw * hers_hw, window
