"""A skirt that is painted with a brush: its outline as a skirt's is, and how light and dark its cloth falls.

A brush leaves round corners and a scalloped hem, and no photo of the wearer shows how the cloth of trousers
would fall as a skirt. Its sides and its hem are smooth lines; it is round about the hips, and folds that
begin at the waist grow broader and deeper down to the hem.
"""

from __future__ import annotations

from math import tau

import numpy as np
import torch
from torch import Tensor

from engine.compositing.fields import row_ends

_ENDS = 0.15  # of what a line is told by: along both ends of it a brush's ends are round
_BENDS = 2  # degree of a line: a side flares, a hem sags
_ALIKE = 0.85  # of two outlines, what they have in common of what is in either: else it is painted as it is
_LEAST = 12  # px of a frame, of fewer rows or columns no line is told
_ROUND = 0.3  # how much darker it is at its sides
_FOLDS = 0.14  # and in its folds, at the hem
_AT_WAIST = 0.2  # how deep they are at the waist, of that
_FOLD = ((2.3, 0.1, 0.5), (3.7, 0.55, 0.45), (6.1, 0.3, 0.3))  # folds across it, where they begin, how deep
_SWAY = 0.03  # of its breadth, how far they go aside on their way down


def even_outline(there_HW: np.ndarray) -> np.ndarray:
    """bool [H, W]: what was painted of a skirt, with smooth sides, waist and hem and without gaps; as it is
    where it is of another shape."""
    rows, columns = np.flatnonzero(there_HW.any(1)), np.flatnonzero(there_HW.any(0))
    if min(len(rows), len(columns)) < _LEAST:
        return there_HW
    left_R, right_R = row_ends(there_HW[rows])
    top_C, bottom_C = row_ends(there_HW.T[columns])
    y_H1, x_1W = np.arange(there_HW.shape[0])[:, None], np.arange(there_HW.shape[1])[None]
    inside_HW = (x_1W >= _line(rows, left_R, y_H1)) & (x_1W <= _line(rows, right_R, y_H1))
    inside_HW &= (y_H1 >= _line(columns, top_C, x_1W)) & (y_H1 <= _line(columns, bottom_C, x_1W))
    both, either = (inside_HW & there_HW).sum(), (inside_HW | there_HW).sum()
    return inside_HW if both > _ALIKE * either else there_HW


def _line(at_N: np.ndarray, value_N: np.ndarray, everywhere: np.ndarray) -> np.ndarray:
    """A smooth line through the middle of what is told, carried on to its ends."""
    cut = int(_ENDS * len(at_N))
    middle = slice(cut, len(at_N) - cut)
    return np.polynomial.Polynomial.fit(at_N[middle], value_N[middle], _BENDS)(everywhere)


def light_of_fall(there_11HW: Tensor) -> Tensor:
    """How light a skirt is that covers these px, of its cloth's own light, about 1; [1, 1, H, W]."""
    there_HW = (there_11HW[0, 0] > 0.5).cpu().numpy()
    rows = np.flatnonzero(there_HW.any(1))
    if not len(rows):
        return torch.ones_like(there_11HW)
    every_R = np.arange(rows[0], rows[-1] + 1)
    left_R, right_R = (_line(rows, ends, every_R) for ends in row_ends(there_HW[rows]))
    middle_R, half_R = (left_R + right_R) / 2, np.maximum((right_R - left_R + 1) / 2, 1.0)
    across_RW = ((np.arange(there_HW.shape[1])[None] - middle_R[:, None]) / half_R[:, None]).clip(-1.0, 1.0)
    down_R1 = ((every_R - rows[0] + 0.5) / len(every_R))[:, None]
    folds_RW = sum(
        deep * np.cos(tau * (many / 2 * (across_RW + _SWAY * np.sin(tau * (down_R1 + begin))) + begin))
        for many, begin, deep in _FOLD
    )
    deep_R1 = _FOLDS * (_AT_WAIST + (1.0 - _AT_WAIST) * down_R1)
    light_11HW = torch.ones_like(there_11HW)
    light_RW = 1.0 - _ROUND * np.abs(across_RW) ** 3 + deep_R1 * folds_RW
    light_11HW[0, 0, every_R[0] : every_R[-1] + 1] = torch.from_numpy(light_RW).to(light_11HW)
    return light_11HW
