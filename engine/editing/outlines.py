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

    picture: uint8 RGB, its sides multiples of the mask's. Only the columns around the mask are looked at, all
    of their rows: windows are as wide as the picture has rows.
    """
    height, width = picture_HWC.shape[:2]
    rows, columns = mask_hw.shape
    sharp_HW = np.zeros((height, width), bool)
    there = np.flatnonzero(mask_hw.any(0))
    if not len(there):
        return sharp_HW
    beside = -(-_BESIDE * rows // 128)
    left, right = max(0, there[0] - beside), min(columns, there[-1] + 1 + beside)
    within = slice(left * width // columns, right * width // columns)
    picture_1CHW = to_tensor(np.ascontiguousarray(picture_HWC[:, within]), torch.device("cpu"))
    share_11hw = torch.from_numpy(np.ascontiguousarray(mask_hw[:, left:right], np.float32))[None, None]
    with one_thread():
        found_HW = matte(share_11hw, picture_1CHW)[0, 0].numpy() > 0.5
    sharp_HW[:, within] = found_HW
    return sharp_HW
