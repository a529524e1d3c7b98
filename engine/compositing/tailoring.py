"""A garment cut out along its edges in a picture, and drawn out to the outline it is to have.

Maps tell to one or two positions where a garment ends; the picture tells to the px. And the giver's body is
not the wearer's: laid in as it is, a sleeve would end beside the arm it is on.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fields import at, nearest_known, ramp, size_of, spread
from engine.cv import cv2
from engine.ops.resample import enlarged, running_mean, shrunk

_NEAR = 13  # px of a map of 256 rows that a matte's window is wide: edges lie within half of it of the map's
REACH = 2 * (
    _NEAR // 2
)  # positions of a map of 128 rows: a matte looks so far, twice a window and its models' window
_SEAM = 0.4, 0.6  # share from which, and at which wholly, a px is taken
_FLAT = 4e-3  # variance of colours (of -1 to 1) below which a window shows no edge
_FARTHEST = 14.0  # px of a map of 256 rows that an edge is moved at most: about half an upper arm
_NO_RIM = 13  # likewise, how wide what is hidden is at least, where it is no rim
_EVEN = 1.5  # likewise, by which what is mirrored is evened
_SMOOTH = 5.0  # likewise, standard deviation by which moves of edges are evened, and reach inwards


class _Guide(NamedTuple):
    """What models need of the picture that a matte follows. small: [1, 3, h, w]. mean: of the windows around
    its px. inverse: [3, 3, h, w], of the covariance of their colours. side: px of these windows."""

    small: Tensor
    mean: Tensor
    inverse: Tensor
    side: int


def matte(shares_1Khw: Tensor, picture_1CHW: Tensor, rows: int | None = None) -> Tensor:
    """Shares of a coarse map along the edges of a picture in [-1, 1]: [1, K, H, W], 0 or 1 but for a seam.
    rows: of the whole picture, where this is a part of it.

    The guided filter (He et al. 2013, guided by colours), its linear models found in a smaller picture (He
    and Sun 2015). Twice, as one pass moves an edge by less than a quarter of its window.
    """
    rows = size_of(picture_1CHW)[0] if rows is None else rows
    times = max(1, round(rows / 256))
    small = [max(1, side // times) for side in size_of(picture_1CHW)]
    small_1Chw = shrunk(picture_1CHW, small)
    guide = _guide(small_1Chw, _NEAR * (rows // times) // 256 | 1)
    shares_1Khw = F.interpolate(shares_1Khw, size_of(small_1Chw), mode="bilinear")
    shares_1Khw = ramp(_drawn(_models(shares_1Khw, guide), small_1Chw), *_SEAM)
    sharp_1KHW = ramp(_drawn(_models(shares_1Khw, guide), picture_1CHW), *_SEAM)
    return ramp(running_mean(sharp_1KHW, 2 * times - 1), *_SEAM)  # specks finer than the smaller picture


def _guide(small_1Chw: Tensor, side: int) -> _Guide:
    means_19hw = running_mean(torch.cat([small_1Chw, _products(small_1Chw)], 1), side)
    mean_1Chw, products_16hw = means_19hw.split((3, 6), 1)
    covariance_16hw = products_16hw - _products(mean_1Chw)
    covariance_16hw[:, (0, 3, 5)] += _FLAT
    return _Guide(small_1Chw, mean_1Chw, inverse(covariance_16hw), side)


def _products(x_13hw: Tensor) -> Tensor:
    """Of three channels each with itself and those after it, [1, 6, h, w]."""
    a, b, c = x_13hw.split(1, 1)
    return torch.cat([a * a, a * b, a * c, b * b, b * c, c * c], 1)


def _models(shares_1Khw: Tensor, guide: _Guide) -> Tensor:
    """How shares follow the colours in a window around every px: a slope a channel, an offset, [1, C + 1, K,
    h, w]."""
    products_1CKhw = guide.small[:, :, None] * shares_1Khw[:, None]
    means_1DKhw = running_mean(
        torch.cat([products_1CKhw, shares_1Khw[:, None]], 1).flatten(1, 2), guide.side
    ).view(1, -1, *shares_1Khw.shape[1:])
    share_11Khw = means_1DKhw[:, -1:]
    covariance_1CKhw = means_1DKhw[:, :-1] - guide.mean[:, :, None] * share_11Khw
    slope_1CKhw = (guide.inverse[:, :, None] * covariance_1CKhw).sum(1)[None]  # Eq. 19
    offset_11Khw = share_11Khw - (slope_1CKhw * guide.mean[:, :, None]).sum(1, keepdim=True)  # Eq. 20
    models_1DKhw = torch.cat([slope_1CKhw, offset_11Khw], 1)
    return running_mean(models_1DKhw.flatten(1, 2), guide.side).view(models_1DKhw.shape)


def inverse(a_16hw: Tensor) -> Tensor:
    """Of symmetric matrices of three rows at every position, given from the diagonal on row by row: [3, 3, h,
    w], by their adjugates, as a matrix at a time costs ten times that (`inverse_textbook`)."""
    a, b, c, d, e, f = a_16hw[0].unbind()
    first = d * f - e * e, c * e - b * f, b * e - c * d
    second = first[1], a * f - c * c, b * c - a * e
    third = first[2], second[2], a * d - b * b
    scale_hw = 1.0 / (a * first[0] + b * first[1] + c * first[2])
    return torch.stack([torch.stack(row) for row in (first, second, third)]) * scale_hw


def inverse_textbook(a_16hw: Tensor) -> Tensor:
    """`inverse` as linear algebra has it."""
    a, b, c, d, e, f = a_16hw[0].unbind()
    whole_hw33 = torch.stack([torch.stack(row, -1) for row in ((a, b, c), (b, d, e), (c, e, f))], -2)
    return torch.linalg.inv(whole_hw33).movedim((2, 3), (0, 1))


def _drawn(models_1DKhw: Tensor, picture_1CHW: Tensor) -> Tensor:
    """Shares as models tell them by the picture's colours, [1, K, H, W]."""
    *slopes_1Khw, offset_1Khw = models_1DKhw.unbind(1)
    shares_1KHW = enlarged(offset_1Khw, size_of(picture_1CHW))
    for slope_1Khw, channel_1HW in zip(slopes_1Khw, picture_1CHW.unbind(1), strict=True):
        slope_1KHW = enlarged(slope_1Khw, size_of(picture_1CHW))
        shares_1KHW = torch.addcmul(shares_1KHW, slope_1KHW, channel_1HW[:, None])  # Eq. 21
    return shares_1KHW


