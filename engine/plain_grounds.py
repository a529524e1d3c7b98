"""A garment before a plain ground, as shops photograph it: of one colour, or of one that goes smoothly over
into another, as under a studio's lamps.

h w the picture.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2

_PLAIN = 5  # of 255: a plain ground differs by so much from what it is at a place at most, JPEG's noise too
_ALIKE, _MOST = (
    3.5,
    30.0,
)  # of 255, how far from it what is reached from the border is the ground, at least, at most
_GRAIN = 1.5  # of 255: wood and weaves differ by more than that from what is around, half of their px
_RIM = 4  # px at a border that show the ground
_NEAR = 24, 12, 8, 6  # of 255, of what is near a ground as found so far that the next is fitted to
_STIFF = 0.03  # of the border's px, how much as many say that a ground has one colour
_MOST_OF_BORDER = 0.4  # sleeves and hems may reach the border
_ALL_OF_BORDER = 0.98  # of it, from which on nothing is before a ground but what a photo is of
_TIMES = 4  # that a ground is looked for again, with what was found of it
_DARK = 0.25  # of what is found, that is nearest to the ground
_RINGS = 0.15  # of a garment's difference from its ground, up to which it is the ground
_PRINT = 0.008  # of the picture, up to which a patch of the ground's colour in a garment is a print
_KEPT = 0.85  # of what is surely cloth, that is found, and of what is found, that is near cloth ...
_BEYOND = 0.02  # ... but for so much before a ground with shadows
_FLAT = 1  # of 255: cloth that is as white as its ground has folds, ground between sleeves has none
_HALF = 0.5  # of what is taken for cloth, that is left where the rest is such ground
_AROUND = 1 / 32  # of the rows, as far as a garment goes beyond what is seen of it


def before_plain_ground(rgb_hwC: np.ndarray, seen_hw: np.ndarray, core_hw: np.ndarray) -> np.ndarray | None:
    """What is before a plain ground, bool [h, w]: all that the ground does not reach from the picture's
    border, less gaps of it that are no print; None where the ground is not plain, or a garment of its colour
    is lost in it. seen, core: what is seen of a garment, and what of that is sure, uint8."""
    found = _ground(rgb_hwC)
    if found is None or not core_hw.any():
        return None
    ground_hwC, share, noise = found
    first_hw = ~_reached(ground_hwC, rgb_hwC, noise)
    for _ in range(_TIMES if share < _ALL_OF_BORDER else 0):
        ground_hwC = _as_around(ground_hwC, rgb_hwC, ~first_hw)
        first_hw = ~_reached(ground_hwC, rgb_hwC, noise)
    if not first_hw.any():
        return None
    apart_hw = np.abs(rgb_hwC - ground_hwC).max(-1)
    # What rings around a garment that is dark all over is ground.
    alike = float(np.clip(_RINGS * np.quantile(apart_hw[first_hw], _DARK), noise, _MOST))
    found_hw = largest((~_reached(ground_hwC, rgb_hwC, alike, alike > noise)).astype(np.uint8)) > 0
    beyond_hw = found_hw & (cv2.dilate(seen_hw, disc(_AROUND * len(seen_hw))) == 0)
    lost_hw = (core_hw > 0) & ~found_hw
    kept = 1.0 - lost_hw.sum() / core_hw.sum()
    whole = kept > _KEPT or alike > 2 * _PLAIN
    whole = whole or (kept > _HALF and np.median(apart_hw[lost_hw]) <= _FLAT)
    known = (
        share > _ALL_OF_BORDER
        or beyond_hw.sum() < (_BEYOND if noise > _ALIKE else 1 - _KEPT) * found_hw.sum()
    )
    return found_hw if whole and known else None


def _reached(ground_hwC: np.ndarray, rgb_hwC: np.ndarray, alike: float, cracks: bool = False) -> np.ndarray:
    """What is a ground, bool [h, w]: what differs by so little from it and reaches the picture's border, or
    is no print; beside a garment that differs little from it not through cracks, where a fold happens to be
    as dark as it, but what parts a dark sleeve from its trunk may be narrow."""
    alike_hw = (np.abs(rgb_hwC - ground_hwC).max(-1) <= alike).astype(np.uint8)
    no_crack = np.ones((3, 3), np.uint8)
    broad_hw = alike_hw if cracks else cv2.morphologyEx(alike_hw, cv2.MORPH_OPEN, no_crack)
    _, part_hw, boxes, _ = cv2.connectedComponentsWithStats(broad_hw, connectivity=4)
    rim = np.concatenate([part_hw[0], part_hw[-1], part_hw[:, 0], part_hw[:, -1]])
    large = np.flatnonzero(boxes[:, cv2.CC_STAT_AREA] > _PRINT * alike_hw.size)
    reached_hw = np.isin(part_hw, [n for n in np.union1d(large, np.unique(rim)) if n])
    return (cv2.dilate(reached_hw.astype(np.uint8), no_crack) & alike_hw) > 0


def _as_around(ground_hwC: np.ndarray, rgb_hwC: np.ndarray, reached_hw: np.ndarray) -> np.ndarray:
    """A ground with what it is found to be near every px, as a soft shadow or a fold of paper has it."""
    weight_hw1 = reached_hw[..., None].astype(np.float32)
    apart_hwC = (rgb_hwC - ground_hwC).astype(np.float32) * weight_hw1
    sums_hwD = cv2.GaussianBlur(np.concatenate([apart_hwC, weight_hw1], -1), (0, 0), _AROUND * len(rgb_hwC))
    return ground_hwC + sums_hwD[..., :-1] / (sums_hwD[..., -1:] + 0.05)


def _ground(rgb_hwC: np.ndarray) -> tuple[np.ndarray, float, float] | None:
    """The colours of a plain ground at every px, float [h, w, C], which share of the border shows it, and how
    far from it hardly any of that is: the commonest colour there, and surfaces of the second order through
    what is near it; None where hardly any of the border is so."""
    rows, columns = rgb_hwC.shape[:2]
    rim_hw = np.ones((rows, columns), bool)
    rim_hw[_RIM:-_RIM, _RIM:-_RIM] = False
    border_NC = rgb_hwC[rim_hw].astype(float)
    if np.median(np.abs(border_NC - cv2.GaussianBlur(rgb_hwC, (0, 0), _RIM)[rim_hw])) > _GRAIN:
        return None
    values_V3, counts_V = np.unique(border_NC // _PLAIN, axis=0, return_counts=True)
    fit_NC = np.median(border_NC[(border_NC // _PLAIN == values_V3[counts_V.argmax()]).all(1)], 0)
    v_hw, u_hw = (
        2 * each / max(1, side - 1) - 1
        for each, side in zip(np.mgrid[:rows, :columns], (rows, columns), strict=True)
    )
    basis_hwK = np.stack([np.ones_like(u_hw), u_hw, v_hw, u_hw * u_hw, u_hw * v_hw, v_hw * v_hw], -1)
    basis_NK = basis_hwK[rim_hw]
    stiff_KK = np.diag([0.0, *[_STIFF * len(basis_NK)] * 5])
    surface_KC = np.zeros((6, rgb_hwC.shape[2]))
    for near in _NEAR:
        mine_N = (np.abs(border_NC - fit_NC) <= near).all(1)
        if mine_N.mean() < _MOST_OF_BORDER:
            return None
        basis_MK = basis_NK[mine_N]
        surface_KC = np.linalg.solve(basis_MK.T @ basis_MK + stiff_KK, basis_MK.T @ border_NC[mine_N])
        fit_NC = basis_NK @ surface_KC
    apart_N = np.abs(border_NC - fit_NC).max(1)
    plain_N = apart_N <= _PLAIN
    if plain_N.mean() < _MOST_OF_BORDER:
        return None
    noise = float(np.clip(np.quantile(apart_N[plain_N], 0.98), _ALIKE, _PLAIN))
    return basis_hwK @ surface_KC, float(plain_N.mean()), noise


def largest(mask_hw: np.ndarray) -> np.ndarray:
    """The largest patch of a mask, uint8."""
    _, label_hw, boxes, _ = cv2.connectedComponentsWithStats(mask_hw)
    return (label_hw == 1 + int(boxes[1:, cv2.CC_STAT_AREA].argmax())).astype(np.uint8)


def disc(radius: float) -> np.ndarray:
    side = 2 * max(1, round(radius)) + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
