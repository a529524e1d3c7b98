"""Where on a garment that nobody is in a body would be, told by its outline: shoulders, sleeves, legs.

Outlines of garments are much plainer than what a network sees in them: armpits and crotches are what a hull
around them lacks most. Right and left are as in the picture, the garment's front seen. x, y in px of the
mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.compositing.fields import row_ends
from engine.compositing.sleeve_outlines import Sleeve, sleeve_in
from engine.cv import cv2

EASE = 1.05  # a chest in clothes is so much broader than from shoulder joint to shoulder joint
_JOINT = 0.85  # of half a chest, how far aside a sleeve begins at the shoulder
_BELOW = 0.2  # of the shoulders' breadth, how far below a garment's shoulder the joint is
_SLOPE = 0.35  # how shoulders fall
_ARMHOLE = 0.52  # without sleeves: an armhole is so deep, of the chest's breadth
_NOTCH = 0.03  # of the height, the least depth of an armpit or crotch
_OVERHANG = 0.10  # of the height, how far a sleeve goes beyond its armpit at least
_CHEST = 0.08, 0.95  # of the height, between which a sleeve and the trunk may part
_TOP = 1.5  # of its breadth with sleeves, how high the part of a garment is at most that these are told by
_FRAYED = 0.4  # of the px that rows of the lower half have, that a row has which is no fringe
_SOLID = 0.6  # of the middle row's breadth, that a row has which is no hanger's
# Of its shoulders, how long a garment is at least, or how much broader it is at most.
_LONG, _WIDE = 1.85, 1.35
_TALL, _HALF_DOWN = (
    1.8,
    0.55,
)  # of their breadth: so long are no shorts; and of their height, the deepest crotch
_UNEVEN = 0.15  # of a leg, how far above the other's hem its own is at most
_EVEN = 9  # px, rows over which the line between legs is evened: a fold's edge is ragged
_RISE = 0.3  # of the height, where a crotch is that cannot be seen


# Of its height, rows at its upper end, and of its rows' usual px, how many these have where straps or cups
# are: trousers and skirts begin as broad as a waist.
_UPPER_END, _STRAPS = 0.08, 0.5


class Upper(NamedTuple):
    """joints: [2, 2], where the shoulder joints would be, and breadth, from one to the other. sleeves: right
    and left, as the picture has them from its left to its right; None where there is none. half: [h], half of
    the breadth at every row, less sleeves. slope: how its shoulders fall. trunk: how long the trunk in it is;
    None: nobody's is."""

    joints: np.ndarray
    breadth: float
    sleeves: tuple[Sleeve | None, Sleeve | None]
    half: np.ndarray
    slope: float
    trunk: float | None = None


class Lower(NamedTuple):
    """middle: x. waist, crotch, hem: y. waists, hips: breadths there. legs: [2, 2, 2], of each leg the middle
    at the crotch and at the hem. hems: y, of each leg. between: [h], x where one leg ends and the other
    begins. parted: y from where on a gap is between them. leg: how long the longer leg in it is from the
    crotch; None: nobody's is. cut: whether the photo's lower edge cuts them off."""

    middle: float
    waist: float
    crotch: float
    hem: float
    waists: float
    hips: float
    legs: np.ndarray
    hems: tuple[float, float]
    between: np.ndarray
    parted: float
    leg: float | None = None
    cut: bool = False


