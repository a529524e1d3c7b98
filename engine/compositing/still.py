"""A preview over the exact picture of before: what does not move keeps the photo's own sharpness."""

from __future__ import annotations

import numpy as np

from engine.cv import cv2

_COARSE = 4  # px of the frame that are compared as one: a preview lacks what is finer than that
_SAME = 8.0  # of 255, by which such a place may differ and be the same
_ROOM = 2  # coarse places around what differs that change with it, so that no edge is left behind


def over_still(preview_HWC: np.ndarray, image_HWC: np.ndarray, fine_HWC: np.ndarray) -> np.ndarray:
    """The fine picture, with the preview where it shows something else.

    preview_HWC, image_HWC: uint8 RGB of the frame, as a preview and as the exact picture that `fine_HWC` is
    the finer form of. Returns uint8 RGB of the fine size.
    """
    height, width = fine_HWC.shape[:2]
    small = -(-image_HWC.shape[1] // _COARSE), -(-image_HWC.shape[0] // _COARSE)
    before, now = (
        cv2.resize(each, small, interpolation=cv2.INTER_AREA).astype(np.int16)
        for each in (image_HWC, preview_HWC)
    )
    differs = (np.abs(now - before).max(axis=2) > _SAME).astype(np.uint8)
    kept = fine_HWC.copy()
    if not differs.any():
        return kept
    differs = cv2.dilate(differs, np.ones((2 * _ROOM + 1,) * 2, np.uint8))
    rows, columns = np.flatnonzero(differs.any(1)), np.flatnonzero(differs.any(0))
    # Only the rectangle that changed is blended; one more place around it holds the soft edge.
    top, bottom = (round(edge * height / small[1]) for edge in (max(rows[0] - 1, 0), rows[-1] + 2))
    left, right = (round(edge * width / small[0]) for edge in (max(columns[0] - 1, 0), columns[-1] + 2))
    box = slice(top, min(bottom, height)), slice(left, min(right, width))
    share = cv2.resize(differs * np.float32(1), (width, height), interpolation=cv2.INTER_LINEAR)[box]
    drawn = cv2.resize(preview_HWC, (width, height), interpolation=cv2.INTER_LINEAR)[box]
    mixed = kept[box] + share[..., None] * (drawn.astype(np.float32) - kept[box])
    kept[box] = np.rint(mixed).astype(np.uint8)
    return kept
