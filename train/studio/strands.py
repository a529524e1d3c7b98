"""The texture of all locks: three strips of strands beside each other and a strip of stubble."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from .noise import coloured_noise

STRIPS = 3  # of strands; the stubble is the fourth
_SIZE = 256


@lru_cache(maxsize=2)
def strand_texture(curly: bool) -> np.ndarray:
    """uint8 [256, 256, 4], roots in the top row: luminance about 0.6 of full, and coverage.

    In the strip of stubble the coverage grows from the top row (the hairline) down.
    """
    rng = np.random.default_rng(5)
    y, x = np.mgrid[:_SIZE, :_SIZE] / _SIZE
    fine = coloured_noise(rng, _SIZE, 0.6, (0.25, 14.0))  # long along the strand
    locks = coloured_noise(rng, _SIZE, 1.6, (0.3, 4.0), (1, 30))
    light = 0.6 + 0.07 * fine + 0.11 * locks
    strip = x * (STRIPS + 1)
    across = (strip % 1) * 2 - 1
    if curly:
        across = across + 0.3 * np.sin(2 * np.pi * (y * 5 + np.floor(strip) * 0.37)) * np.minimum(y * 6, 1)
    width = 0.92 - 0.5 * np.clip(y - 0.45, 0, 1) ** 1.2 - 0.35 * np.clip(0.1 - y, 0, 1) / 0.1
    alpha = 0.5 + (width - np.abs(across)) * 3.2 + 0.3 * fine + 0.15 * locks
    ends = 0.88 + 0.07 * fine[40] + 0.03 * fine  # every strand has a length of its own
    alpha = np.minimum(alpha, 0.5 + (ends - y) * 22)
    alpha = np.minimum(alpha, 0.5 + (y - 0.03 - 0.015 * fine[90]) * 30)
    light = light * (0.72 + 0.28 * np.clip(y / 0.2, 0, 1)) * (1 - 0.15 * np.clip(np.abs(across) - 0.4, 0, 1))
    speckles = coloured_noise(rng, _SIZE, 0.3, (1, 1), (20, 128))
    stubble = strip >= STRIPS
    alpha = np.where(stubble, np.minimum(y * 6.5 - 0.2, 0.94) + 0.12 * speckles, alpha)
    light = np.where(stubble, 0.55 + 0.09 * speckles, light)
    grey = np.clip(light, 0.05, 1)
    return (np.stack([grey, grey, grey, np.clip(alpha, 0, 1)], -1) * 255).astype(np.uint8)
