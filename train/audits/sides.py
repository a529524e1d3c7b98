"""Left and right: of keypoints against the facing, against surface coordinates, and against the bones."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.pose.skeleton import (
    ABSENT,
    FLIP_PAIRS,
    JOINTS,
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_ELBOW,
    LEFT_EYE,
    LEFT_HIP,
    LEFT_KNEE,
    LEFT_SHOULDER,
    LEFT_WRIST,
    RIGHT_HIP,
    RIGHT_SHOULDER,
    SEEN,
)

from .checks import Check, Finding, Taken
from .surfaces import canonical, has_surfaces

_TRUNK_PAIRS = ((RIGHT_SHOULDER, LEFT_SHOULDER), (RIGHT_HIP, LEFT_HIP))
_BONES = {
    LEFT_SHOULDER: "upperarm01", LEFT_ELBOW: "lowerarm01", LEFT_WRIST: "wrist",
    LEFT_HIP: "upperleg01", LEFT_KNEE: "lowerleg01", LEFT_ANKLE: "foot",
}  # fmt: skip
_OF_HEAD = (LEFT_EYE, LEFT_EAR)
_TELLING = 1.0  # px that both sides must be apart before they can be told from each other


def facing_fault(keypoints_18x3: np.ndarray, facing: str) -> str | None:
    """Shoulders and hips in the picture's order? "" where they are, a fault where not, None where the facing
    tells nothing: seen from the front the person's left is at the picture's right, from behind at its left.
    """
    if facing not in ("front", "back"):
        return None
    x, _, state = keypoints_18x3.T
    pairs = [pair for pair in _TRUNK_PAIRS if (state[list(pair)] > ABSENT).all()]
    sign = 1 if facing == "front" else -1
    swapped = [JOINTS[left] for right, left in pairs if (x[left] - x[right]) * sign < -_TELLING]
    return ", ".join(swapped) if pairs else None


def on_other_side(keypoints_18x3: np.ndarray, surface_HW3: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Visible joints of a side whose pixels tell their side, and those of them that lie on the other side's
    surface: two bool [18]. Only limbs tell: the trunk's surface crosses the middle."""
    told, other = np.zeros(18, bool), np.zeros(18, bool)
    height, width = surface_HW3.shape[:2]
    limbs = [pair for pair in FLIP_PAIRS if pair[1] in _BONES and pair not in _TRUNK_PAIRS]
    for joint, sign in [(j, s) for pair in limbs for j, s in zip(pair, (-1, 1), strict=True)]:
        x, y, state = keypoints_18x3[joint]
        if state != SEEN or not (0 <= x < width and 0 <= y < height):
            continue
        row, column = int(y), int(x)
        patch = surface_HW3[max(row - 1, 0) : row + 2, max(column - 1, 0) : column + 2].reshape(-1, 3)
        patch = patch[patch.any(1)]
        if len(patch):
            across = np.median(canonical(patch)[:, 0])
            told[joint], other[joint] = True, bool(across * sign < 0)
    return told, other


def swapped_in_space(keypoints_18x3: np.ndarray, staged) -> tuple[int, list[int]]:
    """Pairs of joints that can be told apart in the picture, and the left joints of those that are swapped.

    staged: stage.Staged. Limbs are compared with the projected heads of their own bones, named .L and .R in
    the rig; eyes and ears with the head's own axis to the left.
    """
    looked, swapped = 0, []
    for right, left in FLIP_PAIRS:
        ours = keypoints_18x3[[right, left]]
        if (ours[:, 2] == ABSENT).any():
            continue
        if left in _BONES:
            truth = staged.pixels([staged.bone(f"{_BONES[left]}.{side}") for side in "RL"])
        elif left in _OF_HEAD:
            centre, axis = staged.bone("head"), staged.left_of("head") * 0.5
            truth = staged.pixels([centre - axis, centre + axis])
        else:
            continue
        across, seen = truth[1] - truth[0], ours[1, :2] - ours[0, :2]
        if np.linalg.norm(across) > 2 * _TELLING and np.linalg.norm(seen) > _TELLING:
            looked += 1
            if across @ seen < 0:
                swapped.append(left)
    return looked, swapped


def _find_facing(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        fault = facing_fault(view.keypoints_18x3, view.facing)
        if fault is not None:
            yield Finding(number, 1, int(bool(fault)), 1.0, says=fault)


def _find_surface_sides(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        if has_surfaces(view):
            told, other = on_other_side(view.keypoints_18x3, view.surface_HW3)
            names = ", ".join(JOINTS[joint] for joint in np.nonzero(other)[0])
            yield Finding(number, int(told.sum()), int(other.sum()), float(other.sum()), says=names)


def _find_swaps(taken: Taken) -> Iterator[Finding]:
    for number, staged in enumerate(taken.staged):
        looked, swapped = swapped_in_space(taken.views[number].keypoints_18x3, staged)
        names = ", ".join(JOINTS[joint] for joint in swapped)
        yield Finding(number, looked, len(swapped), float(len(swapped)), says=names)


CHECKS = (
    Check("left and right as the facing says", "views", 0.0, _find_facing, "front or back views"),
    Check("left and right as the bones say", "pairs", 0.0, _find_swaps, "the studio, not files"),
    Check(
        "limbs lie on their own side's surface", "keypoints", 0.03, _find_surface_sides, "surface coordinates"
    ),
)
