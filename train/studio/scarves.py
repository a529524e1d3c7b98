"""Scarves: a roll of cloth round the neck, whose ends hang down in front or do not; laid as collars are."""

from __future__ import annotations

import numpy as np

from .assets import Cloth
from .collars import NeckSurface, Sheet, carried
from .garments import Scarf
from .parts import Part
from .surfaces import UPPER

_ROUND = 49  # columns round the neck
_BEFORE = -0.35  # dm: before collars and lapels in the depth test


def scarf_part(scarf: Scarf, cloth: Cloth, points: np.ndarray, edges: dict[str, tuple]) -> Part:
    """The scarf over what is worn outermost, whose loosened points [N, 3] of the cloth these are."""
    surface = NeckSurface(cloth)
    sheets = [_roll(surface, scarf.thickness)]
    if scarf.ends < 90:
        sheets += [_end(surface, side, scarf.ends + 0.5 * (side > 0)) for side in (-1, 1)]
    fabric = scarf.finish.fabric
    values = edges | {
        "label": (UPPER, 0, 0, 0),
        "depth": (_BEFORE, _BEFORE, 0, 0),
        "tint": (1, 1, 1, 1),
        "shine": (scarf.finish.specular, scarf.finish.gloss, 0, 0),
        "tile": (fabric.size, fabric.turn, 0, 0),
        "folds": (scarf.finish.folds, 1.6, scarf.thickness * 7, fabric.weave),
    }
    mesh = carried(sheets, cloth, points)
    return Part("scarf", "cloth", mesh, values, {"base": fabric.tile}, ("EDGE 5",))


def _roll(surface: NeckSurface, thickness: float) -> Sheet:
    theta = np.linspace(-np.pi, np.pi, _ROUND)
    turn = np.linspace(0, 2 * np.pi, 13)[:, None]
    wraps = 1 + 0.12 * np.sin(2 * turn + 3 * theta) + 0.08 * np.sin(5 * theta + turn)
    high = 0.75 * thickness * wraps
    y = surface.seat(theta) + 0.12 + 0.5 * thickness + high * np.sin(turn)
    inner = np.maximum(surface.radius(theta, surface.seat(theta) + 0.3), 0.55)
    r = inner + 0.1 + thickness * 0.6 * (1 + np.cos(turn)) * wraps
    return Sheet(surface.place(theta, r, y), np.ones(y.shape))


def _end(surface: NeckSurface, side: int, hem: float) -> Sheet:
    """One end, hanging from the roll; its border is its hem."""
    top = 5.5
    y = np.linspace(top, hem, 16)[:, None]
    width = np.linspace(-0.45, 0.45, 7)
    x = side * (0.42 + 0.05 * np.sin(3 * y)) + width
    theta = np.arctan2(x, 1.1)
    for _ in range(4):
        theta = np.arcsin(np.clip(x / (surface.radius(theta, y) + 0.1), -0.95, 0.95))
    r = surface.radius(theta, y) + 0.22 + 0.06 * np.cos(width * 12)
    points = surface.place(theta, r, y)
    border = np.broadcast_to(y - hem, x.shape)
    return Sheet(points[:, ::-1], border[:, ::-1])
