"""Scores of a picture by region. Protocol: see the package."""

from __future__ import annotations

import numpy as np

from engine.regions import REGIONS
from train.metrics.ssim import MARGIN, ssim_map

METRICS = ("L1", "PSNR", "SSIM")
RATED_REGIONS = ("whole", "person", *REGIONS[1:])

SMALLEST_REGION = 64 / (256 * 176)  # share of the picture's pixels
LEAST_SQUARED_DIFFERENCE = 1e-10


def region_masks(parsing_HW: np.ndarray) -> dict[str, np.ndarray]:
    """Region -> bool [H, W]. Regions that are too small to be rated are left out."""
    masks = {"whole": np.ones(parsing_HW.shape, bool), "person": parsing_HW > 0}
    masks |= {name: parsing_HW == label for label, name in enumerate(REGIONS) if label}
    return {name: mask for name, mask in masks.items() if mask.mean() >= SMALLEST_REGION}


def score(result_HWC: np.ndarray, truth_HWC: np.ndarray, parsing_HW: np.ndarray) -> np.ndarray:
    """float64 [region, metric] in the order of RATED_REGIONS and METRICS; NaN where a region is not rated.

    result, truth: uint8 RGB of one size. parsing: class ids of the truth.
    """
    result, truth = result_HWC / 255.0, truth_HWC / 255.0
    absolute = np.abs(result - truth).mean(axis=2)
    squared = ((result - truth) ** 2).mean(axis=2)
    similarity = ssim_map(result, truth)
    scores = np.full((len(RATED_REGIONS), len(METRICS)), np.nan)
    for name, mask in region_masks(parsing_HW).items():
        rated = mask[MARGIN:-MARGIN, MARGIN:-MARGIN]
        scores[RATED_REGIONS.index(name)] = (
            absolute[mask].mean(),
            psnr_of(squared[mask].mean()),
            similarity[rated].mean() if rated.any() else np.nan,
        )
    return scores


def psnr_of(squared_difference: float) -> float:
    """PSNR in dB of a mean squared difference of values in [0, 1]."""
    return float(-10 * np.log10(max(squared_difference, LEAST_SQUARED_DIFFERENCE)))
