"""Pose error: is the person of a result where the target's skeleton says?

A detector that never saw the target looks at the result; what it finds is compared with the target's own
keypoints, in percent of the height of the body. The same figures of the true targets say how far the detector
itself is off: no result can be proven better than that.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_HIP,
    LEFT_KNEE,
    NECK,
    RIGHT_ANKLE,
    RIGHT_HIP,
    RIGHT_KNEE,
    SEEN,
)
from train.metrics.measure import COPY, RESULT, TRUTH, Column, RatedBatch, Table, rows_of_means

NEAR = 5.0  # percent of the body's height within which a joint is right

# Lengths as shares of a standing body's height (Drillis and Contini 1966): shoulders to hips, thigh, shank.
_TRUNK, _THIGH, _SHANK = 0.288, 0.245, 0.246
_HIPS = (RIGHT_HIP, LEFT_HIP)
_LEG_PARTS = (
    (RIGHT_HIP, RIGHT_KNEE, _THIGH), (LEFT_HIP, LEFT_KNEE, _THIGH),
    (RIGHT_KNEE, RIGHT_ANKLE, _SHANK), (LEFT_KNEE, LEFT_ANKLE, _SHANK),
)  # fmt: skip

COLUMNS = (
    Column("median error, %", 2, True),
    Column("joints within 5 %", 3, False),
    Column("nobody found", 3, True),
)
NOTE = (
    "Joints seen in the target, against what the detector finds in the picture, in percent of the height of "
    "the body. Median: of the joints found, of a picture, mean over pictures with somebody in it. Joints "
    "within 5 %: a joint or person that is not found is wrong. The row of the true targets is the detector's "
    "own error."
)


def body_height(keypoints_18x3: np.ndarray) -> float | None:
    """Height in px of the body standing straight, whatever part of it is in the picture and how it is bent.

    The largest of what trunk, thighs and shanks give by their usual shares: a part seen shortened gives too
    little, never too much. None where no such part is there.
    """
    there = keypoints_18x3[:, 2] > 0
    points = keypoints_18x3[:, :2].astype(np.float64)
    heights = [
        np.linalg.norm(points[a] - points[b]) / share for a, b, share in _LEG_PARTS if there[a] and there[b]
    ]
    if there[NECK] and there[list(_HIPS)].all():
        heights.append(np.linalg.norm(points[NECK] - points[list(_HIPS)].mean(axis=0)) / _TRUNK)
    return max(heights, default=0.0) or None


def pose_error(found_18x3: np.ndarray | None, target_18x3: np.ndarray) -> np.ndarray:
    """float64 [3], in the order of COLUMNS: median error in percent of the body's height (NaN where nobody is
    found), share of joints within 5 %, 1 where nobody is found. Joints counted are those SEEN in the target;
    all NaN where it has none, or too few to tell its height."""
    rated = target_18x3[:, 2] == SEEN
    height = body_height(target_18x3)
    if height is None or not rated.any():
        return np.full(len(COLUMNS), np.nan)
    if found_18x3 is None:
        return np.array((np.nan, 0.0, 1.0))
    found = rated & (found_18x3[:, 2] > 0)
    errors = 100 / height * np.linalg.norm((found_18x3 - target_18x3)[found, :2].astype(np.float64), axis=1)
    median = np.median(errors) if found.any() else np.nan
    return np.array((median, (errors <= NEAR).sum() / rated.sum(), 0.0))


class PoseError:
    """The measure: results, copied references and the true targets, by a detector: picture uint8 RGB
    [H, W, 3] -> float [18, 3] in its px, or None."""

    def __init__(self, detect: Callable[[np.ndarray], np.ndarray | None], name: str = "mediapipe"):
        self._detect, self._name = detect, name
        self._values: dict[str, list[np.ndarray]] = {}

    def see(self, sight: RatedBatch) -> None:
        for i, (_, target) in enumerate(sight.views):
            pictures = {name: sight.pictures[name][i] for name in (RESULT, COPY) if name in sight.pictures}
            for name, picture in {**pictures, TRUTH: target.image_HWC}.items():
                found = self._detect(np.ascontiguousarray(picture))
                self._values.setdefault(name, []).append(pose_error(found, target.keypoints_18x3))

    def table(self, persons_N: np.ndarray) -> Table | None:
        rows = rows_of_means(self._values, COLUMNS, persons_N)
        return Table("pose", "Pose", NOTE, COLUMNS, rows, {"detector": self._name})
