"""Fabrics: what cloth is made of, drawn at random."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chance import choose
from .colours import draw_colour
from .patterns import MAKERS, TILE, grid, noises

# Kinds of fabric and how often they are worn.
KINDS = {
    "plain": 0.30,
    "heather": 0.10,
    "stripe": 0.06,
    "bretton": 0.07,
    "check": 0.07,
    "gingham": 0.04,
    "dots": 0.05,
    "floral": 0.10,
    "gradient": 0.02,
    "animal": 0.03,
    "denim": 0.03,
    "camo": 0.02,
    "geometric": 0.04,
    "pinstripe": 0.03,
    "knit": 0.04,
}
SOBER_KINDS = {"plain": 0.66, "heather": 0.10, "denim": 0.12, "check": 0.07, "stripe": 0.05}
_DENIMS = np.array(
    [
        [45, 62, 95],
        [70, 95, 135],
        [110, 135, 170],
        [28, 32, 45],
        [30, 30, 32],
        [150, 165, 185],
        [225, 225, 225],
    ],
    float,
)
_DENIM_WEIGHTS = [0.25, 0.22, 0.15, 0.15, 0.1, 0.06, 0.07]
_LEATHERS = [(18, 18, 20), (60, 20, 20), (45, 30, 22), (30, 34, 40), (170, 150, 130)]
_LEAST_CONTRAST = 120  # levels, summed over the channels, between ground and figure of a pattern


@dataclass(frozen=True)
class Fabric:
    """tile: uint8 sRGB, square, seamless; size: edge of the tile on the body (dm); turn: radians; weave:
    strength of the grain."""

    kind: str
    tile: np.ndarray
    size: float = 2.0
    turn: float = 0.0
    weave: float = 1.0


def draw_fabric(rng: np.random.Generator, kinds: dict[str, float] = KINDS, kind: str | None = None) -> Fabric:
    """A random fabric; `kinds` are the patterns to choose from with their weights."""
    if kind is None:
        kind = choose(rng, kinds)
    if kind == "denim":
        return draw_denim(rng)
    colours = [draw_colour(rng) for _ in range(3)]
    while np.abs(colours[0] - colours[1]).sum() < _LEAST_CONTRAST:
        colours[1] = draw_colour(rng)
    tile, size, turn = MAKERS[kind](rng, colours)
    grains, _ = noises()
    tile = tile * (1 + 0.03 * grains[0][..., None]) * (1 + 0.008 * grains[2][..., None])
    return Fabric(kind, np.clip(tile, 0, 255).astype(np.uint8), float(size), float(turn))


def draw_denim(rng: np.random.Generator) -> Fabric:
    grains, _ = noises()
    colour = _DENIMS[rng.choice(len(_DENIMS), p=_DENIM_WEIGHTS)]
    x, y = grid()
    twill = np.sin(2 * np.pi * (x * 48 + y * 48))[..., None]  # 48 diagonal threads across the tile
    tile = colour * (1 + 0.06 * twill + 0.07 * grains[0][..., None] + 0.012 * grains[3][..., None])
    return Fabric("denim", np.clip(tile, 0, 255).astype(np.uint8))


def draw_leather(rng: np.random.Generator) -> Fabric:
    colour = _LEATHERS[rng.integers(len(_LEATHERS))]
    return Fabric("leather", np.full((TILE // 4, TILE // 4, 3), colour, np.uint8), weave=0.3)
