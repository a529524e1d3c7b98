"""Where on a garment that nobody is in a body would be, told by its outline: shoulders, sleeves, legs.

Outlines of garments are much plainer than what a network sees in them: armpits and crotches are what a hull
around them lacks most. Right and left are as in the picture, the garment's front seen. x, y in px of the
mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.cv import cv2

EASE = 1.05  # a chest in clothes is so much broader than from shoulder joint to shoulder joint
_JOINT = 0.85  # of half a chest, how far aside a sleeve begins at the shoulder
_BELOW = 0.2  # of the shoulders' breadth, how far below a garment's shoulder the joint is
_SLOPE = 0.35  # how shoulders fall
_ARMHOLE = 0.52  # without sleeves: an armhole is so deep, of the chest's breadth
_NOTCH = 0.03  # of the height, the least depth of an armpit or crotch
_OVERHANG = 0.10  # of the height, how far a sleeve goes beyond its armpit at least
_CHEST = 0.08, 0.95  # of the height, between which a sleeve and the trunk may part
_END = 0.93  # of a sleeve's length, from where on it is its end
_TURNS = 3  # times that a sleeve's way is told by the middle of its hem, and the hem by that way
_SIDES = 0.15, 0.85  # of a sleeve's px from side to side, between which they end at its hem
_STEEPEST, _FEWEST = 1.0, 4  # how aslant a hem is at most, and px of it that tell
_HALF_WAY = 0.06  # of a sleeve's length, around its half
_ELBOWED, _BENT = (
    1.6,
    0.06,
)  # armholes' depths that a sleeve with an elbow is long, and how far it bends aside
_FRAYED = 0.4  # of the px that rows of the lower half have, that a row has which is no fringe
_SOLID = 0.6  # of the middle row's breadth, that a row has which is no hanger's
# Of its shoulders, how long a garment is at least, or how much broader it is at most.
_LONG, _WIDE = 1.85, 1.35
_TALL, _HALF_DOWN = (
    1.8,
    0.55,
)  # of their breadth: so long are no shorts; and of their height, the deepest crotch
_RISE = 0.3  # of the height, where a crotch is that cannot be seen


class Sleeve(NamedTuple):
    """x, y [2] each: where it meets trunk and shoulder. line: [N, 2], along its middle from between these to
    its end: a sleeve may lie bent. mask: [h, w], what is of it. arm: [2], how long both bones
    of the arm in it are; None: nobody's is. slant: how much farther along its line its hem is, of how far
    aside of it."""

    armpit: np.ndarray
    shoulder: np.ndarray
    line: np.ndarray
    mask: np.ndarray
    arm: np.ndarray | None = None
    slant: float = 0.0


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
    at the crotch and at the hem. leg: how long the longer leg in it is from the crotch; None: nobody's is."""

    middle: float
    waist: float
    crotch: float
    hem: float
    waists: float
    hips: float
    legs: np.ndarray
    leg: float | None = None


def upper(mask_hw: np.ndarray, arms_hw: np.ndarray) -> Upper:
    """Of a top or dress, bool [h, w], of at least a px. arms: where arms are seen in it."""
    rows, columns = (np.flatnonzero(mask_hw.any(axis)) for axis in (1, 0))
    top, high = int(rows[0]), float(rows[-1] - rows[0] + 1)
    left_h, right_h = _ends(mask_hw)
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
    breadth /= float(np.clip(_LONG * breadth / high, 1.0, _WIDE))
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
            sleeves.append(_sleeve(mask_hw, armpit_2, pit_2, np.array((x, y)), way))
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


