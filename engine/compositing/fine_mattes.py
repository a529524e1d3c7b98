"""Mattes as fine as a photo: the outlines of its person and of the limbs, by the colours on both sides.

Maps of 128 and 256 rows know an outline to one or two of their px, and are soft there. Enlarged to a photo of
1,024 rows that is a fringe of a dozen px with the wall's colours. So in a finer photo each px near an outline
is asked which side it looks like: how likely its colour is among those deep inside and those well outside,
within reach, and how likely the map holds it, together. Where both sides look the same the map alone decides.
"""

from __future__ import annotations

from math import log
from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.arm_outlines import even_arms, without_rims
from engine.compositing.arms_behind import arms_behind, without_behind
from engine.compositing.fields import highest, ramp, size_of, window_of
from engine.compositing.hung_things import with_holes
from engine.compositing.leg_outlines import legs_outlined
from engine.compositing.limb_bones import ARM_CHAINS, LEG_CHAINS
from engine.compositing.touching_hands import finely_apart
from engine.compositing.whole_arms import whole_arms
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.pictures import to_rgb

_SURE = 0.95  # of a matte, from which on it is sure of a px, or as surely not
_HALF = 0.5  # ... from which on it is rather its
# Sides of windows, in px of a map of 256 rows.
_RIM = 3  # around what is not sure: where colours decide
_LIMB_RIM = 5  # likewise inside a limb, whose matte may hold a seam of what it lies on
_WITHIN = 7  # ... from which on inside it no wall is
_NEAR = 11  # in which the colours of a side are told: about as broad as an arm
_SMOOTH = 0.75  # over which px decide together
_NOISE = 0.095  # of -1 to 1: no colours of one thing lie closer together
_WALL = 0.03  # ... and none of a wall, from px to px
_APART = 3.0, 9.0  # squared deviations between a limb's colours and others, until they tell; patterns do not
_MOSTLY = 0.9  # of the inside of a limb that looks like no wall: of a striped sleeve, stripes may
_MOST = 8.0  # log odds that a colour tells at most
_MAP, _DOUBT = 3.0, 0.12  # times the log odds of a map, which is never surer than 1 less this


class FineMattes(NamedTuple):
    """uint8, 0 to 255 for 0 to 1, at the fine picture's size: how sure it is that nobody is there
    [1, 1, H, W], limbs as of `own_pose.OwnPose` [1, 4, H, W]; and 0 to 255 for -1 to 1 the photo for
    its arms [1, 3 or 6, H, W] (`arm_outlines.without_rims`), and 0 to 255 what is shown of them
    [1, 2, H, W] (`whole_arms.whole_arms`), and what hands hold [1, 2, H, W] (`held_things`)."""

    behind: Tensor
    limbs: Tensor
    arms: Tensor
    drawn: Tensor
    held: Tensor

    def bytes(self) -> int:
        return sum(each.numel() for each in self)


