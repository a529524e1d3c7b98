"""Bones of arms and legs in a picture: where they lie, and where positions are along them.

Positions are complex numbers, x + i y in half the picture's height from its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres
from engine.pose import skeleton as sk
from engine.regions import REGIONS


class LimbBone(NamedTuple):
    """A bone of a limb, from joint to joint. chain: which of the four limbs. upper: whether it hangs on the
    trunk. beyond: of its length, how far its hand or foot, in heels, reaches beyond its end. bare, garments:
    classes of what is seen on it."""

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
    LimbBone(sk.RIGHT_KNEE, sk.RIGHT_ANKLE, 0, False, 0.65, _LEG, _TROUSERS),
    LimbBone(sk.LEFT_HIP, sk.LEFT_KNEE, 1, True, 0.0, _LEG, _TROUSERS),
    LimbBone(sk.LEFT_KNEE, sk.LEFT_ANKLE, 1, False, 0.65, _LEG, _TROUSERS),
    LimbBone(sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, 2, True, 0.0, _ARM, _SLEEVES),
    LimbBone(sk.RIGHT_ELBOW, sk.RIGHT_WRIST, 2, False, 0.75, _ARM, _SLEEVES),
    LimbBone(sk.LEFT_SHOULDER, sk.LEFT_ELBOW, 3, True, 0.0, _ARM, _SLEEVES),
    LimbBone(sk.LEFT_ELBOW, sk.LEFT_WRIST, 3, False, 0.75, _ARM, _SLEEVES),
)  # legs, then arms: in the order that they lie in, the last before the others

# The right and the left arm, and leg.
ARM_CHAINS = [2, 3]
LEG_CHAINS = [0, 1]
# Of the arms: numbers of upper arm and forearm; of the legs, of thigh and shank.
ARMS = [[n for n, bone in enumerate(BONES) if bone.chain == chain] for chain in ARM_CHAINS]
LEGS = [[n for n, bone in enumerate(BONES) if bone.chain == chain] for chain in LEG_CHAINS]
STILL = 1e-3  # of half the picture's height: what moves less stands still
STIRS = 0.004, 0.012  # ... likewise, of what all else goes with: half a px of 256 rows to one and a half
ARM_JOINTS = [sk.RIGHT_ELBOW, sk.RIGHT_WRIST, sk.LEFT_ELBOW, sk.LEFT_WRIST]  # that move with an arm
_BEGINS, _ENDS = [bone.begin for bone in BONES], [bone.end for bone in BONES]
FRONTAL = 0.7  # of the trunk's length, how far apart shoulders are that are seen from before
SHOULDERS, HIPS = [sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER], [sk.RIGHT_HIP, sk.LEFT_HIP]
HAND = 0.6  # of a forearm, how far its hand reaches beyond its wrist
_CORE = [n / 10 for n in range(1, 10)]  # parts of a bone, where points stand for it
_SHORTEST = 1e-6


class Segment(NamedTuple):
    """Where a bone begins and ends in a picture, and the longest bone of its kind there, what widths are
    measured by. Numbers: a bone alone is not worth a tensor."""

    begin: complex
    end: complex
    unit: float

    @property
    def step(self) -> complex:
        """From its begin to its end; of some length."""
        return divisor(self.end - self.begin)

    def longer(self, part: float) -> Segment:
        """Gone on beyond its end by that part of its length, as a forearm with its hand."""
        return self._replace(end=self.begin + (1.0 + part) * self.step)


def cross(one: Segment, other: Segment) -> bool:
    """Whether two bones cross."""
    sides = []
    for bone, ends in ((one, other), (other, one)):
        begin, end = ((place - bone.begin) / bone.step for place in (ends.begin, ends.end))
        sides.append(begin.imag * end.imag)
    return max(sides) < 0


def forearms_cross(one: Segment, other: Segment) -> bool:
    """Hands and all."""
    return cross(one.longer(HAND), other.longer(HAND))


def segments(pose_183: Tensor, sides_2: Tensor) -> dict[int, Segment]:
    """Those that a pose as `moving_least_squares.normalised_pose` gives it has, by number in BONES. sides:
    of the picture, its width in heights, and 1."""
    point_18, there_18 = joints(pose_183, sides_2), (pose_183[:, 2] > 0).tolist()
    placed = {
        number: (point_18[bone.begin], point_18[bone.end])
        for number, bone in enumerate(BONES)
        if there_18[bone.begin] and there_18[bone.end]
    }
    units = [_SHORTEST, _SHORTEST]  # of legs, of arms
    for number, (begin, end) in placed.items():
        kind = BONES[number].of_arm
        units[kind] = max(units[kind], abs(end - begin))
    return {number: Segment(*ends, units[BONES[number].of_arm]) for number, ends in placed.items()}


def along(segment: Segment, point_hw: Tensor) -> Tensor:
    """Complex [h, w]: how far along a bone (real part), in its lengths, and aside of it positions lie."""
    return (point_hw - segment.begin) / segment.step


def off(segment: Segment, point_hw: Tensor, beyond: float, begin: float = 0.0) -> Tensor:
    """Distance [h, w] of positions from a bone and what is beyond its end, in units of its kind; begin: from
    that part of the bone on."""
    part_hw = along(segment, point_hw).real.clamp(begin, 1.0 + beyond)
    nearest_hw = segment.begin + part_hw * (segment.end - segment.begin)
    return (point_hw - nearest_hw).abs() / segment.unit


def along_each(segments: Sequence[Segment], point_3hw: Tensor) -> Tensor:
    """`along` of several bones at once, its parts [2, N, h, w], at positions as `homogeneous` gives them."""
    return similar([(1.0 / each.step, -each.begin / each.step) for each in segments], point_3hw)


def off_each(segments: Sequence[Segment], along_2Nhw: Tensor, beyond: Sequence[float]) -> Tensor:
    """`off` of several bones at once, [N, h, w], of what `along_each` gives."""
    part_Nhw, aside_Nhw = along_2Nhw
    ends_N11, lengths_N11 = along_2Nhw.new_tensor(
        [
            [1.0 + more for more in beyond],
            [abs(each.step) / each.unit for each in segments],
        ]
    )[:, :, None, None]
    past_Nhw = part_Nhw - part_Nhw.clamp_min(0.0).minimum(ends_N11)
    return past_Nhw.hypot_(aside_Nhw).mul_(lengths_N11)


def homogeneous(point_hw: Tensor) -> Tensor:
    """x, y and 1 of positions, [3, h, w]."""
    return torch.stack([point_hw.real, point_hw.imag, torch.ones_like(point_hw.real)])


def similar(pairs: Sequence[tuple[complex, complex]], point_3hw: Tensor) -> Tensor:
    """a z + b of every pair a, b at all positions z, real and imaginary parts [2, N, h, w].

    One product of matrices; operators on complex numbers take three times as long.
    """
    real = [[a.real, -a.imag, b.real] for a, b in pairs]
    imaginary = [[a.imag, a.real, b.imag] for a, b in pairs]
    of_pairs = point_3hw.new_tensor(real + imaginary)
    return (of_pairs @ point_3hw.flatten(1)).view(2, len(pairs), *point_3hw.shape[1:])


def distance(point_hw: Tensor, place: complex) -> Tensor:
    """[h, w], of positions from one."""
    return torch.hypot(point_hw.real - place.real, point_hw.imag - place.imag)


def cores(segments: Sequence[Segment]) -> Tensor:
    """Positions evenly along bones, complex [N, n]."""
    return torch.tensor(
        [[each.begin + part * (each.end - each.begin) for part in _CORE] for each in segments],
        dtype=torch.complex64,
    )


def off_trunk(pose_183: Tensor, point_3hw: Tensor, sides_2: Tensor) -> Tensor:
    """Distance [h, w] of positions as `homogeneous` gives them from the quadrangle of shoulders and hips;
    infinite without shoulders.

    Of a picture that ends above the hips these lie below the shoulders, as they mostly do.
    """
    if not (pose_183[SHOULDERS, 2] > 0).all():
        return torch.full_like(point_3hw[0], torch.inf)
    point_18 = joints(pose_183, sides_2)
    right, left = (point_18[joint] for joint in SHOULDERS)
    if (pose_183[HIPS, 2] > 0).all():
        right_hip, left_hip = (point_18[joint] for joint in HIPS)
    else:
        down = 1j * (left - right) / FRONTAL
        down = -down if down.imag < 0 else down
        right_hip, left_hip = right + down, left + down
    corners = [right, left, left_hip, right_hip]
    around = [Segment(*ends, 1.0) for ends in zip(corners, corners[1:] + corners[:1], strict=True)]
    along_24hw = along_each(around, point_3hw)
    far_hw = off_each(around, along_24hw, [0.0] * 4).amin(0)
    aside_4hw = along_24hw[1]
    return far_hw.masked_fill_((aside_4hw.amin(0) > 0) | (aside_4hw.amax(0) < 0), 0.0)


def sampled(planes_PHW: Tensor, point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """Planes at positions, [P, h, w]; 0 beyond them."""
    grid_1hw2 = (torch.view_as_real(point_hw.contiguous()) / sides_2)[None]
    return F.grid_sample(planes_PHW[None], grid_1hw2, align_corners=False)[0]


def moved(now_183: Tensor, own_183: Tensor, sides_2: Tensor) -> list[float]:
    """How far the 18 joints are from where they were, the larger of both coordinates, in half the picture's
    height; 2 of one that is absent or hidden in one of the poses only."""
    far_18 = ((now_183 - own_183)[:, :2] * sides_2).abs().amax(1) * (now_183[:, 2] > 0)
    return far_18.masked_fill(now_183[:, 2] != own_183[:, 2], 2.0).tolist()


def seen(photo_DHW: Tensor, point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """A photo's planes at positions, the last of which is how sure it is that nobody is there, [D, h, w];
    beyond the photo its rim's colours, and nobody."""
    grid_1hw2 = (torch.view_as_real(point_hw.contiguous()) / sides_2)[None]
    seen_Dhw = F.grid_sample(photo_DHW[None], grid_1hw2, padding_mode="border", align_corners=False)[0]
    seen_Dhw[-1].masked_fill_(~within(point_hw, sides_2), 1.0)
    return seen_Dhw


def within(point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """bool [h, w]: whether positions are in the picture."""
    width, height = sides_2.tolist()
    return (point_hw.real.abs() <= width) & (point_hw.imag.abs() <= height)


def not_short(step_N: Tensor) -> Tensor:
    """Something to divide by."""
    return torch.where(step_N.abs() < _SHORTEST, torch.full_like(step_N, _SHORTEST), step_N)


def divisor(step: complex) -> complex:
    """`not_short` of a number."""
    return _SHORTEST if abs(step) < _SHORTEST else step


def joints(pose_183: Tensor, sides_2: Tensor) -> list[complex]:
    """Where a pose has its joints, as numbers."""
    return as_complex(pose_183[:, :2] * sides_2).tolist()


def positions(size: tuple[int, int], sides_2: Tensor) -> Tensor:
    """Of the pixels of a picture of so many rows and columns, complex [h, w]."""
    return as_complex(centres(size, sides_2.device).movedim(0, -1) * sides_2)


def as_complex(point_2: Tensor) -> Tensor:
    """x + i y of [..., 2]."""
    return torch.view_as_complex(point_2.contiguous())
