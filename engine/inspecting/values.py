"""Numbers of maps: pure functions over float32 [K, h, w]."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.api import FLOW, NamedMap
from engine.cv import cv2
from engine.regions import REGIONS

BACKGROUND = REGIONS[0]
XY = tuple[float, float]
RESULT = -1  # the result, in place of a photo's number


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
    row, column = cell_at(maps_Khw.shape[-2:], x, y)
    return maps_Khw[:, row, column]


def cell_at(size: Sequence[int], x: float, y: float) -> tuple[int, int]:
    """Row and column of a place in a map of this size (h, w); beyond its edges the nearest."""
    height, width = size
    return min(max(int(y * height), 0), height - 1), min(max(int(x * width), 0), width - 1)


def peak_of(map_hw: np.ndarray) -> XY:
    """The middle of the cell where a map is highest."""
    height, width = map_hw.shape
    row, column = divmod(int(map_hw.argmax()), width)
    return (column + 0.5) / width, (row + 0.5) / height


def resized(map_hw: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """A map at another number of rows and columns."""
    return cv2.resize(map_hw, size[::-1], interpolation=cv2.INTER_AREA)


def mean_colour(rgb_HWC: np.ndarray, share_hw: np.ndarray) -> tuple[int, int, int] | None:
    """The colour that a share has in a picture (uint8 RGB); None where it is nowhere."""
    if share_hw.sum() <= 0:
        return None
    small_hwC = cv2.resize(rgb_HWC, share_hw.shape[::-1], interpolation=cv2.INTER_AREA)
    mean_C = np.average(small_hwC.reshape(-1, 3), axis=0, weights=share_hw.ravel())
    red, green, blue = mean_C.round().astype(int).tolist()
    return red, green, blue


def origin_of(named: NamedMap, x: float, y: float, frame: tuple[int, int]) -> np.ndarray:
    """Where in the reference a place of the result comes from, float32 [h, w], 1 at its peak.

    named: a correspondence, or a flow in px of a frame (H, W).
    """
    values = shares_at(named.values_Khw, x, y)
    if named.kind == FLOW:
        return _spot(values[0] / frame[1], values[1] / frame[0], named.values_Khw.shape[1:])
    return relative(values.reshape(source_size(named)))


def goes_to(named: NamedMap, x: float, y: float) -> np.ndarray:
    """Where in the result a place of the reference goes by a correspondence, float32 [h, w]: its share of
    each position."""
    row, column = cell_at(source_size(named), x, y)
    return named.values_Khw[row * source_size(named)[1] + column]


def source_size(named: NamedMap) -> tuple[int, int]:
    """How a correspondence divides the reference, rows and columns."""
    if named.source_size is None:
        raise ValueError(f"The correspondence {named.name} does not tell how it divides the reference.")
    return named.source_size


def _spot(x: float, y: float, size: Sequence[int]) -> np.ndarray:
    """A map of this size (h, w) with 1 in the cell of a place, 0 where the place is outside."""
    spot_hw = np.zeros(tuple(size), np.float32)
    if 0 <= x < 1 and 0 <= y < 1:
        spot_hw[int(y * size[0]), int(x * size[1])] = 1
    return spot_hw
