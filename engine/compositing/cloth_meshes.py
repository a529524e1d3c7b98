"""Cloth as a mesh over its photo: its corners are moved, and what lies between goes along.

Told forwards, from the photo to the picture, a garment stays in one piece however its parts turn: its outline
has no gap and no step where a sleeve meets the trunk. x, y in px; h w the mask, H W the picture.
"""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np

from engine.cv import cv2

_STEP = 1 / 48  # of the mask's rows, from corner to corner
_SIDES = 64, 32, 16, 8  # px, of triangles that are looked at together; larger ones are no cloth
_FLAT = 1e-6  # px, of triangles that are lines
_SHARED = 1e-4  # a px between two triangles is in one of them at least


class Mesh(NamedTuple):
    """corners: [V, 2], in px of the mask. triangles: [T, 3], numbers of corners, around all of the mask."""

    corners: np.ndarray
    triangles: np.ndarray


def mesh_over(mask_hw: np.ndarray) -> Mesh:
    """Over a mask, bool [h, w], and a step and more around it."""
    step = max(1, round(_STEP * len(mask_hw)))
    near_hw = cv2.dilate(mask_hw.astype(np.uint8), np.ones((2 * step + 1,) * 2, np.uint8))
    cells_hw = cv2.copyMakeBorder(
        near_hw, 0, -len(near_hw) % step, 0, -near_hw.shape[1] % step, cv2.BORDER_REPLICATE
    )
    rows, columns = (side // step for side in cells_hw.shape)
    used_rc = cells_hw.reshape(rows, step, columns, step).any((1, 3))
    y_M, x_M = np.mgrid[: rows + 1, : columns + 1].reshape(2, -1)
    first_T = (np.arange(rows)[:, None] * (columns + 1) + np.arange(columns))[used_rc]
    right_T, below_T = first_T + 1, first_T + columns + 1
    triangles_T3 = np.concatenate(
        [np.stack([first_T, right_T, below_T], -1), np.stack([right_T, below_T + 1, below_T], -1)]
    )
    corners_M2 = np.stack([x_M, y_M], -1) * float(step) - 0.5
    # What is farther aside lies over what is not, as a sleeve over its shoulder.
    aside_T = np.abs(corners_M2[triangles_T3, 0].mean(1) - np.flatnonzero(mask_hw.any(0)).mean())
    return Mesh(corners_M2, triangles_T3[np.argsort(aside_T, kind="stable")])


def part_over(mesh: Mesh, mask_hw: np.ndarray) -> Mesh:
    """What of a mesh is over a part of its mask, and a step around it."""
    step = max(1, round(_STEP * len(mask_hw)))
    near_hw = cv2.dilate(mask_hw.astype(np.uint8), np.ones((2 * step + 1,) * 2, np.uint8)) > 0
    x_V, y_V = (
        np.clip(np.round(places_V).astype(int), 0, side - 1)
        for places_V, side in zip(mesh.corners.T, near_hw.shape[::-1], strict=True)
    )
    return mesh._replace(triangles=mesh.triangles[near_hw[y_V, x_V][mesh.triangles].any(1)])


def looked_up(mesh: Mesh, moved_V2: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """Where in the photo each px of a picture of this size is, [H, W, 2], when the corners are at `moved`,
    and whether it is in the mesh, bool [H, W]. Of triangles over each other none is seen that is turned over,
    nor the larger, for cloth that is torn apart is large; of alike ones the last is."""
    place_HW2, there_HW = np.zeros((*size, 2), np.float32), np.zeros(size, bool)
    corners_T32 = moved_V2.astype(np.float32)[mesh.triangles]
    one_T2, other_T2 = (corners_T32[:, n] - corners_T32[:, 0] for n in (1, 2))
    area_T = one_T2[:, 0] * other_T2[:, 1] - one_T2[:, 1] * other_T2[:, 0]
    low_T2 = np.ceil(corners_T32.min(1)).astype(int)
    sides_T = (np.floor(corners_T32.max(1)).astype(int) - low_T2).max(1) + 1
    for way, (side, smaller) in product((-1, 1), zip(_SIDES, (*_SIDES[1:], 0), strict=True)):
        which_T = np.flatnonzero((way * area_T > _FLAT) & (sides_T > smaller) & (sides_T <= side))
        shares_M3, (t_M, x_M, y_M) = _within(corners_T32[which_T], low_T2[which_T], side)
        inside_M = (x_M >= 0) & (y_M >= 0) & (x_M < size[1]) & (y_M < size[0])
        here = y_M[inside_M], x_M[inside_M]
        photo_M32 = mesh.corners[mesh.triangles[which_T[t_M[inside_M]]]]
        place_HW2[here] = (shares_M3[inside_M, :, None] * photo_M32).sum(1)
        there_HW[here] = True
    return place_HW2, there_HW


def _within(
    corners_T32: np.ndarray, low_T2: np.ndarray, side: int
) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of triangles that are in a square of this side from `low` on: shares of their corners at every px that
    is in one, [M, 3], and which triangle that is, and the px, [M] each."""
    first_T2 = corners_T32[:, 0]
    one_T2, other_T2 = corners_T32[:, 1] - first_T2, corners_T32[:, 2] - first_T2
    area_T1 = (one_T2[:, 0] * other_T2[:, 1] - one_T2[:, 1] * other_T2[:, 0])[:, None]
    y_K, x_K = np.mgrid[:side, :side].reshape(2, -1)
    x_TK, y_TK = low_T2[:, :1] + x_K, low_T2[:, 1:] + y_K
    dx_TK, dy_TK = x_TK - first_T2[:, :1], y_TK - first_T2[:, 1:]
    one_TK = (dx_TK * other_T2[:, 1:] - dy_TK * other_T2[:, :1]) / area_T1
    other_TK = (dy_TK * one_T2[:, :1] - dx_TK * one_T2[:, 1:]) / area_T1
    inside_TK = (one_TK >= -_SHARED) & (other_TK >= -_SHARED) & (one_TK + other_TK <= 1.0 + _SHARED)
    t_M, k_M = np.nonzero(inside_TK)
    one_M, other_M = one_TK[t_M, k_M], other_TK[t_M, k_M]
    shares_M3 = np.stack([1.0 - one_M - other_M, one_M, other_M], -1)
    return shares_M3, (t_M, x_TK[t_M, k_M], y_TK[t_M, k_M])
