"""Where the joints of somebody who is drawn as bones lie exactly: on the lines of all their bones.

A dot hides the ends of the bones below it, and ellipses taper: what is seen of a bone ends a dot's radius
before its joint. Two bones that meet at an angle cross at it; of two in one line the middle between both ends
is the joint; and a dot is where it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.pose import skeleton as sk

_ROUNDS = 2  # a line from joints a little beside it takes in all of its bone the second time
_AROUND, _LEAST_AROUND = 0.012, 2.5  # of the height, and px, that a joint may have been found beside a bone
# What the end of a bone is worth beside its line, and where a joint was found: ends are off by a dot's
# radius, lines by none.
_ALONG = 0.2
_DOTTED = 10.0  # what a dot is worth beside a line
_UNDER = 0.02  # of the height, that a joint is found beside its dot at most, by bones that end before it
_BODY = range(sk.NECK, sk.RIGHT_EYE)  # the dots of a face lie as near to each other
_LAST = (sk.RIGHT_WRIST, sk.LEFT_WRIST, sk.RIGHT_ANKLE, sk.LEFT_ANKLE)  # fingers and toes are drawn on there


def settled_joints(
    pose_18x3: np.ndarray,
    bones: Sequence[tuple[int, int, np.ndarray]],
    dots: Sequence[np.ndarray],
    height: int,
) -> np.ndarray:
    """The pose (x, y, state), in px of a picture of this height, with joints where their bones' lines meet.

    bones: (joint, joint, mask [H, W], above 0 where the picture has the bone's colour); joints beyond the 18
    are passed over. dots: for each joint [N, 2], x, y of the spots of its colour.
    """
    pose = pose_18x3.copy()
    there = pose[:, 2] > 0
    dotted = _onto_dots(pose, dots, _UNDER * height)
    for _ in range(_ROUNDS):
        # The least squares of each joint: a x = b.
        a_J22 = np.where(dotted, _DOTTED, _ALONG)[:, None, None] * np.eye(2)
        b_J2 = a_J22[:, 0, :1] * pose[:, :2]
        for first, second, mask in bones:
            if max(first, second) >= len(pose) or not (there[first] and there[second]):
                continue
            line = _line(mask, pose[first, :2], pose[second, :2], max(_AROUND * height, _LEAST_AROUND))
            if line is None:
                continue
            ends_22, along = line
            across = np.array([-along[1], along[0]])
            weight_22 = np.outer(across, across) + _ALONG * np.outer(along, along)
            a_J22[[first, second]] += weight_22
            b_J2[[first, second]] += ends_22 @ weight_22
        settled = [joint for joint in _BODY if there[joint] and joint not in _LAST]
        pose[settled, :2] = np.linalg.solve(a_J22, b_J2[..., None])[settled, :, 0]
    return pose


def _onto_dots(pose: np.ndarray, dots: Sequence[np.ndarray], under: float) -> np.ndarray:
    """Which joints [18] have a dot near them; they are laid on it, in place."""
    dotted = np.zeros(len(pose), bool)
    for joint in _BODY:
        if pose[joint, 2] <= 0:
            continue
        apart = np.hypot(*(dots[joint] - pose[joint, :2]).T)
        if apart.min(initial=np.inf) <= under:
            pose[joint, :2] = dots[joint][apart.argmin()]
            dotted[joint] = True
    return dotted


def _line(
    mask: np.ndarray, start: np.ndarray, end: np.ndarray, around: float
) -> tuple[np.ndarray, np.ndarray] | None:
    """The ends [2, 2] and the direction [2] of what is seen of the bone that is drawn from about `start` to
    about `end`; None where that is too little."""
    length = float(np.hypot(*(end - start)))
    if length < 2 * around:
        return None
    along = (end - start) / length
    across = np.array([-along[1], along[0]])
    low = np.maximum(np.minimum(start, end) - 2 * around, 0).astype(int)
    high = (np.maximum(start, end) + 2 * around).astype(int) + 2
    rows, columns = np.nonzero(mask[low[1] : high[1], low[0] : high[0]])
    points = np.column_stack([columns, rows]) + low + 0.5 - start
    far, aside = points @ along, points @ across
    seen = (np.abs(aside) <= around) & (far >= -around) & (far <= length + around)
    if not seen.any() or np.ptp(far[seen]) < length / 2:
        return None
    slope, offset = np.polyfit(far[seen], aside[seen], 1)
    turned = (along + slope * across) / np.hypot(1.0, slope)
    origin = start + offset * across
    return np.array([origin + turned * at for at in (far[seen].min(), far[seen].max())]), turned
