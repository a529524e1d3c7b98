"""Arms before the body, by the joints: where forearms may be, and what is beneath sleeves that were there.

A map's places are an arm's where one is before the body, so they do not tell what is behind it.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import torch
from torch import Tensor

from engine.compositing.bodies import along_ways, far_from
from engine.compositing.fields import size_of
from engine.compositing.worn import ARM_JOINTS, Drawn
from engine.garments import ARMS, SKIRT, TROUSERS
from engine.pose.skeleton import LEFT_HIP, LEFT_SHOULDER, RIGHT_HIP, RIGHT_SHOULDER

_TRUNK = [RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_HIP, LEFT_HIP]
_WAIST = 0.6  # of a trunk from shoulders to hips, below which legwear is
_AN_ARM = 0.13  # of the shoulders, half as broad is a bare arm
_HAND, _FOREARM = 0.6, 0.4  # of a forearm: how far a hand reaches beyond its wrist, and how far beside it


def legwear_beside_arms(piece_1hw: Tensor, wearer: Drawn) -> Tensor:
    """Pieces with what is worn below a waist where arms were in sleeves before it, and bare ones are not."""
    joints_18x3, part_P = wearer.joints, wearer.wardrobe.part
    legwear = max((SKIRT, TROUSERS), key=lambda piece: float(part_P[piece]))
    if joints_18x3 is None or not (joints_18x3[_TRUNK, 2] > 0).all() or not part_P[legwear] > 0:
        return piece_1hw
    right_2, left_2, right_hip_2, left_hip_2 = joints_18x3[_TRUNK, :2]
    shoulders_2, hips_2 = (right_2 + left_2) / 2, (right_hip_2 + left_hip_2) / 2
    (down_hw,) = along_ways(_here(piece_1hw), shoulders_2, hips_2 - shoulders_2)
    below_hw = down_hw > _WAIST * float((hips_2 - shoulders_2) @ (hips_2 - shoulders_2))
    least = _AN_ARM * float(np.linalg.norm(right_2 - left_2))
    aside_hw = torch.ones_like(below_hw)
    for arm in ARM_JOINTS:
        arm_N2 = _known(joints_18x3, arm)
        hand_N2 = arm_N2[-1:] + _HAND * (arm_N2[-1:] - arm_N2[-2:-1])
        for begin_2, end_2 in pairwise(np.concatenate([arm_N2, hand_N2])):
            aside_hw &= far_from(_here(piece_1hw), begin_2, end_2) > least
    return torch.where((piece_1hw == ARMS) & (below_hw & aside_hw)[None], legwear, piece_1hw)


def near_forearms(wearer: Drawn) -> Tensor:
    """1 where a forearm or its hand may be, by the joints, [1, 1, h, w]."""
    here_hw2 = _here(wearer.surface[0, :1])
    near_hw = torch.zeros_like(here_hw2[..., 0])
    if wearer.joints is not None:
        for arm in ARM_JOINTS:
            for elbow_2, wrist_2 in pairwise(_known(wearer.joints, arm)[1:]):
                end_2 = wrist_2 + _HAND * (wrist_2 - elbow_2)
                most = _FOREARM * float(np.linalg.norm(wrist_2 - elbow_2))
                near_hw = near_hw.maximum((far_from(here_hw2, elbow_2, end_2) < most).float())
    return near_hw[None, None]


def beyond_wrists(wearer: Drawn, far: float) -> Tensor:
    """1 where a hand is farther beyond its wrist than so much of its forearm, by the joints, [1, 1, h, w]."""
    here_hw2 = _here(wearer.surface[0, :1])
    beyond_hw = torch.zeros_like(here_hw2[..., 0])
    if wearer.joints is not None:
        for arm in ARM_JOINTS:
            for elbow_2, wrist_2 in pairwise(_known(wearer.joints, arm)[1:]):
                begin_2, end_2 = (wrist_2 + part * (wrist_2 - elbow_2) for part in (far, far + _HAND))
                (past_hw,) = along_ways(here_hw2, begin_2, wrist_2 - elbow_2)
                near_hw = far_from(here_hw2, begin_2, end_2) < _HAND * float(
                    np.linalg.norm(wrist_2 - elbow_2)
                )
                beyond_hw = beyond_hw.maximum((near_hw & (past_hw > 0)).float())
    return beyond_hw[None, None]


def _known(joints_18x3: np.ndarray, arm: tuple[int, ...]) -> np.ndarray:
    """An arm's joints, [3, 2], or none."""
    return joints_18x3[list(arm), :2] if (joints_18x3[list(arm), 2] > 0).all() else np.zeros((0, 2))


def _here(like_1hw: Tensor) -> Tensor:
    """Positions of a map, x, y, [h, w, 2]."""
    sides = (torch.arange(side, device=like_1hw.device) + 0.5 for side in size_of(like_1hw))
    y_hw, x_hw = torch.meshgrid(*sides, indexing="ij")
    return torch.stack([x_hw, y_hw], -1)