def lower(mask_hw: np.ndarray) -> Lower:
    """Of trousers or a skirt, bool [h, w], of at least a px."""
    rows = np.flatnonzero(mask_hw.any(1))
    left_h, right_h = _ends(mask_hw)
    breadth_h = np.where(mask_hw.any(1), right_h - left_h + 1, 0.0)
    solid = rows[breadth_h[rows] > _SOLID * np.median(breadth_h[rows])]
    count_h = mask_hw.sum(1)
    # Threads hang from a frayed hem.
    lower_half = rows[len(rows) // 2 :]
    hem = float(lower_half[count_h[lower_half] > _FRAYED * np.median(count_h[lower_half])][-1])
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
    y_N, x_N = np.nonzero(mask_hw)
    legs = []
    for way in (-1, 1):
        mine_N = (x_N - middle) * way > 0
        ends = []
        for low, high in ((crotch, crotch + 0.06 * (hem - crotch)), (hem - 0.08 * (hem - crotch), hem)):
            there_N = mine_N & (y_N >= low - 1) & (y_N <= high + 1)
            ends.append((x_N[there_N].mean() if there_N.any() else middle, (low + high) / 2))
        legs.append(ends)
    return Lower(middle, waist, crotch, hem, waists, float(breadth_h[at_hips]), np.array(legs))


def _ends(mask_hw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last column of every row, float [h]."""
    last = mask_hw.shape[1] - 1
    return mask_hw.argmax(1).astype(float), (last - mask_hw[:, ::-1].argmax(1)).astype(float)


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


def _sleeve(
    mask_hw: np.ndarray, pit_2: np.ndarray, parted_2: np.ndarray, top_2: np.ndarray, way: int
) -> Sleeve | None:
    """What a garment loses by a cut from its shoulder to an armpit, and on to where sleeve and trunk part."""
    cut_hw = mask_hw.astype(np.uint8)
    above_2 = top_2 + 0.2 * (top_2 - pit_2)
    line = [np.round(each).astype(int).tolist() for each in (above_2, pit_2, parted_2)]
    cv2.line(cut_hw, line[0], line[1], 0, 2)
    cv2.line(cut_hw, line[1], line[2], 0, 2)
    _, part_hw = cv2.connectedComponents(cut_hw, connectivity=4)
    # Just beyond the middle of the armhole.
    seed_2 = (pit_2 + top_2) / 2 + (way * 0.15 * float(np.linalg.norm(pit_2 - top_2)), 0.0)
    x, y = (
        int(np.clip(round(each), 0, side - 1)) for each, side in zip(seed_2, mask_hw.shape[::-1], strict=True)
    )
    if not part_hw[y, x]:
        return None
    mine_hw = part_hw == part_hw[y, x]
    trunk = int(np.clip(round(pit_2[0] - way * 0.3 * abs(pit_2[1] - top_2[1])), 0, mask_hw.shape[1] - 1))
    if mine_hw[int(np.clip(round(pit_2[1]), 0, len(mask_hw) - 1)), trunk]:
        return None  # the cut parts nothing
    armhole = float(np.linalg.norm(pit_2 - top_2))
    line_N2, slant = _middle_line(mine_hw, (pit_2 + top_2) / 2, armhole)
    return Sleeve(pit_2, top_2, line_N2, mine_hw, slant=slant)


def _middle_line(mask_hw: np.ndarray, begin_2: np.ndarray, armhole: float) -> tuple[np.ndarray, float]:
    """A line along the middle of a sleeve, from the middle of its armhole to that of its hem, [N, 2], and how
    aslant that is: straight, or with an elbow where what is half as far within the sleeve is aside of that,
    and then it is not told. armhole: how deep it is."""
    y_N, x_N = np.nonzero(mask_hw)
    places_N2 = np.stack([x_N, y_N], -1).astype(float)
    end_2, slant = places_N2.mean(0), 0.0
    for _ in range(_TURNS):
        end_2, slant = _hem(places_N2 - begin_2, end_2 - begin_2)
        end_2 = begin_2 + end_2
    straight = np.array([begin_2, end_2])
    if float(np.linalg.norm(end_2 - begin_2)) < _ELBOWED * armhole:
        return straight, slant
    far_N = _far_within(mask_hw, begin_2)[y_N, x_N]
    far_N /= far_N.max()
    end_2, half_2 = places_N2[far_N >= _END].mean(0), places_N2[np.abs(far_N - 0.5) < _HALF_WAY].mean(0)
    step_2, aside_2 = end_2 - begin_2, half_2 - begin_2
    bent = abs(step_2[0] * aside_2[1] - step_2[1] * aside_2[0]) / max(float(step_2 @ step_2), 1e-6)
    return (np.array([begin_2, half_2, end_2]), 0.0) if bent > _BENT else (straight, slant)


def _hem(places_N2: np.ndarray, step_2: np.ndarray) -> tuple[np.ndarray, float]:
    """The middle of a sleeve's hem, which is where places end that way, and how much farther that way it is,
    of how far aside. What is farthest alone would be the hem's corner where it is aslant."""
    way_2 = step_2 / max(float(np.linalg.norm(step_2)), 1e-6)
    along_N, aside_N = places_N2 @ way_2, places_N2 @ np.array((-way_2[1], way_2[0]))
    low, high = np.quantile(aside_N[along_N > 0.5 * along_N.max()], _SIDES)
    column_N = np.round(aside_N).astype(int)
    columns_M = np.arange(int(np.ceil(low)), int(high) + 1)
    ends_M = np.array([along_N[column_N == column].max(initial=-np.inf) for column in columns_M])
    columns_M, ends_M = columns_M[np.isfinite(ends_M)], ends_M[np.isfinite(ends_M)]
    if len(columns_M) < _FEWEST:
        return along_N.max() * way_2, 0.0
    slant, end = np.polyfit(columns_M, ends_M, 1)
    slant = float(np.clip(slant, -_STEEPEST, _STEEPEST))
    end = float(np.median(ends_M - slant * columns_M))
    at_hem_N = along_N > _END * (end + slant * aside_N)
    middle = float(aside_N[at_hem_N].min() + aside_N[at_hem_N].max()) / 2
    return (end + slant * middle) * way_2 + middle * np.array((-way_2[1], way_2[0])), slant


def _far_within(mask_hw: np.ndarray, begin_2: np.ndarray) -> np.ndarray:
    """How far every px of a mask is from a place by a way that stays in it, [h, w]; px, 0 where it is not of
    the mask. As far as all of it is joined."""
    far_hw = np.zeros(mask_hw.shape, np.float32)
    y_N, x_N = np.nonzero(mask_hw)
    away_N = np.hypot(x_N - begin_2[0], y_N - begin_2[1])
    reached_hw = np.zeros(mask_hw.shape, np.uint8)
    reached_hw[y_N, x_N] = away_N <= away_N.min() + 1
    far_hw[reached_hw > 0] = away_N.min() + 1
    far = float(away_N.min()) + 1
    shapes = cv2.MORPH_CROSS, cv2.MORPH_RECT  # in turns: by an octagon, which is nearly round
    while True:
        far += 1
        kernel = cv2.getStructuringElement(shapes[round(far) % 2], (3, 3))
        next_hw = cv2.dilate(reached_hw, kernel) * mask_hw
        new_hw = next_hw > reached_hw
        if not new_hw.any():
            return far_hw
        far_hw[new_hw] = far
        reached_hw = next_hw
