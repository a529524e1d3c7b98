"""Arms that are elsewhere now, with their hands: what the photo shows of them is not to stay where it was.

Engines forget hands, so at the hip they draw the same without a hand as they drew before, and the photo is
trusted there, hand and all. But whose hand it was says its arm.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_bones import BONES, along, as_complex, off, positions, segments

# Of the longest arm bone, how far from a bone an arm reaches in its sleeve: to the first surely, to the
# second at most. From the first to the second part of an upper arm the shoulder goes over into it.
_THICK, _SHOULDER = (0.25, 0.4), (0.15, 0.5)
_CAP = 0.7, 0.9  # of the longest arm bone, how far around a shoulder its outline reaches
_RETURNS = 0.08  # of half the picture's height, what is so far from where its arm takes it is not there


@torch.no_grad()
def gone_with_an_arm(pose_B183: Tensor, own_pose_B183: Tensor, before_B2hw: Tensor) -> Tensor:
    """How surely what a photo shows at `before` is of an arm that is elsewhere in the pose: 0 to 1,
    [B, 1, h, w], by the position that it would be shown at.

    Poses as `moving_least_squares.normalised_pose` gives them; before: x, y from -1 to 1 across the photo.
    """
    rows, columns = size_of(before_B2hw)
    sides_2 = before_B2hw.new_tensor((columns / rows, 1.0))
    here_hw = positions((rows, columns), sides_2)
    before_Bhw = as_complex(before_B2hw.movedim(1, -1) * sides_2)
    gone = [
        _gone(now_183, own_183, before_hw, here_hw, sides_2)
        for now_183, own_183, before_hw in zip(pose_B183, own_pose_B183, before_Bhw, strict=True)
    ]
    return torch.stack(gone)[:, None]


@torch.no_grad()
def at_moved_shoulders(pose_B183: Tensor, own_pose_B183: Tensor, size: tuple[int, int]) -> Tensor:
    """0 to 1 [B, 1, h, w]: around the shoulders of arms that are elsewhere in the pose. There the photo's
    outline of a shoulder is not that of the pose."""
    rows, columns = size
    sides_2 = pose_B183.new_tensor((columns / rows, 1.0))
    here_hw = positions(size, sides_2)
    around_B1hw = torch.zeros_like(here_hw.real).expand(len(pose_B183), 1, *size).clone()
    for now_183, own_183, (around_hw,) in zip(pose_B183, own_pose_B183, around_B1hw, strict=True):
        now, own = segments(now_183, sides_2), segments(own_183, sides_2)
        for number in now.keys() & own.keys():
            if BONES[number].of_arm and BONES[number].upper:
                turned = (now[number].end - now[number].begin) - (own[number].end - own[number].begin)
                elsewhere = 1.0 - torch.exp(-((turned.abs() / _RETURNS).square()))
                near_hw = 1.0 - ramp((here_hw - now[number].begin).abs() / own[number].unit, *_CAP)
                torch.maximum(around_hw, elsewhere * near_hw, out=around_hw)
    return around_B1hw


def _gone(now_183: Tensor, own_183: Tensor, before_hw: Tensor, here_hw: Tensor, sides_2: Tensor) -> Tensor:
    """[h, w], by the bone that is nearest to what is seen."""
    now, own = segments(now_183, sides_2), segments(own_183, sides_2)
    far, gone = [], []
    for number in sorted(now.keys() & own.keys()):
        bone = BONES[number]
        if not bone.of_arm:
            continue
        off_hw, place_hw = off(own[number], before_hw, bone.beyond), along(own[number], before_hw)
        of_arm_hw = 1.0 - ramp(off_hw, *_THICK)
        if bone.upper:
            of_arm_hw = of_arm_hw * ramp(place_hw.real.clamp(0.0, 1.0), *_SHOULDER)
        there_hw = now[number].begin + place_hw * (now[number].end - now[number].begin)
        far.append(off_hw)
        gone.append(of_arm_hw * (1.0 - torch.exp(-((there_hw - here_hw).abs() / _RETURNS).square())))
    if not far:
        return torch.zeros_like(before_hw.real)
    return torch.stack(gone).gather(0, torch.stack(far).argmin(0, keepdim=True))[0]
