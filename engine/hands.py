"""A person's hands in a photo, where this machine can find them: MediaPipe's hand landmarker, offline.

An optional capability: ask `available()`; without it no hand is found and all else works. Looked for around
the wrists of a pose, each hand is the nearer wrist's: the landmarker takes hands that hang for the other
side's now and then, and decides only where both wrists are as near.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from engine import pose_model
from engine.api import Capability
from engine.cv import cv2
from engine.landmarkers import Landmarker
from engine.pose.skeleton import ABSENT, LEFT_SHOULDER, RIGHT_SHOULDER
from engine.pose.symmetry import NAMED_LIMBS

POINTS = 21  # of a hand: its wrist, then four of each finger from the palm to the tip, the thumb first
_ARMS = NAMED_LIMBS["right arm"], NAMED_LIMBS["left arm"]
_SIDES = "Right", "Left"  # as the library calls the person's own
_SIDE = 256  # px of what is looked at around a wrist; the library's models look at 192 and 224
_AROUND = 2.0  # arms' lengths (the longer bone) that are looked at around a wrist ...
_BEYOND = 0.25  # ... so far beyond it is the middle
_NEAR = 0.45  # arms' lengths from a wrist, up to which a hand begins there
_OTHER_SIDE = 0.25  # arms' lengths that a hand the landmarker calls the other side's counts as farther off
_SHORTEST = 0.5  # of the shoulders' distance, what an arm's length is at least

_landmarker = Landmarker("HandLandmarker", pose_model.HANDS, num_hands=2)


class Hand(NamedTuple):
    """side: 0 of the right arm, 1 of the left. points_21x2: float32 x, y px of the photo, in the library's
    order (`POINTS`); of fingers that are hidden they are guessed. certainty: 0 to 1, that it is of this
    side, by its shape alone."""

    side: int
    points_21x2: np.ndarray
    certainty: float


def available() -> Capability:
    """Whether hands can be found here, found out without loading anything."""
    return _landmarker.available()


def find_hands(rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> list[Hand]:
    """The hands of a person, of each arm one at most, the right arm's first.

    rgb_HWC: uint8 [H, W, 3]. keypoints_18x3: px, state > 0 for joints that are there. Empty where none is
    seen or could be looked for. May be called from any thread.
    """
    if not available().available:
        return []
    found: list[Hand] = []
    for middle_2, length in _places(keypoints_18x3):
        found += _look(rgb_HWC, middle_2, length)
    return assigned(found, keypoints_18x3)


def assigned(found: list[Hand], keypoints_18x3: np.ndarray) -> list[Hand]:
    """Of each side the one hand whose wrist is nearest to the pose's, the right arm's first."""
    best: dict[int, tuple[float, Hand]] = {}
    for hand in found:
        far = [_far(hand, side, keypoints_18x3) for side in range(2)]
        side = int(far[1] < far[0])
        if far[side] < _NEAR and far[side] < best.get(side, (_NEAR, hand))[0]:
            certainty = hand.certainty if side == hand.side else 1.0 - hand.certainty
            best[side] = far[side], Hand(side, hand.points_21x2, certainty)
    return [best[side][1] for side in sorted(best)]


def _far(hand: Hand, side: int, keypoints_18x3: np.ndarray) -> float:
    """How far a hand begins from a side's wrist, in arms' lengths, and more if its shape is the other's."""
    wrist = keypoints_18x3[_ARMS[side][2]]
    if wrist[2] <= ABSENT:
        return np.inf
    far = float(np.linalg.norm(hand.points_21x2[0] - wrist[:2])) / _length(side, keypoints_18x3)
    return far if hand.side == side else far + _OTHER_SIDE * hand.certainty


def _length(side: int, keypoints_18x3: np.ndarray) -> float:
    """An arm's: that of its longer bone, px; of one that points at us, and is short, as others are."""
    places = keypoints_18x3[:, :2]
    shoulder, elbow, wrist = (places[joint] for joint in _ARMS[side])
    bones = [float(np.linalg.norm(end - begin)) for begin, end in ((shoulder, elbow), (elbow, wrist))]
    there = keypoints_18x3[list(_ARMS[side]), 2] > ABSENT
    lengths = [bone for bone, both in zip(bones, there[:2] & there[1:], strict=True) if both]
    shoulders = float(np.linalg.norm(places[RIGHT_SHOULDER] - places[LEFT_SHOULDER]))
    return max([*lengths, _SHORTEST * shoulders, 1.0])


def _places(keypoints_18x3: np.ndarray) -> list[tuple[np.ndarray, float]]:
    """Where hands may be, x, y px, and how long their arms are, px."""
    places = []
    for side, (_, elbow, wrist) in enumerate(_ARMS):
        if keypoints_18x3[wrist, 2] <= ABSENT:
            continue
        length = _length(side, keypoints_18x3)
        step = np.zeros(2, np.float32)
        if keypoints_18x3[elbow, 2] > ABSENT:
            step = (keypoints_18x3[wrist] - keypoints_18x3[elbow])[:2] / length
        places.append((keypoints_18x3[wrist, :2] + _BEYOND * length * step, length))
    return places


def _look(rgb_HWC: np.ndarray, middle_2: np.ndarray, length: float) -> list[Hand]:
    """All hands that are seen around a place."""
    scale = _SIDE / (_AROUND * length)
    shift_2 = _SIDE / 2 - scale * middle_2
    into_2x3 = np.array([[scale, 0, shift_2[0]], [0, scale, shift_2[1]]], np.float32)
    square = cv2.warpAffine(rgb_HWC, into_2x3, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE)

    def read(found: Any) -> list[Hand]:
        both = zip(found.hand_landmarks, found.handedness, strict=True)
        return [
            Hand(
                _SIDES.index(told[0].category_name),
                ((_SIDE * np.array([[each.x, each.y] for each in points]) - shift_2) / scale).astype(
                    np.float32
                ),
                float(told[0].score),
            )
            for points, told in both
        ]

    return _landmarker.look(square, read) or []
