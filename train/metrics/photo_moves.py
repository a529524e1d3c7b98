"""The moves of `train.moves` on a photographed person, as edits of the pose that was found: pure functions.

What a hand does at the canvas: wrists, knees, the nose and the neck are pulled (`engine.pose.kinematics`), so
that an elbow goes where it goes there. What points at the viewer no pull in the picture shows: an ankle that
goes back or steps ahead is put where it would be seen. Lengths are in statures of the person.
"""

from __future__ import annotations

import math

import numpy as np

from engine.cv import cv2
from engine.pose import skeleton as sk
from engine.pose.groups import rotated
from engine.pose.kinematics import move_joint
from train.metrics.pose import body_height
from train.moves import MOVES, OF_ARM, OF_HEAD

_LEFT = (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST, sk.LEFT_HIP, sk.LEFT_KNEE, sk.LEFT_ANKLE)
_RIGHT = (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST, sk.RIGHT_HIP, sk.RIGHT_KNEE, sk.RIGHT_ANKLE)
_NEEDED = (sk.NOSE, sk.NECK, *_LEFT, *_RIGHT)
_FRONTAL = 0.12  # breadth of the shoulders from which a person is seen from the front
_HEAD_TILT, _LEAN, _THIGH = 30.0, 20.0, 55.0  # degrees

# Of a wrist: the joint it is placed by (shoulder, nose, neck, hip), and how far outwards and down from it.
_WRIST_AT = {
    "wrist above the head": (sk.NOSE, 0.14, -0.14),
    "wrist out at shoulder height": (sk.NECK, 0.5, 0.0),
    "hand on the hip": (sk.LEFT_HIP, 0.05, -0.06),
    "hand at the chin": (sk.NOSE, 0.04, 0.12),
    "hand across the chest": (sk.NECK, -0.03, 0.12),
    "hand behind the back": (sk.LEFT_HIP, -0.04, -0.08),
}
_ROOM = 2.0  # px from the frame's edge that a joint is kept
_REACH = 0.11  # within that of a bone that moves, or stood there, anything may change
_HEAD = 0.17  # likewise of a nose


def can_be_moved(pose_18x3: np.ndarray) -> bool:
    """Whether a person is there from head to foot, seen from the front."""
    height = body_height(pose_18x3)
    if height is None or not (pose_18x3[list(_NEEDED), 2] > sk.ABSENT).all():
        return False
    return bool(pose_18x3[sk.LEFT_SHOULDER, 0] - pose_18x3[sk.RIGHT_SHOULDER, 0] > _FRONTAL * height)


def moved_pose(pose_18x3: np.ndarray, move: str, left: bool, size: tuple[int, int]) -> np.ndarray:
    """The pose after a move, of the left or the right arm or leg, in a frame of `size` (H, W), which no joint
    leaves. pose: of somebody who `can_be_moved`."""
    if move not in MOVES:
        raise ValueError(f"there is no move {move!r}")
    unit = body_height(pose_18x3)
    assert unit is not None
    outwards = 1 if left else -1  # in the picture of somebody seen from the front
    _, _, wrist, hip, knee, ankle = _LEFT if left else _RIGHT

    def place(joint: int, out: float, down: float) -> tuple[float, float]:
        x, y = pose_18x3[joint, :2] + np.array((outwards * out, down)) * unit
        return float(np.clip(x, _ROOM, size[1] - 1 - _ROOM)), float(np.clip(y, _ROOM, size[0] - 1 - _ROOM))

    if move in OF_ARM:
        joint, out, down = _WRIST_AT[move]
        moved = move_joint(pose_18x3, wrist, place(hip if joint == sk.LEFT_HIP else joint, out, down))
        if move == "hand behind the back":
            moved[wrist, 2] = sk.GUESSED
        return moved
    if move in OF_HEAD:
        degrees = -_HEAD_TILT if move == OF_HEAD[0] else _HEAD_TILT  # the person's right is at our left
        return move_joint(pose_18x3, sk.NOSE, _turned(pose_18x3, sk.NOSE, sk.NECK, degrees))
    if move == "trunk leant":
        middle = tuple(pose_18x3[[sk.LEFT_HIP, sk.RIGHT_HIP], :2].mean(0))
        leant = rotated(pose_18x3, [sk.NECK], _LEAN * outwards, middle)
        return move_joint(pose_18x3, sk.NECK, tuple(leant[sk.NECK, :2]))
    if move == "knee up and out":
        bend = math.radians(_THIGH)
        thigh, shank = (
            math.dist(pose_18x3[a, :2], pose_18x3[b, :2]) for a, b in ((hip, knee), (knee, ankle))
        )
        up = place(hip, math.sin(bend) * thigh / unit, math.cos(bend) * thigh / unit)
        moved = move_joint(pose_18x3, knee, up)
        return move_joint(moved, ankle, tuple(moved[knee, :2] + np.float32((0, shank))), free=True)
    if move == "ankle back":
        return move_joint(pose_18x3, ankle, place(knee, -0.02, 0.09), free=True)
    moved = move_joint(pose_18x3, knee, place(knee, 0.0, 0.02), free=True)
    return move_joint(moved, ankle, place(ankle, 0.0, 0.04), free=True)


def _turned(pose_18x3: np.ndarray, joint: int, about: int, degrees: float) -> tuple[float, float]:
    centre = tuple(pose_18x3[about, :2])
    return tuple(rotated(pose_18x3, [joint], degrees, centre)[joint, :2])


def still(before_18x3: np.ndarray, after_18x3: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """bool [H, W]: what a move leaves alone, far from every bone that moves, where it was and where it is."""
    unit = body_height(before_18x3) or size[0]
    gone = np.linalg.norm((after_18x3 - before_18x3)[:, :2], axis=1) > 1
    reached = np.zeros(size, np.uint8)
    for pose in (before_18x3, after_18x3):
        points = [tuple(int(v) for v in point.round()) for point in pose[:, :2]]
        for a, b in sk.LIMBS:
            if (gone[a] or gone[b]) and min(pose[a, 2], pose[b, 2]) > sk.ABSENT:
                cv2.line(reached, points[a], points[b], 1, max(1, round(2 * _REACH * unit)))
        if gone[sk.NOSE] and pose[sk.NOSE, 2] > sk.ABSENT:
            cv2.circle(reached, points[sk.NOSE], round(_HEAD * unit), 1, -1)
    return reached == 0
