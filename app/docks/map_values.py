"""Maps of a frame as numbers, ready to be drawn: pure functions over float32 [K, h, w].

Places are x, y from 0 to 1 of a map's width and height.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.api import FLOW, NamedMap
from engine.regions import REGIONS

BACKGROUND = REGIONS[0]


def relative(map_hw: np.ndarray) -> np.ndarray:
    """A map divided by its own peak."""
    peak = float(map_hw.max())
    return map_hw / peak if peak > 0 else map_hw


def most_telling(maps_Khw: np.ndarray, names: Sequence[str] = ()) -> int:
    """The channel to show first: its share differs most from place to place, and is not that of the top and
    the sides of the picture, where the background is, nor the background's by its name.
    """
    rim = np.concatenate([maps_Khw[:, 0], maps_Khw[:, :, 0], maps_Khw[:, :, -1]], axis=1)
    telling = maps_Khw.std(axis=(1, 2)) - 2 * rim.mean(axis=1)
    behind = [k for k, name in enumerate(names) if name.startswith(BACKGROUND)]
    telling[behind] = -np.inf
    return int(telling.argmax())


def shares_at(maps_Khw: np.ndarray, x: float, y: float) -> np.ndarray:
    """The channels [K] at a place."""
    _, height, width = maps_Khw.shape
    return maps_Khw[:, min(int(y * height), height - 1), min(int(x * width), width - 1)]


def origin_of(named: NamedMap, x: float, y: float, frame: tuple[int, int]) -> np.ndarray:
    """Where in the reference a place of the result comes from, float32 [h, w], 1 at its peak.

    named: a correspondence, or a flow in px of a frame (H, W).
    """
    values = shares_at(named.values_Khw, x, y)
    if named.kind == FLOW:
        return _spot(values[0] / frame[1], values[1] / frame[0], named.values_Khw.shape[1:])
    if named.source_size is None:
        raise ValueError(f"The correspondence {named.name} does not tell how it divides the reference.")
    return relative(values.reshape(named.source_size))


def _spot(x: float, y: float, size: Sequence[int]) -> np.ndarray:
    """A map of this size (h, w) with 1 in the cell of a place, 0 where the place is outside."""
    spot_hw = np.zeros(tuple(size), np.float32)
    if 0 <= x < 1 and 0 <= y < 1:
        spot_hw[int(y * size[0]), int(x * size[1])] = 1
    return spot_hw


def region_picture(parsing_Khw: np.ndarray, colours_K4: np.ndarray) -> np.ndarray:
    """uint8 RGBA [h, w, 4]: every place in the colour of the region it has most of."""
    return colours_K4[parsing_Khw.argmax(axis=0)]
