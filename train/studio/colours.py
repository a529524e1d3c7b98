"""Colours of clothes, 8-bit sRGB."""

from __future__ import annotations

import numpy as np

WHITE = (240, 240, 238)
BLACK = (25, 25, 28)
NAVY = (30, 36, 60)
BURGUNDY = (120, 22, 32)
SAND = (214, 200, 176)
CHARCOAL = (60, 62, 66)
BLUE = (45, 70, 110)
OLIVE = (95, 110, 70)
GREEN = (50, 85, 70)
TEAL = (70, 130, 140)
DARK_GREEN = (35, 60, 50)

# Colour and how often it is worn.
_WORN = (
    (WHITE, 5), (BLACK, 6), (NAVY, 3), (BURGUNDY, 1.5), ((170, 172, 175), 3), (SAND, 2), (CHARCOAL, 3),
    (BLUE, 2), ((150, 170, 200), 1.5), ((200, 60, 60), 1), ((225, 150, 160), 1.2), (OLIVE, 1), (GREEN, 0.8),
    ((225, 180, 80), 0.7), ((90, 55, 40), 1), ((160, 120, 90), 1), ((110, 70, 120), 0.5),
    ((235, 220, 205), 1.5), (TEAL, 0.6), ((250, 215, 200), 0.6), ((190, 90, 50), 0.6), (DARK_GREEN, 0.5),
    ((130, 140, 150), 1), ((85, 20, 60), 0.6),
)  # fmt: skip
_PALETTE = np.array([colour for colour, _ in _WORN], float)
_WEIGHTS = np.array([weight for _, weight in _WORN])
_SPREAD = 9  # levels, standard deviation about a colour of the palette


def linear(colour) -> np.ndarray:
    """8-bit sRGB -> linear light in 0..1."""
    return (np.asarray(colour, float) / 255) ** 2.2


def draw_colour(rng: np.random.Generator) -> np.ndarray:
    """A clothing colour: white, black, navy and grey most often."""
    pick = _PALETTE[rng.choice(len(_PALETTE), p=_WEIGHTS / _WEIGHTS.sum())]
    return np.clip(pick + rng.normal(0, _SPREAD, 3), 8, 250)


def as_pixel(colour) -> tuple[int, ...]:
    """A colour as the whole numbers that Pillow draws with."""
    return tuple(int(np.clip(value, 0, 255)) for value in colour)
