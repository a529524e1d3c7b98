"""Numbers read from maps at places."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.api import CORRESPONDENCE, FLOW, NamedMap
from engine.inspecting.values import (
    goes_to,
    mean_colour,
    most_telling,
    origin_of,
    peak_of,
    relative,
    resized,
    shares_at,
)

FRAME = (256, 176)


def test_a_correspondence_is_read_at_a_place_and_laid_over_the_reference():
    values = np.zeros((6, 4, 5), np.float32)
    values[:, 3, 1] = [0.0, 0.1, 0.0, 0.0, 0.4, 0.0]
    named = NamedMap(CORRESPONDENCE, "4", values, (2, 3))
    assert origin_of(named, 0.3, 0.8, FRAME) == pytest.approx(np.array([[0, 0.25, 0], [0, 1, 0]]))
    there_hw = goes_to(named, 0.5, 0.9)
    assert (
        there_hw.shape == (4, 5) and there_hw[3, 1] == pytest.approx(0.4) and there_hw.sum() == there_hw[3, 1]
    )
    with pytest.raises(ValueError, match="how it divides"):
        origin_of(NamedMap(CORRESPONDENCE, "4", values), 0.3, 0.8, FRAME)


@pytest.mark.parametrize(
    ("target", "cell"),
    [((0.0, 0.0), (0, 0)), ((175.0, 255.0), (3, 4)), ((88.0, 128.0), (2, 2)), ((-1.0, 9.0), None)],
)
def test_a_flow_is_a_spot_where_it_points_and_nothing_outside(target, cell):
    values = np.zeros((2, 4, 5), np.float32)
    values[:, 0, 0] = target
    origin = origin_of(NamedMap(FLOW, "4", values), 0.1, 0.1, FRAME)
    assert origin.shape == (4, 5)
    assert [tuple(map(int, at)) for at in np.argwhere(origin)] == ([cell] if cell else [])


def test_shares_at_reads_the_cell_of_the_place():
    maps = np.arange(2 * 4 * 3).reshape(2, 4, 3)
    assert shares_at(maps, 0.0, 0.0).tolist() == [0, 12]
    assert shares_at(maps, 0.99, 0.99).tolist() == [11, 23]
    assert shares_at(maps, 1.0, 0.3).tolist() == [5, 17]


def test_the_first_texture_shown_is_of_the_person_not_of_what_is_behind():
    maps = np.zeros((3, 8, 6))
    maps[1, 3:, 2:4] = 1.0  # a person who is cut off below
    maps[0] = 1 - maps[1]
    assert most_telling(maps) == 1
    assert most_telling(maps[:2], ["face", "background (1)"]) == 0


@given(st.integers(0, 11), st.integers(2, 5), st.integers(2, 5))
def test_a_peak_lies_in_its_own_cell(place, rows, columns):
    map_hw = np.zeros((rows, columns), np.float32)
    row, column = divmod(place % (rows * columns), columns)
    map_hw[row, column] = 3.0
    x, y = peak_of(map_hw)
    assert shares_at(map_hw[None], x, y)[0] == 3.0
    assert relative(map_hw).max() == 1.0


def test_nothing_is_relative_to_nothing_and_a_resized_map_keeps_its_mean():
    assert relative(np.zeros((2, 2), np.float32)).max() == 0.0
    map_hw = np.random.default_rng(0).random((8, 6)).astype(np.float32)
    assert resized(map_hw, (4, 3)).shape == (4, 3)
    assert resized(map_hw, (4, 3)).mean() == pytest.approx(map_hw.mean(), abs=1e-5)


def test_the_colour_of_a_share_is_the_mean_of_what_it_makes():
    picture = np.zeros((8, 6, 3), np.uint8)
    picture[:4], picture[4:, :4], picture[4:, 4:] = (200, 10, 20), (30, 90, 150), (50, 90, 150)
    share = np.zeros((4, 3), np.float32)
    assert mean_colour(picture, share) is None
    share[3] = 0.5
    assert mean_colour(picture, share) == (37, 90, 150)
    share[0, 0] = 1.5
    assert mean_colour(picture, share) == (118, 50, 85)
