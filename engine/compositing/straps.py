"""Thin straps by which a garment that nobody is in hangs: finer than the rim that its cut-out is drawn in by.

They come in pairs, above the cloth; a thread, a hanger's hook and the tip of a collar do not. H W the photo.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import highest, size_of
from engine.compositing.worn import inner
from engine.cv import cv2
from engine.ops.resample import shrunk

_RIM = 1  # px of a picture of 256 rows by which cloth is drawn in: what is broader is none
_TALL = 0.06  # of the garment's height, how tall a strap is at least
_HIGH = 0.3  # of it, from its upper end, where straps end
_ASIDE = 0.1  # of its breadth, how far from its middle
_THERE = 0.1  # of a px made smaller, that is strap


def straps(cover_11HW: Tensor) -> Tensor:
    """How much of a px is a strap, [1, 1, H, W]. cover: how much of a px is the garment, not drawn in."""
    size = size_of(cover_11HW)
    times = max(1, size[0] // 256)
    cloth_11HW = highest(inner(cover_11HW, _RIM), 2 * _RIM * times + 3)
    thin_11HW = cover_11HW * (1.0 - cloth_11HW)
    small = size[0] // times, size[1] // times
    thin_hw = (shrunk(thin_11HW, small)[0, 0] > _THERE).cpu().numpy().astype(np.uint8)
    there_hw = shrunk(cover_11HW, small)[0, 0].cpu().numpy() > 0.5
    if not thin_hw.any() or not there_hw.any():
        return torch.zeros_like(cover_11HW)
    rows, columns = (np.flatnonzero(there_hw.any(axis)) for axis in (1, 0))
    high, broad, middle = np.ptp(rows) + 1, np.ptp(columns) + 1, (columns[0] + columns[-1]) / 2
    count, part_hw, boxes, centres = cv2.connectedComponentsWithStats(thin_hw)
    lower = boxes[:, cv2.CC_STAT_TOP] + boxes[:, cv2.CC_STAT_HEIGHT]
    aside = (centres[:, 0] - middle) / broad
    hang = (boxes[:, cv2.CC_STAT_HEIGHT] > _TALL * high) & (lower < rows[0] + _HIGH * high)
    hang &= (np.abs(aside) > _ASIDE) & (np.arange(count) > 0)
    if not ((aside < 0) & hang).any() or not ((aside > 0) & hang).any():
        return torch.zeros_like(cover_11HW)
    strap_HW = np.zeros(size, np.uint8)
    for part in np.flatnonzero(hang):
        _draw(strap_HW, part_hw == part, cloth_11HW[0, 0].cpu().numpy() > 0.5, times)
    return torch.from_numpy(strap_HW.astype(np.float32) / 255.0)[None, None].to(cover_11HW)


def _draw(strap_HW: np.ndarray, seen_hw: np.ndarray, cloth_HW: np.ndarray, times: int) -> None:
    """One strap, straight from its upper end to the cloth below it: a fine one is seen in pieces."""
    y_N, x_N = np.nonzero(seen_hw)
    slope, begin = np.polyfit(y_N, x_N, 1)
    y_M = np.arange(y_N.min(), len(seen_hw))
    x_M = (slope * y_M + begin).round().astype(int).clip(0, seen_hw.shape[1] - 1)
    on_cloth_M = cloth_HW[y_M * times, x_M * times] & (y_M >= y_N.max())
    last = int(on_cloth_M.argmax()) if on_cloth_M.any() else int(y_N.max() - y_N.min())
    ends = [(int((x_M[each] + 0.5) * times), int((y_M[each] + 0.5) * times)) for each in (0, last)]
    cv2.line(strap_HW, ends[0], ends[1], (255.0,), max(1, times), cv2.LINE_AA)
