"""How broad a person is at shoulders and hips, and a pose of one body worn by another: pure functions.

Lengths of limbs hardly differ among people of one stature, breadths do by a third. Poses are [18, 3] (x, y,
state) in px of one frame, x right, y down.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.kinematics import move_joint

_ARMS = (
    (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST),
    (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST),
)
_LEGS = ((sk.RIGHT_HIP, sk.RIGHT_KNEE, sk.RIGHT_ANKLE), (sk.LEFT_HIP, sk.LEFT_KNEE, sk.LEFT_ANKLE))
_TRUNK = (sk.NECK, sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER, sk.RIGHT_HIP, sk.LEFT_HIP)
_TURNED = 0.6  # shoulders narrower than this are seen from the side, and do not tell
_LEAST, _MOST = 0.75, 1.3  # of another body's breadth: beyond, the measure is wrong


class Breadth(NamedTuple):
    """Distance of the shoulders and of the hips, in lengths of the trunk (neck to the hips' middle)."""

    shoulders: float
    hips: float


def breadth(pose_18x3: np.ndarray) -> Breadth | None:
    """How broad the person of a pose is; None where the trunk is not all there, or is turned to the side."""
    if not (pose_18x3[list(_TRUNK), 2] > 0).all():
        return None
    xy = np.asarray(pose_18x3, np.float64)[:, :2]
    trunk = np.linalg.norm(xy[sk.NECK] - xy[[sk.RIGHT_HIP, sk.LEFT_HIP]].mean(axis=0))
    shoulders = np.linalg.norm(xy[sk.RIGHT_SHOULDER] - xy[sk.LEFT_SHOULDER])
    hips = np.linalg.norm(xy[sk.RIGHT_HIP] - xy[sk.LEFT_HIP])
    if shoulders < _TURNED * trunk or not trunk:
        return None
    return Breadth(float(shoulders / trunk), float(hips / trunk))


def taken_up_by(pose_18x3: np.ndarray, body: Breadth | None, person: Breadth | None) -> np.ndarray:
    """A pose taken up by `body`, as `person` takes it up: shoulders and hips as far apart as theirs are.

    Limbs keep their lengths. A hand before or behind the trunk stays where it is on it, so that what was
    clasped or crossed remains so. Without either breadth the pose is what it was. float32 [18, 3], a copy.
    """
    pose = np.array(pose_18x3, dtype=np.float32)
    if body is None or person is None:
        return pose
    broader = [float(np.clip(own / theirs, _LEAST, _MOST)) for own, theirs in zip(person, body, strict=True)]
    there = pose[:, 2] > 0
    for leg in _LEGS:
        if there[[sk.RIGHT_HIP, sk.LEFT_HIP]].all():
            middle = pose_18x3[[sk.RIGHT_HIP, sk.LEFT_HIP], :2].mean(axis=0)
            pose[list(leg), :2] += (broader[1] - 1) * (pose_18x3[leg[0], :2] - middle)
    for shoulder, elbow, wrist in _ARMS:
        if not there[[shoulder, sk.NECK]].all():
            continue
        out = pose_18x3[shoulder, :2] - pose_18x3[sk.NECK, :2]
        shift = (broader[0] - 1) * out
        pose[[shoulder, elbow, wrist], :2] += shift
        if there[[elbow, wrist]].all():
            reach = float(out @ (pose_18x3[wrist, :2] - pose_18x3[sk.NECK, :2]) / max(float(out @ out), 1e-6))
            hand = pose_18x3[wrist, :2] + np.clip(reach, -1, 1) * shift
            pose[:, :2] = move_joint(pose, wrist, (float(hand[0]), float(hand[1])))[:, :2]
    return pose
