"""Where between a lifted arm and the trunk no cloth is, told by the joints.

Cloth that hung beside a trunk is drawn from the arm to the trunk by engines; and of what is drawn of a wearer
and of a giver, what either has there would come.
"""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import ramp
from engine.compositing.limb_bones import Segment, as_complex, off
from engine.pose.skeleton import (
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_ELBOW,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)  # fmt: skip

_SIDES = (
    (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, RIGHT_HIP),
    (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST, LEFT_HIP),
)
# Of the trunk's length, how broad shoulders are at least: who is turned farther aside has no sides.
_FRONTAL = 0.5
# Of the shoulders' breadth, how far from an arm's bones its sleeve surely, and at most, is ...
_SLEEVE = 0.24, 0.32
_TRUNK = 0.14, 0.22  # ... and clothes from the line from shoulder to hip, outwards


def between_arm_and_trunk(joints_18x3: np.ndarray | None, size: tuple[int, int]) -> Tensor:
    """How much of a position is farther from an arm and from its side of the trunk than their clothes are,
    float32 [1, 1, h, w]; 0 where joints are not known.

    joints: x, y in positions of that map, and state.
    """
    free_hw = torch.zeros(size)
    if joints_18x3 is None:
        return free_hw[None, None]
    y_hw, x_hw = torch.meshgrid(*(torch.arange(side) + 0.5 for side in size), indexing="ij")
    here_hw = torch.complex(x_hw, y_hw)
    joints_18 = as_complex(torch.from_numpy(joints_18x3[:, :2]).float()).tolist()
    known_18 = joints_18x3[:, 2] > 0
    for (shoulder, elbow, wrist, hip), other in zip(_SIDES, (LEFT_SHOULDER, RIGHT_SHOULDER), strict=True):
        down, across = joints_18[hip] - joints_18[shoulder], joints_18[shoulder] - joints_18[other]
        breadth = abs(across)
        if not known_18[[shoulder, other, elbow, hip]].all() or not 0.0 < _FRONTAL * abs(down) < breadth:
            continue
        # In units of the trunk's side: along it from 0 to 1, and outwards, where an arm may be or not.
        placed_hw = (here_hw - joints_18[shoulder]) / down
        outwards = math.copysign(1.0, (across / down).imag)
        aside_hw = outwards * placed_hw.imag * abs(down) / breadth
        bones = [(shoulder, elbow), *([(elbow, wrist)] if known_18[wrist] else [])]
        arm = [Segment(joints_18[begin], joints_18[end], breadth) for begin, end in bones]
        off_hw = torch.stack([off(bone, here_hw, 0.0) for bone in arm]).amin(0)
        apart_hw = ramp(off_hw, *_SLEEVE) * ramp(aside_hw, *_TRUNK)
        free_hw = free_hw.maximum(apart_hw * ((placed_hw.real - 0.5).abs() < 0.5))
    return free_hw[None, None]
