"""Bare arms that the parsing network does not count among arms: before a wall as bright as they are, or one
before the other. Skin where no skin would be seen without arms is an arm's, whichever line is nearer.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import ramp, size_of
from engine.compositing.limb_bones import ARMS, BONES, homogeneous, off, off_trunk, positions, segments
from engine.pose import skeleton as sk

_BARE = 0.3, 0.7  # how likely a pixel is bare and would not be without arms: from the first on, surely
_ONLY = 0.5, 0.9  # likewise, that somebody is there who would not be without arms
# Units from an arm's bones, up to which what is bare is surely, and at most, its: before the trunk, where
# bellies are bare too, and beside it, where joints of an arm that is hardly seen may be far from it.
_REACH, _BESIDE = (0.3, 0.4), (0.8, 1.0)
_HAND = 0.5  # of a forearm, how far its hand reaches beyond its wrist
_ELBOWS = [BONES[upper].end for upper, _ in ARMS]
_OFF = 0.0, 0.05  # half heights off a trunk, from which on what is bare is beside it


def with_bare(
    arms_B2HW: Tensor, bare_B1HW: Tensor, beneath_B1HW: Tensor, only_B1HW: Tensor, pose_B183: Tensor
) -> Tensor:
    """Mattes of arms, as of `arms_seen.ArmsSeen`, with what is bare along their bones.

    bare: how likely bare arms are seen. beneath: how likely they would be without arms, as chests are. only:
    how likely somebody is there, and nobody would be without arms; of an arm whose elbow is guessed, behind
    its trunk, that tells nothing. pose: the photo's own, as `moving_least_squares.normalised_pose` gives it.
    """
    size = size_of(arms_B2HW)
    sides_2 = pose_B183.new_tensor((size[1] / size[0], 1.0))
    here_HW = positions(size, sides_2)
    more_B1HW, only_B1HW = ramp(bare_B1HW - beneath_B1HW, *_BARE), ramp(only_B1HW, *_ONLY)
    mattes_B2HW = arms_B2HW.clone()
    each = zip(pose_B183.float(), more_B1HW[:, 0], only_B1HW[:, 0], mattes_B2HW, strict=True)
    for pose_183, more_HW, only_HW, mattes_2HW in each:
        placed = segments(pose_183, sides_2)
        far_2HW = torch.stack(
            [
                torch.stack(
                    [off(placed[bone], here_HW, _HAND * number) for number, bone in enumerate(arm)]
                ).amin(0)
                if all(bone in placed for bone in arm)
                else torch.full_like(more_HW, torch.inf)
                for arm in ARMS
            ]
        )
        is_seen_211 = (pose_183[_ELBOWS, 2] == sk.SEEN).float()[:, None, None]
        nearer_2HW = far_2HW <= far_2HW.flip(0)
        beside_HW = ramp(off_trunk(pose_183, homogeneous(here_HW), sides_2), *_OFF)
        near_2HW = 1.0 - ramp(far_2HW, *_REACH)
        reach_2HW = near_2HW.maximum(beside_HW * (1.0 - ramp(far_2HW, *_BESIDE)))
        theirs_2HW = (reach_2HW * more_HW).maximum(is_seen_211 * near_2HW * only_HW)
        mattes_2HW.copy_(mattes_2HW.maximum(nearer_2HW * theirs_2HW))
    return mattes_B2HW
