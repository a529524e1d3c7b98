"""Rows go on beside where they end: a top, a belly and trousers of 256 rows, and an arm to their right."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.carried_on import between, carried_on

ROWS, COLUMNS = 256, 176
SIZE = ROWS, COLUMNS
TOP, BELLY, TROUSERS = (230, 230, 235), (180, 120, 90), (60, 80, 120)
ARM = 250
HOLE = slice(80, 180), slice(100, 112)
KNOWN = slice(60, 200), slice(40, 100)


def banded(slope: float = 0.0) -> np.ndarray:
    """The hems at rows 110 and 140 of column 40, so many rows lower a column farther to the right."""
    row_HW, column_HW = np.indices(SIZE)
    level_HW = row_HW - slope * (column_HW - KNOWN[1].start)
    picture = np.empty((*SIZE, 3), np.uint8)
    for first, colour in ((-np.inf, TOP), (110, BELLY), (140, TROUSERS)):
        picture[level_HW >= first] = colour
    picture[:, HOLE[1].start :] = ARM
    return picture


def marked(*parts: tuple[slice, slice]) -> np.ndarray:
    marked_HW = np.zeros(SIZE, bool)
    for part in parts:
        marked_HW[part] = True
    return marked_HW


def made(
    picture: np.ndarray,
    known: np.ndarray | None = None,
    hole: np.ndarray | None = None,
    bare: np.ndarray | float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    known = marked(KNOWN) if known is None else known
    hole = marked(HOLE) if hole is None else hole
    return carried_on(picture, known, known * np.float32(bare), (known | hole).astype(np.float32), 1.0)


def test_a_belly_between_two_hems_goes_on_under_an_arm_as_it_does_beside_it():
    picture, share = made(banded())
    for rows, colour in ((slice(90, 107), TOP), (slice(113, 137), BELLY), (slice(143, 170), TROUSERS)):
        assert np.abs(picture[rows, 100:108] - colour).max() < 3
        assert (share[rows, 100:105] == 1).all()
    assert np.array_equal(picture[70:190, 45:98], banded()[70:190, 45:98]), "what is seen stays"


@pytest.mark.parametrize("slope", [-0.25, 0.25])
@pytest.mark.parametrize("turned", [False, True])
def test_a_hem_that_falls_goes_on_falling(slope, turned):
    """To either side of where it is seen."""
    turn = (lambda plane: np.ascontiguousarray(plane[:, ::-1])) if turned else (lambda plane: plane)
    picture, _ = made(turn(banded(slope)), turn(marked(KNOWN)), turn(marked(HOLE)))
    picture = turn(picture)
    for column in (102, 109):
        is_top = np.abs(picture[80:160, column] - TOP).max(1) < 40
        assert 80 + is_top.argmin() == pytest.approx(110 + slope * (column - 40), abs=1.5)


def test_where_both_ends_are_seen_the_nearer_one_counts_for_more():
    picture = np.full((*SIZE, 3), 100, np.uint8)
    picture[:, 112:] = 104
    known = marked(KNOWN, (KNOWN[0], slice(112, 160)))
    across = made(picture, known)[0][130, 98:114, 0]
    assert across[2] == pytest.approx(100, abs=1) and across[-3] == pytest.approx(104, abs=1)
    assert (np.diff(across) > -0.3).all()


@pytest.mark.parametrize(("bare", "told"), [(0.0, 0.0), (1.0, 1.0)])
def test_deep_under_an_arm_only_skin_goes_on(bare, told):
    hole = marked((HOLE[0], slice(100, 130)))
    picture, share = made(banded(), hole=hole, bare=bare)
    assert share[125, 125] == pytest.approx(told)
    if told:
        assert np.abs(picture[125, 125] - BELLY).max() < 3


def test_behind_what_is_not_asked_for_no_row_goes_on():
    hole = marked((HOLE[0], slice(100, 105)), (HOLE[0], slice(109, 114)))
    share = made(banded(), hole=hole)[1]
    assert (share[100:160, 101:104] == 1).all() and not share[100:160, 110:].any()


def test_there_is_no_edge_where_rows_end_lighter_than_what_is_above_and_below_a_hand():
    """A hand lies on cloth that is 9 levels darker to the right, over which rows bring what is lighter."""
    column_W = np.arange(COLUMNS)
    picture = np.repeat((109 - 9 * between(column_W, 92, 101))[None, :, None], ROWS, 0).repeat(3, 2)
    known = marked((slice(60, 200), slice(40, 108)))
    hand = marked((slice(120, 136), slice(96, 108)))
    under = made(picture.astype(np.uint8), known & ~hand, hand)[0]
    assert abs(under[121, 104, 0] - 100) < 5 and abs(under[134, 104, 0] - 100) < 5


def test_a_crease_ends_and_a_hem_does_not():
    """A crease that is 3 rows tall, and a belly of 30."""
    picture = banded()
    picture[160:163, : HOLE[1].start] = 20
    hole = marked((HOLE[0], slice(100, 130)))
    under = made(picture, hole=hole, bare=1.0)[0]
    assert under[161, 102, 0] < 40, "beside its end it is there"
    assert np.abs(under[161, 120] - TROUSERS).max() < 10
    assert np.abs(under[125, 120] - BELLY).max() < 3


def test_cloth_is_as_rough_under_an_arm_as_beside_it_and_a_fine_picture_is_as_fine():
    chance = np.random.default_rng(0)
    fine = (100 + chance.integers(-8, 9, (4 * ROWS, 4 * COLUMNS, 1))).astype(np.uint8).repeat(3, 2)
    under = made(fine)[0]
    assert under.shape == fine.shape
    beside, there = fine[400:600, 300:380, 0].astype(float).std(), under[400:600, 404:428, 0].std()
    assert there == pytest.approx(beside, rel=0.3)
