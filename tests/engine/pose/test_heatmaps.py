"""Heat maps of a pose."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pose.heatmaps import SIGMA, heat_maps, heat_maps_textbook

SIZE = (40, 30)


def pose(*joints: tuple[float, float]) -> np.ndarray:
    points = np.full((18, 2), -1.0)
    points[: len(joints)] = np.reshape(joints, (-1, 2))
    return points


def test_a_joint_is_a_bell_of_the_published_width():
    found = heat_maps(pose((12.9, 20.2)), SIZE)[0]
    assert found[20, 12] == 1 == found.max()  # coordinates are cut, not rounded
    assert found[20, 12 + 6] == pytest.approx(np.exp(-0.5))
    assert found[20 + 6, 12 - 6] == pytest.approx(np.exp(-1.0))
    assert found.dtype == np.float32 and SIGMA == 6


def test_missing_joints_have_no_map():
    joints = np.array([[5, 5, 2], [5, 5, 0], [-1, 5, 2], [5, -1, 2], [np.nan, 5, 2]] + [[5, 5, 1]] * 13)
    peaks = heat_maps(joints, SIZE).max((1, 2))
    assert peaks.tolist() == [1, 0, 0, 0, 0] + [1] * 13


def test_a_joint_outside_reaches_into_the_frame():
    found = heat_maps(pose((-4.0, 10.0)), SIZE)[0]
    assert found[10, 0] == pytest.approx(np.exp(-16 / 72)) == found.max()


coordinate = st.floats(-60, 80)


@given(st.lists(st.tuples(coordinate, coordinate), max_size=18), st.floats(0.5, 12))
def test_the_fast_form_is_the_definition(joints, sigma):
    points = pose(*joints)
    fast, slow = heat_maps(points, SIZE, sigma), heat_maps_textbook(points, SIZE, sigma)
    assert np.abs(fast - slow).max() < 2e-7
