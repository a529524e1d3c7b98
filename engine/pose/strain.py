"""What of a pose no body can do: bones drawn longer than they are, knees bent the wrong way. Pure functions.

Nothing is forbidden: who poses is told, and goes on.
"""

from __future__ import annotations

import math

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.body import BONES, read_body

_LONG = 1.2  # of the longest such a bone is on a body of this size
_PROFILE = 0.75  # sine of the turn from which a knee that bends backward is seen to do so
_BACKWARD = 0.2  # sine of the bend of a knee from which it is no stretched leg any more

_LEGS = ((sk.RIGHT_HIP, sk.RIGHT_KNEE, sk.RIGHT_ANKLE), (sk.LEFT_HIP, sk.LEFT_KNEE, sk.LEFT_ANKLE))


def strained(pose_18x3: np.ndarray) -> dict[tuple[int, int], str]:
    """The bones (joint, joint; as in `LIMBS`) of a pose [18, 3] that no body has so, each with what is wrong
    of it."""
    there = pose_18x3[:, 2] > 0
    points = np.where(there[:, None], pose_18x3[:, :2], 0).astype(np.float64)
    body = read_body(points, there)
    told = {}
    for (upper, lower), (_, longest) in BONES.items():
        length = math.dist(points[upper].tolist(), points[lower].tolist())
        if there[upper] and there[lower] and length > _LONG * longest * body.trunk > 0:
            told[upper, lower] = "longer than on a body of this size"
    forward = body.axes_33[2, :2]
    if math.hypot(*forward) < _PROFILE:
        return told
    for hip, knee, ankle in _LEGS:
        if there[[hip, knee, ankle]].all():
            thigh, shin = points[knee] - points[hip], points[ankle] - points[knee]
            way = points[ankle] - points[hip]
            out = thigh - way * float(thigh @ way) / max(float(way @ way), 1e-9)
            if out @ forward < -_BACKWARD * min(math.hypot(*thigh), math.hypot(*shin)):
                told[knee, ankle] = "bent the wrong way at the knee"
    return told
