"""One piece of a pattern goes on beside its edge: cloth, and beside it what an arm hides of it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.repeats import ONCE, Cloth, comes_once, led, steps_beside

SIZE = 256, 176
SEEN, HOLE = (slice(40, 216), slice(40, 116)), (slice(40, 216), slice(116, 140))
ROWS = slice(60, 200)  # away from where the cloth ends above and below
Y, X = np.indices(SIZE)


def block(*where: slice) -> np.ndarray:
    marked_HW = np.zeros(SIZE, bool)
    marked_HW[where] = True
    return marked_HW


def cloth(photo_HWC: np.ndarray | None = None) -> Cloth:
    seen_HW, hole_HW = block(*SEEN), block(*HOLE)
    once_2HW = np.zeros((2, *SIZE), np.float32) if photo_HWC is None else comes_once(photo_HWC, seen_HW)
    return Cloth(seen_HW, once_2HW, seen_HW, hole_HW, hole_HW)


def picture(light_HW: np.ndarray) -> np.ndarray:
    """uint8 RGB of what is -1 to 1, an arm in its place."""
    return np.where(block(*HOLE), 230, 128 + 100 * light_HW).astype(np.uint8)[..., None].repeat(3, 2)


def checks(across: float = 20.0, down: float = 14.0, slope: float = 0.0) -> np.ndarray:
    return np.sin(2 * np.pi * X / across) * np.sin(2 * np.pi * (Y - slope * X) / down)


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_step_leads_to_the_same_check_on_either_side(mirrored):
    made = cloth()
    photo_HWC = picture(checks())
    if mirrored:
        photo_HWC, made = np.ascontiguousarray(photo_HWC[:, ::-1]), Cloth(*(each[:, ::-1] for each in made))
    steps_M2 = steps_beside(photo_HWC, made)[ROWS]
    whole = 20.0 if mirrored else -20.0
    assert np.abs(steps_M2 - (0.0, whole)).max() < 0.3


def test_slanted_stripes_are_met_with_their_slope():
    """Steps aside go down as far as the stripes do, whatever they go aside."""
    stripes = np.sin(2 * np.pi * (Y - 0.1 * X) / 10.0)
    steps_M2 = steps_beside(picture(stripes), cloth())[ROWS]
    assert np.abs(steps_M2[:, 0] - 0.1 * steps_M2[:, 1]).max() < 0.5


def test_stripes_that_grow_narrower_are_followed_row_by_row():
    across = 14.0 + 8.0 * (Y - 40) / 176  # from 14 to 22 px
    steps_M2 = steps_beside(picture(np.sin(2 * np.pi * (X - 116) / across)), cloth())[ROWS]
    times_M = np.abs(steps_M2[:, 1]) / across[ROWS, 0]
    assert np.abs(times_M - 1.0).max() < 0.12
    assert np.abs(np.diff(steps_M2[:, 1])).max() < 1.0, "and stay one piece"


def test_a_fine_picture_tells_parts_of_a_px():
    size = 1024, 704
    y, x = np.indices(size)
    stripes = np.sin(2 * np.pi * x / 4 / 12.75) * np.sin(2 * np.pi * y / 4 / 14.0)
    fine_hwC = (128 + 100 * stripes).astype(np.uint8)[..., None].repeat(3, 2)
    steps_M2 = steps_beside(fine_hwC, cloth())[ROWS]
    times = np.rint(-steps_M2[:, 1].mean() / 12.75)
    assert np.abs(steps_M2[:, 1] + 12.75 * times).max() < 0.2


def test_what_comes_once_is_stepped_over():
    """A placket lies a step from what comes to light."""
    placket_HW, near = block(SEEN[0], slice(94, 104)), slice(116, 128)
    photo_HWC = picture(np.where(placket_HW, -0.9, checks()))
    made = cloth(photo_HWC)._replace(near=block(HOLE[0], near))
    found_MW = led(steps_beside(photo_HWC, made), made)[ROWS, near]
    inside = placket_HW[found_MW[..., 0].astype(int), found_MW[..., 1].astype(int)]
    assert not inside.any()
    checks_off_MW = (found_MW[..., 1] - np.arange(116, 128)) / 20.0
    assert np.abs(checks_off_MW - np.rint(checks_off_MW)).max() < 0.03, "whole checks off"


def test_a_badge_beside_the_hole_is_not_stamped_on_it():
    badge_HW, near = block(slice(100, 112), slice(100, 114)), slice(116, 128)
    stripes = np.sin(2 * np.pi * Y / 14.0)
    embroidered = np.random.default_rng(0).random(SIZE) < 0.5
    photo_HWC = picture(np.where(badge_HW & embroidered, -1.0, stripes))
    made = cloth(photo_HWC)._replace(near=block(HOLE[0], near))
    found_MW = led(steps_beside(photo_HWC, made), made)[ROWS, near]
    assert not badge_HW[found_MW[..., 0].astype(int), found_MW[..., 1].astype(int)].any()


def test_what_comes_once_is_unlike_all_else_and_a_pattern_is_not():
    placket_HW = block(SEEN[0], slice(70, 84))
    once_2HW = comes_once(picture(np.where(placket_HW, -0.9, checks())), block(*SEEN))
    for once_HW in once_2HW:
        assert once_HW[80:180, 74:80].min() > 5.0 * once_HW[80:180, 46:62].max()
        assert once_HW[80:180, 74:80].min() > 5.0 * once_HW[80:180, 92:110].max()
        assert not once_HW[~block(*SEEN)].any()
        assert once_HW.max() <= ONCE


def test_a_pocket_is_like_itself_but_like_nothing_a_pocket_away():
    pocket_HW = block(slice(80, 110), slice(60, 82))
    nearer_HW, farther_HW = comes_once(picture(np.where(pocket_HW, -1.0, checks())), block(*SEEN))
    assert farther_HW[90:100, 66:76].min() > 5.0 * nearer_HW[90:100, 66:76].max()


def test_what_is_deeper_than_a_step_takes_more_and_what_leads_to_nothing_none():
    made = cloth()
    found_HW2 = led(np.tile(np.float32((0.0, -10.0)), (SIZE[0], 1)), made)
    assert np.isnan(found_HW2[~made.hole]).all()
    assert (found_HW2[50, 116:126, 1] == np.arange(106, 116)).all()
    assert (found_HW2[50, 136:140, 1] == np.arange(106, 110)).all(), "by three steps"
    assert np.isnan(led(np.tile(np.float32((0.0, 200.0)), (SIZE[0], 1)), made)).all()
