"""Rows of a picture carried on: beside where each is seen last, in the colours that it has there.

Of a picture of H rows a *tall* one, [H, w], has few columns: each is the mean of some px along a row.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch

from engine.compositing.fields import spread
from engine.cv import cv2

ROWS = 256  # of a picture that px below are those of
_END = 6  # px that tell the colours that a row ends with
# Px from where a row is seen, up to which it surely goes on, and at most: of clothes, whose smooth colours
# are known farther in, and of a bare belly, that counts as anything.
_CLOTH, _BARE = (8.0, 16.0), (30.0, 45.0)
_CREASE, _EVENED = 9, (6.0, 14.0)  # px: what is lower goes on no farther than from the first to the second
_STEEP, _ASLANT = 0.4, 16.0  # rows a column that hems go up or down at most, and px along which they do
_FLAT = 0.5  # squared levels a px, of which less tells no hem
_ABOUT = 4, 6  # rows and px beside an end whose hems tell
_RING = 5  # px, side of the window around what is asked for in which rows meet what is seen
_MET = 10.0, 25.0  # levels: colours that differ by so much meet, and do not
_GRAIN = 2.5  # times as much as the usual, up to which what is finer is a weave


class _Ends(NamedTuple):
    """Of the px of a tall picture, whether a row goes on to them from one side, how many px away it ends
    [H, w], with which colours [H, w, 3], and column and row that mirror them at that end [H, w, 2]."""

    told: np.ndarray
    far: np.ndarray
    colours: np.ndarray
    mirror: np.ndarray


def carried_on(
    rgb_HWC: np.ndarray, known_hw: np.ndarray, bare_hw: np.ndarray, asked_hw: np.ndarray, px: float
) -> tuple[np.ndarray, np.ndarray]:
    """float32 [H, W, 3] and [H, W]: a picture with its rows carried on, 0 to 255, and how far that is told of
    a px, 0 to 1.

    rgb: uint8, as large as the maps or larger. known: bool, where rows may end; bare: 0 to 1, how far that is
    skin; asked: 0 to 1, where they go on. px: of the maps that make one of a picture of 256 rows.
    """
    (height, width), (rows, columns) = rgb_HWC.shape[:2], known_hw.shape
    few = max(1, round(columns / px))
    tall_HwC = cv2.resize(rgb_HWC, (few, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    step = height / rows * px  # rows of the picture that are one of 256
    seen_Hw = cv2.resize(known_hw.astype(np.float32), (few, height)) > 0.5
    share_Hw = cv2.resize(asked_hw, (few, height))
    ring = np.ones((round(_RING * step) | 1, _RING | 1), np.uint8)
    asked_Hw = cv2.dilate(((share_Hw > 0) & ~seen_Hw).astype(np.uint8), ring) > 0
    ends_Hw, asked_Hw = seen_Hw & ~asked_Hw, asked_Hw & (share_Hw > 0)
    slope_Hw = _slopes(tall_HwC, ends_Hw, step)
    bare_Hw1 = cv2.resize(bare_hw.astype(np.float32), (few, height))[..., None]
    told_HwD = np.concatenate([tall_HwC, bare_Hw1], -1)
    left = _from_left(told_HwD, slope_Hw, ends_Hw, asked_Hw, step)
    told_HwD, ends, asked = (np.ascontiguousarray(each[:, ::-1]) for each in (told_HwD, ends_Hw, asked_Hw))
    right = _from_left(told_HwD, -slope_Hw[:, ::-1], ends, asked, step)
    right = _Ends(*(plane[:, ::-1] for plane in right))
    right.mirror[..., 0] = few - 1 - right.mirror[..., 0]
    near_2Hw = np.stack([np.where(each.told, np.maximum(each.far, 1.0), np.inf) for each in (left, right)])
    parts_2Hw = near_2Hw**-2.0
    told_Hw = parts_2Hw.sum(0)
    colours_HwD = (
        sum(part_Hw[..., None] * each.colours for part_Hw, each in zip(parts_2Hw, (left, right), strict=True))
        / np.maximum(told_Hw, 1e-9)[..., None]
    )
    far_Hw = near_2Hw.min(0)
    colours_HwC = np.where(told_Hw[..., None] > 0, colours_HwD[..., :3], tall_HwC).astype(np.float32)
    side = max(3, round(_CREASE * step) | 1)
    even_HwC = cv2.medianBlur(np.rint(colours_HwC).astype(np.uint8), side)
    colours_HwC += between(far_Hw, *_EVENED)[..., None] * (even_HwC - colours_HwC)
    colours_HwC += _off(tall_HwC - colours_HwC, seen_Hw & asked_Hw & (told_Hw > 0))
    mirror_Hw2 = np.where((near_2Hw[0] <= near_2Hw[1])[..., None], left.mirror, right.mirror)
    first_Hw, last_Hw = (_CLOTH[n] + colours_HwD[..., 3] * (_BARE[n] - _CLOTH[n]) for n in (0, 1))
    deep_Hw = 1.0 - between(far_Hw, first_Hw, last_Hw)
    share_Hw = share_Hw * np.where(seen_Hw, 1.0, np.where(told_Hw > 0, deep_Hw, 0.0))
    grain_HWC = _grain(rgb_HWC, ends_Hw, mirror_Hw2.astype(np.float32), width / few)
    made_HWC = cv2.resize(colours_HwC, (width, height)) + grain_HWC
    shown_HW1 = cv2.resize(seen_Hw.astype(np.float32), (width, height))[..., None]
    made_HWC = made_HWC + shown_HW1 * (rgb_HWC - made_HWC)
    return made_HWC.clip(0, 255), cv2.resize(share_Hw.astype(np.float32), (width, height))


def between(x: np.ndarray, low: float | np.ndarray, high: float | np.ndarray) -> np.ndarray:
    """0 up to `low`, 1 from `high` on."""
    return ((x - low) / (high - low)).clip(0, 1)


def _mean_within(x_HWC: np.ndarray, inside_HW: np.ndarray, side: int) -> np.ndarray:
    """The mean of what is inside, 0 or 1, along so many px of a row."""
    sums_HWC, share_HW = (cv2.blur(each, (side, 1)) for each in (x_HWC * inside_HW[..., None], inside_HW))
    return sums_HWC / np.maximum(share_HW, 1e-3)[..., None]


def _off(off_HwC: np.ndarray, ring_Hw: np.ndarray) -> np.ndarray:
    """float32 [H, w, 3]: how far rows that go on are off what is seen around where they do, carried on
    smoothly, lest there be an edge; what is quite another colour, as of a missed hem, counts for nothing."""
    alike_Hw = ring_Hw * (1.0 - between(np.abs(off_HwC).max(-1), *_MET))
    off_1CHw, alike_11Hw = (
        torch.from_numpy(np.ascontiguousarray(plane, np.float32))[None]
        for plane in (np.moveaxis(off_HwC, -1, 0), alike_Hw[None])
    )
    return np.moveaxis(spread(off_1CHw, alike_11Hw)[0].numpy(), 0, -1)


def _from_left(
    tall_HwC: np.ndarray, slope_Hw: np.ndarray, ends_Hw: np.ndarray, asked_Hw: np.ndarray, step: float
) -> _Ends:
    """How rows go on to the right."""
    height, few = ends_Hw.shape
    row_H1, column_1w = np.arange(height)[:, None], np.arange(few)[None]
    last_Hw = np.maximum.accumulate(np.where(ends_Hw, column_1w, -1), 1)
    broken_Hw = np.maximum.accumulate(np.where(ends_Hw | asked_Hw, -1, column_1w), 1)
    goes_on_Hw = (last_Hw >= 0) & (last_Hw > broken_Hw)
    far_Hw = np.where(goes_on_Hw, column_1w - last_Hw, 0)
    end_Hw = last_Hw.clip(0)
    slope_Hw = np.take_along_axis(slope_Hw, end_Hw, 1)
    # A hem that falls by so much from the middle of its end comes from a row that is as much higher.
    drop_Hw = slope_Hw * np.minimum(far_Hw + (_END - 1) / 2, _ASLANT) * step
    from_Hw = np.rint(row_H1 - drop_Hw).astype(int).clip(0, height - 1)
    from_Hw = np.where(goes_on_Hw[from_Hw, column_1w], from_Hw, row_H1)
    end_Hw = end_Hw[from_Hw, column_1w]
    before = np.zeros((1, 2 * _END - 1), np.float32)
    before[:, :_END] = 1.0
    sums_HwC, count_Hw = (
        cv2.filter2D(plane.astype(np.float32), -1, before, borderType=cv2.BORDER_CONSTANT)
        for plane in (tall_HwC * ends_Hw[..., None], ends_Hw)
    )
    colours_HwC = (sums_HwC / np.maximum(count_Hw, 1.0)[..., None])[from_Hw, end_Hw]
    mirrored_Hw = (2 * end_Hw - column_1w + 1).clip(0, few - 1)
    level_Hw = (row_H1 - 2 * drop_Hw).clip(0, height - 1)
    return _Ends(goes_on_Hw & asked_Hw, far_Hw, colours_HwC, np.stack([mirrored_Hw, level_Hw], -1))


def _slopes(tall_HwC: np.ndarray, ends_Hw: np.ndarray, step: float) -> np.ndarray:
    """float32 [H, w]: how many rows of 256 hems fall a column to the right, by the gradients about (Lucas and
    Kanade 1981); 0 where there are none."""
    even_Hw = cv2.GaussianBlur(tall_HwC, (0, 0), sigmaX=1.0, sigmaY=step).mean(-1)
    across_Hw = cv2.Sobel(even_Hw, cv2.CV_32F, 1, 0) / 8
    down_Hw = cv2.Sobel(even_Hw, cv2.CV_32F, 0, 1) / 8 * step
    inside_Hw = cv2.erode(ends_Hw.astype(np.uint8), np.ones((round(4 * step) | 1, 5), np.uint8))
    both_Hw, square_Hw = (
        cv2.GaussianBlur(plane_Hw * inside_Hw, (0, 0), sigmaX=_ABOUT[1], sigmaY=_ABOUT[0] * step)
        for plane_Hw in (across_Hw * down_Hw, down_Hw * down_Hw)
    )
    return (-both_Hw / (square_Hw + _FLAT)).clip(-_STEEP, _STEEP)


def _grain(rgb_HWC: np.ndarray, ends_Hw: np.ndarray, mirror_Hw2: np.ndarray, times: float) -> np.ndarray:
    """float32 [H, W, 3]: what is finer than the colours of rows' ends, mirrored. times: as broad is a column
    of the tall picture as one of the picture."""
    height, width = rgb_HWC.shape[:2]
    photo_HWC = rgb_HWC.astype(np.float32)
    inside_HW = (cv2.resize(ends_Hw.astype(np.float32), (width, height)) > 0.99).astype(np.float32)
    mean_HWC = _mean_within(photo_HWC, inside_HW, round(_END * times) | 1)
    finer_HWC = (photo_HWC - mean_HWC) * inside_HW[..., None]
    if not inside_HW.any():
        return finer_HWC
    most_C = _GRAIN * np.median(np.abs(finer_HWC[inside_HW > 0]), 0)
    x_HW = (cv2.resize(mirror_Hw2[..., 0], (width, height)) + 0.5) * np.float32(times) - 0.5
    y_HW = cv2.resize(mirror_Hw2[..., 1], (width, height))
    return cv2.remap(finer_HWC.clip(-most_C, most_C), x_HW.astype(np.float32), y_HW, cv2.INTER_LINEAR)
