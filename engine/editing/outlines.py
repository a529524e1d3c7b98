"""What is pointed at, along the picture's own edges: the map of pieces is told to two or four px only."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F

from engine.compositing.fields import highest, ramp, size_of, spread
from engine.compositing.tailoring import matte
from engine.ops.resample import enlarged, running_mean, shrunk
from engine.pictures import to_tensor
from engine.plan import one_thread

_BESIDE = 8  # positions of a map of 128 rows on either side of a mask: as far as a matte looks
_SURE = 5  # positions, the odd side of a window within which a mask and a wall are sure to be that
_OF_WALL = 0.12, 0.2  # difference of colours (of -1 to 1) from a wall's, up to which it is told from none


@torch.inference_mode()
def sharp(mask_hw: np.ndarray, picture_HWC: np.ndarray, wall_hw: np.ndarray | None = None) -> np.ndarray:
    """A mask of a coarse map, bool [h, w], as the edges of the picture have it, bool [H, W].

    wall: likewise, where nobody is: a mask of nearly its colours, as a white cuff, is left as the map has it.
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
    share_11hw = _as_share(mask_hw[tuple(coarse)])
    with one_thread():
        found_11HW = matte(share_11hw, picture_1CHW, height)
        if wall_hw is not None and wall_hw[tuple(coarse)].any():
            wall_11hw = _as_share(wall_hw[tuple(coarse)])
            told_11HW = F.interpolate(share_11hw * (1.0 - wall_11hw), size_of(picture_1CHW), mode="bilinear")
            found_11HW = torch.lerp(found_11HW, told_11HW, _as_wall(share_11hw, wall_11hw, picture_1CHW))
    sharp_HW[tuple(fine)] = found_11HW[0, 0].numpy() > 0.5
    return sharp_HW


def _as_share(mask_hw: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(mask_hw, np.float32))[None, None]


def _as_wall(share_11hw: torch.Tensor, wall_11hw: torch.Tensor, picture_1CHW: torch.Tensor) -> torch.Tensor:
    """How far a mask has the colours of the wall near it, [1, 1, H, W]."""
    picture_1Chw = shrunk(picture_1CHW, size_of(share_11hw))
    mask_1Chw, wall_1Chw = (
        spread(picture_1Chw, 1.0 - highest(1.0 - each, _SURE)) for each in (share_11hw, wall_11hw)
    )
    apart_11hw = running_mean(mask_1Chw - wall_1Chw, _SURE).square().mean(1, keepdim=True).sqrt()
    return enlarged(1.0 - ramp(apart_11hw, *_OF_WALL), size_of(picture_1CHW))