@torch.no_grad()
def fine_mattes(
    photo_13HW: Tensor,
    plate_13HW: Tensor,
    behind_11hw: Tensor,
    limbs_14hw: Tensor,
    held_12hw: Tensor,
    pose_183: Tensor,
    shown_12: Tensor,
    hair_11hw: Tensor,
    class_18hw: Tensor,
    toes_23: Tensor | None = None,
) -> FineMattes:
    """Of a photo and its plate, -1 to 1, both of so many times the rows and columns of the mattes.
    pose: as of `arm_outlines.even_arms`. shown, hair: as of `whole_arms.how_shown`.
    class, toes: as of `leg_outlines.legs_outlined`."""
    full, size = size_of(photo_13HW), size_of(behind_11hw)
    times = full[0] // size[0]
    hers_11hw = 1.0 - behind_11hw
    photo_13hw, wall_13HW = shrunk(photo_13HW, size), photo_13HW - plate_13HW
    inside = _colours(photo_13hw, _deep(hers_11hw, _RIM))
    wall = _colours(shrunk(wall_13HW, size), _deep(behind_11hw, _RIM))
    odds_11HW = (wall.off(wall_13HW) - inside.off(photo_13HW)) * enlarged(inside.told, full)
    hers_11HW = _decided(odds_11HW, hers_11hw, enlarged(_deep(hers_11hw, _RIM), full))
    hers_11hw = shrunk(hers_11HW, size)
    arms_12hw = limbs_14hw[:, ARM_CHAINS] * (1.0 - held_12hw.amax(1, keepdim=True))
    told_16hw = torch.cat([limbs_14hw, held_12hw], 1)
    told_16hw[:, ARM_CHAINS] = arms_12hw
    told_16HW = hers_11HW.new_zeros(1, told_16hw.shape[1], *full)
    for limb, limb_hw in enumerate(told_16hw[0]):
        if limb_hw.any():
            rows, columns = window_of(limb_hw, _NEAR)
            small = ..., rows, columns
            large = ..., _times(rows, times), _times(columns, times)
            limb_11hw = limb_hw[None, None][small]
            photos = photo_13HW[large], photo_13hw[small]
            limb_11HW = _limb(*photos, wall_13HW[large], hers_11hw[small], limb_11hw)
            deep_11HW = enlarged(_deep(limb_11hw, _LIMB_RIM), size_of(limb_11HW))
            told_16HW[:, limb : limb + 1][large] = limb_11HW * hers_11HW[large].maximum(deep_11HW)
    limbs_14HW, gone_12HW = told_16HW.split((limbs_14hw.shape[1], held_12hw.shape[1]), 1)
    now_3HW = torch.cat([limbs_14HW[0, LEG_CHAINS], 1.0 - hers_11HW[0]])
    told = limbs_14hw[0, LEG_CHAINS], behind_11hw[0, 0], class_18hw[0], pose_183, toes_23
    limbs_14HW[0, LEG_CHAINS], behind_HW = legs_outlined(photo_13HW[0], plate_13HW[0], *told, now_3HW)
    hers_11HW = 1.0 - behind_HW[None, None]
    held_12HW = with_holes(gone_12HW, photo_13HW, plate_13HW)
    even_14HW = even_arms(limbs_14HW, 1.0 - hers_11HW, wall_13HW.abs().amax(1, keepdim=True), pose_183)
    even_14HW[:, ARM_CHAINS] = each_its_own(even_14HW[:, ARM_CHAINS], limbs_14hw[:, ARM_CHAINS])
    sides_2 = pose_183.new_tensor((full[1] / full[0], 1.0))
    (seen_183,) = without_behind(pose_183[None], arms_behind(pose_183[None], sides_2))
    even_14HW[0, ARM_CHAINS] = finely_apart(to_rgb(photo_13HW), even_14HW[0, ARM_CHAINS], seen_183)
    seen_13HW = without_rims(photo_13HW, even_14HW[:, ARM_CHAINS], hers_11HW, pose_183[None])
    hair_11HW = enlarged(hair_11hw, full)
    even_14HW[:, ARM_CHAINS] *= 1.0 - hair_11HW  # an outline that is made regular goes on beneath it
    whole = whole_arms(seen_13HW, even_14HW[:, ARM_CHAINS], pose_183[None], shown_12, hair_11HW)
    even_14HW[:, ARM_CHAINS] = even_14HW[:, ARM_CHAINS].maximum(gone_12HW)
    planes = 1.0 - hers_11HW, even_14HW, 0.5 * (whole.arms + 1.0), whole.drawn, held_12HW
    return FineMattes(*((255.0 * each).round().to(torch.uint8) for each in planes))


def each_its_own(arms_12HW: Tensor, arms_12hw: Tensor) -> Tensor:
    """Fine mattes of two arms without what coarse ones have of the other: an outline that is made regular
    goes on beneath a hand that lies on it."""
    more_12hw = (arms_12hw - arms_12hw.flip(1)).clamp_min(0.0)
    others_12HW = enlarged(more_12hw.flip(1), size_of(arms_12HW))
    return arms_12HW * (1.0 - arms_12HW.flip(1) * (2.0 * others_12HW).clamp(max=1.0))


def _times(span: slice, times: int) -> slice:
    """In so many times the rows or columns."""
    return slice(times * span.start, times * span.stop)


def _limb(
    photo_13HW: Tensor, photo_13hw: Tensor, wall_13HW: Tensor, hers_11hw: Tensor, limb_11hw: Tensor
) -> Tensor:
    """How far px that are the person's are a limb's, [1, 1, H, W]; no slivers of its colours beside it, and
    no wall between it and her. wall: the photo less its plate."""
    full, sure_11hw = size_of(photo_13HW), (hers_11hw > _SURE).float()
    deep_11hw = _deep(limb_11hw, _LIMB_RIM) * sure_11hw
    inside = _colours(photo_13hw, deep_11hw)
    beside = _colours(photo_13hw, _deep(1.0 - limb_11hw, _RIM) * sure_11hw)
    apart_13hw = (inside.mean - beside.mean).square() / (inside.spread + beside.spread)
    told_11hw = inside.told * beside.told * ramp(apart_13hw.sum(1, keepdim=True), *_APART)
    off_11HW = inside.off(photo_13HW)
    odds_11HW = (beside.off(photo_13HW) - off_11HW) * enlarged(told_11hw, full)
    of_wall_11HW = _of_wall(photo_13HW, photo_13hw, wall_13HW, _deep(limb_11hw, _WITHIN), hers_11hw)
    odds_11HW = torch.where(of_wall_11HW < 0, odds_11HW.minimum(of_wall_11HW), odds_11HW)
    no_wall_11hw = (shrunk(of_wall_11HW, size_of(limb_11hw)) > -_MOST).float()
    deep_11HW = enlarged(_deep(limb_11hw, _LIMB_RIM) * no_wall_11hw, full)
    # A map's px broad at least, else it would be none.
    middle_11HW = (2.0 * enlarged(_middle(limb_11hw) * no_wall_11hw, full)).clamp(max=1.0)
    limb_11HW = _decided(odds_11HW, limb_11hw, deep_11HW.maximum(middle_11HW))
    times = full[0] // size_of(limb_11hw)[0]
    limb_11HW *= highest((enlarged(limb_11hw, full) > 0.5).float(), 2 * times + 1)
    core_11HW = 1.0 - highest(1.0 - limb_11HW, times | 1)
    return limb_11HW.minimum(highest(core_11HW, times | 1))


