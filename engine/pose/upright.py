"""How somebody lies or stands in a picture: by how many quarters it is to be turned for them to stand."""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import (
    ABSENT,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
)

_CLEARLY = 2.0  # times as far along one axis as along the other: up to 27 degrees aslant
SHOULDERS, HIPS, _KNEES = (RIGHT_SHOULDER, LEFT_SHOULDER), (RIGHT_HIP, LEFT_HIP), (RIGHT_KNEE, LEFT_KNEE)


def quarters_to_stand(pose_18x3: np.ndarray) -> int:
    """By how many quarters clockwise a photo is to be turned for its person to stand, 0 to 3.

    0 too where nobody can tell: trunk and thighs go different ways, or are not seen.
    """
    quarters = quarters_of_trunk(pose_18x3)
    return quarters if quarters is not None and quarters == _quarters(pose_18x3, HIPS, _KNEES) else 0


def quarters_of_trunk(pose_18x3: np.ndarray) -> int | None:
    """By how many quarters clockwise a trunk is to be turned to point up, 0 to 3: 1 for one that lies with
    the head to the left, 2 upside down. None for one that is aslant, or not seen."""
    return _quarters(pose_18x3, SHOULDERS, HIPS)


def spine(pose_18x3: np.ndarray) -> np.ndarray | None:
    """x, y from the shoulders to the hips, of either those that are there; None without any of one pair."""
    return _along(pose_18x3, SHOULDERS, HIPS)


def _quarters(pose_18x3: np.ndarray, upper: tuple[int, int], lower: tuple[int, int]) -> int | None:
    along = _along(pose_18x3, upper, lower)
    if along is None:
        return None
    x, y = along.tolist()
    if abs(y) > _CLEARLY * abs(x):
        return 0 if y > 0 else 2
    if abs(x) > _CLEARLY * abs(y):
        return 1 if x > 0 else 3
    return None


def _along(pose_18x3: np.ndarray, upper: tuple[int, int], lower: tuple[int, int]) -> np.ndarray | None:
    parts = [pose_18x3[list(pair)] for pair in (upper, lower)]
    seen = [part[part[:, 2] > ABSENT, :2] for part in parts]
    return seen[1].mean(axis=0) - seen[0].mean(axis=0) if all(map(len, seen)) else None
