"""The people in a photo: as the landmarker finds them, and with better joints where their head is not in it,
or their arms lie on each other.

The landmarker tells a body by its head: without one it now and then sees somebody from the front as if from
behind, and elbows and knees beside their limbs. The parsing network was trained on close-ups too, and sees
what is an arm or a leg: elbows and wrists are taken to the middle of their arm; where a leg's joint lies at
its edge or beside it and the network's own lies inside, that one is taken.
"""

from __future__ import annotations

import numpy as np

from engine import detect, parsing
from engine.cv import cv2
from engine.hands import find_hands
from engine.pose.skeleton import (
    ABSENT,
    FLIP,
    LEFT_ANKLE,
    LEFT_ELBOW,
    LEFT_EYE,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    NECK,
    RIGHT_ANKLE,
    RIGHT_ELBOW,
    RIGHT_EYE,
    RIGHT_HIP,
    RIGHT_KNEE,
    RIGHT_SHOULDER,
    RIGHT_WRIST,
    SEEN,
)

_EYES, _HIPS, _SHOULDERS = [RIGHT_EYE, LEFT_EYE], [RIGHT_HIP, LEFT_HIP], [RIGHT_SHOULDER, LEFT_SHOULDER]
_ARMS = (RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST), (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST)
_LEGS = (RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE), (LEFT_HIP, LEFT_KNEE, LEFT_ANKLE)
_BROAD = 0.35  # of a trunk's length: an arm in its sleeve is narrower, to either side of a joint
_POINTS, _SEEN = 9, 0.6  # of a forearm, of which so many lie on its arm where it is seen
_HEAD = 0.45  # of a trunk's length: a head reaches farther above its neck
_SAME = 0.25  # likewise: what is farther apart is not the same joint
_AROUND = 0.15  # of a body's extent, what of the photo around it is looked at
_MEET = 0.5  # of the longer forearm: nearer to each other, both may lie on each other
_OFF = (
    0.1  # of a forearm: so far from where its hand begins a wrist is wrong; of hanging arms it is half that
)
_EDGE = 0.5  # times as deep in its limb as the network's: a joint that is less deep is at its edge


def find_pose(rgb_HWC: np.ndarray) -> np.ndarray | None:
    """The pose of the most prominent person: as `detect.detect_pose`, better without a head, and where arms
    are crossed."""
    found_18x3 = detect.detect_pose(rgb_HWC)
    return None if found_18x3 is None else _better(rgb_HWC, found_18x3)


def find_people(rgb_HWC: np.ndarray) -> list[np.ndarray]:
    """Everybody's pose: as `detect.detect_people`, better likewise."""
    return [_better(rgb_HWC, found_18x3) for found_18x3 in detect.detect_people(rgb_HWC)]


def _better(rgb_HWC: np.ndarray, found_18x3: np.ndarray) -> np.ndarray:
    return with_wrists(rgb_HWC, without_head(rgb_HWC, found_18x3))


def with_wrists(rgb_HWC: np.ndarray, found_18x3: np.ndarray) -> np.ndarray:
    """A pose whose wrists are where its hands begin that are seen, where both arms lie on each other: there
    they are found far up the forearms."""
    if not arms_meet(found_18x3):
        return found_18x3
    made_18x3 = found_18x3.copy()
    for hand in find_hands(rgb_HWC, found_18x3):
        _, elbow, wrist = _ARMS[hand.side]
        off = np.linalg.norm(hand.points_21x2[0] - found_18x3[wrist, :2])
        if off > _OFF * np.linalg.norm(hand.points_21x2[0] - found_18x3[elbow, :2]):
            made_18x3[wrist] = *hand.points_21x2[0], SEEN
    return made_18x3


def arms_meet(pose_18x3: np.ndarray) -> bool:
    """Whether both forearms are seen to come near each other, or to cross. Of somebody's far arm in profile
    an elbow is a guess, and so is where its hand belongs."""
    if not (pose_18x3[[joint for arm in _ARMS for joint in arm[1:]], 2] == SEEN).all():
        return False
    parts_N1 = np.linspace(0, 1, _POINTS)[:, None]
    right_N2, left_N2 = (
        pose_18x3[elbow, :2] + parts_N1 * (pose_18x3[wrist, :2] - pose_18x3[elbow, :2])
        for _, elbow, wrist in _ARMS
    )
    far = float(np.linalg.norm(right_N2[:, None] - left_N2, axis=2).min())
    longest = max(float(np.linalg.norm(line_N2[-1] - line_N2[0])) for line_N2 in (right_N2, left_N2))
    return far < _MEET * longest


def without_head(rgb_HWC: np.ndarray, found_18x3: np.ndarray) -> np.ndarray:
    """A pose with what the parsing network sees of limbs and trunk, where its head is not in the photo, if
    that network is there."""
    if not is_headless(found_18x3) or not parsing.available().available:
        return found_18x3
    seen = found_18x3[found_18x3[:, 2] > ABSENT, :2]
    low, high = seen.min(0), seen.max(0)
    margin = _AROUND * (high - low).max()
    left, top = np.maximum(low - margin, 0).astype(int)
    right, bottom = np.ceil(high + margin).astype(int)
    corner = np.array([left, top, 0], np.float32)
    parsed = parsing.parse(np.ascontiguousarray(rgb_HWC[top:bottom, left:right]))
    return agreed(found_18x3 - corner, parsed) + corner