def upper(mask_hw: np.ndarray, arms_hw: np.ndarray) -> Upper:
    """Of a top or dress, bool [h, w], of at least a px. arms: where arms are seen in it."""
    rows, columns = (np.flatnonzero(mask_hw.any(axis)) for axis in (1, 0))
    top, high = int(rows[0]), float(rows[-1] - rows[0] + 1)
    tall, high = high, min(high, _TOP * len(columns))
    left_h, right_h = (each_h.astype(float) for each_h in row_ends(mask_hw))
    middle = float(np.median((left_h + right_h)[rows]) / 2)
    notches = _notches(mask_hw)
    armed = (arms_hw & mask_hw).sum() > 0.01 * mask_hw.sum()
    pits: list[np.ndarray | None] = [None, None]
    for far_2, one_2, other_2, _ in notches:  # the deepest last
        side = int(far_2[0] > middle)
        tip = max(abs(one_2[0] - middle), abs(other_2[0] - middle))
        if (
            armed
            and _CHEST[0] < (far_2[1] - top) / high < _CHEST[1]
            and tip - abs(far_2[0] - middle) > _OVERHANG * high
            and abs(far_2[0] - middle) > 0.1 * high
        ):
            pits[side] = far_2
    arms_end = float(np.flatnonzero((arms_hw & mask_hw).any(1))[-1]) if armed else 0.0
    for side in (0, 1):  # where one sleeve hides its own, the other tells
        twin_2 = pits[1 - side]
        if pits[side] is None and twin_2 is not None:
            x = 2 * middle - twin_2[0]
            mine_h = mask_hw[:, _column(x, columns)]
            last = float(np.flatnonzero(mine_h)[-1]) + _NOTCH * high if mine_h.any() else arms_end
            pits[side] = np.array((x, last))
    found = [abs(pit[0] - middle) for pit in pits if pit is not None]
    breadth_h = np.where(mask_hw.any(1), right_h - left_h + 1, 0.0)
    if found:
        half = float(np.mean(found))
    elif armed and (arms_hw.any(1) & (mask_hw & ~arms_hw).any(1)).any():
        half = _between(mask_hw & ~arms_hw, arms_hw) / 2
    else:
        deep_h = np.arange(len(breadth_h)) - top >= _ARMHOLE * breadth_h
        row = int(np.flatnonzero(deep_h & mask_hw.any(1))[0]) if (deep_h & mask_hw.any(1)).any() else rows[-1]
        half = float(breadth_h[row]) / 2
    breadth = 2 * half / EASE
    # What is cut wide is as long as others, and hangs broader.
    breadth /= float(np.clip(_LONG * breadth / tall, 1.0, _WIDE))
    first_w = np.where(mask_hw.any(0), mask_hw.argmax(0), len(mask_hw)).astype(float)
    joints, sleeves = [], []
    for way, seen_2 in zip((-1, 1), pits, strict=True):
        x = middle + way * _JOINT * half
        if found or armed:
            y = first_w[_column(x, columns)]
            # Where a sleeve lies on the trunk they part lower down.
            deepest = y + 2 * _ARMHOLE * half
            pit_2 = np.array((middle + way * half, arms_end)) if seen_2 is None else seen_2
            armpit_2 = np.array((pit_2[0], min(pit_2[1], deepest)))
            sleeves.append(sleeve_in(mask_hw, armpit_2, pit_2, np.array((x, y)), way))
        else:
            near = [_column(middle + way * part * half, columns) for part in np.linspace(0.4, 0.95, 12)]
            best = min(near, key=lambda column: first_w[column])
            y = first_w[best] + _SLOPE * (_JOINT * half - abs(best - middle))
            sleeves.append(None)
        joints.append((x, y + _BELOW * breadth))
    half_h = np.minimum(middle - left_h, right_h - middle)
    if found or armed:
        armpit = min(each.armpit[1] for each in sleeves if each is not None) if any(sleeves) else top
        half_h = np.where(
            np.arange(len(half_h)) < armpit, half, np.minimum(half_h, _trunk_half(mask_hw, middle))
        )
    falls = [
        first_w[_column(middle + way * 0.85 * half, columns)]
        - first_w[_column(middle + way * 0.55 * half, columns)]
        for way in (-1, 1)
    ]
    slope = float(np.clip(np.mean(falls) / (0.3 * half), 0.0, 1.0)) if found or armed else _SLOPE
    level = np.mean([y for _, y in joints])
    joints_22 = np.array([(x, level) for x, _ in joints])
    return Upper(joints_22, breadth, (sleeves[0], sleeves[1]), half_h, slope)


