"""What a garment that nobody is in hangs from, and how long it is, told by its outline.

A skirt begins with a waist: straight across, and nowhere below, down to its hips, narrower than above. What
hangs from shoulders begins with a neckline or straps, or is narrower below its chest. px of the mask.
"""

from __future__ import annotations

import numpy as np

from engine.compositing.fields import row_ends
from engine.cv import cv2

# Of 33 rendered skirts and one of a shop none is narrower below than above by more than 1.05 times, or begins
# with a hollow deeper than .06 of its breadth; of 67 dresses that are seen as dresses or skirts 61 are
# narrower by at least 1.11, and of the rest less than two thirds is seen to be below a waist.
_NARROWER, _HOLLOW = 1.08, 0.1
_BELOW, _LOOKED = 0.08, (0.08, 0.6)  # of the height, where that hollow ends, and where it may be narrower
_MIDDLE, _SIDES = (1 / 3, 2 / 3), 0.25  # of its breadth there, where its hollow is, and what stands beside it
_EVEN = 5  # px, rows over which a breadth is evened
# How much broader a dress is above and below for that to be a waist; how much broader than that a row is at
# most which is still of it, or of that difference; and of its height, where it may be.
_WAISTED, _AS_NARROW, _OF_THAT, _WAIST_AT = 1.09, 1.04, 0.25, (0.1, 0.7)


def from_waist(mask_hw: np.ndarray) -> bool:
    """Whether a garment, bool [h, w], of at least a px, begins as what hangs from a waist does."""
    rows = np.flatnonzero(mask_hw.any(1))
    whole_hw = mask_hw[rows[0] : rows[-1] + 1]
    high = len(whole_hw)
    breadth_h = _evened(_breadths(whole_hw))
    above_h = np.maximum.accumulate(breadth_h)
    looked = slice(*(round(share * high) for share in _LOOKED))
    if (above_h / breadth_h)[looked].max(initial=0.0) > _NARROWER:
        return False
    columns = np.flatnonzero(whole_hw[round(_BELOW * high)])
    first_w = whole_hw[:, columns[0] : columns[-1] + 1].argmax(0)
    sides = max(1, round(_SIDES * len(first_w)))
    middle_w = first_w[slice(*(round(share * len(first_w)) for share in _MIDDLE))]
    hollow = middle_w.max(initial=0) - min(first_w[:sides].min(), first_w[-sides:].min())
    return bool(hollow < _HOLLOW * len(first_w))


def waist_of(trunk_hw: np.ndarray) -> float | None:
    """y of the waist of a dress, bool [h, w] without its sleeves, of at least a px: the last row that is as
    narrow as it is between what is broader above and below. None where it has none."""
    rows = np.flatnonzero(trunk_hw.any(1))
    breadth_h = _evened(_breadths(trunk_hw[rows]))
    above_h = np.maximum.accumulate(breadth_h)
    below_h = np.maximum.accumulate(breadth_h[::-1])[::-1]
    narrower_h = np.minimum(above_h, below_h) / breadth_h
    low, high = (round(share * len(rows)) for share in _WAIST_AT)
    most = float(narrower_h[low:high].max(initial=0.0))
    if most < _WAISTED:
        return None
    narrowest = low + int(narrower_h[low:high].argmax())
    as_narrow = min(_AS_NARROW, 1.0 + _OF_THAT * (most - 1.0))
    broader = np.flatnonzero(breadth_h[narrowest:] > as_narrow * breadth_h[narrowest])
    return float(rows[narrowest + broader[0]])


def _breadths(rows_hw: np.ndarray) -> np.ndarray:
    """From side to side of every row, [h]."""
    first_h, last_h = row_ends(rows_hw)
    return (last_h - first_h + 1).astype(float)


def _evened(breadth_h: np.ndarray) -> np.ndarray:
    return cv2.blur(breadth_h[:, None], (1, _EVEN), borderType=cv2.BORDER_REPLICATE)[:, 0]
