"""How far up the ground is seen between the legs of trousers that lie alone, or hang.

There it is narrower than a map shows, and would be carried along as a light wedge in the cloth. h w the map.
"""

from __future__ import annotations

import numpy as np

_MIDDLE = 0.35, 0.65  # of a row's breadth, between which legs part
_HIGH = 0.25  # of the height, how far up it is looked at most
_ASIDE = 2  # px that a gap goes aside from row to row
_CLOTH = 4, 8  # px aside of it, from which to which cloth is
_GROUND = 4  # rows of a gap below its tip, that tell the ground's colour
_LIKE_GROUND = 0.3  # how far on the way from the cloth's colour to the ground's a px of the gap is
_MISSED = 2  # rows in which it may not be seen
_APART = 20.0  # of 255, a difference of these two that tells


def parted_to_the_crotch(mask_hw: np.ndarray, rgb_hwC: np.ndarray) -> np.ndarray:
    """A mask of trousers, bool [h, w], less what is ground above the tip of the gap between their legs: as
    far up as its colour is seen there; the same where they have no such gap. rgb: uint8 [h, w, 3]."""
    rows = np.flatnonzero(mask_hw.any(1))
    tip = None
    for row in rows[::-1][: len(rows) * 3 // 4]:
        columns = np.flatnonzero(mask_hw[row])
        first, last = (round(columns[0] + share * np.ptp(columns)) for share in _MIDDLE)
        gap = first + np.flatnonzero(~mask_hw[row, first : last + 1])
        if len(gap):
            tip = row, float(gap.mean())
        elif tip is not None:
            break
    if tip is None:
        return mask_hw
    row, column = tip[0], round(tip[1])
    below = slice(row, row + _GROUND), slice(max(column - _ASIDE, 0), column + _ASIDE + 1)
    ground_C = np.median(rgb_hwC[below][~mask_hw[below]], 0)
    parted_hw, missed = mask_hw.copy(), 0
    for above in range(row - 1, max(row - round(_HIGH * len(rows)), rows[0]), -1):
        aside = np.abs(np.arange(mask_hw.shape[1]) - column)
        cloth_C = np.median(rgb_hwC[above, (aside >= _CLOTH[0]) & (aside <= _CLOTH[1])], 0)
        across_C = ground_C - cloth_C
        there = np.flatnonzero(aside <= _ASIDE)  # the photo may cut trousers off
        like_M = (rgb_hwC[above, there] - cloth_C) @ across_C / max(float(across_C @ across_C), 1.0)
        if np.linalg.norm(across_C) < _APART or like_M.max() < _LIKE_GROUND:
            missed += 1
            if missed > _MISSED:
                break
            continue
        parted_hw[above, there[like_M >= _LIKE_GROUND]] = False
        column = int(there[like_M.argmax()])
    return parted_hw
