"""Which parts that were seen in a picture of bones are of one person, and which are somebody seen twice.

Poses are float64 [18, 3] (x, y, state) in px of the picture.
"""

from __future__ import annotations

import numpy as np

from engine.pose.formats.layouts import is_body

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
    """Whether most joints of somebody lie at the same joints of somebody else: bones seen twice."""
    both = (pose[:, 2] > 0) & (other[:, 2] > 0)
    size = np.ptp(other[other[:, 2] > 0, :2], axis=0).max()
    apart = np.hypot(*(pose[both, :2] - other[both, :2]).T)
    return 2 * (apart < _TWICE * size).sum() > (pose[:, 2] > 0).sum()
