"""How much of a person is in a photo, told from the keypoints: stature, extent, and the box to frame it with.

Fractions are of the stature (crown to sole, hair and shoes included), measured on the rendered training
people. Coordinates are px of the photo, x right, y down.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.pose import skeleton as sk

# Lengths between joints. Projection only shortens them, so the longest of all guesses is the stature.
_LENGTHS = (
    ((sk.NECK, sk.RIGHT_HIP, sk.LEFT_HIP), 0.26),
    ((sk.RIGHT_HIP, sk.RIGHT_KNEE), 0.252),
    ((sk.LEFT_HIP, sk.LEFT_KNEE), 0.252),
    ((sk.RIGHT_KNEE, sk.RIGHT_ANKLE), 0.25),
    ((sk.LEFT_KNEE, sk.LEFT_ANKLE), 0.25),
    ((sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), 0.235),
    ((sk.NECK, sk.NOSE), 0.155),
    ((sk.RIGHT_EAR, sk.LEFT_EAR), 0.095),
    ((sk.NOSE, sk.RIGHT_EAR), 0.082),
    ((sk.NOSE, sk.LEFT_EAR), 0.082),
)

# How far the body reaches beyond a joint, every way: half a limb with its clothes, most of a hand or a foot.
_REACH = {
    joint: reach
    for reach, *joints in (
        (0.04, sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER),
        (0.03, sk.RIGHT_ELBOW, sk.LEFT_ELBOW),
        (0.07, sk.RIGHT_WRIST, sk.LEFT_WRIST),
        (0.06, sk.RIGHT_HIP, sk.LEFT_HIP),
        (0.05, sk.RIGHT_KNEE, sk.LEFT_KNEE),
        (0.05, sk.RIGHT_ANKLE, sk.LEFT_ANKLE),
    )
    for joint in joints
}
_HEAD_REACH = 0.095  # from the middle of the face and ears to the crown, hair included
_NECK_TO_HEAD = 0.14
_NECK_TO_CROTCH = 0.33  # where a picture of the upper body ends when no hip is known
_NEAR_TOP = 0.05  # a close-up keeps what little lies above the head: hair is often more than expected
_WAIST = 0.1  # above the hips, where a picture of the lower body starts

AIR = 1.08  # of a frame over the body in it: the middle of the training's 1.02 to 1.14
_LEAST_AIR = 1.02
_SMALLEST = 24  # px of stature; less is a stray detection, and no picture of anybody
_CLOSEST = 0.45  # of the stature in a frame, in the closest training pictures
_OFF_CENTRE = 0.06  # of the frame, the training's jitter
_TIGHTER = 0.85  # how much of a body that is cut off anyway may be left, to stay inside the photo


class Box(NamedTuple):
    """A rectangle in px."""

    left: float
    top: float
    width: float
    height: float


def stature(points: np.ndarray, present: np.ndarray) -> float | None:
    """Height in px the person would have standing, from joints [18, 2] and which of them are there.

    None where the joints do not tell.
    """
    guesses = [
        np.linalg.norm(points[list(ends)].mean(axis=0) - points[start]) / part
        for (start, *ends), part in _LENGTHS
        if present[start] and present[ends].all()
    ]
    return float(max(guesses)) if guesses and max(guesses) >= _SMALLEST else None


def body_box(points: np.ndarray, present: np.ndarray, tall: float) -> tuple[float, float, float, float]:
    """Left, top, right, bottom of the joints that are there and what lies round them; tall: stature in px."""
    discs = [(points[j], _REACH.get(j, 0.0) * tall) for j in np.flatnonzero(present).tolist()]
    seen = [j for j in sk.HEAD if present[j]]
    if seen:
        discs.append((points[seen].mean(axis=0), _HEAD_REACH * tall))
    elif present[sk.NECK]:
        hips = [j for j in (sk.RIGHT_HIP, sk.LEFT_HIP) if present[j]]
        spine = points[sk.NECK] - points[hips].mean(axis=0) if hips else np.array([0.0, -1.0])
        up = spine / max(np.linalg.norm(spine), 1e-6)
        discs.append((points[sk.NECK] + up * _NECK_TO_HEAD * tall, _HEAD_REACH * tall))
    low = np.min([centre - reach for centre, reach in discs], axis=0)
    high = np.max([centre + reach for centre, reach in discs], axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def wanted_box(keypoints_18x3: np.ndarray, photo: tuple[float, float], aspect: float) -> Box | None:
    """The box that frames a person as the training pictures do, or None for too few joints.

    aspect: its width over its height.
    keypoints_18x3: in a photo of (H, W) = `photo`; joints outside of it do not count. The box leaves the
    photo only where the body leaves it no choice.
    """
    height, width = photo
    points = np.asarray(keypoints_18x3, dtype=np.float64)[:, :2]
    with np.errstate(invalid="ignore"):
        inside = ((points >= 0) & (points < (width, height))).all(axis=1)
    present = inside & (np.asarray(keypoints_18x3)[:, 2] > 0)
    points = np.where(present[:, None], points, 0)
    tall = stature(points, present)
    if tall is None:
        return None
    left, top, right, bottom = body_box(points, present, tall)
    whole = present[[sk.RIGHT_ANKLE, sk.LEFT_ANKLE]].any()
    legs_only = not present[[*sk.HEAD, sk.NECK, sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER]].any()
    hips = present[[sk.RIGHT_HIP, sk.LEFT_HIP]].any()
    if legs_only and hips:
        top -= _WAIST * tall
    if not whole and not hips and present[sk.NECK]:
        bottom = max(bottom, points[sk.NECK, 1] + _NECK_TO_CROTCH * tall)
    if not whole and top < _NEAR_TOP * tall:
        top = 0.0
    left, right = max(left, 0), min(right, width)
    top, bottom = max(top, 0), min(bottom, height)

    least = max(bottom - top, 1.0)
    high = least * AIR
    if whole:
        least = max(least, (right - left) / aspect)
        high = max(high, (right - left) * _LEAST_AIR / aspect)
        least *= _LEAST_AIR
        middle = (left + right) / 2
    else:
        least *= _TIGHTER
        core = [j for j in (*sk.HEAD, sk.NECK, sk.RIGHT_HIP, sk.LEFT_HIP) if present[j]]
        middle = points[core or np.flatnonzero(present), 0].mean()
        abreast = (right - left) * _LEAST_AIR / aspect  # elbows that stand out are seen too
        high = max(high, min(max(_CLOSEST * tall, abreast), height, width / aspect))
    high = _shrunk(high, least, min(height, width / aspect))
    wide = high * aspect

    # What shrinking cost is taken below; a body cut off by the photo's edge ends at the frame's edge.
    y = (top + bottom) / 2 - high / 2 if high >= bottom - top else top - (_LEAST_AIR - 1) * high
    y = _moved_inside(y, high, height, _OFF_CENTRE * high if whole else high)
    x = middle - wide / 2
    if right - left <= wide:  # of arms to one side neither hand nor shoulder is cut off
        x = float(np.clip(x, right - wide, left))
    touches = left <= 0.01 * width or right >= 0.99 * width
    x = _moved_inside(x, wide, width, (5 if touches else 1) * _OFF_CENTRE * wide)
    return Box(float(x), float(y), float(wide), float(high))


def _shrunk(length: float, least: float, limit: float) -> float:
    """The length, down to the limit if that is no less than `least`."""
    return limit if least <= limit < length else length


def _moved_inside(start: float, length: float, limit: float, most: float) -> float:
    """Start of an interval moved toward [0, limit], by `most` at most; kept where it is too long for that."""
    if length > limit:
        return start
    return start + float(np.clip(np.clip(start, 0, limit - length) - start, -most, most))
