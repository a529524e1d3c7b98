"""Where trousers end to the sides beneath a top that goes."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.legwear_sides import sides_of

WAIST = 30


def box(rows: slice, columns: slice) -> np.ndarray:
    made = np.zeros((100, 80), bool)
    made[rows, columns] = True
    return made


BODY = box(slice(10, 95), slice(30, 50))


@pytest.mark.parametrize(("first", "last"), [(20, 59), (34, 45)], ids=["loose", "beside an arm"])
def test_they_go_on_as_broad_as_they_are_seen_and_over_into_a_waist(first, last):
    sides = sides_of(box(slice(60, 95), slice(first, last + 1)), BODY, WAIST)
    assert sides[[70, 90]] == pytest.approx(np.array([[first, last]] * 2), abs=0.1)
    assert sides[WAIST] == pytest.approx([30, 49], abs=2)
    assert (np.diff(sides[WAIST:60, 0]) * np.sign(first - 30) >= 0).all()
    assert np.isnan(sides[: WAIST - 1]).all() and np.isnan(sides[95:]).all()


def test_a_hand_before_them_is_passed_over():
    seen = box(slice(40, 95), slice(20, 60))
    seen[60:70] = False
    assert sides_of(seen, BODY, WAIST)[65] == pytest.approx([20, 59], abs=0.1)


def test_what_cuts_into_a_side_for_some_rows_is_no_side():
    seen = box(slice(40, 95), slice(20, 60))
    seen[60:75, 45:] = False
    assert sides_of(seen, BODY, WAIST)[67] == pytest.approx([20, 59], abs=0.1)


def test_where_hardly_anything_of_them_is_seen_nothing_is_told():
    assert np.isnan(sides_of(box(slice(93, 95), slice(20, 60)), BODY, WAIST)).all()
    assert np.isnan(sides_of(box(slice(40, 95), slice(20, 26)), BODY, WAIST)).all(), "a strip is a bag's"
