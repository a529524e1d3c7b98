"""Where a photo's trunk ends below a shoulder, and how far the skin of a bare arm goes into it.

Positions as in `limb_bones`; unit: an upper arm's length.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import Segment, sampled
from engine.compositing.under_arms import RIM
from engine.pose import skeleton as sk
from engine.regions import REGIONS

_LOOKS, _ASIDE = 64, 0.6  # points at which a trunk's side is looked for, so many units to both sides
_LEVELS = 1.0, 1.2, 1.4  # times as far below, where it is looked for
_SEWN = 0.16  # units below a bare shoulder, where it is told how far its skin goes inwards
_WORN = 0.5, 0.7  # how sure a class is of clothes: at less, beside a shoulder, it may be skin
# Of the way from shoulders to hips, where armpits are; and where a chest ends and necklines do.
_ARMPITS, _BELOW = (0.2, 0.35), (0.35, 0.45)
GARMENT_CLASSES = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]


class Bared(NamedTuple):
    """Of a photo, 0 to 1: how sure it is that nobody is there [1, H, W]; where its right and its left arm are
    [2, h, w]; where these lie on clothes [2, h, w]; and how sure it is that it shows clothes [1, h, w]."""

    behind: Tensor
    arms: Tensor
    on: Tensor
    worn: Tensor

    def side(self, line_A: Tensor, bare: bool, sides_2: Tensor) -> int:
        """Up to which of the points of a line the person goes on without her arms and their rims; clothes
        beside a bare one are no rim."""
        behind_1A, arms_2A, on_2A, worn_1A = (sampled(each, line_A[None], sides_2)[:, 0] for each in self)
        seen_A = bare * (worn_1A[0] > 0.5) * (1.0 - arms_2A.amax(0))
        near = round((RIM // 2) / 128 * 2.0 / float((line_A[1] - line_A[0]).abs()))
        arms_2A = F.max_pool1d(arms_2A[None], 2 * near + 1, 1, near)[0]
        hers_A = ((1.0 - behind_1A[0]) * (1.0 - arms_2A.amax(0))).maximum((on_2A * arms_2A).amax(0))
        hers_A = hers_A.maximum(seen_A)
        return int((hers_A > 0.5).float().cummin(0).values.sum())


def trunk_side(
    then: Segment, below: float, sign: float, hers: Bared, bare: bool, sides_2: Tensor
) -> complex | None:
    """Where a photo's trunk ends on the side of an arm, so many units below its shoulder, or a little farther
    down, where it is broader; None where it is not, or does not end."""
    aside_A = torch.linspace(-_ASIDE, _ASIDE, _LOOKS, device=sides_2.device)
    found = []
    for level in _LEVELS:
        line_A = then.begin + then.unit * (1j * level * below + sign * aside_A)
        count = hers.side(line_A, bare, sides_2)
        if 0 < count < _LOOKS:
            found.append((count, -level, complex(line_A[count - 1])))
    return max(found)[2] if found else None


def skin_ends(then: Segment, inwards: complex, arm_HW: Tensor, sides_2: Tensor) -> complex:
    """How far inwards of a shoulder, so far at most, a photo shows its bare arm, a little below it; where
    that does not end, at the shoulder."""
    part_A = torch.linspace(0.0, 1.0, _LOOKS, device=sides_2.device)
    line_A = then.begin + _SEWN * then.unit * 1j + inwards.real * part_A
    arm_A = sampled(arm_HW[None], line_A[None], sides_2)[0, 0]
    count = int((arm_A > 0.5).float().cummin(0).values.sum())
    return complex(line_A[count]) if 0 < count < _LOOKS else then.begin


def dressed(seen_8hw: Tensor, arms_2HW: Tensor, place_hw: Tensor, sides_2: Tensor) -> Tensor:
    """0 to 1 [h, w]: how sure a photo is that it shows clothes at these places, and no arm. seen: its
    classes; arms: its arms' mattes."""
    worn_hw = sampled(seen_8hw[GARMENT_CLASSES], place_hw, sides_2).sum(0)
    return ramp(worn_hw, *_WORN) * (1.0 - sampled(arms_2HW, place_hw, sides_2).amax(0))


def below_chest(pose_183: Tensor, rows: int) -> Tensor:
    """[rows]: 0 down to a chest's middle, 1 below it; 0 where shoulders or hips are not known. pose: as
    `moving_least_squares.normalised_pose` gives it."""
    down_H = _down(pose_183, rows)
    return pose_183.new_zeros(rows) if down_H is None else ramp(down_H, *_BELOW)


def above_armpits(pose_183: Tensor, rows: int) -> Tensor:
    """[rows]: 1 down to the armpits, 0 below them, and where shoulders or hips are not known. pose: as of
    `below_chest`."""
    down_H = _down(pose_183, rows)
    return pose_183.new_zeros(rows) if down_H is None else 1.0 - ramp(down_H, *_ARMPITS)


def _down(pose_183: Tensor, rows: int) -> Tensor | None:
    """[rows]: how far from shoulders, 0, to hips, 1, rows are; None where these are not known."""
    levels = []
    for joints in ((sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), (sk.RIGHT_HIP, sk.LEFT_HIP)):
        there = [pose_183[joint, 1] for joint in joints if pose_183[joint, 2] > 0]
        if not there:
            return None
        levels.append(torch.stack(there).mean())
    shoulders, hips = levels
    row_H = (torch.arange(rows, device=pose_183.device) + 0.5) / rows * 2 - 1
    return (row_H - shoulders) / (hips - shoulders).clamp_min(1e-3)
