"""Which pixels of a photo are of which limb: what can be cut out and moved by its bone.

The parsing network tells arms and legs from clothes, but neither left from right nor a sleeve from its shirt;
where the bones are tells that.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES, centres
from engine.compositing.fields import ramp
from engine.ops.resample import running_mean
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
)  # in the order that they lie in, the last before the others

# Of the longest bone of its kind, how far from its bone a limb reaches: to the first surely, to the second at
# most.
_THICK = 0.24, 0.32
MOST_THICK = _THICK[1]
_SHOULDER = 0.05, 0.3  # from the first to the second part of an upper bone the trunk goes over into it
_ROUND = 1.0, 1.3  # of its half breadth there, how far a limb reaches beyond its elbow or knee
_APART = -0.04, 0.04  # how much nearer a pixel of two limbs is to its own
_SLEEVE = -0.04, 0.08  # how much nearer a sleeve is to its arm than to the trunk
_SLEEVED = 0.2, 0.5  # part of a bone that a garment covers: from the first on, at the second surely
_SURE = 0.3, 0.7  # how likely a pixel is of the limb: from the first on, at the second surely
_CORE = 9  # points along a bone that stand for it


class Segment(NamedTuple):
    """Where a bone begins and ends in a picture, complex numbers in half its height; and the longest bone of its
    kind there, what widths are measured by."""

    begin: Tensor
    end: Tensor
    unit: Tensor


def segments(pose_183: Tensor, sides_2: Tensor) -> list[Segment | None]:
    """BONES in a pose as `moving_least_squares.normalised_pose` gives it; None for those it lacks."""
    point_18 = as_complex(pose_183[:, :2] * sides_2)
    there_18 = pose_183[:, 2] > 0
    ends = [(point_18[bone.begin], point_18[bone.end]) for bone in BONES]
    there = [bool(there_18[bone.begin] & there_18[bone.end]) for bone in BONES]
    made: list[Segment | None] = []
    for bone, (begin, end), shown in zip(BONES, ends, there, strict=True):
        same = [
            (other_end - other_begin).abs()
            for other, (other_begin, other_end), also in zip(BONES, ends, there, strict=True)
            if other.bare == bone.bare and also
        ]
        made.append(Segment(begin, end, torch.stack(same).max().clamp_min(1e-6)) if shown else None)
    return made


def along(segment: Segment, point_hw: Tensor) -> Tensor:
    """Complex [h, w]: how far along a bone (real part), in its lengths, and aside of it positions lie."""
    bone = segment.end - segment.begin
    return (point_hw - segment.begin) / torch.where(bone.abs() < 1e-6, torch.full_like(bone, 1e-6), bone)


def off(segment: Segment, point_hw: Tensor, beyond: float) -> Tensor:
    """Distance [h, w] of positions from a bone and what is beyond its end, in units of its kind."""
    place_hw = along(segment, point_hw)
    nearest_hw = place_hw.real.clamp(0.0, 1.0 + beyond)
    return (place_hw - nearest_hw).abs() * (segment.end - segment.begin).abs() / segment.unit


@torch.no_grad()
def limb_mattes(pose_B183: Tensor, seen_B11hw: Tensor, size: tuple[int, int]) -> Tensor:
    """0 to 1 [B, 8, H, W] by BONES: how far a pixel of the photo is of what can be cut out with a bone.

    pose: the photo's own, as `moving_least_squares.normalised_pose` gives it. seen: its surface map.
    """
    class_B8HW = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    class_B8HW = running_mean(class_B8HW, 3)  # no stairs
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = as_complex(centres(size, pose_B183.device).movedim(0, -1) * sides_2)
    return torch.stack(
        [
            _of_one(pose_183, class_8HW, here_HW, sides_2)
            for pose_183, class_8HW in zip(pose_B183.float(), class_B8HW, strict=True)
        ]
    )


def _of_one(pose_183: Tensor, class_8HW: Tensor, here_HW: Tensor, sides_2: Tensor) -> Tensor:
    placed = segments(pose_183, sides_2)
    far = [
        None if segment is None else off(segment, here_HW, bone.beyond)
        for bone, segment in zip(BONES, placed, strict=True)
    ]
    trunk_HW = off_trunk(pose_183, here_HW, sides_2)
    mattes = []
    for bone, segment, far_HW in zip(BONES, placed, far, strict=True):
        if segment is None or far_HW is None:
            mattes.append(torch.zeros_like(class_8HW[0]))
            continue
        bare_HW, cloth_HW = class_8HW[bone.bare], class_8HW[list(bone.garments)].sum(0)
        sleeved = _sleeved(segment, bare_HW, cloth_HW, sides_2)
        if bone.of_arm:
            cloth_HW = cloth_HW * ramp(trunk_HW / segment.unit - far_HW, *_SLEEVE)
        limb_HW = (bare_HW + sleeved * cloth_HW).clamp(max=1.0) * (1.0 - ramp(far_HW, *_THICK))
        part_HW = along(segment, here_HW).real
        joint, beyond_HW = (segment.end, part_HW > 1.0) if bone.upper else (segment.begin, part_HW < 0.0)
        radius = _half_breadth(segment, joint, (bare_HW + sleeved * cloth_HW).clamp(max=1.0), sides_2)
        round_HW = 1.0 - ramp((here_HW - joint).abs() / radius, *_ROUND)
        limb_HW = torch.where(beyond_HW, limb_HW * round_HW, limb_HW)
        if bone.upper:
            limb_HW = limb_HW * ramp(part_HW, *_SHOULDER)
        others = [
            other_HW
            for other, other_HW in zip(BONES, far, strict=True)
            if other_HW is not None and other.bare == bone.bare and other.chain != bone.chain
        ]
        own = [
            own_HW
            for other, own_HW in zip(BONES, far, strict=True)
            if own_HW is not None and other.chain == bone.chain
        ]
        if others:
            nearest_HW, mine_HW = torch.stack(others).amin(0), torch.stack(own).amin(0)
            limb_HW = limb_HW * ramp(nearest_HW - mine_HW, *_APART)
        mattes.append(ramp(limb_HW, *_SURE))
    return torch.stack(mattes)


def _sleeved(segment: Segment, bare_HW: Tensor, cloth_HW: Tensor, sides_2: Tensor) -> Tensor:
    """0 to 1: whether a garment covers a bone."""
    core_2n = sampled(torch.stack([bare_HW, cloth_HW]), core(segment), sides_2)[:, 0]
    bare, cloth = core_2n.sum(1)
    return ramp(cloth / (bare + cloth).clamp_min(1e-3), *_SLEEVED)


def _half_breadth(segment: Segment, joint: Tensor, limb_HW: Tensor, sides_2: Tensor) -> Tensor:
    """Of a limb at its joint, across its bone."""
    bone = segment.end - segment.begin
    across = 1j * bone / bone.abs().clamp_min(1e-6) * segment.unit * _THICK[1]
    part_n = torch.linspace(-1.0, 1.0, 2 * _CORE + 1, device=bone.device)
    seen_n = sampled(limb_HW[None], (joint + part_n * across)[None], sides_2)[0, 0]
    return (seen_n.mean() * across.abs()).clamp_min(1e-6)


def core(segment: Segment) -> Tensor:
    """Positions evenly along a bone, complex [1, n]."""
    part_n = torch.linspace(0.1, 0.9, _CORE, device=segment.begin.device)
    return (segment.begin + part_n * (segment.end - segment.begin))[None]


def off_trunk(pose_183: Tensor, point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """Distance [h, w] of positions from the quadrangle of shoulders and hips; infinite without it."""
    joints = [sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER, sk.LEFT_HIP, sk.RIGHT_HIP]
    if not (pose_183[joints, 2] > 0).all():
        return torch.full(point_hw.shape, torch.inf, device=pose_183.device)
    corner_4 = as_complex(pose_183[joints, :2] * sides_2)
    far, sides = [], []
    for begin, end in zip(corner_4, corner_4.roll(-1), strict=True):
        place_hw = (point_hw - begin) / torch.where((end - begin).abs() < 1e-6, torch.full_like(end, 1e-6), end - begin)
        far.append((place_hw - place_hw.real.clamp(0.0, 1.0)).abs() * (end - begin).abs())
        sides.append(place_hw.imag)
    side_4hw = torch.stack(sides)
    inside_hw = (side_4hw > 0).all(0) | (side_4hw < 0).all(0)
    return torch.stack(far).amin(0).masked_fill(inside_hw, 0.0)


def sampled(planes_PHW: Tensor, point_hw: Tensor, sides_2: Tensor) -> Tensor:
    """Planes at positions, [P, h, w]; 0 beyond them."""
    grid_1hw2 = (torch.view_as_real(point_hw.contiguous()) / sides_2)[None]
    return F.grid_sample(planes_PHW[None], grid_1hw2, align_corners=False)[0]


def as_complex(point_2: Tensor) -> Tensor:
    """x + i y of [..., 2]."""
    return torch.view_as_complex(point_2.contiguous())
