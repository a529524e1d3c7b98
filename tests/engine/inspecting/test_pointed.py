"""What makes a place, against the official network's maps."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import (
    CORRESPONDENCE,
    DISTRIBUTION,
    EXTRACTION,
    MASK,
    PARSING,
    MapInfo,
    Maps,
    NamedMap,
    PhotoMaps,
)
from engine.inspecting.choices import choices_of
from engine.inspecting.order import AREA, HERE, NUMBER, ordered
from engine.inspecting.pointed import (
    LEAST,
    parts_of_photo,
    parts_of_result,
    texture_shares,
    textures_Khw,
)

part = st.floats(0, 1, exclude_max=True)


@given(x=part, y=part)
def test_bars_are_the_golden_shares_most_first_with_their_peaks_on_the_photo(golden, layers, alone, x, y):
    for name, choice in layers.items():
        made_Khw, read_Khw = golden.of(DISTRIBUTION)[name], golden.of(EXTRACTION)[name]
        rows, columns = made_Khw.shape[1:]
        share_K = made_Khw[:, int(y * rows), int(x * columns)]
        found = parts_of_result(alone.photos, choice, x, y)
        expected = [k for k in np.argsort(-share_K)[:6] if share_K[k] >= LEAST]
        assert [each.share for each in found] == pytest.approx([float(share_K[k]) for k in expected])
        for each in found:
            assert each.share == share_K[each.channel]
            row, column = np.unravel_index(read_Khw[each.channel].argmax(), (rows, columns))
            assert each.peak == pytest.approx(((column + 0.5) / columns, (row + 0.5) / rows))


@given(x=part, y=part)
def test_a_place_of_a_photo_is_shared_among_the_textures_that_read_it(golden, layers, alone, x, y):
    read_Khw = golden.of(EXTRACTION)["32b"]
    read_K = read_Khw[:, int(y * 16), int(x * 12)]
    found = parts_of_photo(alone.photos, 0, layers["32b"], x, y)
    assert found and found[0].channel == read_K.argmax()
    assert found[0].share == pytest.approx(float(read_K.max() / read_K.sum()), rel=1e-5)


@given(x=part, y=part)
def test_the_parts_of_all_photos_sum_to_one_and_each_lies_where_its_photo_does(mixed, x, y):
    shares = dict(texture_shares(mixed.photos, "32a", x, y))
    assert sum(float(each.sum()) for each in shares.values()) == pytest.approx(1.0, abs=1e-5)
    coat = float(shares[2].sum())
    assert coat == pytest.approx(1.0 if x >= 0.5 else 0.0, abs=1e-5)
    assert (shares[1][1::2] == 0).all(), "linen gives every second texture only"


def test_a_garments_texture_has_its_peak_on_the_garments_photo(mixed, layers, golden):
    [first, *_] = parts_of_result(mixed.photos, layers["32a"], 0.8, 0.4)
    assert first.photo == 2
    turned_hw = golden.of(EXTRACTION)["32a"][first.channel][:, ::-1]
    row, column = np.unravel_index(turned_hw.argmax(), turned_hw.shape)
    assert first.peak == pytest.approx(((column + 0.5) / 12, (row + 0.5) / 16))


def test_what_the_photos_give_is_the_whole_picture(mixed):
    area = [float(textures_Khw(photo, "16b").mean((1, 2)).sum()) for photo in mixed.photos]
    assert sum(area) == pytest.approx(1.0, abs=1e-5) and area[2] == pytest.approx(0.5)
    assert textures_Khw(mixed.photos[0], "64a") is None, "a preview that stopped before the layer"


def test_the_order_is_by_what_is_asked_for():
    area, here = np.array([0.2, 0.5, 0.3]), np.array([0.0, 0.1, 0.9])
    assert ordered(NUMBER, area, here).tolist() == [0, 1, 2]
    assert ordered(AREA, area, here).tolist() == [1, 2, 0]
    assert ordered(HERE, area, here).tolist() == [2, 1, 0]
    assert ordered(HERE, area, None).tolist() == [1, 2, 0], "nobody points: by area"


def field(kind: str, values: np.ndarray, source=None):
    info = MapInfo(kind, "8", len(values), values.shape[1:])
    return (PhotoMaps("me", Maps((NamedMap(kind, "8", values, source),))),), choices_of([info])[0]


def test_regions_and_a_mask_have_shares_and_no_place_on_the_photo():
    parsing = np.array([[[0.7]], [[0.3]], [[0.0]]], np.float32)
    found = parts_of_result(*field(PARSING, parsing), 0.5, 0.5)
    assert [(each.channel, each.peak) for each in found] == [(0, None), (1, None)]
    [only] = parts_of_result(*field(MASK, np.full((1, 2, 2), 0.25, np.float32)), 0.9, 0.1)
    assert only.share == 0.25 and only.peak is None


def test_a_correspondence_tells_the_places_it_reads_and_back_where_one_is_seen():
    reads = np.zeros((6, 2, 2), np.float32)
    reads[4, 1, 0], reads[1, 1, 0] = 0.75, 0.25
    photos, choice = field(CORRESPONDENCE, reads, (2, 3))
    found = parts_of_result(photos, choice, 0.2, 0.9)
    assert [each.peak for each in found] == [pytest.approx((0.5, 0.75)), pytest.approx((0.5, 0.25))]
    [back] = parts_of_photo(photos, 0, choice, 0.5, 0.9)
    assert back.share == 0.75 and back.peak == pytest.approx((0.25, 0.75))
