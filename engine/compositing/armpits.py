"""Where between a lifted arm and the trunk no cloth is, told by the joints.

Cloth that hung beside a trunk is drawn from the arm to the trunk by engines; and of what is drawn of a wearer
and of a giver, what either has there would come.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

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
    free_hw = np.zeros(size, np.float32)
    if joints_18x3 is None:
        return torch.from_numpy(free_hw)[None, None]
    y_hw, x_hw = np.mgrid[: size[0], : size[1]] + 0.5
    here_hw = x_hw + 1j * y_hw
    joints_18, known_18 = joints_18x3[:, 0] + 1j * joints_18x3[:, 1], joints_18x3[:, 2] > 0
    for (shoulder, elbow, wrist, hip), other in zip(_SIDES, (LEFT_SHOULDER, RIGHT_SHOULDER), strict=True):
        down, across = joints_18[hip] - joints_18[shoulder], joints_18[shoulder] - joints_18[other]
        breadth = abs(across)
        if not known_18[[shoulder, other, elbow, hip]].all() or not 0.0 < _FRONTAL * abs(down) < breadth:
            continue
        # In units of the trunk's side: along it from 0 to 1, and outwards, where an arm may be or not.
        placed_hw = (here_hw - joints_18[shoulder]) / down
        outwards = np.sign((across / down).imag)
        aside_hw = outwards * placed_hw.imag * abs(down) / breadth
        off_hw = _away(here_hw, joints_18[shoulder], joints_18[elbow])
        if known_18[wrist]:
            off_hw = np.minimum(off_hw, _away(here_hw, joints_18[elbow], joints_18[wrist]))
        apart_hw = _ramp(off_hw / breadth, *_SLEEVE) * _ramp(aside_hw, *_TRUNK)
        free_hw = np.maximum(free_hw, apart_hw * (np.abs(placed_hw.real - 0.5) < 0.5))
    return torch.from_numpy(free_hw.astype(np.float32))[None, None]


def _away(here_hw: np.ndarray, begin: complex, end: complex) -> np.ndarray:
    """How far positions are from a line."""
    step = end - begin or 1e-6
    along_hw = ((here_hw - begin) / step).real.clip(0.0, 1.0)
    return np.abs(here_hw - begin - along_hw * step)


def _ramp(x_hw: np.ndarray, low: float, high: float) -> np.ndarray:
    return ((x_hw - low) / (high - low)).clip(0.0, 1.0)
