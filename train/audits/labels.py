"""Checks of a view's picture, parsing map and keypoints."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from engine.pose.skeleton import ABSENT, GUESSED, JOINTS, SEEN
from train.studio.surfaces import BACKGROUND, DRESS, PANTS, UPPER

from .checks import Check, Finding, Taken

CLOTHES = (UPPER, DRESS, PANTS)
_PICTURE = 256 * 176  # px that the sizes of specks are said for
SMALLEST_SPECK, LARGEST_SPECK = 6, 60  # px: from a little over 5 up to the smallest hand
_LEAST_PERSON = 0.04  # of a picture's pixels; a full view of a slim person fills 0.1
_LEAST_CONTRAST = 4.0  # standard deviation of the grey values, 0 to 255
_TOUCHING = np.ones((3, 3), int)


def specks(parsing_HW: np.ndarray) -> np.ndarray:
    """Pixels of label specks, bool [H, W].

    A speck is an 8-connected patch of one class, over 5 px and under 60 (of a picture of 256x176), that lies
    alone where it has no business: everything around it is clothes (a finger or an inner layer that came
    through the cloth), or everything around it is background (a crumb beside the person). Patches that also
    touch skin, hair or the frame are left alone: cloth between fingers, a parted fringe, a hand cut by the
    frame are as small, and right.
    """
    found = np.zeros(parsing_HW.shape, bool)
    scale = parsing_HW.size / _PICTURE
    for label in np.unique(parsing_HW[parsing_HW != BACKGROUND]):
        patches, count = ndimage.label(parsing_HW == label, _TOUCHING)
        areas = np.bincount(patches.ravel(), minlength=count + 1)
        for patch, place in enumerate(ndimage.find_objects(patches), 1):
            if SMALLEST_SPECK * scale <= areas[patch] < LARGEST_SPECK * scale:
                inside = _widened(place, parsing_HW.shape)
                if inside and _is_alone(patches[inside] == patch, parsing_HW[inside]):
                    found[inside] |= patches[inside] == patch
    return found


def _widened(place: tuple[slice, slice], shape: tuple[int, int]) -> tuple[slice, slice] | None:
    """The window and one pixel more on each side; None where it touches the frame."""
    if any(part.start == 0 or part.stop == length for part, length in zip(place, shape, strict=True)):
        return None
    return tuple(slice(part.start - 1, part.stop + 1) for part in place)


def _is_alone(patch: np.ndarray, labels: np.ndarray) -> bool:
    around = labels[ndimage.binary_dilation(patch, _TOUCHING) & ~patch]
    return bool(np.isin(around, CLOTHES).all() or (around == BACKGROUND).all())


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
