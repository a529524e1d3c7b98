"""Seamless noise, and the tile of folds that all cloth shares."""

from __future__ import annotations

import numpy as np
from scipy import ndimage


def coloured_noise(
    rng: np.random.Generator, size: int, slope: float, stretch=(1.0, 1.0), band=(1.0, 1e9)
) -> np.ndarray:
    """Seamless noise [size, size] of unit variance with power spectrum k^-slope.

    k counts waves across the tile; stretch scales it along x and y; outside of band (lowest, highest k) there
    is nothing.
    """
    spectrum = np.fft.fft2(rng.standard_normal((size, size)))
    k = np.fft.fftfreq(size) * size
    radius = np.sqrt((k[None] * stretch[0]) ** 2 + (k[:, None] * stretch[1]) ** 2)
    radius[0, 0] = 1
    spectrum *= radius ** (-slope / 2) * (radius >= band[0]) * (radius <= band[1])
    spectrum[0, 0] = 0
    noise = np.fft.ifft2(spectrum).real
    return noise / noise.std()


def fold_tile(seed: int = 3, size: int = 512) -> np.ndarray:
    """Heights of cloth, uint8 [size, size, 3]: diagonal drapes, finer vertical folds, weave.

    Folds are ridges exp(-|noise|) along the zeros of a noise, warped, and sparse where a second one is low.
    Low frequencies only: high ones look like crumpled paper.
    """
    rng = np.random.default_rng(seed)

    def patches(level: float, contrast: float, least: float) -> np.ndarray:
        """Where there are folds at all."""
        return np.clip(level + contrast * coloured_noise(rng, size, 3, band=(1, 5)), least, 1.3)

    base = coloured_noise(rng, size, 1.6, (1.6, 0.6), (1.5, 11))
    warp = 22 * coloured_noise(rng, size, 3, band=(1, 5))  # px
    y, x = np.mgrid[:size, :size]
    # the same warp shifted serves for the other axis
    warped = ndimage.map_coordinates(base, [y + warp, x + np.roll(warp, 97, 0)], order=1, mode="wrap")
    drapes = np.exp(-np.abs(warped) * 2.2) * patches(0.55, 0.5, 0.05)
    drapes = ndimage.gaussian_filter(drapes, 5, mode="wrap")
    fine = coloured_noise(rng, size, 1.6, (0.7, 1.5), (2, 20))
    fine = ndimage.gaussian_filter(np.exp(-np.abs(fine) * 1.5) * patches(0.4, 0.6, 0), 4, mode="wrap")
    threads = np.sin(x * 2 * np.pi * 64 / size) * np.sin(y * 2 * np.pi * 64 / size)  # 64 across the tile
    weave = threads + 0.6 * coloured_noise(rng, size, 0.6)

    def stretched(values):
        low, high = np.percentile(values, [1, 99])
        return np.clip((values - low) / (high - low), 0, 1)

    return (np.stack([stretched(drapes), stretched(fine), stretched(weave)], -1) * 255).astype(np.uint8)
