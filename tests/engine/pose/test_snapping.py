"""Directions in steps."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pose.snapping import STEP, angle_of, snapped

places = st.tuples(st.floats(-300, 300), st.floats(-300, 300))


@pytest.mark.parametrize(
    ("xy", "wanted"),
    [((50, 3), (50, 0)), ((3, -50), (0, -50)), ((-40, -44), (-42, -42)), ((100, 25), (100.0, 26.8))],
)
def test_level_upright_diagonal_and_fifteen_degrees(xy, wanted):
    assert snapped((0, 0), xy) == pytest.approx(wanted, abs=0.5)


@given(centre=places, xy=places, base=st.floats(-360, 360))
def test_it_is_the_nearest_place_on_a_line_of_the_fan(centre, xy, base):
    found = snapped(centre, xy, base)
    far = math.dist(centre, xy)
    assert math.dist(found, xy) <= far * math.sin(math.radians(STEP / 2)) + 1e-6
    assert snapped(centre, found, base) == pytest.approx(found, abs=1e-6)
    if math.dist(found, centre) > 1e-3:
        steps = (angle_of(centre, found) - base) / STEP
        assert steps == pytest.approx(round(steps), abs=1e-3)