def _of_wall(
    photo_13HW: Tensor, photo_13hw: Tensor, wall_13HW: Tensor, within_11hw: Tensor, hers_11hw: Tensor
) -> Tensor:
    """Log odds against a limb, up to 0 [1, 1, H, W], of px that look like the wall behind them and beside
    them and not like it: that of whose inside hardly anything does. A plate may still show a finger. within:
    1 inside it."""
    noise, size = _NOISE**2, size_of(photo_13hw)
    wall_13hw = shrunk(wall_13HW, size)
    differs_11hw = (wall_13hw.square().sum(1, keepdim=True) / noise > _APART[1]).float()
    limb = _colours(photo_13hw, within_11hw * differs_11hw)
    apart_11hw = ((limb.mean - photo_13hw + wall_13hw).square() / (limb.spread + noise)).sum(1, keepdim=True)
    most_11hw = running_mean(within_11hw * (differs_11hw - _MOSTLY), _NEAR) > 0
    told_11HW = enlarged(limb.told * most_11hw * ramp(apart_11hw, *_APART), size_of(wall_13HW))
    beside = _colours(photo_13hw, (hers_11hw < 1.0 - _SURE).float())
    beside = beside._replace(spread=beside.spread - noise + _WALL**2)
    as_wall_11HW = 0.5 * (wall_13HW.square().sum(1, keepdim=True) / noise + 3 * log(noise))
    told_beside_11HW = enlarged(beside.told, size_of(wall_13HW)) > 0
    as_wall_11HW = torch.where(told_beside_11HW, as_wall_11HW.maximum(beside.off(photo_13HW)), as_wall_11HW)
    return (as_wall_11HW - limb.off(photo_13HW)).clamp(max=0.0) * told_11HW


def _middle(limb_11hw: Tensor) -> Tensor:
    """1 along the middle of a limb where it is narrow: there it goes on, of whatever colour."""
    other_11hw = (limb_11hw < _HALF).float()
    inner_11hw, middle_11hw = 1.0 - highest(other_11hw, _RIM), torch.zeros_like(limb_11hw)
    for side in (_LIMB_RIM, _LIMB_RIM + 2):
        outer_11hw, inner_11hw = inner_11hw, 1.0 - highest(other_11hw, side)
        middle_11hw = middle_11hw.maximum(outer_11hw * (1.0 - highest(inner_11hw, 3)))
    return middle_11hw


def _decided(odds_11HW: Tensor, matte_11hw: Tensor, inside_11HW: Tensor) -> Tensor:
    """A matte of few rows, decided by colours near its outline. odds: how much likelier a px's colour is
    inside than outside, as a log; inside: 1 where it is surely inside, whatever its colour."""
    full, size = size_of(odds_11HW), size_of(matte_11hw)
    odds_11HW = running_mean(odds_11HW.clamp(-_MOST, _MOST), round(_SMOOTH * full[0] / size[0]) | 1)
    odds_11HW += _MAP * enlarged(torch.logit(matte_11hw, _DOUBT), full)
    outside_11HW = enlarged(_deep(1.0 - matte_11hw, _RIM), full)
    return odds_11HW.sigmoid_().lerp_(torch.ones_like(odds_11HW), inside_11HW) * (1.0 - outside_11HW)


def _deep(matte_11hw: Tensor, rim: int) -> Tensor:
    """1 where a matte is sure, but for its rim, else 0."""
    return 1.0 - highest((matte_11hw < _SURE).float(), rim)


class _Colours(NamedTuple):
    """Mean and variance of colours near every px [1, 3, h, w], and 1 where there are any [1, 1, h, w]."""

    mean: Tensor
    spread: Tensor
    told: Tensor

    def off(self, picture_13HW: Tensor) -> Tensor:
        """How unlikely a finer picture's colours are, as a log, as if they were normally distributed."""
        size = size_of(picture_13HW)
        far_13HW = (picture_13HW - enlarged(self.mean, size)).square_()
        far_11HW = far_13HW.mul_(enlarged(0.5 / self.spread, size)).sum(1, keepdim=True)
        return far_11HW + enlarged(0.5 * self.spread.log().sum(1, keepdim=True), size)


def _colours(picture_13hw: Tensor, where_11hw: Tensor) -> _Colours:
    seen_13hw = where_11hw * picture_13hw
    planes_17hw = torch.cat([where_11hw, seen_13hw, seen_13hw * picture_13hw], 1)
    share_11hw, sums_16hw = running_mean(planes_17hw, _NEAR).split((1, 6), 1)
    told_11hw = (share_11hw > 0.5 / _NEAR**2).float()
    mean_13hw, square_13hw = (told_11hw * sums_16hw / share_11hw.clamp_min(1e-3)).split(3, 1)
    return _Colours(mean_13hw, (square_13hw - mean_13hw.square()).clamp_min(0.0) + _NOISE**2, told_11hw)
