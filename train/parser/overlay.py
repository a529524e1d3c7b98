"""What the parser sees in a picture, drawn over it."""

from __future__ import annotations

import numpy as np

from engine.parsing import Parsed
from train.overlay import PALETTE, draw_skeleton


def overlay(rgb_HWC: np.ndarray, parsed: Parsed, strength: float = 0.55) -> np.ndarray:
    """uint8 RGB [H, W, 3]: regions in colours, the skeleton, seen joints filled, occluded ones as rings."""
    cover = (parsed.regions_HW > 0)[:, :, None] * np.float32(strength)
    picture = rgb_HWC * (1 - cover) + PALETTE[parsed.regions_HW].astype(np.float32) * cover
    picture = np.ascontiguousarray(picture.round().astype(np.uint8))
    return draw_skeleton(picture, parsed.keypoints_18x3, max(1, rgb_HWC.shape[0] // 200))
