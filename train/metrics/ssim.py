"""Structural similarity (Wang, Bovik, Sheikh and Simoncelli 2004), with the paper's settings."""

from __future__ import annotations

import numpy as np

from engine.cv import cv2

WINDOW = 11
SIGMA = 1.5
MARGIN = WINDOW // 2
_C1, _C2 = 0.01**2, 0.03**2


def gaussian_window() -> np.ndarray:
    """float64 [11], sums to 1."""
    offsets = np.arange(WINDOW) - MARGIN
    window = np.exp(-0.5 * (offsets / SIGMA) ** 2)
    return window / window.sum()


def ssim_map(a_HWC: np.ndarray, b_HWC: np.ndarray) -> np.ndarray:
    """SSIM around every pixel whose window lies in the picture: float64 [H - 10, W - 10], mean of channels.

    Pictures of [H, W, C] in [0, 1], at least 11 px each way. Equations 13 and 14 of the paper.
    """
    if a_HWC.shape != b_HWC.shape or min(a_HWC.shape[:2]) < WINDOW:
        raise ValueError(
            f"SSIM needs two pictures of one size of at least {WINDOW} px, not {a_HWC.shape}, {b_HWC.shape}"
        )
    a, b = a_HWC.astype(np.float64), b_HWC.astype(np.float64)
    mean_a, mean_b, mean_aa, mean_bb, mean_ab = (_local_mean(image) for image in (a, b, a * a, b * b, a * b))
    variance_a, variance_b = mean_aa - mean_a**2, mean_bb - mean_b**2
    covariance = mean_ab - mean_a * mean_b
    luminance = (2 * mean_a * mean_b + _C1) / (mean_a**2 + mean_b**2 + _C1)
    structure = (2 * covariance + _C2) / (variance_a + variance_b + _C2)
    return (luminance * structure).mean(axis=2)


def ssim(a_HWC: np.ndarray, b_HWC: np.ndarray) -> float:
    """Mean of `ssim_map`."""
    return float(ssim_map(a_HWC, b_HWC).mean())


def _local_mean(image_HWC: np.ndarray) -> np.ndarray:
    window = gaussian_window()
    filtered = cv2.sepFilter2D(image_HWC, cv2.CV_64F, window, window)
    return filtered[MARGIN:-MARGIN, MARGIN:-MARGIN].reshape(
        *(n - 2 * MARGIN for n in image_HWC.shape[:2]), -1
    )
