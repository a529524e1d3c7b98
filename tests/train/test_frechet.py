"""The Fréchet distance against closed forms and matrix roots, where those are sound."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import sqrtm

from engine import weights
from engine.errors import InputError
from engine.models import parser
from train.data.people import View
from train.metrics.bootstrap import estimate_of_set
from train.metrics.frechet import Frechet, NamedFeatures, frechet_distance, pooled
from train.metrics.house import house_features
from train.metrics.measure import COPY, RESULT, RatedBatch, Rendered


def sets(seed, n=200, d=12, m=150):
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)) @ rng.normal(size=(d, d)), 1 + rng.normal(size=(m, d)) @ rng.normal(
        size=(d, d)
    )


@pytest.mark.parametrize("seed", range(3))
def test_it_is_the_formula_with_the_matrix_root(seed):
    a, b = sets(seed)
    A, B = np.cov(a.T), np.cov(b.T)
    root = sqrtm(A @ B).real
    difference = a.mean(0) - b.mean(0)
    expected = difference @ difference + np.trace(A + B - 2 * root)
    assert frechet_distance(a, b) == pytest.approx(expected, rel=1e-6)


def test_of_two_lines_it_is_the_closed_form():
    """In one dimension: (difference of means)^2 + (difference of deviations)^2."""
    a, b = np.random.default_rng(0).normal(2, 3, (500, 1)), np.random.default_rng(1).normal(-1, 1, (700, 1))
    expected = (a.mean() - b.mean()) ** 2 + (a.std(ddof=1) - b.std(ddof=1)) ** 2
    assert frechet_distance(a, b) == pytest.approx(expected)


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 2**32), n=st.integers(2, 30), d=st.integers(1, 60))
def test_fewer_pictures_than_features_are_sound_too(seed, n, d):
    a, b = sets(seed, n, d, n + 3)
    forth = frechet_distance(a, b)
    assert np.isfinite(forth) and forth >= 0
    assert forth == pytest.approx(frechet_distance(b, a), rel=1e-6, abs=1e-6)
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-6 * (1 + (a**2).sum()))


def test_a_shift_counts_with_its_square():
    a, _ = sets(5)
    assert frechet_distance(a, a + 3) == pytest.approx(12 * 9)


def test_a_single_picture_has_no_covariance():
    with pytest.raises(ValueError, match="at least two"):
        frechet_distance(np.zeros((1, 3)), np.zeros((5, 3)))


def test_the_interval_of_a_set_is_that_of_its_mean():
    values = np.random.default_rng(2).normal(5, 2, 400)
    got = estimate_of_set(values.mean(), lambda chosen: values[chosen].mean(), np.arange(400))
    assert got.high - got.mean == pytest.approx(got.mean - got.low)
    assert got.high - got.low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.3)
    assert (got.pairs, got.people) == (400, 400)


def sight(results, truths):
    def view(image):
        return View(
            image, np.zeros(image.shape[:2], np.uint8), np.zeros((18, 3), np.float32), "full", "front"
        )

    views = [(view(truth), view(truth)) for truth in truths]
    return RatedBatch(None, Rendered(None), views, {RESULT: np.stack(results), COPY: np.stack(truths)})


def test_the_measure_names_its_features_and_never_says_fid():
    rng = np.random.default_rng(0)
    truths = [np.full((32, 32, 3), value, np.uint8) for value in rng.integers(50, 200, 10)]
    darker = [truth - np.uint8(25) for truth in truths]
    colours = NamedFeatures("mean colour", "0" * 64, lambda picture_BCHW: picture_BCHW.mean((2, 3)))
    measure = Frechet(colours)
    measure.see(sight(darker[:5], truths[:5]))
    measure.see(sight(darker[5:], truths[5:]))
    table = measure.table(np.arange(10))
    assert table.rows[RESULT]["distance"].mean == pytest.approx(3 * (50 / 255) ** 2, rel=1e-3)
    assert table.rows[COPY]["distance"].mean == pytest.approx(0, abs=1e-9)
    assert table.made["features"] == "mean colour" and table.made["sha256"] == "0" * 64
    assert table.made["pictures"] == 10 and "this is not FID" in table.note
    assert Frechet(colours).table(np.arange(0)) is None


def test_the_house_features_are_the_parsers_coarsest_map(tmp_path):
    torch.manual_seed(0)
    network = parser.Parser(parser.ParserConfig((4, 6, 8, 10, 12), (1, 1, 1), (1, 1))).eval()
    path = tmp_path / "parser.safetensors"
    parser.save(path, network)
    features = house_features(path)
    picture = torch.rand(2, 3, 32, 32) * 2 - 1
    assert features.name == "house" and features.sha256 == weights.sha256(path)
    expected = pooled(parser.load(path).encoder)(picture)
    assert features.vectors(picture).shape == (2, 12)
    torch.testing.assert_close(features.vectors(picture), expected)
    with pytest.raises(InputError, match="nowhere"):
        house_features(tmp_path / "nowhere.safetensors")
