"""The two sides of a body: a limb copied across, both sides moved at once, the whole person turned around.

Poses are [18, 3] (x, y, state) in px of one frame, x right, y down; results are float32 copies. What a body
does to the other side is mirrored in space, at the plane between its sides: a body seen from the front moves
both arms apart, one seen from the side moves both forward.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.body import Body, read_body
from engine.pose.kinematics import move_joint, placed_joints

NAMED_LIMBS = {
    "right arm": (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST),
    "left arm": (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST),
    "right leg": (sk.RIGHT_HIP, sk.RIGHT_KNEE, sk.RIGHT_ANKLE),
    "left leg": (sk.LEFT_HIP, sk.LEFT_KNEE, sk.LEFT_ANKLE),
}
_FACE = (sk.NOSE, sk.RIGHT_EYE, sk.LEFT_EYE)
_AWAY = -0.4  # cosine of the turn from the viewer beyond which a face is hidden behind its head


def limb_of(joint: int) -> str:
    """The name in `NAMED_LIMBS` of the limb that a joint is on, "" for none."""
    return next((name for name, chain in NAMED_LIMBS.items() if joint in chain), "")


def copy_limb(pose_18x3: np.ndarray, name: str) -> np.ndarray:
    """The pose with a limb of `NAMED_LIMBS` copied to the other side, hung on that side's own shoulder or
    hip; a joint that is absent there is not copied."""
    pose = np.array(pose_18x3, dtype=np.float32)
    body = _body(pose)
    root, *below = NAMED_LIMBS[name]
    if body is None or pose[root, 2] <= 0 or pose[sk.FLIP[root], 2] <= 0:
        return pose
    for joint in below:
        if pose[joint, 2] > 0:
            offset = _across((pose[joint, :2] - pose[root, :2]).astype(np.float64), body)
            pose[sk.FLIP[joint]] = (*(pose[sk.FLIP[root], :2] + offset), pose[joint, 2])
    return pose


def move_both(
    pose_18x3: np.ndarray,
    joint: int,
    xy: tuple[float, float],
    move: Callable[[np.ndarray, int, tuple[float, float]], np.ndarray] = move_joint,
) -> np.ndarray:
    """The pose after `joint` is pulled to `xy` and its partner as far to the other side.

    move: the pose after one joint is pulled to a place.
    """
    pose = move(pose_18x3, joint, xy)
    partner, body = sk.FLIP[joint], _body(pose_18x3)
    if partner == joint or body is None or not pose[partner, 2] > 0:
        return pose
    shift = _across(np.asarray(xy, np.float64) - pose_18x3[joint, :2], body)
    x, y = (pose_18x3[partner, :2] + shift).tolist()
    return move(pose, partner, (x, y))


def turn_around(pose_18x3: np.ndarray) -> np.ndarray:
    """The person turned by half about the upright line through the trunk: left and right change sides in the
    picture, who showed the face hides it, and who hid it shows as much of it as has a place."""
    pose = np.array(pose_18x3, dtype=np.float32)
    placed = placed_joints(pose)
    trunk = [j for j in (sk.NECK, sk.RIGHT_HIP, sk.LEFT_HIP) if pose[j, 2] > 0] or np.flatnonzero(
        placed
    ).tolist()
    if not trunk:
        return pose
    pose[placed, 0] = 2 * pose[trunk, 0].mean() - pose[placed, 0]
    before, after = _body(pose_18x3), _body(pose)
    if before is None or after is None:
        return pose
    for joint in _FACE:
        if after.axes_33[2, 2] < _AWAY:
            pose[joint, 2] = sk.ABSENT
        elif before.axes_33[2, 2] < _AWAY and placed[joint] and pose[joint, 2] <= 0:
            pose[joint, 2] = sk.SEEN
    return pose


def _body(pose_18x3: np.ndarray) -> Body | None:
    """The body that a pose shows, None where nothing tells of one."""
    there = pose_18x3[:, 2] > 0
    points = np.where(there[:, None], pose_18x3[:, :2], 0).astype(np.float64)
    body = read_body(points, there)
    return body if body.trunk > 0 else None


def _across(shift: np.ndarray, body: Body) -> np.ndarray:
    """A way [2] in the picture as the other side of the body goes it: the part along the shoulders turns
    round, and as it is seen the shorter the more the body is turned."""
    up = body.axes_33[1, :2]
    along = np.array([-up[1], up[0]])
    cos, sin = body.axes_33[0] @ (*along, 0.0), body.axes_33[2] @ (*along, 0.0)
    return shift + (sin * sin - cos * cos - 1) * (shift @ along) * along
