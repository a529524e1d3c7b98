"""A dress that a map takes for a top and a skirt, told by its cloth."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.compositing.fields import around
from engine.garments import DRESS, LEAST_SHOWN, LEGS, SKIRT, TOP
from engine.ops.resample import shrunk

_BAND = 13  # px of a map of 128 rows, in whose middle both meet
_FEWEST = 20  # px of either beside the other, that tell its cloth
# Differences of colours (of -1 to 1), and of how far they spread, up to which both are one cloth: of a black
# lace dress .007 and .07, of tops on checked and on white skirts 1.07 and more.
_COLOURS, _SPREAD = 0.1, 0.15
_TOUCH = 0.4  # of a skirt's columns, in how many a dress goes on upwards: between two pieces is skin


def told_as_dress(pieces_Phw: Tensor, photo_1CHW: Tensor) -> Tensor:
    """Shares of the pieces [P, h, w], of which a top counts as a dress where a skirt of its cloth goes on
    below it, and legs: a garment that lies alone is told by its outline. photo: -1 to 1, of any size."""
    top_11hw, skirt_11hw = ((pieces_Phw[piece] > 0.5).float()[None, None] for piece in (TOP, SKIRT))
    bands = (top_11hw * around(skirt_11hw, _BAND), skirt_11hw * around(top_11hw, _BAND))
    few = min(float(each.sum()) for each in bands) < _FEWEST
    if few or pieces_Phw[LEGS].sum() < LEAST_SHOWN * pieces_Phw[1:].sum():
        return pieces_Phw
    touch_w = (top_11hw[0, 0, :-2] * skirt_11hw[0, 0, 2:]).amax(0)
    if touch_w.sum() < _TOUCH * skirt_11hw[0, 0].amax(0).sum():
        return pieces_Phw
    small_Chw = shrunk(photo_1CHW, tuple(pieces_Phw.shape[1:]))[0]
    (one_C, one), (other_C, other) = (_cloth(small_Chw[:, each[0, 0] > 0]) for each in bands)
    if (one_C - other_C).abs().amax() > _COLOURS or abs(one - other) > _SPREAD:
        return pieces_Phw
    told_Phw = pieces_Phw.clone()
    told_Phw[DRESS] += told_Phw[TOP]
    told_Phw[TOP] = 0.0
    return told_Phw


def _cloth(seen_CN: Tensor) -> tuple[Tensor, float]:
    """Its colour, and how far that spreads."""
    return seen_CN.mean(1), float(torch.std(seen_CN, dim=1).amax())
