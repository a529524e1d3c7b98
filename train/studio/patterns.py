"""Patterns of cloth: makers of seamless tiles, float [TILE, TILE, 3] of 8-bit sRGB levels.

A maker takes a generator and three colours (ground, figure, accent) and returns a `Pattern`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from .colours import (
    BLACK,
    BLUE,
    BURGUNDY,
    DARK_GREEN,
    GREEN,
    NAVY,
    OLIVE,
    TEAL,
    WHITE,
    as_pixel,
    draw_colour,
)
from .noise import coloured_noise

TILE = 256  # px
_SAILORS = (BLACK, NAVY, NAVY, BURGUNDY, BLUE)
_LEAVES = (OLIVE, GREEN, DARK_GREEN, TEAL)
_CAMOUFLAGE = ((85, 95, 60), (60, 50, 40), (140, 130, 95))


class Pattern(NamedTuple):
    """size: edge of the tile on the body (dm); turn: radians."""

    tile: np.ndarray
    size: float = 2.0
    turn: float = 0.0


@lru_cache(maxsize=1)
def noises() -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Grains (white to soft) and blobs shared by all patterns."""
    rng = np.random.default_rng(5)
    return (
        [coloured_noise(rng, TILE, slope) for slope in (0.4, 1.0, 1.8, 2.6)],
        [coloured_noise(rng, TILE, 2.4) for _ in range(6)],
    )


def grid() -> tuple[np.ndarray, np.ndarray]:
    """x and y of the tile's pixels in 0..1."""
    y, x = np.mgrid[:TILE, :TILE] / TILE
    return x, y


def _plain(colour) -> np.ndarray:
    return np.ones((TILE, TILE, 3)) * np.asarray(colour, float)


def _over(tile: np.ndarray, mask: np.ndarray, colour, opacity: float = 1.0) -> np.ndarray:
    """Lay a colour over the tile where the mask (0..1, softened a little) is set."""
    alpha = opacity * ndimage.gaussian_filter(mask.astype(float), 0.8, mode="wrap")[..., None]
    return tile * (1 - alpha) + np.asarray(colour, float) * alpha


def _bars(t: np.ndarray, count: int, duty: float) -> np.ndarray:
    """`count` bars along t in 0..1, each the share `duty` of its period."""
    return (t * count) % 1 < duty


def _make_plain(rng, colours):
    return Pattern(_plain(colours[0]))


def _make_heather(rng, colours):
    tint = 1 + 0.08 * rng.normal(size=3)
    return Pattern(_plain(colours[0]) + noises()[0][0][..., None] * 10 * tint)


def _make_stripe(rng, colours, upright=False):
    ground, figure, accent = colours
    x, y = grid()
    count, duty = int(rng.integers(2, 9)), rng.uniform(0.25, 0.6)
    return _striped(rng, ground, x if upright else y, figure, accent, count, duty)


def _make_pinstripe(rng, colours):
    return _make_stripe(rng, colours, upright=True)


def _make_bretton(rng, colours):
    figure = _SAILORS[rng.integers(len(_SAILORS))]
    count, duty = int(rng.integers(4, 8)), rng.uniform(0.2, 0.4)
    return _striped(rng, WHITE, grid()[1], figure, colours[2], count, duty)


def _striped(rng, ground, t, figure, accent, count, duty):
    tile = _over(_plain(ground), _bars(t, count, duty), figure)
    if rng.random() < 0.35:
        tile = _over(tile, _bars(t + 0.5 / count * duty + 0.1, count, 0.08), accent)
    return Pattern(tile, rng.uniform(1.6, 3.2))


def _make_check(rng, colours):
    ground, figure, accent = colours
    tile, count, size = _plain(ground), int(rng.integers(1, 4)), rng.uniform(1.8, 3.2)
    for t in grid():
        tile = _over(tile, _bars(t, count, 0.35), figure, 0.5)
        tile = _over(tile, _bars(t + 0.42 / count, count, 0.07), accent, 0.75)
        tile = _over(tile, _bars(t + 0.6 / count, count, 0.04), WHITE, 0.6)
    return Pattern(tile, size, rng.choice([0, np.pi / 4], p=[0.85, 0.15]))


def _make_gingham(rng, colours):
    count = int(rng.integers(4, 9))
    x, y = grid()
    threads = 0.5 * (_bars(x, count, 0.5) * 1.0 + _bars(y, count, 0.5))
    return Pattern(_over(_plain((245,) * 3), threads, colours[1]))


def _make_dots(rng, colours):
    count, radius = int(rng.integers(4, 10)), rng.uniform(0.15, 0.33)
    x, y = (axis * count for axis in grid())
    mask = np.hypot(x % 1 - 0.5, y % 1 - 0.5) < radius
    if rng.random() < 0.6:  # a second grid of dots between the first
        mask |= np.hypot((x + 0.5) % 1 - 0.5, (y + 0.5) % 1 - 0.5) < radius
    return Pattern(_over(_plain(colours[0]), mask, colours[1]))


