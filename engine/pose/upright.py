"""Whether a photo lies on its side: by how its person stands in it."""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import ABSENT, LEFT_HIP, LEFT_KNEE, NECK, RIGHT_HIP, RIGHT_KNEE

_CLEARLY = 2.0  # times as far along one axis as along the other: up to 27 degrees aslant


def quarters_to_stand(pose_18x3: np.ndarray) -> int:
    """By how many quarters clockwise a photo is to be turned for its person to stand, 0 to 3.

    0 too where nobody can tell: trunk and thighs go different ways, or are not seen.
    """
    parts = [pose_18x3[joints] for joints in ([NECK], [RIGHT_HIP, LEFT_HIP], [RIGHT_KNEE, LEFT_KNEE])]
    seen = [part[part[:, 2] > ABSENT, :2] for part in parts]
    if not all(map(len, seen)):
        return 0
    neck, hips, knees = (points.mean(axis=0) for points in seen)
    trunk, thighs = _quarters(neck - hips), _quarters(hips - knees)
    return trunk if trunk == thighs and trunk is not None else 0


def _quarters(upwards: np.ndarray) -> int | None:
    """The turn that lets a vector of x, y point up; None for one that is aslant."""
    x, y = upwards.tolist()
    if abs(y) > _CLEARLY * abs(x):
        return 0 if y < 0 else 2
    if abs(x) > _CLEARLY * abs(y):
        return 1 if x < 0 else 3
    return None
