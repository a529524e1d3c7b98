"""Which pictures are kept: one with bare hips or fingertips that came through the cloth is taken again."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from .surfaces import ARMS, BACKGROUND, BARE_HIPS, DRESS, PANTS, UPPER

_BARE_SHARE = 0.003  # of the person's pixels: above what a hem's edge may show
_SPECK = 10 / (256 * 176)  # of the picture's pixels: no hand is as small
_CLOTHES = (UPPER, DRESS, PANTS)
_TOUCHING = np.ones((3, 3), int)


def is_presentable(surfaces: np.ndarray) -> bool:
    """Judge a picture by its surface ids [H, W] (surfaces.py)."""
    person = np.count_nonzero(surfaces != BACKGROUND)
    if np.count_nonzero(surfaces == BARE_HIPS) > _BARE_SHARE * person:
        return False
    patches, count = ndimage.label(surfaces == ARMS, _TOUCHING)
    areas = np.bincount(patches.ravel(), minlength=count + 1)
    small = np.nonzero((areas > 1) & (areas < _SPECK * surfaces.size))[0]
    return not any(_within_clothes(surfaces, patches == patch) for patch in small)


def _within_clothes(surfaces: np.ndarray, patch: np.ndarray) -> bool:
    around = ndimage.binary_dilation(patch, _TOUCHING) & ~patch
    return bool(np.isin(surfaces[around], _CLOTHES).all())
