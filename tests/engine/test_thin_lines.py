"""Thin lines that go on behind a person."""

from __future__ import annotations

import numpy as np
import pytest

from engine.inpainting.plate import filled, source_field
from engine.inpainting.thin_lines import thin_lines

SIZE = (96, 80)
HOLE = slice(20, 90), slice(30, 52)


def wall(slope: float, left: bool = True, right: bool = True) -> np.ndarray:
    """A pale wall over a darker floor, and between them a dark line, 2 px tall, that rises or falls; seen to
    the left and to the right of the hole."""
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    below = y - (60 + slope * (x - 40))
    made = np.where(below < 0, 230, 150)
    seen = np.where(x < 40, left, right)
    made = np.where((np.abs(below) < 1.01) & seen, 40, made)
    return np.repeat(made[..., None], 3, 2).astype(np.uint8)


def known() -> np.ndarray:
    made = np.ones(SIZE, bool)
    made[HOLE] = False
    return made


def plate(picture_HWC: np.ndarray) -> np.ndarray:
    given = np.where(known()[..., None], picture_HWC, 0).astype(np.uint8)
    return filled(given, source_field(given, known()))


@pytest.mark.parametrize("slope", [0.0, 0.05, -0.1])
def test_a_line_that_both_sides_have_goes_on_and_leaves_no_cloud(slope):
    made, truth = plate(wall(slope)).astype(int), wall(slope).astype(int)
    dark = np.argwhere(truth[..., 0] == 40)
    inside = dark[~known()[dark[:, 0], dark[:, 1]]]
    assert np.median(made[inside[:, 0], inside[:, 1], 0]) < 110, "darker than wall and floor"
    assert made[48:54, 38:44].min() > 205, "no cloud on the wall above it"
    assert np.array_equal(made[known()], truth[known()])


def test_a_line_that_one_side_has_ends_there():
    assert thin_lines(wall(0.0, right=False), known()) is None
    assert thin_lines(np.full((*SIZE, 3), 200, np.uint8), known()) is None


def test_lines_of_other_heights_on_both_sides_are_none():
    """A shelf to the left, a rail far below it to the right."""
    picture = np.full((*SIZE, 3), 200, np.uint8)
    picture[30:32, :40] = 60
    picture[70:72, 40:] = 60
    assert thin_lines(picture, known()) is None


def test_a_hole_that_reaches_the_pictures_side_has_one_side_only():
    there = np.ones(SIZE, bool)
    there[20:90, 30:] = False
    assert thin_lines(wall(0.0), there) is None
