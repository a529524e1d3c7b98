"""Hands by their bones: a drawn one, its fingers straight up, before a wall or half in a pocket."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from engine.compositing.hands_seen import hand_mattes, with_hands_found
from engine.hands import Hand

SIZE = (60, 40)
RIGHT, LEFT = 0, 1
SKIN, DENIM = (205, 150, 120), (60, 80, 130)


def upright() -> np.ndarray:
    """Wrist at (20, 50), knuckles at y = 34, tips at y = 10; the thumb to the left."""
    points = [(20, 50), (15, 46), (10, 42), (8, 38), (6, 34)]
    for x in (14, 18, 22, 26):
        points += [(x, y) for y in (34, 26, 18, 10)]
    return np.array(points, np.float32)


def photo(times: int = 1) -> np.ndarray:
    return np.full((times * SIZE[0], times * SIZE[1], 3), SKIN, np.uint8)


def mattes(seen: np.ndarray, side: int = LEFT) -> torch.Tensor:
    return hand_mattes([[Hand(side, upright(), 0.9)]], [seen], SIZE)[0]


def test_a_hand_is_palm_and_fingers_as_broad_as_its_knuckles_are_apart():
    made = mattes(photo(4))
    assert made.shape == (2, *SIZE) and not made[RIGHT].any()
    hand = made[LEFT]
    for x, y in upright().astype(int):
        assert hand[y, x] > 0.5
    assert hand[40, 18] == 1, "the palm"
    assert hand[20, 13:28].min() > 0.9, "no gaps between fingers that lie together"
    assert hand[20, :11].max() == 0 == hand[20, 29:].max(), "half as far beside the outer ones"
    assert hand[:6].max() == 0
    finer = mattes(photo(8))[LEFT]
    assert (hand - finer).abs().mean() < 0.02, "whatever the photo's size"


def test_fingers_in_a_pocket_end_at_its_edge_and_fingers_in_shade_do_not():
    seen = photo(4)
    seen[: 4 * 30] = DENIM
    hand = mattes(seen)[LEFT]
    assert hand[:20].max() == 0 and hand[36:44, 14:24].min() == 1
    shaded = photo(4)
    shaded[: 4 * 30] = [value // 2 for value in SKIN]
    assert torch.equal(mattes(shaded), mattes(photo(4)))


def test_of_a_hand_that_is_seen_from_its_side_fingers_are_as_broad_as_its_palm_is_long():
    """Knuckles half a px apart, 16 px from the wrist, of which .22 are 3.5 px."""
    points = upright()
    points[5:, 0] = np.repeat([19.25, 19.75, 20.25, 20.75], 4)
    points[1:5, 0] = 20.0
    hand = hand_mattes([[Hand(LEFT, points, 0.9)]], [photo(8)], SIZE)[0, LEFT]
    assert hand[20].sum() == pytest.approx(3.5 + 1.5, abs=0.5)


@pytest.mark.parametrize(
    ("colour", "seen"),
    [((55, 40, 40), True), ((45, 45, 55), False), ((200, 180, 80), True), ((185, 245, 195), False)],
)
def test_a_finger_is_of_its_palms_colour_in_light_and_tint(colour, seen):
    """By .94, 1.06, .97 and 1.06 of what is allowed: the first two in light, the others in tint."""
    picture = np.full((4 * SIZE[0], 4 * SIZE[1], 3), (235, 190, 165), np.uint8)
    picture[: 4 * 30] = colour
    assert (mattes(picture)[LEFT][12:20].max() > 0) == seen


maps = hnp.arrays(np.float32, (1, 2, 5, 4), elements=st.floats(0, 1, width=32)).map(torch.from_numpy)


@given(maps, maps)
def test_a_hand_is_its_own_arms_alone_and_where_both_are_all_stays(arms, hands):
    made = with_hands_found(arms, hands)
    assert made.min() >= 0 and made.max() <= 1
    sure = hands > 0.999
    alone = sure & (hands.flip(1) == 0)
    assert (made[alone] > 0.99).all() and (made.flip(1)[alone] < 0.01).all()
    neither = (hands == 0) & (hands.flip(1) == 0)
    assert torch.equal(made[neither], arms[neither])
    both = (hands == 1) & (hands.flip(1) == 1)
    assert torch.equal(made[both], arms[both])