def continued(picture_1CHW: Tensor, inside_11HW: Tensor, wanted_11HW: Tensor, rim: int = _NO_RIM) -> Tensor:
    """A picture with what is outside filled: where it is wanted and no mere rim by the mirror image of what
    is inside, across its edge, so that a cloth that goes on keeps its weave and its folds; else as
    `fields.spread`, for along an edge a cloth's pattern does not turn back. inside, wanted: 0 to 1.
    rim: px of a map of 256 rows that a mere rim is broad.
    """
    filled_1CHW = spread(picture_1CHW, inside_11HW)
    rows, columns = size_of(picture_1CHW)
    times = max(1, round(rows / 256))
    small_12hw = shrunk(torch.cat([inside_11HW, wanted_11HW], 1), (rows // times, columns // times))
    inside_hw, wanted_hw = small_12hw[0].cpu().numpy() > 0.5
    away_hw = (~inside_hw).astype(np.uint8)
    no_rim = np.ones((rim * away_hw.shape[0] // 256 | 1,) * 2, np.uint8)
    deep_hw = cv2.morphologyEx(away_hw * wanted_hw, cv2.MORPH_OPEN, no_rim)
    if away_hw.all() or not deep_hw.any():
        return filled_1CHW
    _, number_hw = nearest_known(away_hw == 0, cv2.DIST_MASK_PRECISE)
    place_hw2 = _place(number_hw)
    here_hw2 = np.stack(np.meshgrid(*(np.arange(side, dtype=np.float32) for side in away_hw.shape[::-1])), -1)
    steps_hw2 = 2 * (place_hw2 - here_hw2)
    steps_hw2 = cv2.GaussianBlur(steps_hw2, (0, 0), _EVEN * away_hw.shape[0] / 256)
    across_hw2 = (here_hw2 + steps_hw2 + 0.5) * 2 / away_hw.shape[::-1] - 1
    deep_hw1 = cv2.dilate(deep_hw, np.ones((3, 3), np.uint8))[..., None]
    planes_3hw = np.concatenate([across_hw2, deep_hw1], -1, dtype=np.float32).transpose(2, 0, 1)
    planes_13hw = torch.from_numpy(planes_3hw)[None].to(picture_1CHW.device)
    across_12HW, deep_11HW = F.interpolate(planes_13hw, (rows, columns), mode="bilinear").split((2, 1), 1)
    mirrored_1CHW, there_11HW = at(torch.cat([picture_1CHW, inside_11HW], 1), across_12HW).split((3, 1), 1)
    mirrored_1CHW = torch.lerp(filled_1CHW, mirrored_1CHW, there_11HW * deep_11HW)
    return torch.lerp(mirrored_1CHW, picture_1CHW, inside_11HW)


def drawn_out(shape_11hw: Tensor, outline_11hw: Tensor, free_11hw: Tensor) -> tuple[Tensor, Tensor]:
    """Where every position of an outline's picture is found in the shape's, [1, 2, h, w], -1 to 1 across; and
    how near it is to an edge that was found, [1, 1, h, w], 1 at it, 0 far from any.

    Each point of the outline's edge takes the nearest point of the shape's; how they move is evened along the
    edge, and fades inwards and outwards. free: 0 where an edge is only what lies before the garment, in one
    picture or the other, and moves nothing.
    """
    rows, columns = size_of(outline_11hw)
    free_hw = free_11hw[0, 0].cpu().numpy() > 0.5
    theirs_hw, wanted_hw = (_edge(each_11hw) & free_hw for each_11hw in (shape_11hw, outline_11hw))
    moves_hw2, certain_hw = np.zeros((rows, columns, 2), np.float32), np.zeros((rows, columns), np.float32)
    if theirs_hw.any() and wanted_hw.any():
        far_hw, number_hw = nearest_known(theirs_hw, cv2.DIST_MASK_PRECISE)
        scale = rows / 256
        moved_hw = wanted_hw & (far_hw <= _FARTHEST * scale)
        here_N2 = np.argwhere(moved_hw)[:, ::-1].astype(np.float32)
        moves_hw2[moved_hw] = _place(number_hw)[moved_hw] - here_N2
        counted_hw = cv2.GaussianBlur(moved_hw.astype(np.float32), (0, 0), _SMOOTH * scale)
        moves_hw2[:] = cv2.GaussianBlur(moves_hw2, (0, 0), _SMOOTH * scale)
        moves_hw2 /= np.maximum(counted_hw, 1e-6)[..., None]
        # A line of edge px through a Gaussian's middle weighs about this much.
        certain_hw = np.minimum(1.0, counted_hw / (0.4 / (_SMOOTH * scale)) * 1.5)
        moves_hw2 *= certain_hw[..., None]
    x_hw, y_hw = np.meshgrid(np.arange(columns, dtype=np.float32), np.arange(rows, dtype=np.float32))
    found_hw2 = (np.stack([x_hw, y_hw], -1) + moves_hw2 + 0.5) * 2 / (columns, rows) - 1
    planes_3hw = np.concatenate([found_hw2, certain_hw[..., None]], -1, dtype=np.float32).transpose(2, 0, 1)
    found_12hw, certain_11hw = torch.from_numpy(planes_3hw)[None].to(outline_11hw.device).split((2, 1), 1)
    return found_12hw, certain_11hw


def _place(number_hw: np.ndarray) -> np.ndarray:
    """x, y of px by their numbers in the order of rows, float32 [h, w, 2]."""
    row_hw, column_hw = np.unravel_index(number_hw, number_hw.shape)
    return np.stack([column_hw, row_hw], -1).astype(np.float32)


def _edge(mask_11hw: Tensor) -> np.ndarray:
    mask_hw = (mask_11hw[0, 0].cpu().numpy() > 0.5).astype(np.uint8)
    return (mask_hw > 0) & (cv2.erode(mask_hw, np.ones((3, 3), np.uint8)) == 0)
