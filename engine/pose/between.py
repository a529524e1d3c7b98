"""Poses between two poses: limbs turn by the shorter way round and keep their lengths on it. Pure functions.

Poses are [18, 3] (x, y, state) in px of one frame, x right, y down.
"""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import NECK, PARENTS, descendants

_FROM_NECK = (NECK, *descendants(NECK))


def between(start_18x3: np.ndarray, end_18x3: np.ndarray, share: float) -> np.ndarray:
    """The pose at a share of the way, 0 to 1, float32.

    The neck goes straight; every joint below it keeps to its parent, at an angle and a distance between those
    of both poses. A joint that only one of them shows is there on that one's half of the way.
    """
    start, end = (np.asarray(pose, np.float64) for pose in (start_18x3, end_18x3))
    nearer = start if share < 0.5 else end
    pose = np.array(nearer)
    both = (start[:, 2] > 0) & (end[:, 2] > 0)
    for joint in _FROM_NECK:
        parent = PARENTS[joint]
        if not both[joint]:
            if parent is not None and nearer[joint, 2] > 0:
                pose[joint, :2] = pose[parent, :2] + nearer[joint, :2] - nearer[parent, :2]
        elif parent is None or not both[parent]:
            pose[joint, :2] = (1 - share) * start[joint, :2] + share * end[joint, :2]
        else:
            one, other = (p[joint, :2] - p[parent, :2] for p in (start, end))
            pose[joint, :2] = pose[parent, :2] + _turned(one, other, share)
    return pose.astype(np.float32)


def steps_between(
    start_18x3: np.ndarray, end_18x3: np.ndarray, count: int, *, and_back: bool = False
) -> list[np.ndarray]:
    """`count` poses from one to the other, slow at both ends; and back again without showing an end twice."""
    shares = np.linspace(0, 1, max(count, 2))
    poses = [between(start_18x3, end_18x3, float(t * t * (3 - 2 * t))) for t in shares]
    return [*poses, *poses[-2:0:-1]] if and_back else poses


def _turned(one: np.ndarray, other: np.ndarray, share: float) -> np.ndarray:
    """Between two offsets, by angle and length."""
    lengths = np.linalg.norm(one), np.linalg.norm(other)
    if min(lengths) < 1e-6:
        return (1 - share) * one + share * other
    turn = np.arctan2(one[0] * other[1] - one[1] * other[0], one @ other)
    angle = np.arctan2(one[1], one[0]) + share * turn
    length = (1 - share) * lengths[0] + share * lengths[1]
    return length * np.array([np.cos(angle), np.sin(angle)])
