"""From maps to colours: levels, a table of colours and opacity; areas in colours that can be told apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.cv import cv2

FAINTEST = (
    0.2  # of a map's range: what is 0 is veiled as lightly as this is, so that what glows is seen on white
)
PALE = 0.7  # of the saturated colour's opacity: what is copied is read through it yet, and all of it is paler
SATURATED = (214, 0, 108)  # a hue that skin, cloth, grass and sky hardly have
VEIL = np.linspace((255, 255, 255), SATURATED, 256).round().astype(np.uint8)  # RGB [256, 3]
_GREY = (128, 128, 128, 90)  # of textures beyond those that have a colour


@dataclass(frozen=True)
class Scale:
    """How a map is coloured. low, high: the values at the ends of the table, 0 to 1. opacity: 0 to 1, from
    the picture alone to the map alone."""

    low: float = 0.0
    high: float = 1.0
    opacity: float = 0.65


def coloured(map_hw: np.ndarray, table_256x3: np.ndarray, scale: Scale) -> np.ndarray:
    """uint8 RGBA [h, w, 4] of a map from 0 to 1. table: uint8 RGB."""
    span = max(scale.high - scale.low, 1e-6)
    index_hw = (255 * ((map_hw - scale.low) / span).clip(0, 1)).astype(np.uint8)
    return _with_opacity(table_256x3, scale.opacity)[index_hw]


def veiled(map_hw: np.ndarray, scale: Scale) -> np.ndarray:
    """uint8 RGBA [h, w, 4] of a map from 0 to 1 in colours of its own: the picture is pale where it is 0, and
    under a saturated colour where it is 1."""
    span = max(scale.high - scale.low, 1e-6)
    index_hw = (255 * ((map_hw - scale.low) / span).clip(0, 1)).astype(np.uint8)
    alpha_256 = 255 * scale.opacity * np.linspace(PALE, 1.0, 256)
    return np.column_stack([VEIL, alpha_256.round()]).astype(np.uint8)[index_hw]


def _with_opacity(table_256x3: np.ndarray, opacity: float) -> np.ndarray:
    """The table as RGBA, [256, 4]: fainter where the map is low; towards full opacity the same everywhere."""
    ramp = np.linspace(FAINTEST, 1.0, 256) ** (1.0 / max(opacity, 1e-3) - 1.0)
    alpha = 255 * opacity * ramp
    return np.column_stack([table_256x3, alpha.round()]).astype(np.uint8)


def faded(colours_hw4: np.ndarray, opacity: float) -> np.ndarray:
    """Colours with so much of their own opacity."""
    alpha_hw1 = (colours_hw4[..., 3:] * opacity).round().astype(np.uint8)
    return np.concatenate([colours_hw4[..., :3], alpha_hw1], 2)


def strongest(shares_Khw: np.ndarray, palette_N4: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Every position in the colour of the channel that it has most of, uint8 [h, w, 4], and the place of each
    channel's colour in the palette, int [K], -1 for none.

    The channels that are most of the largest areas have the colours; the rest are grey.
    """
    label_hw = shares_Khw.argmax(0)
    area_K = np.bincount(label_hw.ravel(), minlength=len(shares_Khw))
    largest = np.argsort(-area_K, kind="stable")[: len(palette_N4)]
    colour_of = np.full(len(shares_Khw), -1)
    colour_of[largest] = np.arange(len(largest))
    colour_of[area_K == 0] = -1
    table_K4 = np.tile(np.array(_GREY, np.uint8), (len(shares_Khw), 1))
    table_K4[colour_of >= 0] = palette_N4[colour_of[colour_of >= 0]]
    return table_K4[label_hw], colour_of


def direction_colours(flow_2hw: np.ndarray, frame: tuple[int, int]) -> np.ndarray:
    """A flow as colours, uint8 RGBA [h, w, 4]: the hue is the direction from a place to where it is read, and
    the colour is the fuller the farther that is. flow: x, y in px of a frame (H, W)."""
    _, rows, columns = flow_2hw.shape
    y, x = np.mgrid[:rows, :columns].astype(np.float32) + 0.5
    across, down = flow_2hw[0] - x * frame[1] / columns, flow_2hw[1] - y * frame[0] / rows
    far = np.hypot(across, down)
    angle = np.degrees(np.arctan2(down, across)) % 360
    hsv = np.stack([angle, (far / max(float(far.max()), 1e-6)), np.ones_like(far)], 2).astype(np.float32)
    rgb = (255 * cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)).round().astype(np.uint8)
    return np.dstack([rgb, np.full((rows, columns), 200, np.uint8)])
