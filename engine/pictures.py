"""Pictures between uint8 arrays and the networks' tensors."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor


def to_tensor(rgb_HWC: np.ndarray, device: torch.device | str = "cpu") -> Tensor:
    """uint8 RGB -> float32 [1, 3, H, W] in [-1, 1], channels last."""
    picture_BCHW = torch.from_numpy(np.ascontiguousarray(rgb_HWC)).to(device).permute(2, 0, 1)[None]
    return picture_BCHW.float().div_(255.0).sub_(0.5).div_(0.5)


def to_rgb(picture_BCHW: Tensor) -> np.ndarray:
    """The first picture of a batch, about [-1, 1] -> uint8 RGB [H, W, 3], clamped and rounded."""
    levels_HWC = picture_BCHW[0].permute(1, 2, 0).float().clamp(-1.0, 1.0).add(1.0).mul(127.5)
    return levels_HWC.round().to(torch.uint8).cpu().contiguous().numpy()
