"""A painted skirt has a skirt's outline, and its cloth falls."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.compositing.painted_skirts import even_outline, light_of_fall
from engine.cv import cv2

ROWS, COLUMNS = 160, 120
WAIST, HEM = 40, 120


def brushed(flare: float = 15.0, radius: int = 6) -> np.ndarray:
    """Strokes of a round brush side by side, from the waist down to a hem."""
    laid_HW = np.zeros((ROWS, COLUMNS), np.uint8)
    for t in np.linspace(-1, 1, 7):
        ends = (round(60 + 20 * t), WAIST + radius), (round(60 + (20 + flare) * t), HEM - radius)
        cv2.line(laid_HW, *ends, 1, 2 * radius)
        for end in ends:
            cv2.circle(laid_HW, end, radius, 1, -1)
    return laid_HW > 0


def roughness(mask_HW: np.ndarray) -> float:
    """How far the hem is off a line through it, px."""
    columns = np.arange(35, 86)
    hem = np.array([mask_HW[:, column].nonzero()[0].max() for column in columns])
    return float(np.abs(hem - np.polynomial.Polynomial.fit(columns, hem, 2)(columns)).max())


def test_a_brush_s_scallops_and_round_corners_are_a_hem_and_its_corners():
    painted_HW = brushed()
    even_HW = even_outline(painted_HW)
    assert roughness(painted_HW) > 1.5 and roughness(even_HW) < 0.8
    corner = even_HW[HEM - 4, 60 - 20 - 15 - 4 : 60 - 20 - 15]
    assert corner.all() and not painted_HW[HEM - 1, 60 - 20 - 15 - 4]
    both, either = (even_HW & painted_HW).sum(), (even_HW | painted_HW).sum()
    assert both / either > 0.9
    assert even_HW[WAIST + 20].sum() < even_HW[HEM - 20].sum(), "it flares as it was painted"


def test_a_curved_hem_and_waisted_sides_stay_curved():
    y, x = np.mgrid[:ROWS, :COLUMNS]
    half = 20 + 12 * ((y - WAIST) / (HEM - WAIST)) ** 2
    curved_HW = (np.abs(x - 60) < half) & (y >= WAIST) & (y < HEM - 0.01 * (x - 60) ** 2)
    even_HW = even_outline(curved_HW)
    assert (even_HW ^ curved_HW).sum() < 0.06 * curved_HW.sum()


def test_a_gap_between_legs_is_closed_and_a_smudge_or_another_shape_stays():
    trousers_like = brushed()
    trousers_like[70:110, 58:63] = False
    assert even_outline(trousers_like)[75:105, 58:63].all()
    for other in (
        np.zeros((ROWS, COLUMNS), bool),
        cv2.circle(np.zeros((ROWS, COLUMNS), np.uint8), (50, 50), 5, 1, -1) > 0,
    ):
        assert np.array_equal(even_outline(other), other)
    cross_HW = np.zeros((ROWS, COLUMNS), bool)
    cross_HW[70:90, 20:100] = cross_HW[30:130, 50:70] = True
    assert np.array_equal(even_outline(cross_HW), cross_HW)


def light(mask_HW: np.ndarray) -> np.ndarray:
    return light_of_fall(torch.from_numpy(mask_HW).float()[None, None])[0, 0].numpy()


def test_it_is_round_at_the_hips_and_its_folds_deepen_and_broaden_to_the_hem():
    mask_HW = even_outline(brushed())
    light_HW = light(mask_HW)
    assert (light_HW[:WAIST] == 1).all() and light_HW[mask_HW].mean() == pytest.approx(0.95, abs=0.05)
    for row in (WAIST + 8, HEM - 8):
        inside = light_HW[row, mask_HW[row]]
        assert inside[[0, -1]].max() < 0.85 < inside[len(inside) // 2]

    def folds(row):
        inside = light_HW[row, mask_HW[row]]
        middle = inside[len(inside) // 4 : -len(inside) // 4]
        return float(np.ptp(middle))

    assert folds(HEM - 6) > 2 * folds(WAIST + 6) > 0 and 0.1 < folds(HEM - 6) < 0.4
    crease = [int(light_HW[row, 30:60].argmin()) + 30 for row in (90, 100, 110)]
    assert max(abs(np.diff(crease))) <= 4, "a fold goes down, it does not jump"


def test_of_nothing_there_is_no_light_to_tell():
    assert (light(np.zeros((ROWS, COLUMNS), bool)) == 1).all()
