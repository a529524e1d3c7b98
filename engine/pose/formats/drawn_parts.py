"""Which parts that were seen in a picture of bones are of one person, and which are somebody seen twice.

Poses are float64 [18, 3] (x, y, state) in px of the picture.
"""

from __future__ import annotations

import numpy as np

from engine.pose.formats.layouts import is_body
from engine.pose.skeleton import LIMBS

_LEAST_PART = 3  # joints that are a part of somebody: two bones in their colours
_TWICE = 0.05  # of a person's size: two people are further apart


def put_together(poses: list[np.ndarray], apart: float) -> list[np.ndarray]:
    """Those with most joints first, with what is left of other parts that make one body with them: where a
    bone between is hidden, or the ends of two at one joint were taken for two joints."""
    whole: list[np.ndarray] = []
    for pose in sorted(poses, key=lambda pose: -(pose[:, 2] > 0).sum()):
        there = pose[:, 2] > 0
        for other in whole if there.sum() >= _LEAST_PART else ():
            both = there & (other[:, 2] > 0)
            joined = np.where(other[:, 2:] > 0, other, pose)
            near = (np.hypot(*(pose - other)[both, :2].T) <= apart).all()
            if near and not both[there].all() and is_body(joined):
                other[:] = joined
                break
        else:
            whole.append(pose)
    return sorted(whole, key=lambda pose: -(pose[:, 2] > 0).sum())


def same_bones(pose: np.ndarray, other: np.ndarray) -> bool:
    """Whether most joints of somebody lie on the bones of somebody else: bones seen twice, perhaps between
    other ends."""
    there = other[:, 2] > 0
    near = _TWICE * np.ptp(other[there, :2], axis=0).max()
    bones = [(other[a, :2], other[b, :2]) for a, b in LIMBS if there[a] and there[b]]
    joints = pose[pose[:, 2] > 0, :2]
    apart = np.min([_from_bone(joints, start, end) for start, end in bones], axis=0)
    return bool(2 * (apart < near).sum() > len(joints))


def _from_bone(points_N2: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """How far points are from a bone [N], px."""
    along = end - start
    share_N = np.clip((points_N2 - start) @ along / max(along @ along, 1e-9), 0, 1)
    return np.hypot(*(points_N2 - start - share_N[:, None] * along).T)
