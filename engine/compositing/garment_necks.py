"""Where a garment with nobody in it shows its inside: above its neck's edge, where a neck would be before it.

h w the photo's map, whose px x and y are.
"""

from __future__ import annotations

import numpy as np

from engine.compositing.garment_outline import EASE, Upper
from engine.cv import cv2

_COLLAR = 0.12, 0.62  # of half a chest, between which the ends of a collar are
_LEVEL = 0.03  # of half a chest, by how much a collar falls towards its ends
_LEAST_NECK = 12  # px: a narrower neck tells nothing
_CURVES = 1.1, 1.5, 2.0, 3.0, 5.0  # of curves: a V, an arc, a U
_SHALLOWEST, _DEEPEST = 0.1, 0.7  # of half a chest
_WITHIN = 0.6  # share of such a curve that is in the garment
_AS_CLEAR = 0.75  # of the clearest curve's, from which on a deeper one is the neck's edge
_USUAL = 0.2  # of half a chest, how deep a neck's edge that cannot be seen is
# Of half a chest, how far aside of a neck's middle and below its edge a label may reach; how much of its box
# it fills, and how large it is at least.
_LABEL = 0.25, 0.3, 0.6, 0.003
_OTHER = 0.15  # difference of its colours from the cloth's
_EDGE = 0.05  # least difference of colours (0 to 1) ...
_ALL_ALONG = 0.25  # ... that all but that part of an edge has


def back_of_neck(mask_hw: np.ndarray, rgb_hwC: np.ndarray, shape: Upper) -> np.ndarray:
    """Where a garment's inside is seen above the edge of its neck, bool [h, w]: of the curves that hang
    between both ends of its collar the deepest along which colours change, if they do all along it."""
    inside_hw = np.zeros_like(mask_hw)
    middle, half = float(shape.joints[:, 0].mean()), EASE * shape.breadth / 2
    first_w = np.where(mask_hw.any(0), mask_hw.argmax(0), len(mask_hw))
    near_2M = [
        np.clip(np.round(middle + way * half * np.linspace(*_COLLAR, 24)).astype(int), 0, len(first_w) - 1)
        for way in (-1, 1)
    ]
    # A collar's ends are its highest points, or as far aside as it is level.
    pairs = [
        [int(near[first_w[near] <= first_w[near].min() + level * half][-1]) for near in near_2M]
        for level in (0.0, _LEVEL)
    ]
    colours_hwC = cv2.GaussianBlur(rgb_hwC, (0, 0), 0.7).astype(np.float32) / 255
    found = []
    for left, right in pairs:
        if right - left < _LEAST_NECK:
            continue
        x_M = np.arange(left + 1, right)
        u_M = 2 * (x_M - left) / (right - left) - 1
        line_M = first_w[left] + (first_w[right] - first_w[left]) * (x_M - left) / (right - left)
        for bend in _CURVES:
            for depth in np.arange(_SHALLOWEST, _DEEPEST, 0.04) * half:
                y_M = line_M + depth * (1 - np.abs(u_M) ** bend)
                clear = _clear(mask_hw, colours_hwC, x_M, y_M)
                found.append((clear, float((y_M - line_M).sum()), x_M, y_M))
        usual = x_M, line_M + _USUAL * half * (1 - u_M**2)
    if not found:
        return inside_hw
    # A collar's own seams are curves above it.
    least = max(_EDGE, _AS_CLEAR * max(each[0] for each in found))
    edges = [each for each in found if each[0] >= least]
    x_M, edge_M = max(edges, key=lambda each: each[1])[2:] if edges else usual
    edge_M = np.maximum(edge_M, _below_label(mask_hw, colours_hwC, x_M, edge_M, half))
    inside_hw[:, x_M] = mask_hw[:, x_M] & (np.arange(len(mask_hw))[:, None] < edge_M)
    return inside_hw


def _below_label(
    mask_hw: np.ndarray, colours_hwC: np.ndarray, x_M: np.ndarray, edge_M: np.ndarray, half: float
) -> np.ndarray:
    """A neck's edge below the label that is sewn in behind it, [M]: a small patch of another colour in the
    middle, that an edge goes through or just above; 0 where there is none."""
    left, right = (round(float(np.median(x_M)) + way * _LABEL[0] * half) for way in (-1, 1))
    top = round(float(edge_M.min()))
    bottom = round(float(edge_M.max()) + _LABEL[1] * half)
    part_hwC, cloth_hw = colours_hwC[top:bottom, left:right], mask_hw[top:bottom, left:right]
    if not cloth_hw.any():
        return np.zeros_like(edge_M)
    apart_hw = np.abs(part_hwC - np.median(part_hwC[cloth_hw], 0)).max(-1)
    _, _, boxes, _ = cv2.connectedComponentsWithStats(((apart_hw > _OTHER) & cloth_hw).astype(np.uint8))
    rows, columns = part_hwC.shape[:2]
    for x, y, wide, high, area in boxes[1:]:
        within = x > 0 and x + wide < columns and y + high < rows
        if within and area > _LABEL[2] * wide * high and area > _LABEL[3] * half * half:
            depth = top + y + high + 1 - edge_M.max()
            return edge_M + max(0.0, depth) * np.minimum(
                1.0, (edge_M - edge_M.min()) / max(1.0, np.ptp(edge_M)) * 2
            )
    return np.zeros_like(edge_M)


def _clear(mask_hw: np.ndarray, colours_hwC: np.ndarray, x_M: np.ndarray, y_M: np.ndarray) -> float:
    """How much colours change across all of a curve but a part; 0 where it is not in the garment."""
    above_M, below_M = (np.round(y_M + step).astype(int).clip(0, len(mask_hw) - 1) for step in (-2, 2))
    counted_M = mask_hw[above_M, x_M] & mask_hw[below_M, x_M]
    if counted_M.mean() < _WITHIN:
        return 0.0
    apart_M = np.abs(colours_hwC[above_M, x_M] - colours_hwC[below_M, x_M]).max(-1)[counted_M]
    return float(np.quantile(apart_M, _ALL_ALONG))
