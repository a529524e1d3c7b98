"""Arms that are elsewhere now, with their hands: what the photo shows of them is not to stay where it was.

Engines forget hands, so at the hip they draw the same without a hand as they drew before, and the photo is
trusted there, hand and all. But whose hand it was says its arm.
"""

from __future__ import annotations

from math import exp

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_bones import (
    BONES,
    along_each,
    distance,
    off_each,
    positions,
    segments,
    similar,
)

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
    here_2hw = centres((rows, columns), before_B2hw.device) * sides_2[:, None, None]
    before_B3hw = F.pad(before_B2hw * sides_2[:, None, None], (0, 0, 0, 0, 0, 1), value=1.0)  # x, y, 1
    gone = [
        _gone(now_183, own_183, before_3hw, here_2hw, sides_2)
        for now_183, own_183, before_3hw in zip(pose_B183, own_pose_B183, before_B3hw, strict=True)
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
                elsewhere = 1.0 - exp(-((abs(turned) / _RETURNS) ** 2))
                near_hw = 1.0 - ramp(distance(here_hw, now[number].begin) / own[number].unit, *_CAP)
                torch.maximum(around_hw, elsewhere * near_hw, out=around_hw)
    return around_B1hw


def _gone(now_183: Tensor, own_183: Tensor, before_3hw: Tensor, here_2hw: Tensor, sides_2: Tensor) -> Tensor:
    """[h, w], by the bone that is nearest to what is seen."""
    now, own = segments(now_183, sides_2), segments(own_183, sides_2)
    numbers = [number for number in sorted(now.keys() & own.keys()) if BONES[number].of_arm]
    if not numbers:
        return torch.zeros_like(here_2hw[0])
    bones, then = [BONES[number] for number in numbers], [own[number] for number in numbers]
    along_2Nhw = along_each(then, before_3hw)
    off_Nhw = off_each(then, along_2Nhw, [bone.beyond for bone in bones])
    of_arm_Nhw = 1.0 - ramp(off_Nhw, *_THICK)
    for bone, part_hw, of_arm_hw in zip(bones, along_2Nhw[0], of_arm_Nhw, strict=True):
        if bone.upper:
            of_arm_hw *= ramp(part_hw, *_SHOULDER)
    turns = [(now[n].end - now[n].begin) / own[n].step for n in numbers]
    takes = [(turn, now[n].begin - own[n].begin * turn) for n, turn in zip(numbers, turns, strict=True)]
    amiss_2Nhw = similar(takes, before_3hw) - here_2hw[:, None]
    gone_Nhw = of_arm_Nhw * (1.0 - torch.exp(amiss_2Nhw.square_().sum(0).mul_(-1.0 / _RETURNS**2)))
    return gone_Nhw.gather(0, off_Nhw.min(0, keepdim=True).indices)[0]