def _make_floral(rng, colours):
    ground, figure, accent = colours
    edge = 2 * TILE  # drawn at twice the size, for smooth edges
    picture = Image.new("RGB", (edge, edge), as_pixel(ground))
    pen = ImageDraw.Draw(picture)
    size = rng.uniform(1.8, 3.6)
    leaf = _LEAVES[rng.integers(len(_LEAVES))]
    count = int(rng.integers(10, 34))
    scale = rng.uniform(0.6, 1.4) * (22 / count) ** 0.5  # fewer flowers are larger ones
    for _ in range(count):
        x, y = rng.uniform(0, edge, 2)
        radius, turn, petals = rng.uniform(14, 40) * scale, rng.uniform(0, 6.3), int(rng.integers(4, 8))
        colour = [figure, accent, draw_colour(rng)][rng.integers(3)]
        # once more beyond every border that it may cross, so that the tile has no seam
        for dx in (-edge, 0, edge):
            for dy in (-edge, 0, edge):
                if -80 < x + dx < edge + 80 and -80 < y + dy < edge + 80:
                    _flower(pen, x + dx, y + dy, radius, turn, petals, colour, accent, leaf)
    return Pattern(np.asarray(picture.resize((TILE, TILE), Image.LANCZOS)).astype(float), size)


def _flower(pen, x, y, radius, turn, petals, colour, heart, leaf) -> None:
    """Three leaves below a ring of petals about a heart; all lengths in radii of the flower."""
    for k in range(3):
        angle = turn + k * 2.1
        outline = [(x, y)] + [
            (x + radius * r * np.cos(angle + d), y + radius * r * np.sin(angle + d))
            for r, d in ((1.7, 0.25), (2.1, 0), (1.7, -0.25))
        ]
        pen.polygon(outline, fill=leaf)
    for k in range(petals):
        angle, half = turn + k * 2 * np.pi / petals, radius * 0.52
        px, py = x + radius * 0.6 * np.cos(angle), y + radius * 0.6 * np.sin(angle)
        pen.ellipse([px - half, py - half, px + half, py + half], fill=as_pixel(colour + (k % 2) * 14 - 7))
    half = radius * 0.25
    pen.ellipse([x - half, y - half, x + half, y + half], fill=as_pixel(heart * 0.6 + 70))


def _make_gradient(rng, colours):
    blend = (0.5 - 0.5 * np.cos(2 * np.pi * grid()[1]))[..., None]
    return Pattern(_plain(colours[0]) * (1 - blend) + colours[1] * blend, 9.0)


def _make_animal(rng, colours):
    blobs = noises()[1]
    mask = np.abs(blobs[rng.integers(6)] + 0.6 * blobs[rng.integers(6)]) < 0.28
    return Pattern(_over(_plain((200, 160, 110)), mask, (40, 25, 20)), 2.5)


def _make_camo(rng, colours):
    tile = _plain(colours[0])
    for blob, colour in zip(noises()[1], _CAMOUFLAGE, strict=False):
        tile = _over(tile, np.roll(blob, rng.integers(TILE), 0) > 0.5, colour)
    return Pattern(tile, 3.0)


def _make_geometric(rng, colours):
    ground, figure, accent = colours
    count = int(rng.integers(3, 7))
    x, y = grid()
    diamond = np.abs((x * count) % 1 - 0.5) + np.abs((y * count) % 1 - 0.5)
    tile = _over(_plain(ground), diamond < rng.uniform(0.2, 0.4), figure)
    return Pattern(_over(tile, diamond < 0.12, accent))


def _make_knit(rng, colours):
    count = int(rng.integers(8, 20))
    x, y = grid()
    rib = np.abs(np.sin(np.pi * x * count))
    # rows of loops, one and a half to a rib, bent by it
    loops = rib**0.6 * (0.75 + 0.25 * np.sin(2 * np.pi * (y * round(count * 1.5) + 0.25 * rib)))
    return Pattern(_plain(colours[0]) * (0.55 + 0.5 * loops[..., None]), rng.uniform(1.4, 2.4))


MAKERS = {
    "plain": _make_plain,
    "heather": _make_heather,
    "stripe": _make_stripe,
    "bretton": _make_bretton,
    "check": _make_check,
    "gingham": _make_gingham,
    "dots": _make_dots,
    "floral": _make_floral,
    "gradient": _make_gradient,
    "animal": _make_animal,
    "camo": _make_camo,
    "geometric": _make_geometric,
    "pinstripe": _make_pinstripe,
    "knit": _make_knit,
}
