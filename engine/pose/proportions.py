"""Longer legs, broader shoulders: lengths of a body changed, its pose kept. Pure functions.

Poses are [18, 3] (x, y, state) in px of one frame, x right, y down.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.kinematics import placed_joints

# Bones by the part they belong to, each by the joint it ends in (`skeleton.PARENTS`).
PARTS: dict[str, tuple[int, ...]] = {
    "head": sk.HEAD,
    "shoulders": (sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER),
    "trunk": (sk.RIGHT_HIP, sk.LEFT_HIP),
    "arms": (sk.RIGHT_ELBOW, sk.LEFT_ELBOW, sk.RIGHT_WRIST, sk.LEFT_WRIST),
    "legs": (sk.RIGHT_KNEE, sk.LEFT_KNEE, sk.RIGHT_ANKLE, sk.LEFT_ANKLE),
}
LEAST, MOST = 0.5, 1.6  # times a length: from a child's to what fashion drawings take


def with_proportions(pose_18x3: np.ndarray, factors: Mapping[str, float]) -> np.ndarray:
    """The pose with the bones of `PARTS` so many times as long, every bone in its own direction.

    Feet stay on their ground: the lower ankle keeps its height, where there is one; else the neck stays.
    float32, a copy.
    """
    start = np.asarray(pose_18x3, np.float64)
    pose, placed = start.copy(), placed_joints(pose_18x3)
    times = {joint: factors.get(part, 1.0) for part, joints in PARTS.items() for joint in joints}
    for joint in sk.descendants(sk.NECK):
        parent = sk.PARENTS[joint]
        if parent is not None and placed[joint] and placed[parent]:
            pose[joint, :2] = pose[parent, :2] + times.get(joint, 1.0) * (
                start[joint, :2] - start[parent, :2]
            )
    ankles = [joint for joint in (sk.RIGHT_ANKLE, sk.LEFT_ANKLE) if start[joint, 2] > 0]
    if ankles:
        pose[placed, 1] += start[ankles, 1].max() - pose[ankles, 1].max()
    return pose.astype(np.float32)
