"""What is pointed at, along the picture's own edges: the map of pieces is told to two or four px only."""

from __future__ import annotations

import numpy as np
import torch

from engine.compositing.tailoring import matte
from engine.pictures import to_tensor
from engine.plan import one_thread

_BESIDE = 8  # positions of a map of 128 rows on either side of a mask: as far as a matte looks


@torch.inference_mode()
def sharp(mask_hw: np.ndarray, picture_HWC: np.ndarray) -> np.ndarray:
    """A mask of a coarse map, bool [h, w], as the edges of the picture have it, bool [H, W].

    picture: uint8 RGB, as many px a position along rows as along columns; the last positions may be begun
    ones. Only the window around the mask is looked at.
    """
    height, width = picture_HWC.shape[:2]
    sharp_HW = np.zeros((height, width), bool)
    if not mask_hw.any():
        return sharp_HW
    times, beside = -(-height // mask_hw.shape[0]), -(-_BESIDE * mask_hw.shape[0] // 128)
    coarse, fine = [], []
    for axis, side in ((1, height), (0, width)):
        there = np.flatnonzero(mask_hw.any(axis))
        first, end = max(0, there[0] - beside), min(mask_hw.shape[1 - axis], there[-1] + 1 + beside)
        coarse.append(slice(first, end))
        fine.append(slice(first * times, min(end * times, side)))
    picture_1CHW = to_tensor(np.ascontiguousarray(picture_HWC[tuple(fine)]), torch.device("cpu"))
    share_11hw = torch.from_numpy(np.ascontiguousarray(mask_hw[tuple(coarse)], np.float32))[None, None]
    with one_thread():
        found_HW = matte(share_11hw, picture_1CHW, height)[0, 0].numpy() > 0.5
    sharp_HW[tuple(fine)] = found_HW
    return sharp_HW
