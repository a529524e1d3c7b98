"""Garments of one colour, and what is on them: a print or a badge does not go on beside itself, as a pattern
does. A pattern is everywhere; around a print is nothing but its ground.
"""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import highest, odd_side, size_of
from engine.ops.resample import running_mean

_GROUND = 0.5  # distance of colours of one cloth, -1 to 1 each, in light and shade
_WORN = 0.5  # how sure it is that a garment is there
_WINDOW = 7  # px of a map of 128 rows, side of the window that is all ground, or not
_ALL = 0.05  # of such a window, how much at most is something else
_PLAIN = 0.1  # of a garment of one colour, sleeves and all, how much is within such windows
_MOST = 0.6  # of what is seen beside arms, how much a print is at most: else the ground is its sleeves'
_AROUND = 7  # px of a map of 128 rows, side of the window around a px whose contrast is told
# Of a garment, how much may have less contrast than that, of -1 to 1, if it has a pattern: of 10 patterned
# garments a fifth has up to .16 to .56, of 145 others but two open jackets and a bodysuit up to .15.
_PLAIN_PART, _EVEN = 0.2, 0.155
_ALL_OF = 0.85  # of a level, from which on it is no print: a bare belly that counts as a top, or a hem
_EDGE = 3  # px of a map of 128 rows, side of the window in which a print's edge is mixed with its ground


def on_ground(photo_3hw: Tensor, worn_hw: Tensor, bare_hw: Tensor, rows: int) -> Tensor | None:
    """bool [h, w]: what of a garment is on its ground, where it has one colour; None where it has a pattern,
    or is not seen. worn: bool, where it is, on arms too; bare: beside them. rows: of the whole picture, where
    these are of a part of it."""
    if not bare_hw.any():
        return None
    ground_311 = photo_3hw[:, worn_hw].median(1).values[:, None, None]
    on_hw = worn_hw & ((photo_3hw - ground_311).norm(dim=0) > _GROUND)
    both_2hw = torch.stack([on_hw, worn_hw]).float()
    share_hw, there_hw = running_mean(both_2hw[None], odd_side(_WINDOW, rows))[0]
    all_ground_hw = worn_hw & (share_hw <= _ALL * there_hw)
    plain = all_ground_hw.sum() > _PLAIN * worn_hw.sum() and on_hw[bare_hw].float().mean() < _MOST
    return on_hw if plain else None


def is_even(photo_3hw: Tensor, bare_hw: Tensor, rows: int) -> bool:
    """Whether a garment has next to no contrast around many of its pixels: light and shade on it, its hems,
    or bare skin that counts as it, may be as far from each other as the colours of a pattern, but not side by
    side everywhere. bare, rows: as of `on_ground`."""
    known_1hw = bare_hw[None].float()
    planes_5hw = torch.cat(
        [photo_3hw * known_1hw, photo_3hw.square().mean(0, keepdim=True) * known_1hw, known_1hw]
    )
    means_5hw = running_mean(planes_5hw[None], odd_side(_AROUND, rows))[0]
    mean_3hw, (square_hw, known_hw) = means_5hw[:3], means_5hw[3:]
    known_hw = known_hw.clamp_min(1e-3)
    spread_hw = square_hw / known_hw - (mean_3hw / known_hw).square().mean(0)
    return bool(spread_hw.clamp_min(0.0).sqrt()[bare_hw].quantile(_PLAIN_PART) < _EVEN)


def prints(photo_B3hw: Tensor, worn_BKhw: Tensor, bare_B1hw: Tensor) -> Tensor:
    """0 or 1 [B, 1, h, w]: what is on garments of one colour, with its edge. worn: how likely each kind of
    clothes is. bare: bool, where they are seen beside arms."""
    rows, _ = size_of(photo_B3hw)
    prints_B1hw = torch.zeros_like(photo_B3hw[:, :1])
    for photo_3hw, worn_Khw, bare_1hw, prints_1hw in zip(
        photo_B3hw, worn_BKhw, bare_B1hw, prints_B1hw, strict=True
    ):
        for worn_hw in worn_Khw > _WORN:
            on_hw = on_ground(photo_3hw, worn_hw, bare_1hw[0] & worn_hw, rows)
            if on_hw is not None:
                both_2hw = torch.stack([on_hw, worn_hw]) & bare_1hw
                on_h, worn_h = both_2hw.sum(2)
                prints_1hw[0] += on_hw & (on_h < _ALL_OF * worn_h)[:, None]
    return highest(prints_B1hw, odd_side(_EDGE, rows))
