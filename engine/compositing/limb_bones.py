"""Bones of arms and legs in a picture: where they lie, and where positions are along them.

Positions are complex numbers, x + i y in half the picture's height from its middle.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres
from engine.pose import skeleton as sk
from engine.regions import REGIONS


class LimbBone(NamedTuple):
    """A bone of a limb, from joint to joint. chain: which of the four limbs. upper: whether it hangs on the
    trunk. beyond: of its length, how far its hand or foot reaches beyond its end. bare, garments: classes of
    what is seen on it."""

    begin: int
    end: int
    chain: int
    upper: bool
    beyond: float
    bare: int
    garments: tuple[int, ...]

    @property
    def of_arm(self) -> bool:
        return self.bare == _ARM


_ARM, _LEG = REGIONS.index("arms"), REGIONS.index("legs")
_SLEEVES = REGIONS.index("upper clothes"), REGIONS.index("dress or skirt")
_TROUSERS = (REGIONS.index("pants"),)
BONES = (
    LimbBone(sk.RIGHT_HIP, sk.RIGHT_KNEE, 0, True, 0.0, _LEG, _TROUSERS),
    LimbBone(sk.RIGHT_KNEE, sk.RIGHT_ANKLE, 0, False, 0.4, _LEG, _TROUSERS),
    LimbBone(sk.LEFT_HIP, sk.LEFT_KNEE, 1, True, 0.0, _LEG, _TROUSERS),
    LimbBone(sk.LEFT_KNEE, sk.LEFT_ANKLE, 1, False, 0.4, _LEG, _TROUSERS),
    LimbBone(sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, 2, True, 0.0, _ARM, _SLEEVES),
    LimbBone(sk.RIGHT_ELBOW, sk.RIGHT_WRIST, 2, False, 0.45, _ARM, _SLEEVES),
    LimbBone(sk.LEFT_SHOULDER, sk.LEFT_ELBOW, 3, True, 0.0, _ARM, _SLEEVES),
    LimbBone(sk.LEFT_ELBOW, sk.LEFT_WRIST, 3, False, 0.45, _ARM, _SLEEVES),
)  # legs, then arms: in the order that they lie in, the last before the others

# The right and the left arm: numbers of upper arm and forearm.
ARM_CHAINS = [2, 3]
ARMS = [[n for n, bone in enumerate(BONES) if bone.chain == chain] for chain in ARM_CHAINS]
_BEGINS, _ENDS = [bone.begin for bone in BONES], [bone.end for bone in BONES]
FRONTAL = 0.7  # of the trunk's length, how far apart shoulders are that are seen from before
SHOULDERS, HIPS = [sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER], [sk.RIGHT_HIP, sk.LEFT_HIP]
_CORE = 9  # points along a bone that stand for it
_SHORTEST = 1e-6


class Segment(NamedTuple):
    """Where a bone begins and ends in a picture, and the longest bone of its kind there, what widths are
    measured by."""

    begin: Tensor
    end: Tensor
    unit: Tensor


def segments(pose_183: Tensor, sides_2: Tensor) -> dict[int, Segment]:
    """Those that a pose as `moving_least_squares.normalised_pose` gives it has, by number in BONES. sides:
    of the picture, its width in heights, and 1."""
    point_18, there_18 = as_complex(pose_183[:, :2] * sides_2), pose_183[:, 2] > 0
    begin_8, end_8 = point_18[_BEGINS], point_18[_ENDS]
    there_8 = there_18[_BEGINS] & there_18[_ENDS]
    length_24 = (end_8 - begin_8).abs().masked_fill(~there_8, _SHORTEST).view(2, 4)  # of legs, of arms
    units = length_24.amax(1).clamp_min(_SHORTEST).unbind()
    both = zip(begin_8.unbind(), end_8.unbind(), there_8.tolist(), strict=True)
    return {
        number: Segment(begin, end, units[BONES[number].of_arm])
        for number, (begin, end, there) in enumerate(both)
        if there
    }


def along(segment: Segment, point_hw: Tensor) -> Tensor:
    """Complex [h, w]: how far along a bone (real part), in its lengths, and aside of it positions lie."""
    return (point_hw - segment.begin) / not_short(segment.end - segment.begin)


def off(segment: Segment, point_hw: Tensor, beyond: float, begin: float = 0.0) -> Tensor:
    """Distance [h, w] of positions from a bone and what is beyond its end, in units of its kind; begin: from
    that part of the bone on."""
    part_hw = along(segment, point_hw).real.clamp(begin, 1.0 + beyond)
    nearest_hw = segment.begin + part_hw * (segment.end - segment.begin)
    return (point_hw - nearest_hw).abs() / segment.unit


def core(segment: Segment) -> Tensor:
    """Positions evenly along a bone, complex [1, n]."""
    part_n = torch.linspace(0.1, 0.9, _CORE, device=segment.begin.device)
    return (segment.begin + part_n * (segment.end - segment.begin))[None]


def off_trunk(pose_183: Tensor, point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """Distance [h, w] of positions from the quadrangle of shoulders and hips; infinite without shoulders.

    Of a picture that ends above the hips these lie below the shoulders, as they mostly do.
    """
    if not (pose_183[SHOULDERS, 2] > 0).all():
        return torch.full(point_hw.shape, torch.inf, device=pose_183.device)
    right, left = as_complex(pose_183[SHOULDERS, :2] * sides_2)
    if (pose_183[HIPS, 2] > 0).all():
        right_hip, left_hip = as_complex(pose_183[HIPS, :2] * sides_2)
    else:
        down = 1j * (left - right) / FRONTAL
        down = torch.where(down.imag < 0, -down, down)
        right_hip, left_hip = right + down, left + down
    corner_4 = torch.stack([right, left, left_hip, right_hip])
    far, sides = [], []
    for begin, end in zip(corner_4, corner_4.roll(-1), strict=True):
        place_hw = (point_hw - begin) / not_short(end - begin)
        far.append((place_hw - place_hw.real.clamp(0.0, 1.0)).abs() * (end - begin).abs())
        sides.append(place_hw.imag)
    side_4hw = torch.stack(sides)
    inside_hw = (side_4hw > 0).all(0) | (side_4hw < 0).all(0)
    return torch.stack(far).amin(0).masked_fill(inside_hw, 0.0)


def sampled(planes_PHW: Tensor, point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """Planes at positions, [P, h, w]; 0 beyond them."""
    grid_1hw2 = (torch.view_as_real(point_hw.contiguous()) / sides_2)[None]
    return F.grid_sample(planes_PHW[None], grid_1hw2, align_corners=False)[0]


def not_short(step: Tensor) -> Tensor:
    """Something to divide by."""
    return torch.where(step.abs() < _SHORTEST, torch.full_like(step, _SHORTEST), step)


def positions(size: tuple[int, int], sides_2: Tensor) -> Tensor:
    """Of the pixels of a picture of so many rows and columns, complex [h, w]."""
    return as_complex(centres(size, sides_2.device).movedim(0, -1) * sides_2)


def as_complex(point_2: Tensor) -> Tensor:
    """x + i y of [..., 2]."""
    return torch.view_as_complex(point_2.contiguous())
