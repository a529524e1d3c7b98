"""Some joints of a pose moved, turned and scaled as one, wherever that takes them: pure functions.

Poses are [18, 3] (x, y, state) in px of one frame, x right, y down; results are float32 copies. Joints that
have no place get none.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

import numpy as np

from engine.pose.kinematics import placed_joints


def box_of(pose_18x3: np.ndarray, joints: Iterable[int]) -> np.ndarray:
    """float64 [2, 2]: least and most x, y of some joints, one at least."""
    points = pose_18x3[list(joints), :2].astype(np.float64)
    return np.array([points.min(axis=0), points.max(axis=0)])


def moved(pose_18x3: np.ndarray, joints: Iterable[int], shift: tuple[float, float]) -> np.ndarray:
    """Some joints moved by (dx, dy) px, wherever that takes them."""
    return _changed(pose_18x3, joints, lambda points: points + np.asarray(shift, np.float64))


def rotated(
    pose_18x3: np.ndarray, joints: Iterable[int], degrees: float, centre: tuple[float, float] | None = None
) -> np.ndarray:
    """Some joints turned clockwise as seen, about `centre` (None: their middle)."""
    c, s = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    turn, middle = np.array([[c, -s], [s, c]]), _centre(pose_18x3, joints, centre)
    return _changed(pose_18x3, joints, lambda points: (points - middle) @ turn.T + middle)


def scaled(
    pose_18x3: np.ndarray, joints: Iterable[int], factor: float, centre: tuple[float, float] | None = None
) -> np.ndarray:
    """Some joints spread or drawn together about `centre` (None: their middle)."""
    middle = _centre(pose_18x3, joints, centre)
    return _changed(pose_18x3, joints, lambda points: (points - middle) * factor + middle)


def _centre(pose_18x3: np.ndarray, joints: Iterable[int], centre: tuple[float, float] | None) -> np.ndarray:
    there = [joint for joint in joints if pose_18x3[joint, 2] > 0 and np.isfinite(pose_18x3[joint, :2]).all()]
    if centre is None and there:
        return pose_18x3[there, :2].mean(axis=0, dtype=np.float64)
    return np.array(centre or (0.0, 0.0), np.float64)


def _changed(
    pose_18x3: np.ndarray, joints: Iterable[int], change: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    pose = np.array(pose_18x3, dtype=np.float32)
    placed = placed_joints(pose)
    chosen = [joint for joint in joints if placed[joint]]
    pose[chosen, :2] = change(pose[chosen, :2].astype(np.float64))
    return pose
