"""A sleeve of a garment that nobody is in, told by its outline: where it is, its middle and its hem.

x, y in px of the mask.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.cv import cv2

_END = 0.93  # of a sleeve's length, from where on it is its end
_TURNS = 3  # times that a sleeve's way is told by the middle of its hem, and the hem by that way
_SIDES = 0.15, 0.85  # of a sleeve's px from side to side, between which they end at its hem
_STEEPEST, _FEWEST = 1.0, 4  # how aslant a hem is at most, and px of it that tell
_HALF_WAY = 0.06  # of a sleeve's length, around its half
_ELBOWED, _BENT = (
    1.6,
    0.06,
)  # armholes' depths that a sleeve with an elbow is long, and how far it bends aside


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


def sleeve_in(
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
