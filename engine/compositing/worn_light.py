"""The light in which a wearer stands, on clothes that are laid on: they are photographed alone, lit evenly.

Cloth around a body or a limb is darker towards its sides, which are turned away, and beside what is before
it. And clothes of one colour that were there before say how light each place of the body is, of all of it:
the side away from the lamp, the shade below a chest or an arm, the folds at a bent waist. By that the new
ones are shaded, where they lie on the same places. Of patterned clothes that cannot be told, nor of black
ones, on which next to no light is seen, nor of legwear: jeans that are washed look as if they were lit.

H W the picture; h w a smaller one; lengths in shoulders, from joint to joint.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import highest, ramp, ramp_at, size_of
from engine.ops.resample import enlarged, running_mean, shrunk

_FINENESS = 90  # px of the smaller picture in which light is told, that shoulders are broad
_FINE, _WIDE = 0.06, 0.16  # how far light and folds are evened, and how far what is known carries
_RIM = 2  # px of the smaller picture, that are left out beside what is no cloth
_LEAST = 0.3  # side of a square as large as what must be seen of them
_AS_LIGHT = 0.65, 1.4  # of the middle of a garment, how dark and light its own colour may be
_HUE = 0.05  # how far the shares of its light by colour may be from those of its middle
_ONE = 0.75  # how much of a garment is of its colour, if it has one
# Contrast of neighbours, of its light, that clothes of one colour have in their middle at most; and how dark
# they are at most, of 0 to 2.
_CONTRAST, _DARK = 0.1, (0.16, 0.34)
# How much of the light and shade of the old ones the new ones have: on what is nearly white a photo shows
# less of it; and how light that is, of 0 to 2.
_DEEP, _WHITE = (0.75, 0.9), (1.2, 1.7)
_MOST = 0.6, 1.02  # how dark and how light it makes them at most: what is white would be burnt out
_ROUND, _SIDES = 0.1, 0.2  # how far from a side cloth turns away, and how much darker it is at it


@torch.no_grad()
def worn_light(picture_1CHW: Tensor, old_11HW: Tensor, new_11HW: Tensor, shoulders: float) -> Tensor:
    """By how much clothes that are laid on are lighter or darker, [1, 1, H, W].

    picture: before, in [-1, 1]. old, new: how much of a px is of the clothes that go, and that come.
    shoulders: px.
    """
    size, times = size_of(picture_1CHW), max(1, round(shoulders / _FINENESS))
    small = [max(1, side // times) for side in size]
    unit, new_11hw = shoulders / times, shrunk(new_11HW, small)
    light_11hw = _rounded(new_11hw, unit)
    told_11hw = _told(shrunk(picture_1CHW, small) + 1.0, shrunk(old_11HW, small) * new_11hw, unit)
    if told_11hw is not None:
        light_11hw = light_11hw * told_11hw
    return enlarged(light_11hw, size)


def _rounded(new_11hw: Tensor, unit: float) -> Tensor:
    """How light cloth is that lies around what it covers, lit from before."""
    side = 2 * max(1, round(_ROUND * unit)) + 1
    there_11hw = new_11hw
    for _ in range(2):
        there_11hw = F.avg_pool2d(there_11hw, (1, side), 1, (0, side // 2))
    away_11hw = (2.0 * (1.0 - there_11hw)).clamp(0.0, 1.0)
    return 1.0 - _SIDES * away_11hw.square()


def _told(light_1Chw: Tensor, both_11hw: Tensor, unit: float) -> Tensor | None:
    """What the old clothes tell, 1 where nothing is known; None where they do not tell. light: of the
    picture, from 0. both: how much of a px is of the old and the new ones. unit: px of shoulders."""
    sure_11hw = 1.0 - highest((both_11hw < 0.9).float(), 2 * _RIM + 1)
    sure_hw = sure_11hw[0, 0] > 0
    if int(sure_hw.sum()) < (_LEAST * unit) ** 2:
        return None
    grey_11hw = light_1Chw.mean(1, keepdim=True).clamp_min(1e-3)
    share_1Chw = light_1Chw / grey_11hw
    middle = grey_11hw[0, 0][sure_hw].median()
    hue_1C11 = share_1Chw[0, :, sure_hw].median(1).values[None, :, None, None]
    ratio_11hw = grey_11hw / middle
    weight = ramp_at(float(middle), *_DARK)
    off_11hw = (share_1Chw - hue_1C11).abs().amax(1, keepdim=True) * grey_11hw.clamp_max(1.0) / 3.0
    own_11hw = sure_11hw * (ratio_11hw > _AS_LIGHT[0]) * (ratio_11hw < _AS_LIGHT[1]) * (off_11hw < _HUE)
    if not weight or float(own_11hw.sum()) < _ONE * float(sure_11hw.sum()):
        return None
    evened_11hw = _evened(ratio_11hw, own_11hw, 2)[0]
    rough_hw = (ratio_11hw - evened_11hw).abs()[0, 0]
    if float(rough_hw[own_11hw[0, 0] > 0].mean()) > _CONTRAST:
        return None
    fine_11hw, near_11hw = _evened(ratio_11hw, own_11hw, _FINE * unit)
    wide_11hw, about_11hw = _evened(ratio_11hw, own_11hw, _WIDE * unit)
    # What is known only about goes over into what is known nowhere.
    shade_11hw = torch.lerp(wide_11hw, fine_11hw, ramp(near_11hw, 0.3, 0.9))
    deep = _DEEP[0] + (_DEEP[1] - _DEEP[0]) * ramp_at(float(middle), *_WHITE)
    deep_11hw = weight * deep * ramp(about_11hw, 0.3, 0.8)
    return (1.0 + deep_11hw * (shade_11hw - 1.0)).clamp(*_MOST)


def _evened(of_11hw: Tensor, known_11hw: Tensor, px: float) -> tuple[Tensor, Tensor]:
    """The mean of what is known around each px, and how much of what is around it is known."""
    side = 2 * max(1, round(px / 2)) + 1
    both_12hw = torch.cat([of_11hw * known_11hw, known_11hw], 1)
    for _ in range(3):  # three boxes are nearly a bell
        both_12hw = running_mean(both_12hw, side)
    sum_11hw, share_11hw = both_12hw.split(1, 1)
    known = share_11hw > 1e-4
    return torch.where(known, sum_11hw / share_11hw.clamp_min(1e-4), torch.ones_like(sum_11hw)), share_11hw
