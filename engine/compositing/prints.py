"""Garments of one colour, and what is on them: a print or a badge does not go on beside itself, as a pattern
does. A pattern is everywhere; around a print is nothing but its ground.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import highest, odd_side, size_of
from engine.ops.resample import running_mean

_GROUND = 0.5  # distance of colours of one cloth, -1 to 1 each, in light and shade
_WINDOW = 7  # px of a map of 128 rows, side of the window that is all ground, or not
_ALL = 0.05  # of such a window, how much at most is something else
_PLAIN = 0.3  # of a garment of one colour, how much is within such windows
_EDGE = 3  # px of a map of 128 rows, side of the window in which a print's edge is mixed with its ground


def on_ground(photo_3hw: Tensor, seen_hw: Tensor, rows: int) -> Tensor | None:
    """bool [h, w]: what of a garment is on its ground, where it has one colour; None where it has a pattern,
    or is not seen. seen: bool, where it is. rows: of the whole picture, where these are of a part of it."""
    if not seen_hw.any():
        return None
    ground_311 = photo_3hw[:, seen_hw].median(1).values[:, None, None]
    on_hw = seen_hw & ((photo_3hw - ground_311).norm(dim=0) > _GROUND)
    both_2hw = torch.stack([on_hw, seen_hw]).float()
    share_hw, there_hw = running_mean(both_2hw[None], odd_side(_WINDOW, rows))[0]
    all_ground_hw = seen_hw & (share_hw <= _ALL * there_hw)
    return on_hw if all_ground_hw.sum() > _PLAIN * seen_hw.sum() else None


def prints(photo_B3hw: Tensor, worn_BKhw: Tensor, seen_B1hw: Tensor) -> Tensor:
    """0 or 1 [B, 1, h, w]: what is on garments of one colour, with its edge. worn: how likely each kind of
    clothes is. seen: bool, where they are seen."""
    rows, _ = size_of(photo_B3hw)
    prints_B1hw = torch.zeros_like(photo_B3hw[:, :1])
    planes = photo_B3hw, worn_BKhw.argmax(1), seen_B1hw, prints_B1hw
    for photo_3hw, kind_hw, seen_1hw, prints_1hw in zip(*planes, strict=True):
        for kind in range(worn_BKhw.shape[1]):
            on_hw = on_ground(photo_3hw, seen_1hw[0] & (kind_hw == kind), rows)
            if on_hw is not None:
                prints_1hw[0] += on_hw
    return highest(prints_B1hw, odd_side(_EDGE, rows))
