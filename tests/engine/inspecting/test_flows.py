"""Arrows of flows, numbers of garments, warps of correspondences, and where detail is found."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import DISTRIBUTION, Maps, NamedMap, PhotoMaps
from engine.editing.evidence import attention_warp, correspondence_warp
from engine.garments import TOP, TROUSERS
from engine.inspecting.flows import SHORTEST, arrows_of
from engine.inspecting.pointed import detail_at
from engine.inspecting.tallies import tallies

FRAME = (64, 48)


def still(rows: int, columns: int) -> np.ndarray:
    """A flow that reads every place where it is."""
    y, x = np.mgrid[:rows, :columns].astype(np.float32) + 0.5
    return np.stack([x * FRAME[1] / columns, y * FRAME[0] / rows])


@given(st.floats(-20, 20), st.floats(-20, 20), st.sampled_from([(8, 6), (32, 24), (64, 48)]))
def test_every_arrow_of_a_shift_is_the_shift(across, down, size):
    flow_2hw = still(*size) + np.array((across, down), np.float32)[:, None, None]
    arrows_N4 = arrows_of(flow_2hw, FRAME)
    if np.hypot(across, down) < 0.99 * SHORTEST * FRAME[0]:
        assert len(arrows_N4) == 0
    elif np.hypot(across, down) > 1.01 * SHORTEST * FRAME[0]:
        assert len(arrows_N4) > 10
        moved_N2 = (arrows_N4[:, 2:] - arrows_N4[:, :2]) * (FRAME[1], FRAME[0])
        np.testing.assert_allclose(moved_N2, np.tile((across, down), (len(moved_N2), 1)), atol=1e-3)
        assert len({(x, y) for x, y, _, _ in arrows_N4.tolist()}) == len(arrows_N4)


def test_a_number_stands_deep_inside_its_garment_and_small_ones_have_none():
    pieces_hw = np.zeros((40, 30), np.uint8)
    pieces_hw[5:20, 4:25], pieces_hw[20:36, 9:14], pieces_hw[0, 0] = TOP, TROUSERS, 1
    copied_HW = np.zeros((80, 60), np.float32)
    copied_HW[10:40] = 1.0
    top, trousers = tallies(copied_HW, pieces_hw)
    assert str(top) == "top 100% copied" and str(trousers) == "trousers 0% copied"
    assert top.at[1] == pytest.approx(12.5 / 40) and 11 / 30 < top.at[0] < 18 / 30
    assert trousers.at[0] == pytest.approx(11.5 / 30)


def test_a_correspondence_brings_what_attention_with_a_texture_a_place_would():
    generator = np.random.default_rng(0)
    reference_HWC = generator.integers(0, 256, (12, 8, 3)).astype(np.uint8)
    values_Khw = generator.random((6, 4, 5)).astype(np.float32)
    of_each_place = np.eye(6, dtype=np.float32).reshape(6, 3, 2)
    np.testing.assert_allclose(
        correspondence_warp(reference_HWC, values_Khw, (3, 2)),
        attention_warp(reference_HWC, of_each_place, values_Khw),
        rtol=1e-5,
    )


def test_detail_is_of_the_photo_that_most_of_the_place_is_of():
    there = np.full((2, 8, 6), 0.25, np.float32)
    beyond = np.full((2, 8, 6), 1.5, np.float32)
    coat_hw = np.zeros((4, 3), np.float32)
    coat_hw[:2] = 0.75
    photos = [
        PhotoMaps("me", Maps(), None, 1 - coat_hw, there),
        PhotoMaps("coat", Maps(), None, coat_hw, there / 2),
    ]
    photo_HW = np.full((8, 6), 0.5, np.float32)
    assert detail_at(photos, photo_HW, 0.5, 0.1) == (1, (0.125, 0.125), 0.5)
    assert detail_at(photos, photo_HW, 0.5, 0.9) == (0, (0.25, 0.25), 0.5)
    assert detail_at(photos, photo_HW / 20, 0.5, 0.9) is None and detail_at(photos, None, 0.5, 0.9) is None
    assert detail_at([PhotoMaps("me", Maps(), detail_2HW=beyond)], photo_HW, 0.5, 0.5) is None
    assert detail_at([PhotoMaps("me", Maps())], photo_HW, 0.5, 0.5) is None, "nothing is copied"


def test_of_photos_mixed_by_texture_detail_is_of_whose_textures_make_the_place():
    made_Khw = np.zeros((2, 8, 6), np.float32)
    made_Khw[0, :4], made_Khw[1, 4:] = 1.0, 1.0  # the upper half is the first texture's
    maps = Maps([NamedMap(DISTRIBUTION, "32a", made_Khw)])
    mine, theirs = ({"32a": np.float32(taken)} for taken in ((0.9, 0.2), (0.1, 0.8)))
    photos = [
        PhotoMaps("me", maps, mine, None, np.full((2, 8, 6), 0.25, np.float32)),
        PhotoMaps("shirt", maps, theirs, None, np.full((2, 8, 6), 0.75, np.float32)),
    ]
    photo_HW = np.full((8, 6), 0.5, np.float32)
    assert detail_at(photos, photo_HW, 0.5, 0.1, "32a") == (0, (0.25, 0.25), 0.5)
    assert detail_at(photos, photo_HW, 0.5, 0.9, "32a") == (1, (0.75, 0.75), 0.5)
    blind = [replace(each, detail_2HW=None) if each.reference == "shirt" else each for each in photos]
    assert detail_at(blind, photo_HW, 0.5, 0.9, "32a") is None, "no other photo stands in for it"
