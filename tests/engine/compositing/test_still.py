"""Previews over the exact picture."""

from __future__ import annotations

import numpy as np

from engine.compositing.still import over_still
from engine.cv import cv2


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A textured picture, fine and at a quarter of its size."""
    rng = np.random.default_rng(3)
    fine = np.clip(128 + 20 * rng.standard_normal((512, 352, 3)), 0, 255).astype(np.uint8)
    return fine, cv2.resize(fine, (176, 256), interpolation=cv2.INTER_AREA)


def test_where_nothing_moves_every_pixel_is_the_fine_pictures():
    fine, image = scene()
    coarse = cv2.resize(cv2.resize(image, (44, 64), interpolation=cv2.INTER_AREA), (176, 256))
    assert np.array_equal(over_still(coarse, image, fine), fine), "a coarser preview of the same"
    preview = coarse.copy()
    preview[100:140, 60:90] = (250, 10, 10)
    shown = over_still(preview, image, fine)
    far = np.ones(fine.shape[:2], bool)
    far[200 - 40 : 280 + 40, 120 - 40 : 180 + 40] = False
    assert np.array_equal(shown[far], fine[far])


def test_what_moves_is_the_previews_without_a_rim():
    fine, image = scene()
    image = image.copy()
    image[60:90, 20:50] = 0
    fine[120:180, 40:100] = 0
    preview = image.copy()
    preview[60:90, 20:50] = 130  # an arm has left
    preview[100:140, 60:90] = (250, 10, 10)  # and is here now
    shown = over_still(preview, image, fine)
    assert (np.abs(shown[205:275, 125:175].astype(int) - (250, 10, 10)).max()) <= 2
    assert shown[110:190, 30:110].min() > 0 and (shown[122:178, 42:98] > 100).all(), (
        "nothing dark is left behind"
    )
