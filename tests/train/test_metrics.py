"""Metrics against scikit-image and against numbers worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.regions import REGIONS
from train.metrics.bootstrap import estimate
from train.metrics.regions import METRICS, RATED_REGIONS, psnr_of, region_masks, score
from train.metrics.ssim import gaussian_window, ssim, ssim_map

L1, PSNR, SSIM = range(3)


def pictures(seed, size=(40, 33), noise=30):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 256, (*size, 3))
    result = np.clip(truth + rng.normal(0, noise, truth.shape), 0, 255)
    return result.astype(np.uint8), truth.astype(np.uint8)


def everywhere(size=(40, 33)):
    return np.ones(size, np.uint8)


@pytest.mark.parametrize("seed", range(4))
def test_ssim_is_scikit_images(seed):
    metrics = pytest.importorskip("skimage.metrics", reason="scikit-image is a development extra")
    a, b = (image / 255 for image in pictures(seed, noise=5 + 25 * seed))
    options = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False, "data_range": 1.0}
    expected, full = metrics.structural_similarity(a, b, channel_axis=2, full=True, **options)
    assert ssim(a, b) == pytest.approx(expected, abs=1e-12)
    np.testing.assert_allclose(ssim_map(a, b), full[5:-5, 5:-5].mean(axis=2), atol=1e-12)


@pytest.mark.parametrize("seed", range(4))
def test_psnr_is_scikit_images(seed):
    metrics = pytest.importorskip("skimage.metrics", reason="scikit-image is a development extra")
    result, truth = pictures(seed)
    expected = metrics.peak_signal_noise_ratio(truth / 255, result / 255, data_range=1)
    scores = score(result, truth, everywhere())
    assert scores[RATED_REGIONS.index("whole"), PSNR] == pytest.approx(expected, abs=1e-9)


def test_the_worked_example_of_the_protocol():
    truth = np.full((20, 20, 3), 100, np.uint8)
    scores = score(truth + np.uint8(10), truth, everywhere((20, 20)))[0]
    assert scores[L1] == pytest.approx(10 / 255)
    assert scores[PSNR] == pytest.approx(28.13, abs=0.005)
    # Two flat pictures differ in luminance alone.
    x, y = 110 / 255, 100 / 255
    assert scores[SSIM] == pytest.approx((2 * x * y + 1e-4) / (x * x + y * y + 1e-4), abs=1e-9)


def test_equal_pictures_are_perfect_and_psnr_stays_finite():
    picture, _ = pictures(0)
    np.testing.assert_allclose(score(picture, picture, everywhere())[0], (0, 100, 1), atol=1e-9)
    assert psnr_of(0.0) == 100


def test_the_window_is_a_gaussian_that_sums_to_one():
    window = gaussian_window()
    assert window.sum() == pytest.approx(1) and window[5] / window[4] == pytest.approx(np.exp(0.5 / 1.5**2))


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), noise=st.integers(0, 200))
def test_scores_are_symmetric_and_bounded(seed, noise):
    result, truth = pictures(seed, noise=noise)
    forth, back = score(result, truth, everywhere())[0], score(truth, result, everywhere())[0]
    np.testing.assert_allclose(forth, back)
    assert 0 <= forth[L1] <= 1 and 0 <= forth[PSNR] <= 100 and -1 <= forth[SSIM] <= 1


def test_regions_come_from_the_parsing_map():
    parsing = np.zeros((40, 33), np.uint8)
    parsing[10:20, 8:20] = REGIONS.index("face")
    parsing[20:30, 8:20] = REGIONS.index("pants")
    masks = region_masks(parsing)
    assert set(masks) == {"whole", "person", "face", "pants"}
    assert masks["person"].sum() == 240 and masks["face"].sum() == 120


def test_regions_of_fewer_than_64_px_are_left_out_in_proportion_to_the_picture():
    for scale in (1, 2):
        parsing = np.zeros((256 * scale, 176 * scale), np.uint8)
        parsing[: 8 * scale, : 7 * scale] = REGIONS.index("hair")  # 56 px of a picture of 256x176
        parsing[50 : 50 + 9 * scale, : 8 * scale] = REGIONS.index("pants")  # 72 px
        assert set(region_masks(parsing)) == {"whole", "person", "pants"}


def test_a_fault_in_one_region_shows_in_that_region():
    parsing = np.zeros((60, 60), np.uint8)
    parsing[5:25, 20:40] = REGIONS.index("face")
    parsing[40:55, 20:40] = REGIONS.index("pants")
    truth = np.full((60, 60, 3), 128, np.uint8)
    result = truth.copy()
    result[parsing == REGIONS.index("face")] += 51
    scores = dict(zip(RATED_REGIONS, score(result, truth, parsing), strict=True))
    assert scores["face"][L1] == pytest.approx(0.2) and scores["pants"][L1] == 0
    assert scores["person"][L1] == pytest.approx(0.2 * 400 / 700)
    assert scores["whole"][L1] == pytest.approx(0.2 * 400 / 3600)
    assert scores["face"][SSIM] < scores["whole"][SSIM] < scores["pants"][SSIM] == pytest.approx(1)
    assert np.isnan(scores["hair"]).all() and len(scores["hair"]) == len(METRICS)


def test_a_region_at_the_very_border_has_no_ssim_but_the_rest():
    parsing = np.zeros((40, 33), np.uint8)
    parsing[:4] = 2
    scores = score(*pictures(0), parsing)[RATED_REGIONS.index("face")]
    assert np.isnan(scores[SSIM]) and np.isfinite(scores[[L1, PSNR]]).all()


def test_pictures_too_small_for_a_window_are_refused():
    with pytest.raises(ValueError, match="at least 11 px"):
        ssim(np.zeros((10, 40, 3)), np.zeros((10, 40, 3)))


# intervals


def test_the_interval_of_a_mean_is_the_textbook_one():
    rng = np.random.default_rng(3)
    values = rng.normal(5, 2, 400)
    got = estimate(values, np.arange(400))
    half = 1.96 * values.std() / 20
    assert got.mean == pytest.approx(values.mean())
    assert got.low == pytest.approx(values.mean() - half, abs=0.03)
    assert got.high == pytest.approx(values.mean() + half, abs=0.03)
    assert (got.pairs, got.people) == (400, 400)


def test_pairs_of_one_person_are_not_independent():
    rng = np.random.default_rng(4)
    by_person = rng.normal(0, 1, 40)
    single = estimate(by_person, np.arange(40))
    repeated = estimate(np.repeat(by_person, 25), np.repeat(np.arange(40), 25))
    assert (repeated.low, repeated.high) == pytest.approx((single.low, single.high))
    assert repeated.pairs == 1000 and repeated.people == 40


def test_unrated_pairs_do_not_count():
    values = np.array([1.0, np.nan, 3.0, np.nan])
    got = estimate(values, np.array([7, 7, 8, 9]))
    assert got.mean == 2 and (got.pairs, got.people) == (2, 2)
    assert estimate(np.full(3, np.nan), np.arange(3)) is None


def test_a_paired_difference_is_surer_than_the_two_means():
    rng = np.random.default_rng(5)
    people = np.arange(60)
    hard = rng.normal(0, 1, 60)
    ours, theirs = hard + 0.2, hard + rng.normal(0, 0.05, 60)
    difference = estimate(ours - theirs, people)
    assert difference.low > 0 and estimate(ours, people).low < estimate(theirs, people).high
