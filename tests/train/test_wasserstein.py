"""The sliced Wasserstein distance against closed forms, and what it does and does not see."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cv import cv2
from train.data.people import View
from train.metrics.measure import COPY, RESULT, RatedBatch, Rendered
from train.metrics.wasserstein import (
    PATCH,
    SlicedWasserstein,
    detail,
    directions,
    laplacian_pyramid,
    moments,
    normalised,
    patch_centres,
    patches_at,
    sliced_wasserstein,
)


def texture(seed, size=(64, 48), blur=1.0):
    noise = np.random.default_rng(seed).normal(0, 1, (*size, 3))
    soft = cv2.GaussianBlur(noise, (0, 0), blur)
    return np.clip(127 + 40 * soft / soft.std(), 0, 255).astype(np.uint8)


def test_the_pyramid_adds_up_to_the_picture_and_halves_down_to_about_16_rows():
    image = texture(0, (256, 176)) / np.float32(255)
    levels = laplacian_pyramid(image)
    assert [level.shape[:2] for level in levels] == [(256, 176), (128, 88), (64, 44), (32, 22), (16, 11)]
    total = levels[-1]
    for level in levels[-2::-1]:
        total = level + cv2.pyrUp(total, dstsize=level.shape[1::-1])
    np.testing.assert_allclose(total, image, atol=1e-5)


def test_a_level_holds_its_own_band():
    rows = np.arange(256)
    for period, wanted in ((3, 0), (12, 1), (60, 4)):
        wave = np.repeat(0.5 + 0.4 * np.sin(2 * np.pi * rows / period)[:, None], 176, axis=1)
        energies = [level.std() for level in laplacian_pyramid(np.dstack([wave] * 3))]
        assert int(np.argmax(energies)) == wanted


def test_patches_are_the_pixels_around_their_centres():
    image = texture(1).astype(np.float32)
    centres = np.array([(3, 3), (30, 20), (60, 44)])
    got = patches_at(image, centres)
    for patch, (row, column) in zip(got, centres, strict=True):
        window = image[row - 3 : row + 4, column - 3 : column + 4]
        np.testing.assert_array_equal(patch.reshape(PATCH, PATCH, 3), window)


def test_patches_lie_in_the_mask_and_in_the_picture():
    mask = np.zeros((40, 30), bool)
    mask[0:5, 10:20] = True
    centres = patch_centres(mask, 100, np.random.default_rng(0))
    assert centres.shape == (100, 2) and mask[tuple(centres.T)].all() and centres[:, 0].min() >= 3
    assert patch_centres(np.zeros((40, 30), bool), 100, np.random.default_rng(0)).shape == (0, 2)


def test_a_shifted_gaussian_is_as_far_as_the_closed_form_says():
    """Two distributions that differ by a shift v are |v . d| apart along d; over directions in R^n that is
    |v| Gamma(n/2) / (sqrt(pi) Gamma((n+1)/2)) in the mean."""
    from scipy.special import gammaln

    n = 147
    points = np.random.default_rng(0).normal(size=(3000, n)).astype(np.float32)
    shift = np.zeros(n, np.float32)
    shift[5] = 2
    expected = 2 * np.exp(gammaln(n / 2) - gammaln((n + 1) / 2)) / np.sqrt(np.pi)
    assert sliced_wasserstein(points, points + shift, 2048) == pytest.approx(1000 * expected, rel=0.05)


def test_along_one_direction_it_is_scipys_distance():
    from scipy.stats import wasserstein_distance

    a, b = np.random.default_rng(1).normal(size=(2, 400, 147)).astype(np.float32)
    along = directions(3, 147)
    expected = np.mean([wasserstein_distance(a @ d, 2 * b @ d) for d in along])
    assert sliced_wasserstein(a, 2 * b, 3) == pytest.approx(1000 * expected, rel=1e-4)


def test_it_is_a_symmetric_distance_of_sets():
    a, b = np.random.default_rng(2).normal(size=(2, 300, 147)).astype(np.float32)
    assert sliced_wasserstein(a, a[::-1].copy(), 16) == pytest.approx(0, abs=1e-3)
    assert sliced_wasserstein(a, b, 16) == pytest.approx(sliced_wasserstein(b, a, 16))


def test_the_normalisation_hides_contrast_and_detail_shows_it():
    sharp = patches_at(texture(3).astype(np.float32), np.argwhere(np.ones((50, 40))) + 4)
    faint = 0.25 * sharp + 60
    np.testing.assert_allclose(normalised(faint), normalised(sharp), atol=1e-3)
    assert detail(moments(faint), moments(sharp)) == pytest.approx(0.25, rel=1e-4)


def sight_of(results, truths, references, parsing):
    def view(image):
        return View(image, parsing, np.zeros((18, 3), np.float32), "full", "front")

    views = [(view(r), view(t)) for r, t in zip(references, truths, strict=True)]
    pictures = {RESULT: np.stack(results), COPY: np.stack(references)}
    return RatedBatch(None, Rendered(None), views, pictures)


def test_the_measure_finds_blur_at_the_fine_levels_and_only_where_it_is():
    truths = [texture(seed) for seed in range(8)]
    parsing = np.zeros((64, 48), np.uint8)
    parsing[:, :24] = 3
    blurred = []
    for truth in truths:
        soft = truth.copy()
        soft[:, 24:] = cv2.GaussianBlur(truth, (0, 0), 2)[:, 24:]
        blurred.append(soft)
    measure = SlicedWasserstein(8)
    for part in (slice(0, 4), slice(4, 8)):
        measure.see(sight_of(blurred[part], truths[part], truths[part], parsing))
    persons = np.repeat(np.arange(4), 2)
    table = measure.table(persons)
    rows = table.rows
    assert rows[f"{COPY}, whole, 64 rows"]["SWD"].mean == 0
    assert rows[f"{COPY}, whole, 64 rows"]["detail"].mean == 1
    fine, coarse = (rows[f"{RESULT}, whole, {level} rows"] for level in (64, 16))
    assert fine["SWD"].mean > 2 * coarse["SWD"].mean and fine["detail"].mean < 0.85 < coarse["detail"].mean
    person = rows[f"{RESULT}, person, 64 rows"]
    assert person["detail"].mean > fine["detail"].mean and person["SWD"].mean < fine["SWD"].mean
    assert fine["SWD"].low < fine["SWD"].mean < fine["SWD"].high and fine["SWD"].people == 4
    assert measure.table(persons).rows == rows


def test_pictures_without_a_person_have_no_figure_of_the_person():
    truths = [texture(seed) for seed in range(2)]
    measure = SlicedWasserstein(2)
    measure.see(sight_of(truths, truths, truths, np.zeros((64, 48), np.uint8)))
    assert measure.table(np.arange(2)).rows[f"{RESULT}, person, 64 rows"] == {"SWD": None, "detail": None}
