"""Tables of keypoints that as a whole are in other units than px of 256x176: refused with a count."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import InputError
from engine.pose.kinematics import t_pose
from train.data.table_check import check_table

STANDING = t_pose((256, 176))[:, :2].astype(np.float64) * 0.9 + (9, 8)
RNG = np.random.default_rng(5)
ROWS = [STANDING * (1, RNG.uniform(0.95, 1)) + RNG.normal(0, 1, (18, 2)) for _ in range(12)]
CUT = [row * 1.3 - (26, 10) for row in ROWS]  # down to the knees
UPPER = [np.where(np.arange(18)[:, None] % 14 < 8, row, -1) for row in ROWS]  # down to the hips


def without_outside(rows):
    return [np.where(((row >= 0) & (row <= (176, 256))).all(axis=1, keepdims=True), row, -1) for row in rows]


CUT = without_outside(CUT)


@pytest.mark.parametrize("rows", [ROWS, CUT, UPPER], ids=["whole", "cut", "upper"])
def test_right_ones_pass(rows):
    check_table(rows, "t.csv")


@pytest.mark.parametrize("rows", [ROWS, CUT], ids=["whole", "cut"])
@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda xy: xy * 0 - 1, "no joint that is there in any of 12 rows"),
        (lambda xy: xy * 0.5, "12 of 12 rows lie in the upper left quarter"),
        (lambda xy: xy / (176, 256), "12 of 12 rows lie in the upper left quarter"),
        (lambda xy: xy * 1.35, "of the joints of 12 rows lie outside"),
        (lambda xy: xy * 4, "12 of 12 rows lie outside"),
        (lambda xy: xy + (40, 0), "white border of 40 px"),
        (lambda xy: xy[:, ::-1], "only with x and y exchanged"),
        (lambda xy: xy[:, ::-1] * 0.6 + 20, "only with x and y exchanged"),
    ],
)
def test_others_are_refused(rows, change, sentence):
    missing = [(row == -1).all(axis=1, keepdims=True) for row in rows]
    changed = [np.where(gone, -1, change(row)) for row, gone in zip(rows, missing, strict=True)]
    with pytest.raises(InputError, match=sentence):
        check_table(changed, "t.csv")


@pytest.mark.parametrize("rows", [ROWS, CUT, UPPER], ids=["whole", "cut", "upper"])
def test_joints_in_another_order_are_no_bodies(rows):
    """In COCO's, with a neck behind it."""
    order = [0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10, 1]
    with pytest.raises(InputError, match="of 12 rows make no body in that order"):
        check_table([row[order] for row in rows], "t.csv")


def test_faces_with_the_sides_of_backs_are_mirrored():
    mirrored = [(176, 0) + row * (-1, 1) for row in ROWS]
    with pytest.raises(InputError, match="12 of 12 rows with a face have the sides of backs"):
        check_table(mirrored, "t.csv")
    backs = [without_face(row) for row in mirrored]
    check_table(backs, "t.csv")
    check_table([mirrored[0], *backs * 8], "t.csv")  # one of 97 is odd, and the only one with a face
    with pytest.raises(InputError, match="12 of 15 rows with a face"):
        check_table([*mirrored, *ROWS[:3], *backs], "t.csv")


def without_face(row):
    return np.where(np.isin(np.arange(18), (0, 14, 15))[:, None], -1, row)


def test_a_few_odd_rows_do_not_condemn_a_table():
    odd = [*ROWS, STANDING * 4, STANDING[:, ::-1], np.full((18, 2), -1.0)]
    check_table([*odd, *ROWS, *ROWS], "t.csv")


LYING = np.column_stack([STANDING[:, 1] * 0.6 + 10, 200 - STANDING[:, 0] * 0.6])  # turned by a quarter
ASIDE = STANDING * (0.5, 1) + (95, 0)  # right of the middle
FAR = STANDING * 0.4  # small, in the upper left
OUT = np.where(np.arange(18)[:, None] == 4, (190.0, 130.0), STANDING)  # a hand beyond the edge
CROUCHED = np.where(np.isin(np.arange(18), (10, 13))[:, None], STANDING + (0, 40), STANDING)  # feet as well


MIRRORED = (176, 0) + STANDING * (-1, 1)


@pytest.mark.parametrize("row", [LYING, ASIDE, FAR, OUT, CROUCHED, MIRRORED])
@pytest.mark.parametrize("count", [1, 3, 11])
def test_a_few_rows_of_one_person_are_believed(row, count):
    check_table([row] * count, "t.csv")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (LYING, "12 of 12 rows show somebody who stands only with x and y exchanged"),
        (ASIDE, "no joint of 12 rows lies left of 40, as where x count the white border of 40 px"),
        (FAR, "12 of 12 rows lie in the upper left quarter"),
    ],
)
def test_a_table_of_many_people_who_are_all_odd_is_none(row, sentence):
    with pytest.raises(InputError, match=sentence):
        check_table([row] * 12, "t.csv")


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        (STANDING[:, ::-1], "1 of 1 rows fit a picture of 256x176 only with x and y exchanged"),
        (STANDING / (176, 256), "1 of 1 rows lie in the upper left quarter .* they are shares"),
        (STANDING * 4, "most joints of 1 of 1 rows lie outside"),
    ],
)
def test_what_no_picture_can_hold_is_refused_of_one_row(row, sentence):
    with pytest.raises(InputError, match=sentence):
        check_table([row], "t.csv")
