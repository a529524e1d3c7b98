"""Checks of a view's picture, parsing map and keypoints."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.pose.skeleton import ABSENT, GUESSED, JOINTS, SEEN
from train.studio.review import specks
from train.studio.surfaces import BACKGROUND

from .checks import Check, Finding, Taken

_LEAST_PERSON = 0.04  # of a picture's pixels; a full view of a slim person fills 0.1
_LEAST_CONTRAST = 4.0  # standard deviation of the grey values, 0 to 255


def keypoint_faults(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> str:
    """What is wrong with the numbers of a pose, or nothing: all finite, states known, present joints within
    the frame (H, W)."""
    x, y, state = keypoints_18x3.T
    if not np.isfinite(keypoints_18x3).all():
        return "a number that is none"
    if not np.isin(state, (ABSENT, GUESSED, SEEN)).all():
        return "an unknown state"
    present = state > ABSENT
    inside = (x >= 0) & (x < size[1]) & (y >= 0) & (y < size[0])
    return "" if inside[present].all() else "a joint outside of the frame"


def beside_the_person(keypoints_18x3: np.ndarray, parsing_HW: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Visible joints, and which of them lie on background: two bool [18]."""
    height, width = parsing_HW.shape
    x, y, state = np.nan_to_num(keypoints_18x3, nan=-1).T
    seen = (state == SEEN) & (x >= 0) & (x < width) & (y >= 0) & (y < height)
    labels = parsing_HW[np.where(seen, y, 0).astype(int), np.where(seen, x, 0).astype(int)]
    return seen, seen & (labels == BACKGROUND)


def is_empty(image_HWC: np.ndarray, parsing_HW: np.ndarray) -> bool:
    """Whether a picture shows nothing, or nobody."""
    return bool(
        np.count_nonzero(parsing_HW) < _LEAST_PERSON * parsing_HW.size
        or image_HWC.mean(2).std() < _LEAST_CONTRAST
        or image_HWC[parsing_HW > 0].std() < _LEAST_CONTRAST
    )


def _find_specks(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        marks = specks(view.parsing_HW)
        area = int(np.count_nonzero(marks))
        yield Finding(number, 1, int(area > 0), area, marks, f"{area} px" if area else "")


def _find_keypoint_faults(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        fault = keypoint_faults(view.keypoints_18x3, view.parsing_HW.shape)
        yield Finding(number, 1, int(bool(fault)), says=fault)


def _find_beside(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        seen, off = beside_the_person(view.keypoints_18x3, view.parsing_HW)
        marks = np.zeros(view.parsing_HW.shape, bool)
        for x, y, _ in view.keypoints_18x3[off]:
            marks[max(int(y) - 1, 0) : int(y) + 2, max(int(x) - 1, 0) : int(x) + 2] = True
        names = ", ".join(JOINTS[joint] for joint in np.nonzero(off)[0])
        yield Finding(number, int(seen.sum()), int(off.sum()), float(off.sum()), marks, names)


def _find_empty(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        yield Finding(number, 1, int(is_empty(view.image_HWC, view.parsing_HW)))


CHECKS = (
    Check("no picture is empty", "views", 0.0, _find_empty),
    Check("keypoints are numbers within the frame", "views", 0.0, _find_keypoint_faults),
    Check("no label specks over 5 px", "views", 0.02, _find_specks),
    Check("visible keypoints lie on the person", "keypoints", 0.02, _find_beside),
)
