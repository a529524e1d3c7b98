"""From values to colours."""

from __future__ import annotations

import numpy as np
import pytest

from engine.inspecting.colouring import Scale, coloured, direction_colours, faded, strongest

TABLE = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)
PALETTE = np.array([[255, 0, 0, 200], [0, 255, 0, 200]], np.uint8)


def test_levels_stretch_the_table_over_what_lies_between_them():
    map_hw = np.array([[0.0, 0.25, 0.5, 0.75, 1.0]], np.float32)
    assert coloured(map_hw, TABLE, Scale())[0, :, 0].tolist() == [0, 63, 127, 191, 255]
    assert coloured(map_hw, TABLE, Scale(0.25, 0.75))[0, :, 0].tolist() == [0, 0, 127, 255, 255]


def test_full_opacity_is_the_map_alone_and_none_is_the_picture_alone():
    map_hw = np.linspace(0, 1, 9, dtype=np.float32)[None]
    assert (coloured(map_hw, TABLE, Scale(opacity=1.0))[..., 3] == 255).all()
    assert (coloured(map_hw, TABLE, Scale(opacity=0.0))[..., 3] == 0).all()
    half = coloured(map_hw, TABLE, Scale(opacity=0.5))[0, :, 3].astype(int)
    assert (np.diff(half) >= 0).all() and half[0] < half[-1] == pytest.approx(127, abs=1)


def test_colours_keep_their_hue_when_they_fade():
    colours_hw4 = np.array([[[10, 20, 30, 200]]], np.uint8)
    assert faded(colours_hw4, 0.5).tolist() == [[[10, 20, 30, 100]]]


def test_the_largest_areas_have_the_colours_and_the_rest_is_grey():
    shares = np.zeros((4, 2, 6), np.float32)
    for channel, columns in ((2, slice(0, 3)), (0, slice(3, 5)), (3, slice(5, 6))):
        shares[channel, :, columns] = 1.0
    colours_hw4, colour_of = strongest(shares, PALETTE)
    assert colour_of.tolist() == [1, -1, 0, -1]
    assert (colours_hw4[:, :3] == PALETTE[0]).all() and (colours_hw4[:, 3:5] == PALETTE[1]).all()
    grey = colours_hw4[0, 5]
    assert grey[0] == grey[1] == grey[2], "and of a texture that is nowhere there is no colour"


def test_the_hue_of_a_flow_is_its_direction_and_staying_is_white():
    y, x = np.mgrid[:4, :4].astype(np.float32) * 8 + 4
    still = np.stack([x, y])
    assert (direction_colours(still, (32, 32))[..., :3] == 255).all()
    right, left = still.copy(), still.copy()
    right[0] += 8
    left[0] -= 8
    assert direction_colours(right, (32, 32))[0, 0, :3].tolist() == [255, 0, 0]
    assert direction_colours(left, (32, 32))[0, 0, :3].tolist() == [0, 255, 255]
