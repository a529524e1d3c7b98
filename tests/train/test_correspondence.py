"""Correspondence error on surfaces and attention made up so that the answer is known."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.regions import SURFACE_SPAN
from train.metrics.correspondence import (
    Correspondence,
    copied_correspondence,
    correspondence,
    layer_names,
    seen_in,
)
from train.metrics.measure import RatedBatch, Rendered

ROWS, COLUMNS_ = 8, 6
CELLS = ROWS * COLUMNS_


def surface(seed=0, spread=5.0):
    """float32 [1, 3, 8, 6]: every position another place of the body, dm / 9."""
    places = np.random.default_rng(seed).uniform(-spread, spread, (1, 3, ROWS, COLUMNS_))
    return torch.from_numpy((places / SURFACE_SPAN).astype(np.float32))


def moved(surface_13HW, order):
    return surface_13HW.flatten(2)[:, :, order].view_as(surface_13HW)


def permuting(order):
    """Attention of one texture a position: the target's position n is taken from the reference's order[n]."""
    extraction = torch.eye(CELLS).view(1, CELLS, ROWS, COLUMNS_)
    return extraction, torch.eye(CELLS)[order].T.reshape(1, CELLS, ROWS, COLUMNS_).contiguous()


def test_attention_that_looks_at_the_right_place_has_no_error():
    order = torch.randperm(CELLS, generator=torch.Generator().manual_seed(0))
    reference = surface()
    median, one, two, off = correspondence(reference, moved(reference, order), *permuting(order))[0]
    assert median == pytest.approx(0, abs=1e-5) and (one, two, off) == (1, 1, 0)


def test_the_error_is_the_distance_in_dm():
    """Each target cell is 1.5 dm to the side of the place looked at, and seen: both lie in the reference."""
    here = surface(1, spread=3.0)
    there = here.clone()
    there[:, 0] += 1.5 / SURFACE_SPAN
    reference, target = torch.cat([here, there], 3), torch.cat([there, here], 3)
    identity = torch.eye(2 * CELLS).view(1, 2 * CELLS, ROWS, 2 * COLUMNS_)
    median, one, two, _ = correspondence(reference, target, identity, identity)[0]
    assert median == pytest.approx(1.5, rel=1e-4) and (one, two) == (0, 1)


def test_detail_copied_from_the_right_pixel_has_no_error():
    x = (torch.arange(COLUMNS_) + 0.5) * 2 / COLUMNS_ - 1
    y = (torch.arange(ROWS) + 0.5) * 2 / ROWS - 1
    own = torch.stack([x.expand(ROWS, COLUMNS_), y[:, None].expand(ROWS, COLUMNS_)])[None]
    reference = surface()
    assert copied_correspondence(reference, reference, own)[0] == pytest.approx((0, 1, 1, 0), abs=1e-5)
    mirrored = copied_correspondence(reference, reference.flip(3), own.flip(3))
    assert mirrored[0] == pytest.approx((0, 1, 1, 0), abs=1e-5)
    reference[..., : COLUMNS_ // 2] = torch.nan  # half of it looks at nobody
    assert copied_correspondence(reference, reference.flip(3), own)[0, 3] == 1


def test_what_the_reference_does_not_show_is_not_rated():
    reference = surface()
    target = reference.clone()
    target[:, :, :4] += 2.0  # beyond any body: nowhere to be found in the reference
    identity = permuting(torch.arange(CELLS))
    assert correspondence(reference, target, *identity)[0] == pytest.approx((0, 1, 1, 0), abs=1e-5)
    target[:, :, :7] = torch.nan
    assert np.isnan(correspondence(reference, target, *identity)).all()


def test_attention_on_the_background_counts_apart():
    reference = surface()
    reference[:, :, 4:] = torch.nan
    extraction, distribution = permuting(torch.arange(CELLS))
    extraction = 0.75 * extraction
    extraction[:, :, 7, 0] += 0.25
    median, _, _, off = correspondence(reference, reference, extraction, distribution)[0]
    assert median == pytest.approx(0, abs=1e-5) and off == pytest.approx(0.25)


def test_uniform_attention_looks_at_the_middle_of_the_person():
    reference = surface()
    reference[:, :, :2] = torch.nan
    got = correspondence(reference, reference, *permuting(torch.arange(CELLS)), uniform=True)[0]
    points = SURFACE_SPAN * reference.flatten(2)[0, :, 2 * COLUMNS_ :].T.numpy()
    distances = np.linalg.norm(points - points.mean(axis=0), axis=1)
    assert got[0] == pytest.approx(np.median(distances), rel=1e-4)
    assert got[2] == pytest.approx((distances <= 2).mean()) and got[3] == pytest.approx(2 / 8)


def test_layers_coarser_than_the_picture_are_rated_at_their_own_positions():
    reference = torch.nn.functional.interpolate(surface(), scale_factor=4, mode="nearest")
    order = torch.randperm(CELLS, generator=torch.Generator().manual_seed(1))
    target = torch.nn.functional.interpolate(moved(surface(), order), scale_factor=4, mode="nearest")
    assert correspondence(reference, target, *permuting(order))[0] == pytest.approx((0, 1, 1, 0), abs=1e-5)


def test_a_surface_point_is_seen_within_half_a_decimetre():
    reference = np.zeros((3, 2, 2), np.float32)
    points = np.float32([(0.4, 0, 0), (0, 0.6, 0), (np.nan, 0, 0)]) / SURFACE_SPAN
    assert seen_in(reference, points).tolist() == [True, False, False]
    assert not seen_in(np.full((3, 2, 2), np.nan, np.float32), points).any()


def test_layers_are_named_as_in_a_session():
    maps = [torch.zeros(1, 2, rows, rows) for rows in (16, 16, 32, 32)]
    assert layer_names(maps) == ["16a", "16b", "32a", "32b"]


class Batch:
    def __init__(self, reference, target):
        self.reference_surface_B3HW, self.target_surface_B3HW = reference, target


def test_the_measure_has_every_layer_and_uniform_attention_beside_it():
    order = torch.arange(CELLS)
    extraction, distribution = permuting(order)
    output = Rendered(None, [extraction] * 2, [distribution] * 2)
    measure = Correspondence()
    for _ in range(3):
        measure.see(RatedBatch(Batch(surface(), surface()), output, [], {}))
    rows = measure.table(np.arange(3)).rows
    assert list(rows) == ["layer 8a", "layer 8b", "uniform attention, 8 rows"]
    right, uniform = (rows[row]["median, dm"].mean for row in ("layer 8a", "uniform attention, 8 rows"))
    assert right < 1e-4 < uniform
    assert rows["layer 8a"]["within 1 dm"].pairs == 3


def test_data_without_surfaces_and_networks_without_attention_give_no_table():
    nothing = torch.full((1, 3, ROWS, COLUMNS_), torch.nan)
    extraction, distribution = permuting(torch.arange(CELLS))
    for batch, output in (
        (Batch(nothing, nothing), Rendered(None, [extraction], [distribution])),
        (Batch(surface(), surface()), Rendered(None)),
    ):
        measure = Correspondence()
        measure.see(RatedBatch(batch, output, [], {}))
        assert measure.table(np.arange(1)) is None
