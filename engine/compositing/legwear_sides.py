"""Where trousers or a skirt end to the sides beneath a top that goes: as they are seen below it.

A bare body is narrower than they are, and beside an arm that was in a sleeve broader than what is seen of
them. Up to the waist they go over into the body. px of a picture of about 256 rows.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from engine.compositing.bodies import CROTCH, WAIST, Placed
from engine.compositing.fields import ramp, row_ends, size_of
from engine.cv import cv2
from engine.ops.resample import enlarged, shrunk

_SEEN = 0.5  # of the body's breadth, how much of a row is seen of them for it to tell their sides
_FEWEST = 4  # rows
_NOTCH = 31  # rows, up to which what lies before a side of theirs does not tell where that is
_EVEN = 9  # rows over which their sides are evened


def with_legwear(body_11HW: Tensor, legwear_11HW: Tensor, placed: Placed) -> Tensor:
    """A bare trunk with its legs, [1, 1, H, W], which from the waist to the crotch is as broad as what is
    worn there, and below at most so broad. legwear: what is seen of that."""
    legwear_hw, body_hw = (
        shrunk(each_11HW, placed.size)[0, 0].cpu().numpy() > 0.5 for each_11HW in (legwear_11HW, body_11HW)
    )
    waist, crotch = (round(placed.body.hips[1] + part * placed.body.trunk) for part in (-WAIST, CROTCH))
    sides_h2 = sides_of(legwear_hw, body_hw, waist)
    told_h = np.isfinite(sides_h2[:, 0])
    if not told_h.any():
        return body_11HW
    x_w = np.arange(body_hw.shape[1])
    inside_hw = np.nan_to_num(np.minimum(x_w - sides_h2[:, :1], sides_h2[:, 1:] - x_w))
    hips_h = told_h & (np.arange(len(told_h)) < crotch)
    planes_3hw = np.stack(np.broadcast_arrays(inside_hw, told_h[:, None], hips_h[:, None]))
    planes_13hw = torch.from_numpy(planes_3hw)[None].to(body_11HW)
    inside_11HW, told_11HW, hips_11HW = enlarged(planes_13hw, size_of(body_11HW)).split(1, 1)
    within_11HW = ramp(placed.times * inside_11HW + 0.5, 0.0, 1.0)
    worn_11HW = within_11HW * hips_11HW.maximum(body_11HW)
    return torch.lerp(body_11HW, worn_11HW, told_11HW)


def sides_of(legwear_hw: np.ndarray, body_hw: np.ndarray, waist: int) -> np.ndarray:
    """First and last column of what is worn below the waist at every row, [h, 2]: as it is seen, in rows
    between as beside them, and above up to the waist going over into the body's; NaN where none tells."""
    sides_h2 = np.full((len(body_hw), 2), np.nan)
    most_h = _SEEN * body_hw.sum(1)
    rows = np.flatnonzero((legwear_hw.sum(1) > most_h) & (most_h > 0) & (np.arange(len(most_h)) >= waist))
    if len(rows) < _FEWEST:
        return sides_h2
    knots, ends_N2 = rows.tolist(), list(_ends(legwear_hw[rows]))
    if 0 <= waist < rows[0] and body_hw[waist].any():
        knots, ends_N2 = [waist, *knots], [_ends(body_hw[[waist]])[0], *ends_N2]
    told = np.arange(knots[0], knots[-1] + 1)
    between_N2 = np.stack([np.interp(told, knots, end_N) for end_N in np.array(ends_N2).T], -1)
    # A short sleeve or a hand that cuts into a side is none.
    padded_M2 = np.pad(between_N2 * (-1.0, 1.0), ((_NOTCH, _NOTCH), (0, 0)), mode="edge")
    closed_M2 = cv2.morphologyEx(padded_M2, cv2.MORPH_CLOSE, np.ones((_NOTCH, 1), np.uint8))
    whole_N2 = closed_M2[_NOTCH:-_NOTCH] * (-1.0, 1.0)
    sides_h2[told] = cv2.blur(whole_N2, (1, _EVEN), borderType=cv2.BORDER_REPLICATE)
    return sides_h2


def _ends(rows_hw: np.ndarray) -> np.ndarray:
    """First and last column of rows, [N, 2]."""
    return np.stack(row_ends(rows_hw), -1).astype(float)
