"""By which of its own pieces a pattern goes on beside where it ends: one piece, as whole as it can be.

Each row of what is hidden takes one step aside, to where the cloth looks as it does beside the hole: stripes
meet their stripes, checks their checks. Steps change little from row to row, so what is copied stays whole;
pieces that each pixel looked for by itself came as splinters. What is deeper than a step takes more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.cv import cv2

_ROWS = 256  # of a picture that px are those of
_BAND = 12  # px beside a hole that have to look alike
_DOWN, _ASIDE = (-3, 3), (8, 64)  # px that a step goes up or down, and aside; nearer all cloth is alike
_LARGER = 2  # times as large is the picture that steps are looked for in: whole px miss a narrow stripe
_TALL = 15  # rows, of which the likeness of one is the mean
_MOST = 6000.0  # squared levels: of what is no more alike all is equally wrong
# As many squared levels count: what no step leads to cloth from; each px of a step; and each px that the next
# row goes farther.
_NOWHERE = 3000.0
_OFF_LEVEL, _FAR = 100.0, 60.0
_SLOPES, _BENDS = 1200.0, 4000.0
ONCE = 12000.0  # squared levels: what is so unlike all else surely comes once
_COARSE = 2  # px of one of the map on which that is told
_AROUND = 9  # px, side of what is compared there
_BROAD = 24  # px: as broad as a pocket
_HALF_KNOWN = 0.5  # of these, how many are cloth on both sides at least
_STANDS_OUT, _ALIKE = 4.0, 500.0  # times as unlike all else as most of its cloth; what is alike at any rate
_THIN = 5  # px: what stands out and is thinner is a rim in other light
_TIMES = 8  # steps one after the other at most
_SMOOTH = 2.0  # rows, over which steps are smooth


class Cloth(NamedTuple):
    """bool [H, W] but for `once`. seen: cloth that may be copied; once: float32 [2, H, W], how much of it
    comes once, as of `comes_once`; beside: cloth that is shown, up to the hole's edge; hole: what is asked
    for; near: what of it surely comes to light."""

    seen: np.ndarray
    once: np.ndarray
    beside: np.ndarray
    hole: np.ndarray
    near: np.ndarray


def steps_beside(photo_hwC: np.ndarray, cloth: Cloth) -> np.ndarray:
    """float32 [H, 2]: rows and columns from a row's hole to its likes. photo: uint8, as large or larger: it
    tells parts of a px."""
    size = cloth.hole.shape
    px = size[0] / _ROWS
    rows_M = np.flatnonzero(cloth.near.any(1))
    first, count = rows_M[0], rows_M[-1] + 1 - rows_M[0]
    reach = np.ones((3, 2 * round(_BAND * px) + 1), np.uint8)
    beside_HW = cloth.beside & (cv2.dilate(cloth.near.astype(np.uint8), reach) > 0)
    shown = beside_HW, cloth.seen, first
    right = np.nonzero(cloth.seen[rows_M])[1].mean() > np.nonzero(cloth.hole[rows_M])[1].mean()
    down_D = np.arange(_LARGER * _DOWN[0], _LARGER * _DOWN[1] + 1) / _LARGER * px
    aside_A = (px if right else -px) * np.arange(*_ASIDE)
    steps_K2 = _pairs(down_D, aside_A)
    steps_RK2 = np.broadcast_to(steps_K2, (count, *steps_K2.shape))
    larger = round(_LARGER * size[1] / px), _LARGER * _ROWS
    cost_RK = _unlike(cv2.resize(photo_hwC, larger, interpolation=cv2.INTER_AREA), *shown, steps_RK2)
    wrong_HW = np.where(cloth.seen, np.minimum(cloth.once[0], _NOWHERE), np.where(cloth.hole, 0.0, _NOWHERE))
    cost_RK += _reached_mean(cloth.near, wrong_HW.astype(np.float32), first, steps_RK2)
    cost_RK += np.abs(steps_K2) @ np.array([_OFF_LEVEL, _FAR]) / px
    way_R2 = _cheapest(cost_RK.reshape(count, len(down_D), -1), _SLOPES / _LARGER, _BENDS)
    found_R2 = _even(np.stack([down_D[way_R2[:, 0]], aside_A[way_R2[:, 1]]], -1))
    scale = len(photo_hwC) / size[0]
    if scale > 1.0:  # as many parts as a px has
        part_E = np.arange(-round(scale), round(scale) + 1) / scale
        cost_RK = _unlike(photo_hwC, *shown, found_R2[:, None] + _pairs(part_E, part_E))
        way_R2 = _cheapest(cost_RK.reshape(count, len(part_E), -1), _SLOPES / scale, _SLOPES / scale)
        found_R2 = _even(found_R2 + part_E[way_R2])
    return np.pad(found_R2, ((first, size[0] - first - count), (0, 0)), mode="edge").astype(np.float32)


def comes_once(photo_hwC: np.ndarray, seen_HW: np.ndarray) -> np.ndarray:
    """float32 [2, H, W]: how unlike what is around each px of cloth is to all else on its level, in squared
    levels, at most `ONCE`: a placket or a badge come once, a check does not. First to all that is no nearer
    than a step is long, then than a pocket is broad, whose own parts are alike. 0 beside the cloth, and of
    what has nothing on its level.

    photo: uint8, of any size.
    """
    rows, columns = _ROWS // _COARSE, round(seen_HW.shape[1] * _ROWS / _COARSE / seen_HW.shape[0])
    small_hwC = cv2.resize(photo_hwC, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
    seen_hw = cv2.resize(seen_HW.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA) > 0.5
    least_2hw = np.full((2, rows, columns), np.inf, np.float32)
    window = (_AROUND // _COARSE | 1,) * 2
    across = np.ptp(np.flatnonzero(seen_hw.any(0))) if seen_hw.any() else 0
    broad = min(_BROAD // _COARSE, across // 2)
    down_D = np.arange(_DOWN[0] // _COARSE, _DOWN[1] // _COARSE + 1)
    for down, aside in _pairs(down_D, np.arange(*_ASIDE, _COARSE) // _COARSE):
        here = np.s_[max(0, -down) : rows - max(0, down), : columns - aside]
        there = np.s_[max(0, down) : rows + min(0, down), aside:]
        both_hw = (seen_hw[here] & seen_hw[there]).astype(np.float32)
        if not both_hw.any():
            continue
        off_hwC = small_hwC[here] - small_hwC[there]
        apart_hw = np.einsum("hwc,hwc->hw", off_hwC, off_hwC) / 3 * both_hw
        known_hw = cv2.blur(both_hw, window)
        unlike_hw = cv2.blur(apart_hw, window) / np.maximum(known_hw, 1e-6)
        unlike_hw[known_hw < _HALF_KNOWN] = np.inf
        for least_hw in least_2hw if aside >= broad else least_2hw[:1]:
            for part in (here, there):
                least_hw[part] = np.minimum(least_hw[part], unlike_hw)
    least_2hw = np.where(np.isinf(least_2hw), 0.0, np.minimum(least_2hw, ONCE)).astype(np.float32)
    return np.stack([cv2.resize(each_hw, seen_HW.shape[::-1]) for each_hw in least_2hw]) * seen_HW


def led(steps_H2: np.ndarray, cloth: Cloth) -> np.ndarray:
    """float32 [H, W, 2]: row and column of the first cloth that steps lead a hole's px to, nan where that is
    nothing. What comes once among what does not is stepped over, where there is more cloth behind it."""
    rows, columns = cloth.hole.shape
    over_HW = _stands_out(cloth)
    y_N, x_N = np.nonzero(cloth.hole)
    found_HW2 = np.full((rows, columns, 2), np.nan, np.float32)
    at_N2 = np.stack([y_N, x_N], -1).astype(np.float32)
    for _ in range(_TIMES):
        at_N2 = at_N2 + steps_H2[np.rint(at_N2[:, 0]).astype(int).clip(0, rows - 1)]
        y, x = np.rint(at_N2).astype(int).T
        inside = (y >= 0) & (y < rows) & (x >= 0) & (x < columns)
        y, x, at_N2, y_N, x_N = y[inside], x[inside], at_N2[inside], y_N[inside], x_N[inside]
        seen, again = cloth.seen[y, x], cloth.hole[y, x] | over_HW[y, x]
        first = seen & np.isnan(found_HW2[y_N, x_N, 0]) | seen & ~over_HW[y, x]
        found_HW2[y_N[first], x_N[first]] = at_N2[first]
        at_N2, y_N, x_N = at_N2[again], y_N[again], x_N[again]
    return found_HW2


def _stands_out(cloth: Cloth) -> np.ndarray:
    """bool [H, W]: a badge, a pocket or a placket, with its surroundings: what is much less like all else
    than most of its cloth is."""
    thin, around = (
        np.ones((round(side * len(cloth.seen) / _ROWS) | 1,) * 2, np.uint8) for side in (_THIN, _AROUND)
    )
    out_HW = np.zeros_like(cloth.seen, np.uint8)
    for once_HW in cloth.once:
        usual = np.median(once_HW[cloth.seen]) if cloth.seen.any() else ONCE
        high_HW = (once_HW > max(_STANDS_OUT * usual, _ALIKE)).astype(np.uint8)
        out_HW = np.maximum(out_HW, cv2.morphologyEx(high_HW, cv2.MORPH_OPEN, thin), dtype=np.uint8)
    outlines, _ = cv2.findContours(out_HW, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for outline in outlines:  # whole, with what of it is like something else
        cv2.fillConvexPoly(out_HW, cv2.convexHull(outline), 1)
    return (cv2.dilate(out_HW, around) > 0) & cloth.seen


def _pairs(down_D: np.ndarray, aside_A: np.ndarray) -> np.ndarray:
    """[D * A, 2]: every one with every other."""
    return np.stack(np.meshgrid(down_D, aside_A, indexing="ij"), -1).reshape(-1, 2)


def _unlike(
    photo_hwC: np.ndarray, beside_HW: np.ndarray, seen_HW: np.ndarray, first: int, steps_RK2: np.ndarray
) -> np.ndarray:
    """float32 [R, K]: how unlike what each of a row's steps leads to is to what is beside the hole, in
    squared levels."""
    size, scale = photo_hwC.shape[1::-1], len(photo_hwC) / len(seen_HW)
    beside_hw, seen_hw = (
        cv2.resize(each_HW.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        for each_HW in (beside_HW, seen_HW)
    )
    beside_hw[::2] = beside_hw[:, ::2] = False  # these tell enough
    index_NK, inside_NK, at_N, row_N = _reached(beside_hw, first, steps_RK2, scale)
    colours_NC = photo_hwC.reshape(-1, 3).astype(np.float32)
    off_NKC = colours_NC[index_NK] - colours_NC[at_N, None]
    apart_NK = np.minimum(np.einsum("nkc,nkc->nk", off_NKC, off_NKC) / 3, _MOST)
    known_NK = inside_NK & seen_hw.ravel()[index_NK]
    tall = round(_TALL * len(seen_HW) / _ROWS) | 1
    apart_RK, known_RK, all_RK = (
        cv2.blur(_summed(plane_NK, row_N, len(steps_RK2)), (1, tall), borderType=cv2.BORDER_REPLICATE)
        for plane_NK in (apart_NK * known_NK, known_NK, np.ones_like(known_NK))
    )
    missed_RK = 1.0 - known_RK / np.maximum(all_RK, 1e-6)
    unlike_RK = apart_RK / np.maximum(known_RK, 1e-6) * (1.0 - missed_RK) + _NOWHERE * missed_RK
    return np.where(all_RK > 1e-3, unlike_RK, np.float32(0))


def _reached_mean(
    marked_HW: np.ndarray, value_HW: np.ndarray, first: int, steps_RK2: np.ndarray
) -> np.ndarray:
    """float32 [R, K]: the mean of what each of a row's steps leads its marked px to."""
    index_NK, inside_NK, at_N, row_N = _reached(marked_HW, first, steps_RK2)
    value_NK = np.where(inside_NK, value_HW.ravel()[index_NK], np.float32(_NOWHERE))
    count_R1 = _summed(np.ones_like(at_N)[:, None], row_N, len(steps_RK2))
    return _summed(value_NK, row_N, len(steps_RK2)) / np.maximum(count_R1, 1.0)


