"""Outlines of legs and feet, by a photo's colours: which px is the right leg's, the left one's, the wall's.

Maps of few rows cut heels off and take some of the floor along, and of two shoes that touch they know no
border. What is deep inside of a leg or of the wall is told by the maps; from there the photo is walked
(`engine.ops.random_walker`), so that labels change where it has an edge.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from engine.compositing.feet_apart import feet, off_foot, toes_of
from engine.compositing.fields import highest, ramp, size_of, window_of
from engine.compositing.limb_bones import LEGS, Segment, along, positions, segments
from engine.ops.random_walker import random_walker
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.regions import REGIONS

_LEG = [REGIONS.index("legs"), REGIONS.index("pants")]
_CLOTH = [REGIONS.index("upper clothes"), REGIONS.index("dress or skirt")]  # of which a leg takes its part
_SURE = 0.95  # of a map, from which on it is sure of a px
_WALL, _HERS = 5, 3  # px of a map, sides of windows in which it is sure of all, where it is of one
_CORE = 0.12  # of a leg's longest bone, up to which from its bones all is its ...
_APART = 0.07  # ... that is so much farther off the other's
_MOSTLY, _HARDLY = 0.8, 0.05  # of what is seen of her, that is a leg: for a core, and for what is none
_NEARER = -0.06, 0.06  # of a leg's longest bone, until it is the nearer one's
_FAR = 1.0  # likewise, of a leg that is not there
# Weights of what is known, of what is hers, of what looks like the wall, and at an outline.
_SURELY, _INSIDE, _AS_WALL, _MAYBE = 100.0, 4e-3, 2e-2, 1e-3
_ALIKE = 0.05  # of -1 to 1, off the plate: a px of the wall
_NOISE = 0.06  # of -1 to 1: colours of one thing differ so much from px to px
_EITHER, _EDGE = (0.42, 0.58), (0.3, 0.7)  # of both legs' labels, and of a label: an outline is so soft
_FROM = 0.3, 0.5  # of a thigh, from where on: above both are one
_MARGIN = 6  # px of a map around legs


class _Known(NamedTuple):
    """Of a map: labels behind, right and left [3, h, w], and 1 where they are sure, where all is hers, how
    far she wears there what parts for no leg, and how far outlines are told [h, w] each."""

    labels: Tensor
    sure: Tensor
    hers: Tensor
    cloth: Tensor
    told: Tensor


@torch.no_grad()
def legs_outlined(
    photo_3HW: Tensor,
    plate_3HW: Tensor,
    legs_2hw: Tensor,
    behind_hw: Tensor,
    class_8hw: Tensor,
    pose_183: Tensor,
    toes_23: Tensor | None = None,
    fine_3HW: Tensor | None = None,
) -> tuple[Tensor, Tensor]:
    """0 to 1 [2, H, W] and [H, W]: mattes of the right and the left leg, and what is behind. Of a photo and
    its plate, -1 to 1, of so many times the rows and columns of the maps.

    legs: as of `limb_mattes.limb_mattes`. behind: how sure it is that nobody is there. class: as those that
    the photo shows. pose: the photo's own, as `moving_least_squares.normalised_pose` gives it. toes:
    likewise, if they were seen. fine: legs and what is behind as they are where they are not told anew; as
    the maps, if none are given.
    """
    size = size_of(photo_3HW)
    made_3HW = fine_3HW
    if made_3HW is None:
        made_3HW = enlarged(torch.cat([legs_2hw, behind_hw[None]])[None], size)[0]
    made_3HW = made_3HW.clone()
    known = _known(legs_2hw, behind_hw, class_8hw, pose_183, toes_23)
    if known is None:
        return made_3HW[:2], made_3HW[2]
    rows, columns = window_of((known.labels[1:].sum(0) > 0.5) * known.told, _MARGIN)
    times = size[0] // len(behind_hw)
    small, large = (rows, columns), (_times(rows, times), _times(columns, times))
    known = _Known(*(each[(..., *small)] for each in known))
    both_6HW = torch.cat([photo_3HW, plate_3HW])
    both_6hw, both_6HW = shrunk(both_6HW[None], size_of(behind_hw))[0], both_6HW[(..., *large)]
    walked_3HW = _walked(both_6hw[(..., *small)], known, None)
    if times > 1:
        walked_3HW = _walked(both_6HW, _finer(known, size_of(both_6HW)), walked_3HW)
    behind_HW, right_HW, left_HW = walked_3HW.clamp(0.0, 1.0)
    legs_HW = right_HW + left_HW
    right_HW = legs_HW * ramp(right_HW / legs_HW.clamp_min(1e-4), *_EITHER)
    walked_3HW = ramp(torch.stack([right_HW, legs_HW - right_HW, behind_HW]), *_EDGE)
    if times > 1:  # a photo's edge is no sharper
        walked_3HW = running_mean(walked_3HW[None], 3)[0]
    cloth_HW, told_HW = enlarged(torch.stack([known.cloth, known.told])[None], size_of(both_6HW))[0]
    now_3HW = made_3HW[(..., *large)]
    walked_3HW[:2] = walked_3HW[:2].maximum(cloth_HW * now_3HW[:2])
    now_3HW.lerp_(walked_3HW, told_HW)
    return made_3HW[:2], made_3HW[2]


def _walked(both_6HW: Tensor, known: _Known, first_3hw: Tensor | None) -> Tensor:
    """both: photo and plate. first: labels of fewer rows."""
    photo_3HW, plate_3HW = both_6HW.split(3)
    alike_HW = (-(photo_3HW - plate_3HW).square().sum(0) / (2 * _ALIKE**2)).exp()
    as_wall_HW = _AS_WALL * alike_HW * (known.hers <= 0.5) * (known.sure <= 0.5)
    weight_HW = torch.where(known.hers > 0.5, _INSIDE, _MAYBE)
    weight_HW = torch.where(known.sure > 0.5, _SURELY, weight_HW)
    labels_3HW = known.labels * weight_HW
    labels_3HW[0] += as_wall_HW
    weight_HW = weight_HW + as_wall_HW
    first_3HW = None if first_3hw is None else enlarged(first_3hw[None], size_of(photo_3HW))[0]
    return random_walker(photo_3HW, labels_3HW / weight_HW, weight_HW, _NOISE, first_3HW)


def _finer(known: _Known, size: tuple[int, int]) -> _Known:
    planes_7HW = enlarged(torch.cat([known.labels, torch.stack(known[1:])])[None], size)[0]
    return _Known(planes_7HW[:3], *planes_7HW[3:])


def _known(
    legs_2hw: Tensor, behind_hw: Tensor, class_8hw: Tensor, pose_183: Tensor, toes_23: Tensor | None
) -> _Known | None:
    rows, columns = size_of(behind_hw)
    sides_2 = pose_183.new_tensor((columns / rows, 1.0))
    placed, here_hw = segments(pose_183, sides_2), positions((rows, columns), sides_2)
    bones = [[placed[number] for number in numbers if number in placed] for numbers in LEGS]
    if not any(bones):
        return None
    leg_hw = class_8hw[_LEG].sum(0)
    unit = next(each[0].unit for each in bones if each)
    off_2hw = torch.stack(_off(bones, leg_hw, here_hw, sides_2, toes_of(toes_23, sides_2)))
    off_2hw = (off_2hw / unit).clamp(max=_FAR)
    from_2hw = torch.stack([_from(each, placed, here_hw) for each in LEGS])
    nearer_hw = off_2hw[1] - off_2hw[0]
    told_hw = torch.where(nearer_hw > 0, from_2hw[0], from_2hw[1])
    hers_hw, leg_hw = 1.0 - behind_hw, leg_hw / (1.0 - class_8hw[0]).clamp_min(0.05)
    leg_hw = leg_hw.maximum(legs_2hw.sum(0)).clamp(max=1.0)
    wall_hw, deep_hw = _deep(behind_hw, _WALL), _deep(hers_hw, _HERS)
    core_hw = deep_hw * (leg_hw > _MOSTLY) * (off_2hw.amin(0) < _CORE) * (nearer_hw.abs() > _APART)
    none_hw = deep_hw * (leg_hw < _HARDLY)
    right_hw = torch.lerp(ramp(nearer_hw, *_NEARER), (nearer_hw > 0).float(), core_hw)
    leg_hw = torch.where(core_hw > 0, 1.0, leg_hw) * (1.0 - none_hw)
    hers_hw = torch.where(core_hw + none_hw > 0, 1.0, hers_hw) * (1.0 - wall_hw)
    labels_3hw = torch.stack(
        [1.0 - hers_hw, hers_hw * leg_hw * right_hw, hers_hw * leg_hw * (1.0 - right_hw)]
    )
    return _Known(labels_3hw, wall_hw + core_hw + none_hw, deep_hw, class_8hw[_CLOTH].sum(0), told_hw)


def _off(
    bones: list[list[Segment]],
    leg_hw: Tensor,
    here_hw: Tensor,
    sides_2: Tensor,
    toes: tuple[complex | None, complex | None],
) -> list[Tensor]:
    """How far positions are from both legs' bones and feet."""
    shanks = [each[1] for each in bones if len(each) == 2]
    ways = feet((shanks[0], shanks[1]), leg_hw, here_hw, sides_2, toes) if len(shanks) == 2 else []
    far = []
    for side, each in enumerate(bones):
        lines = [*each, *ways[side : side + 1]]
        nothing_hw = torch.full_like(leg_hw, torch.inf)
        far.append(torch.stack([off_foot(line, here_hw) for line in lines] or [nothing_hw]).amin(0))
    return far


def _from(numbers: list[int], placed: dict[int, Segment], here_hw: Tensor) -> Tensor:
    """0 to 1 [h, w]: from where on along a thigh a leg is told from the other."""
    if numbers[0] not in placed:
        return torch.ones(here_hw.shape, device=here_hw.device)
    return ramp(along(placed[numbers[0]], here_hw).real, *_FROM)


def _deep(map_hw: Tensor, side: int) -> Tensor:
    """1 where a map is sure of a px and of those around."""
    return (highest((map_hw < _SURE).float()[None, None], side) == 0)[0, 0].float()


def _times(span: slice, times: int) -> slice:
    """In so many times the rows or columns."""
    return slice(times * span.start, times * span.stop)
