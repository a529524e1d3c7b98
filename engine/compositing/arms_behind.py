"""The far arm of somebody who is seen from a side. It is behind the trunk; its joints are guessed, and lie
near the near arm's: what is seen there is the near one.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.limb_bones import ARMS, BONES
from engine.pose import skeleton as sk
from engine.pose.body import read_body

_JOINTS = [[BONES[number].end for number in arm] for arm in ARMS]  # elbow and wrist
_SIDES = "right", "left"


def arms_behind(pose_B183: Tensor, sides_2: Tensor) -> Tensor:
    """bool [B, 2]: whether the right and the left arm are such.

    pose: as `moving_least_squares.normalised_pose` gives it. sides: of the picture, its width in heights, and
    1."""
    behind_B2 = torch.zeros(len(pose_B183), 2, dtype=torch.bool)
    for pose_183, behind_2 in zip(pose_B183, behind_B2, strict=True):
        there_18 = (pose_183[:, 2] > 0).cpu().numpy()
        places_18x2 = (pose_183[:, :2] * sides_2).cpu().numpy().astype(np.float64)
        far = read_body(np.where(there_18[:, None], places_18x2, 0.0), there_18).far_side
        for side, joints in enumerate(_JOINTS):
            guessed = (pose_183[joints, 2] == sk.GUESSED).all()
            behind_2[side] = bool(guessed) and far == _SIDES[side]
    return behind_B2.to(pose_B183.device)


def without_behind(pose_B183: Tensor, behind_B2: Tensor) -> Tensor:
    """Poses without the elbows and wrists of arms that are behind."""
    made_B183 = pose_B183.clone()
    for made_183, behind_2 in zip(made_B183, behind_B2.tolist(), strict=True):
        for joints, behind in zip(_JOINTS, behind_2, strict=True):
            if behind:
                made_183[joints, 2] = sk.ABSENT
    return made_B183


def before_others(arms_B2HW: Tensor, behind_B2: Tensor) -> Tensor:
    """Mattes of arms, 0 to 1, of which those that are behind have nothing of the other one."""
    return arms_B2HW * (1.0 - behind_B2[..., None, None] * arms_B2HW.flip(1))
