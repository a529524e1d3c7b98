"""A pose taken over by the person of a photo: at their place, in their size, cut where the photo cuts them.

Pure functions; poses are [18, 3] (x, y, state) in px of one frame, x right, y down.
"""

from __future__ import annotations

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.extent import stature

_ANKLES, _KNEES = [sk.RIGHT_ANKLE, sk.LEFT_ANKLE], [sk.RIGHT_KNEE, sk.LEFT_KNEE]
_HIPS, _SHOULDERS = [sk.RIGHT_HIP, sk.LEFT_HIP], [sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER]
_LEGS = [*_HIPS, *_KNEES, *_ANKLES]

# From nose to ankles: parts of the stature, as in `extent`, and between which joints they lie on either side.
_LINE: tuple[tuple[float, list[tuple[int, list[int]]]], ...] = (
    (0.155, [(sk.NECK, [sk.NOSE])]),
    (0.26, [(sk.NECK, _HIPS)]),
    (0.252, [(sk.RIGHT_HIP, [sk.RIGHT_KNEE]), (sk.LEFT_HIP, [sk.LEFT_KNEE])]),
    (0.25, [(sk.RIGHT_KNEE, [sk.RIGHT_ANKLE]), (sk.LEFT_KNEE, [sk.LEFT_ANKLE])]),
)
_LEAST = 0.78  # of what the longest part says: a shorter one points at the viewer, or away


def placed_as(pose_18x3: np.ndarray, person_18x3: np.ndarray) -> np.ndarray:
    """The pose where the person stands (on the same ground if both show feet, at the same neck if the photo
    ends below the head, else by hips or neck), as tall as they are, with what their photo does not show left
    out and legs that the pose does not say kept.

    float32, a copy; the pose itself where the joints of either do not tell how tall it is.
    """
    pose, person = (np.array(each, np.float32) for each in (pose_18x3, person_18x3))
    both = (pose[:, 2] > 0) & (person[:, 2] > 0)  # a part seen in one only would be measured against others
    tall, own = (_tall(each[:, :2], both) for each in (pose, person))
    if not tall or not own:
        return pose
    there = pose[:, 2] > 0
    pose[there, :2] *= own / tall
    shift = _shift(pose, person)
    if shift is None:
        return np.array(pose_18x3, np.float32)
    pose[there, :2] += shift
    return cut_as(_with_own_legs(pose, person), person)


def cut_as(pose_18x3: np.ndarray, person_18x3: np.ndarray) -> np.ndarray:
    """The pose without what lies beyond the edge of the person's photo: head, hips, knees or feet of which it
    shows none. One arm or leg that is hidden is no edge. float32, a copy.
    """
    pose, seen = np.array(pose_18x3, np.float32), person_18x3[:, 2] > 0
    if not seen[list(sk.HEAD)].any() and seen[[sk.NECK, *_SHOULDERS]].any():
        pose[list(sk.HEAD), 2] = sk.ABSENT
    for first, beyond in ((_HIPS, _LEGS), (_KNEES, [*_KNEES, *_ANKLES]), (_ANKLES, _ANKLES)):
        if not seen[first].any():
            pose[beyond, 2] = sk.ABSENT
            break
    return pose


def _tall(points: np.ndarray, present: np.ndarray) -> float | None:
    """How tall a person is, px, by the line from nose to ankles along the longer leg; None where it does not
    tell.

    Detectors and the studio have neck and hips at other heights of one body, so the longest part alone
    misleads by a tenth (`stature`); along the line, what one part has too much the next has too little.
    """
    parts = {}
    for part, sides in _LINE:
        lengths = [
            float(np.linalg.norm(points[ends].mean(axis=0) - points[start]))
            for start, ends in sides
            if present[[start, *ends]].all()
        ]
        if lengths:
            parts[part] = max(lengths)
    if len(parts) < 2:
        return stature(points, present)
    longest = max(length / part for part, length in parts.items())
    line = sum(max(length, _LEAST * part * longest) for part, length in parts.items())
    return line / sum(parts) if line > 0 else None


def _shift(pose: np.ndarray, person: np.ndarray) -> np.ndarray | None:
    """From the pose to the person; None where they have nothing in common that tells."""

    def middle(joints: list[int]) -> np.ndarray | None:
        both = [joint for joint in joints if pose[joint, 2] > 0 and person[joint, 2] > 0]
        return (person[both, :2] - pose[both, :2]).mean(axis=0) if both else None

    def lowest(of: np.ndarray) -> float:
        return float(of[[ankle for ankle in _ANKLES if of[ankle, 2] > 0], 1].max())

    shift = next((found for found in map(middle, (_HIPS, [sk.NECK], _SHOULDERS)) if found is not None), None)
    if shift is not None and all((of[_ANKLES, 2] > 0).any() for of in (pose, person)):
        return np.array([shift[0], lowest(person) - lowest(pose)])
    if (
        shift is not None
        and not (person[list(sk.HEAD), 2] > 0).any()
        and (neck := middle([sk.NECK])) is not None
    ):
        # Bodies have their hips at other heights; by these a head would show, or the lack of one.
        return np.array([shift[0], neck[1]])
    return shift


def _with_own_legs(pose: np.ndarray, person: np.ndarray) -> np.ndarray:
    """Legs that the pose says nothing of hang on it as they do in the photo."""
    for joint in (sk.RIGHT_HIP, sk.LEFT_HIP, sk.RIGHT_KNEE, sk.LEFT_KNEE, sk.RIGHT_ANKLE, sk.LEFT_ANKLE):
        parent = sk.PARENTS[joint]
        if pose[joint, 2] == 0 and person[joint, 2] > 0 and parent is not None and pose[parent, 2] > 0:
            pose[joint, :2] = pose[parent, :2] + person[joint, :2] - person[parent, :2]
            pose[joint, 2] = person[joint, 2]
    return pose