def is_headless(pose_18x3: np.ndarray) -> bool:
    """Whether the photo that a pose [18, 3] was found in, px, ends above its neck before a head would."""
    if (pose_18x3[_EYES, 2] > ABSENT).any() or not (pose_18x3[[NECK, *_HIPS], 2] > ABSENT).all():
        return False
    return bool(pose_18x3[NECK, 1] < _HEAD * _trunk(pose_18x3))


def agreed(found_18x3: np.ndarray, parsed: parsing.Parsed) -> np.ndarray:
    """A pose that was found, in px of the picture that was parsed: seen from the front, where it was found
    from behind and parsed from the front; legs with their roots as parsed from where on they lie at their
    edge or beside it, if the parsed joints lie inside and are no other; and arms in their middle,
    seen where their forearm is."""
    parsed_18x3 = parsed.keypoints_18x3
    if _across(found_18x3) > 0 > _across(parsed_18x3):
        found_18x3 = found_18x3[list(FLIP)]
    both = (found_18x3[:, 2] > ABSENT) & (parsed_18x3[:, 2] > ABSENT)
    same = both & (np.linalg.norm((found_18x3 - parsed_18x3)[:, :2], axis=1) < _SAME * _trunk(found_18x3))
    made_18x3 = found_18x3.copy()
    for limb in _LEGS:
        off = [joint for joint in limb[1:] if same[joint] and _at_edge(found_18x3[joint], joint, parsed)]
        for joint in (limb[0], *off) if off else ():
            if same[joint]:
                made_18x3[joint, :2] = parsed_18x3[joint, :2]
    for limb, arm_HW in zip(_ARMS, parsed.arms_2HW, strict=True):
        made_18x3 = before_the_trunk(in_the_middle(made_18x3, limb, arm_HW), limb, arm_HW)
    return made_18x3


def in_the_middle(pose_18x3: np.ndarray, arm: tuple[int, int, int], arm_HW: np.ndarray) -> np.ndarray:
    """A pose whose elbow and wrist are in the middle of their arm: across the line from shoulder to wrist,
    and across the forearm, where it has two edges near them there."""
    made_18x3 = pose_18x3.copy()
    shoulder, elbow, wrist = arm
    if not (pose_18x3[list(arm), 2] > ABSENT).all():
        return made_18x3
    reach = int(_BROAD * _trunk(pose_18x3))
    aside_N = np.arange(-reach, reach + 1)
    for joint, begin in ((elbow, shoulder), (wrist, elbow)):
        line_2 = pose_18x3[wrist, :2] - pose_18x3[begin, :2]
        across_2 = np.array((-line_2[1], line_2[0])) / max(1.0, float(np.linalg.norm(line_2)))
        column_N, row_N = (pose_18x3[joint, :2] + aside_N[:, None] * across_2).astype(int).T
        inside_N = (column_N >= 0) & (row_N >= 0) & (column_N < arm_HW.shape[1]) & (row_N < arm_HW.shape[0])
        hers_N = np.zeros(len(aside_N), bool)
        hers_N[inside_N] = arm_HW[row_N[inside_N], column_N[inside_N]]
        edges_M = np.flatnonzero(np.diff(hers_N))
        begins_R, ends_R = edges_M[hers_N[edges_M + 1]], edges_M[hers_N[edges_M]]
        if hers_N[0] or hers_N[-1] or not len(begins_R):
            continue
        middle_R = (aside_N[begins_R] + 1 + aside_N[ends_R]) / 2
        made_18x3[joint, :2] += middle_R[np.abs(middle_R).argmin()] * across_2
    return made_18x3


def before_the_trunk(pose_18x3: np.ndarray, arm: tuple[int, int, int], arm_HW: np.ndarray) -> np.ndarray:
    """A pose whose elbow and wrist count as seen where their forearm is: a hand in its pocket comes out of it
    before the trunk, and not behind it."""
    _, elbow, wrist = arm
    made_18x3 = pose_18x3.copy()
    if not (pose_18x3[[elbow, wrist], 2] > ABSENT).all():
        return made_18x3
    parts_N1 = np.linspace(0, 1, _POINTS)[:, None]
    place_N2 = pose_18x3[elbow, :2] + parts_N1 * (pose_18x3[wrist, :2] - pose_18x3[elbow, :2])
    column_N, row_N = np.clip(place_N2.astype(int), 0, (arm_HW.shape[1] - 1, arm_HW.shape[0] - 1)).T
    if arm_HW[row_N, column_N].mean() > _SEEN:
        made_18x3[[elbow, wrist], 2] = SEEN
    return made_18x3


def _at_edge(place_3: np.ndarray, joint: int, parsed: parsing.Parsed) -> bool:
    """Whether a place is much less deep in what a parsed joint lies in than that joint, or not in it."""
    height, width = parsed.regions_HW.shape
    (x, y), (column, row) = (
        np.clip(place[:2].astype(int), 0, (width - 1, height - 1))
        for place in (parsed.keypoints_18x3[joint], place_3)
    )
    region = parsed.regions_HW[y, x]
    if region == 0:
        return False
    deep_HW = cv2.distanceTransform((parsed.regions_HW == region).astype(np.uint8), cv2.DIST_L2, 5)
    return bool(deep_HW[row, column] < _EDGE * deep_HW[y, x])


def _across(pose_18x3: np.ndarray) -> float:
    """From the left shoulder to the right one, px: to the right, where somebody is seen from behind; 0 where
    one is not there."""
    right, left = pose_18x3[_SHOULDERS]
    return float(right[0] - left[0]) if min(right[2], left[2]) > ABSENT else 0.0


def _trunk(pose_18x3: np.ndarray) -> float:
    return float(np.linalg.norm(pose_18x3[NECK, :2] - pose_18x3[_HIPS, :2].mean(0)))