def _reached(
    marked_hw: np.ndarray, first: int, steps_RK2: np.ndarray, scale: float = 1.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Of the marked px of R rows, by rows: the numbers [N, K] of the px that steps lead to, whether these are
    in the picture [N, K], and their own numbers and rows [N] each. scale: px a row."""
    rows, columns = marked_hw.shape
    y_N, x_N = np.nonzero(marked_hw)
    row_N = (y_N / scale).astype(int) - first
    ours_N = (row_N >= 0) & (row_N < len(steps_RK2))
    y_N, x_N, row_N = y_N[ours_N], x_N[ours_N], row_N[ours_N]
    steps_RK2 = np.rint(steps_RK2 * scale).astype(int)
    y_NK, x_NK = y_N[:, None] + steps_RK2[row_N, :, 0], x_N[:, None] + steps_RK2[row_N, :, 1]
    inside_NK = (y_NK >= 0) & (y_NK < rows) & (x_NK >= 0) & (x_NK < columns)
    index_NK = y_NK.clip(0, rows - 1) * columns + x_NK.clip(0, columns - 1)
    return index_NK, inside_NK, y_N * columns + x_N, row_N


def _summed(value_NK: np.ndarray, row_N: np.ndarray, rows: int) -> np.ndarray:
    """float32 [R, K]: sums by rows, in whose order values are."""
    sums_MK = np.zeros((len(value_NK) + 1, value_NK.shape[1]))
    np.cumsum(value_NK, 0, out=sums_MK[1:])
    ends_S = np.searchsorted(row_N, np.arange(rows + 1))
    return np.diff(sums_MK[ends_S], axis=0).astype(np.float32)


def _cheapest(cost_RDA: np.ndarray, slopes: float, bends: float) -> np.ndarray:
    """int [R, 2]: of each row the number down and aside, by the way of least cost through all rows (Viterbi);
    from row to row both go by 1 at most, for a price."""
    moves = np.array([(down, aside) for down in (0, -1, 1) for aside in (0, -1, 1)])
    price_M = np.abs(moves) @ np.array([slopes, bends])
    best_DA, back = cost_RDA[0], []
    down, aside = best_DA.shape
    for row_DA in cost_RDA[1:]:
        around = np.pad(best_DA, 1, constant_values=np.inf)
        by_move_MDA = np.stack(
            [
                around[1 + y : 1 + y + down, 1 + x : 1 + x + aside] + price
                for (y, x), price in zip(moves, price_M, strict=True)
            ]
        )
        back.append(by_move_MDA.argmin(0))
        best_DA = by_move_MDA.min(0) + row_DA
    way = [np.array(np.unravel_index(best_DA.argmin(), best_DA.shape))]
    for move_DA in reversed(back):
        way.append(way[-1] + moves[move_DA[tuple(way[-1])]])
    return np.array(way[::-1])


def _even(steps_R2: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(steps_R2, (1, 0), sigmaX=_SMOOTH, sigmaY=_SMOOTH, borderType=cv2.BORDER_REPLICATE)