def lower(mask_hw: np.ndarray, between_h: np.ndarray | None = None) -> Lower:
    """Of trousers or a skirt, bool [h, w], of at least a px. between: `Lower.between`, where somebody's legs
    in it tell it; else its middle is."""
    rows = np.flatnonzero(mask_hw.any(1))
    left_h, right_h = (each_h.astype(float) for each_h in row_ends(mask_hw))
    breadth_h = np.where(mask_hw.any(1), right_h - left_h + 1, 0.0)
    solid = rows[breadth_h[rows] > _SOLID * np.median(breadth_h[rows])]
    hem = _hem(mask_hw, int(rows[len(rows) // 2]))
    waist = float(solid[0])
    middle = float(np.median((left_h + right_h)[rows])) / 2
    crotch = waist + _RISE * (hem - waist)
    # Long legs that touch part at their crotch all the same.
    tall, deepest = hem - waist > _TALL * breadth_h.max(), waist + _HALF_DOWN * (hem - waist)
    for far_2, one_2, other_2, _ in _notches(mask_hw):
        below = min(one_2[1], other_2[1]) > far_2[1] and not (tall and far_2[1] > deepest)
        if below and abs(far_2[0] - middle) < 0.25 * breadth_h.max():
            crotch = float(far_2[1])
            middle = float(far_2[0])
    waists = float(np.median(breadth_h[int(waist) : int(waist + 0.1 * (hem - waist)) + 1]))
    at_hips = int(waist + 0.85 * (crotch - waist))
    between_h = np.full(len(mask_hw), middle) if between_h is None else between_h
    legs, hems = [], []
    for way in (-1, 1):
        mine_hw = mask_hw & ((np.arange(mask_hw.shape[1]) - between_h[:, None]) * way > 0)
        y_N, x_N = np.nonzero(mine_hw)
        # One foot may be before the other; but a leg that the other hides is no shorter.
        end = max(_hem(mine_hw, int(crotch)), hem - _UNEVEN * (hem - crotch))
        hems.append(end)
        ends = []
        for low, high in ((crotch, crotch + 0.06 * (hem - crotch)), (end - 0.08 * (end - crotch), end)):
            there_N = (y_N >= low - 1) & (y_N <= high + 1)
            ends.append((x_N[there_N].mean() if there_N.any() else middle, (low + high) / 2))
        legs.append(ends)
    columns_h = between_h.round().astype(int).clip(0, mask_hw.shape[1] - 1)
    gaps = np.flatnonzero(~mask_hw[np.arange(len(mask_hw)), columns_h][int(crotch) : int(hem) + 1])
    parted = crotch + float(gaps[0]) if len(gaps) else hem
    hips, uneven = float(breadth_h[at_hips]), (hems[0], hems[1])
    return Lower(middle, waist, crotch, hem, waists, hips, np.array(legs), uneven, between_h, parted)


def between_legs(mask_hw: np.ndarray, bones_h: np.ndarray, near: float) -> np.ndarray:
    """Where one leg of trousers, bool [h, w], ends and the other begins, x of every row: in the gap that is
    seen there, at most so far from the middle between bones, and else as far from that as in rows around."""
    rows, beside = [], []
    for row in np.flatnonzero(mask_hw.any(1)):
        columns = np.flatnonzero(mask_hw[row])
        gaps = (columns[:-1] + columns[1:])[np.diff(columns) > 1] / 2 - bones_h[row]
        if len(gaps) and abs(gaps).min() < near:
            rows.append(row)
            beside.append(gaps[abs(gaps).argmin()])
    if not rows:
        return bones_h
    beside_h = np.interp(np.arange(len(mask_hw)), rows, beside)
    return bones_h + cv2.blur(beside_h[:, None], (1, _EVEN), borderType=cv2.BORDER_REPLICATE)[:, 0]


def _hem(mask_hw: np.ndarray, row: int) -> float:
    """The last row of what lies below a row, less threads that hang from it; that row where nothing does."""
    rows = row + np.flatnonzero(mask_hw[row:].any(1))
    count_N = mask_hw[rows].sum(1)
    return float(rows[count_N > _FRAYED * np.median(count_N)][-1]) if len(rows) else float(row)


def begins_narrow(mask_hw: np.ndarray) -> bool:
    """Whether a garment, bool [h, w], of at least a px, begins with straps or cups, as a slip dress does."""
    count_H = mask_hw.sum(1)[np.flatnonzero(mask_hw.any(1))]
    return bool(np.median(count_H[: max(1, round(_UPPER_END * len(count_H)))]) < _STRAPS * np.median(count_H))


def _trunk_half(mask_hw: np.ndarray, middle: float) -> np.ndarray:
    """How far a garment goes aside from its middle without a gap, on the narrower side, [h]."""
    column = int(np.clip(round(middle), 0, mask_hw.shape[1] - 1))
    right_hw, left_hw = ~mask_hw[:, column:], ~mask_hw[:, column::-1]
    return np.minimum(*(np.where(each.any(1), each.argmax(1), each.shape[1]) for each in (right_hw, left_hw)))


def _between(trunk_hw: np.ndarray, arms_hw: np.ndarray) -> float:
    """How broad a trunk is between arms that lie on it."""
    rows = arms_hw.any(1) & trunk_hw.any(1)
    return float(np.median(trunk_hw[rows].sum(1)))


def _column(x: float, columns: np.ndarray) -> int:
    return int(np.clip(round(x), columns[0], columns[-1]))


def _notches(mask_hw: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, np.ndarray, float]]:
    """What the hull around a mask has and it has not, the deepest last: its deepest point, where it begins
    and ends, and how deep it is."""
    lines, _ = cv2.findContours(mask_hw.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    line = max(lines, key=cv2.contourArea)
    hull = cv2.convexHull(line, returnPoints=False)
    hull[::-1].sort(axis=0)
    defects = cv2.convexityDefects(line, hull) if len(hull) > 3 else None
    if defects is None:
        return []
    points = line.reshape(-1, 2).astype(float)
    found = [
        (points[far], points[begin], points[end], depth / 256.0)
        for begin, end, far, depth in defects.reshape(-1, 4)
        if depth / 256.0 > _NOTCH * len(mask_hw)
    ]
    return sorted(found, key=lambda each: each[3])
