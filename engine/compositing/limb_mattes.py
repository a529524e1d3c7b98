"""Which pixels of a photo are of which limb: what can be cut out and moved by its bone.

The parsing network tells arms and legs from clothes, but neither left from right nor a sleeve from its shirt;
where the bones are tells that.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import CLASSES, centres
from engine.compositing.fields import ramp
from engine.compositing.limb_bones import (
    BONES,
    Segment,
    along,
    as_complex,
    core,
    not_short,
    off,
    off_trunk,
    sampled,
    segments,
)
from engine.ops.resample import running_mean

# Of the longest bone of its kind, how far from its bone a limb reaches: to the first surely, to the second at
# most.
THICK = 0.34, 0.44
_SHOULDER = 0.05, 0.3  # from the first to the second part of an upper arm the trunk goes over into it
_HIP = 0.35  # part of a thigh where it is looked how broad it is at the hip
_ROUND = 0.7, 1.0  # of its half breadth there, how far a limb reaches beyond its elbow or knee
_APART = -0.04, 0.04  # how much nearer a pixel of two limbs is to its own
_SLEEVE = -0.04, 0.08  # how much nearer a sleeve is to its arm than to the trunk
_SLEEVED = 0.2, 0.5  # part of a bone that a garment covers: from the first on, at the second surely
_SURE = 0.3, 0.7  # how likely a pixel is of the limb: from the first on, at the second surely
_ACROSS = 19  # points across a joint that its breadth is told by


@torch.no_grad()
def limb_mattes(pose_B183: Tensor, seen_B11hw: Tensor, size: tuple[int, int]) -> Tensor:
    """0 to 1 [B, 8, H, W] by BONES: how far a pixel of the photo is of what can be cut out with a bone.

    pose: the photo's own, as `moving_least_squares.normalised_pose` gives it. seen: its surface map.
    """
    class_B8HW = F.interpolate(seen_B11hw[:, :CLASSES].float().softmax(1), size, mode="bilinear")
    class_B8HW = running_mean(class_B8HW, 3)  # no stairs
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = as_complex(centres(size, pose_B183.device).movedim(0, -1) * sides_2)
    both = zip(pose_B183.float(), class_B8HW, strict=True)
    return torch.stack([_of_one(pose_183, class_8HW, here_HW, sides_2) for pose_183, class_8HW in both])


def _of_one(pose_183: Tensor, class_8HW: Tensor, here_HW: Tensor, sides_2: Tensor) -> Tensor:
    placed = segments(pose_183, sides_2)
    far = {number: off(each, here_HW, BONES[number].beyond) for number, each in placed.items()}
    trunk_HW = off_trunk(pose_183, here_HW, sides_2)
    mattes_8HW = class_8HW.new_zeros(len(BONES), *here_HW.shape)
    for number, segment in placed.items():
        bone, far_HW = BONES[number], far[number]
        bare_HW, cloth_HW = class_8HW[bone.bare], class_8HW[list(bone.garments)].sum(0)
        worn_HW = (bare_HW + sleeved(segment, bare_HW, cloth_HW, sides_2) * cloth_HW).clamp(max=1.0)
        limb_HW = worn_HW * (1.0 - ramp(far_HW, *THICK))
        part_HW = along(segment, here_HW).real
        if bone.of_arm:  # a sleeve is worn on the arm where it is nearer to that than to the trunk
            nearer_HW = ramp(trunk_HW / segment.unit - far_HW, *_SLEEVE)
            limb_HW = limb_HW * torch.where(cloth_HW > bare_HW, nearer_HW, 1.0)
        if bone.upper:
            ends_HW = _round(segment, segment.end, here_HW, worn_HW, 1.0, sides_2)
            limb_HW = limb_HW * torch.where(part_HW > 1.0, ends_HW, 1.0)
        if bone.upper and bone.of_arm:
            limb_HW = limb_HW * ramp(part_HW, *_SHOULDER)
        else:
            part = _HIP if bone.upper else 0.0
            begins_HW = _round(segment, segment.begin, here_HW, worn_HW, part, sides_2)
            limb_HW = limb_HW * torch.where(part_HW < 0.0, begins_HW, 1.0)
        same = [other for other in placed if BONES[other].chain == bone.chain]
        facing = [other for other in placed if BONES[other].of_arm == bone.of_arm and other not in same]
        if facing:
            mine_HW, theirs_HW = (
                torch.stack([far[each] for each in those]).amin(0) for those in (same, facing)
            )
            limb_HW = limb_HW * ramp(theirs_HW - mine_HW, *_APART)
        mattes_8HW[number] = ramp(limb_HW, *_SURE)
    return mattes_8HW


def sleeved(segment: Segment, bare_HW: Tensor, cloth_HW: Tensor, sides_2: Tensor) -> Tensor:
    """0 to 1: whether a garment covers a bone."""
    core_2n = sampled(torch.stack([bare_HW, cloth_HW]), core(segment), sides_2)[:, 0]
    bare, cloth = core_2n.sum(1)
    return ramp(cloth / (bare + cloth).clamp_min(1e-3), *_SLEEVED)


def _round(
    segment: Segment, joint: Tensor, here_HW: Tensor, limb_HW: Tensor, part: float, sides_2: Tensor
) -> Tensor:
    """0 to 1 [H, W]: a disc around a joint, as broad as the limb is at that part of its bone."""
    bone = segment.end - segment.begin
    across = 1j * not_short(bone) / not_short(bone).abs() * segment.unit * THICK[1]
    part_n = torch.linspace(-1.0, 1.0, _ACROSS, device=bone.device)
    seen_n = sampled(limb_HW[None], (segment.begin + part * bone + part_n * across)[None], sides_2)[0, 0]
    radius = (seen_n.mean() * across.abs()).clamp_min(1e-6)
    return 1.0 - ramp((here_HW - joint).abs() / radius, *_ROUND)
