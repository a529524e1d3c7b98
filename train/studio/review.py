"""Which pictures are kept: one with bare hips or with specks of what came through cloth is taken again."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .surfaces import ARMS, BACKGROUND, BARE_HIPS, DRESS, PANTS, UPPER, parsing_map

BARE_SHARE = 0.003  # of the person's pixels: above what a hem's edge may show
SMALLEST_SPECK, LARGEST_SPECK = 6, 60  # px: from a little over 5 up to the smallest hand
_SMALLEST_FINGERTIP = 2  # px
_PICTURE = 256 * 176  # px of the picture that the sizes of specks are said for
_CLOTHES = (UPPER, DRESS, PANTS)
_TOUCHING = np.ones((3, 3), int)


def is_presentable(surfaces: np.ndarray) -> bool:
    """Judge a picture by its surface ids [H, W] (surfaces.py)."""
    person = np.count_nonzero(surfaces != BACKGROUND)
    if np.count_nonzero(surfaces == BARE_HIPS) > BARE_SHARE * person:
        return False
    parsing = parsing_map(surfaces)
    return not (_lone_patches(parsing, ARMS, _SMALLEST_FINGERTIP).any() or specks(parsing).any())


def specks(parsing_HW: np.ndarray) -> np.ndarray:
    """Pixels of label specks, bool [H, W].

    A speck is an 8-connected patch of one class, over 5 px and under 60 (of a picture of 256x176), that lies
    alone where it has no business: everything around it is clothes (a finger or an inner layer that came
    through the cloth), or everything around it is background (a crumb beside the person). Patches that also
    touch skin, hair or the frame are left alone: cloth between fingers, a parted fringe, a hand cut by the
    frame are as small, and right.
    """
    found = np.zeros(parsing_HW.shape, bool)
    for label in np.nonzero(np.bincount(parsing_HW.ravel()))[0]:
        if label != BACKGROUND:
            found |= _lone_patches(parsing_HW, int(label), SMALLEST_SPECK)
    return found


def _lone_patches(parsing_HW: np.ndarray, label: int, smallest: int) -> np.ndarray:
    """Pixels of patches of a class, from `smallest` px on, that lie alone in clothes or background."""
    found = np.zeros(parsing_HW.shape, bool)
    scale = parsing_HW.size / _PICTURE
    patches, count = ndimage.label(parsing_HW == label, _TOUCHING)
    areas = np.bincount(patches.ravel(), minlength=count + 1)
    fitting = (areas >= smallest * scale) & (areas < LARGEST_SPECK * scale)
    if not fitting[1:].any():
        return found
    for patch, place in enumerate(ndimage.find_objects(patches), 1):
        inside = _widened(place, parsing_HW.shape) if fitting[patch] else None
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
    return bool(np.isin(around, _CLOTHES).all() or (around == BACKGROUND).all())
