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


def test_a_few_odd_rows_do_not_condemn_a_table():
    odd = [*ROWS, STANDING * 4, STANDING[:, ::-1], np.full((18, 2), -1.0)]
    check_table([*odd, *ROWS, *ROWS], "t.csv")
