"""Where points of a picture go when its person takes another pose: each with the bone it lies nearest to.

Unlike a warp of the whole picture it stretches nothing: what lies beside a bone stays as far beside it.
Parts of the body are numbered, as bits.
"""

from __future__ import annotations

import numpy as np

from engine.pose.planes import present_joints
from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_ELBOW,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NECK,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_ELBOW,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
)

Bone = tuple[int, int]

TRUNK, RIGHT_ARM, LEFT_ARM, HEAD, RIGHT_LEG, LEFT_LEG = (1 << n for n in range(6))
OF_TRUNK: tuple[Bone, ...] = (
    (NECK, RIGHT_HIP), (NECK, LEFT_HIP), (NECK, RIGHT_SHOULDER), (NECK, LEFT_SHOULDER),
    (RIGHT_SHOULDER, RIGHT_HIP), (LEFT_SHOULDER, LEFT_HIP), (RIGHT_HIP, LEFT_HIP),
)  # fmt: skip
OF_LEGS: tuple[Bone, ...] = (
    (RIGHT_HIP, RIGHT_KNEE), (RIGHT_KNEE, RIGHT_ANKLE), (LEFT_HIP, LEFT_KNEE), (LEFT_KNEE, LEFT_ANKLE),
)  # fmt: skip
OF_ARMS: tuple[Bone, ...] = (
    (RIGHT_SHOULDER, RIGHT_ELBOW), (RIGHT_ELBOW, RIGHT_WRIST),
    (LEFT_SHOULDER, LEFT_ELBOW), (LEFT_ELBOW, LEFT_WRIST),
)  # fmt: skip
OF_HEAD: tuple[Bone, ...] = ((NECK, NOSE),)

_PROFILE = 0.1  # of its length, how broad a trunk is seen at least for its side to be told
_SHORT = 1.0  # px: a shorter bone has no direction


def moved(
    points_N2: np.ndarray, then_18x3: np.ndarray, now_18x3: np.ndarray, bones: tuple[Bone, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """x, y [N, 2] of points in another pose, and the part of the body that each goes with, int [N].

    Poses [18, 3] and points in the same px; bones: which of them points may go with. Along a bone a point
    keeps its share of it, beside and beyond it its distance, in the size that the person now has. Points stay
    where none of the bones is in both poses.
    """
    there = present_joints(then_18x3) & present_joints(now_18x3)
    then_182, now_182 = (pose[:, :2].astype(np.float64) for pose in (then_18x3, now_18x3))
    known = [bone for bone in bones if there[list(bone)].all() and _length(then_182, bone) >= _SHORT]
    if not known:
        return points_N2.astype(np.float64), np.zeros(len(points_N2), np.int64)
    grown = float(np.median([_length(now_182, bone) / _length(then_182, bone) for bone in known]))
    turned = -1.0 if _faces(then_182, there) * _faces(now_182, there) < 0 else 1.0
    nearest_N = np.full(len(points_N2), np.inf)
    found_N2, part_N = points_N2.astype(np.float64), np.zeros(len(points_N2), np.int64)
    for bone in known:
        start, length, along = _laid(then_182, bone)
        to, longer, onward = _laid(now_182, bone)
        if longer < _SHORT:
            onward = along
        off_N2 = points_N2 - start
        on_N, beside_N = off_N2 @ along, off_N2 @ _across(along)
        inside_N = on_N.clip(0.0, length)
        far_N = np.hypot(on_N - inside_N, beside_N)
        on_N = inside_N * longer / length + grown * (on_N - inside_N)
        nearer_N = far_N < nearest_N
        here_N2 = to + on_N[:, None] * onward + turned * grown * beside_N[:, None] * _across(onward)
        found_N2[nearer_N], part_N[nearer_N] = here_N2[nearer_N], part_of(bone)
        nearest_N = np.minimum(nearest_N, far_N)
    return found_N2, part_N


def part_of(bone: Bone) -> int:
    """The part of the body that a bone is of."""
    if bone in OF_HEAD:
        return HEAD
    if bone in OF_ARMS:
        return RIGHT_ARM if RIGHT_ELBOW in bone else LEFT_ARM
    if bone in OF_LEGS:
        return RIGHT_LEG if RIGHT_KNEE in bone else LEFT_LEG
    return TRUNK


def _laid(pose_182: np.ndarray, bone: Bone) -> tuple[np.ndarray, float, np.ndarray]:
    """Where a bone begins, its length, its direction."""
    start, end = pose_182[list(bone)]
    length = float(np.hypot(*(end - start)))
    return start, length, (end - start) / max(length, 1e-9)


def _length(pose_182: np.ndarray, bone: Bone) -> float:
    return float(np.hypot(*(pose_182[bone[1]] - pose_182[bone[0]])))


def _across(direction_2: np.ndarray) -> np.ndarray:
    return np.array((-direction_2[1], direction_2[0]))


def _faces(pose_182: np.ndarray, there: np.ndarray) -> float:
    """Above 0 for who is seen from one side, below for the other; 0 where that is not known, as in profile,
    where a px either way would turn it round."""
    if not there[[RIGHT_SHOULDER, LEFT_SHOULDER, RIGHT_HIP, LEFT_HIP]].all():
        return 0.0
    across = pose_182[LEFT_SHOULDER] - pose_182[RIGHT_SHOULDER]
    down = pose_182[[RIGHT_HIP, LEFT_HIP]].mean(0) - pose_182[[RIGHT_SHOULDER, LEFT_SHOULDER]].mean(0)
    faces = float(across[0] * down[1] - across[1] * down[0])
    return faces if abs(faces) > _PROFILE * float(down @ down) else 0.0
