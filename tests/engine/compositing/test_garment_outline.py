"""Where a body would be in a garment, told by its outline."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.garment_outline import EASE, begins_narrow, between_legs, lower, upper
from engine.cv import cv2

ROWS, COLUMNS = 256, 176


def drawn(*corners: tuple[int, int]) -> np.ndarray:
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.fillPoly(mask, [np.array(corners, np.int32)], 1)
    return mask > 0


def shirt(long: bool = False, hem: int = 200) -> np.ndarray:
    """Armpits at x = 56 and 120, y = 78."""
    end, hand = ((6, 180), (22, 186)) if long else ((14, 80), (30, 98))
    left = [(70, 40), (46, 52), end, hand, (56, 78), (56, hem)]
    return drawn(*left, *[(176 - x, y) for x, y in reversed(left)])


def arms_of(mask: np.ndarray) -> np.ndarray:
    """What a network would call arms: all that is farther aside."""
    return mask & (np.abs(np.arange(COLUMNS) - 88) > 40)


@pytest.mark.parametrize("long", [False, True])
def test_armpits_and_sleeves_are_where_an_outline_has_them(long):
    mask = shirt(long)
    found = upper(mask, arms_of(mask))
    assert found.breadth == pytest.approx(64 / EASE, abs=3)
    assert found.joints.mean(0)[0] == pytest.approx(88, abs=1)
    for way, sleeve in zip((-1, 1), found.sleeves, strict=True):
        assert sleeve.armpit == pytest.approx((88 + way * 32, 78), abs=3)
        assert np.abs(sleeve.line[-1] - (88 + way * (74 if long else 66), 182 if long else 89)).max() < 8
        assert not sleeve.mask[150:, 88 + way * 20].any() and sleeve.mask[80, 88 + way * 50]
    assert found.half[150] == pytest.approx(32, abs=2)


@pytest.mark.parametrize("inner", [(44, 112), (30, 98), (20, 84)], ids=["inwards", "across", "outwards"])
def test_a_sleeves_line_ends_at_the_middle_of_its_hem_however_that_is_cut(inner):
    """And not at the corner that is farthest from its armhole. The outer corner is at (14, 80)."""
    left = [(70, 40), (46, 52), (14, 80), inner, (56, 78), (56, 200)]
    mask = drawn(*left, *[(176 - x, y) for x, y in reversed(left)])
    hem_22 = np.array(((14, 80), inner), float)
    for way, sleeve in zip((-1, 1), upper(mask, arms_of(mask)).sleeves, strict=True):
        assert sleeve.line[-1] == pytest.approx(
            (88 + way * (88 - hem_22[:, 0].mean()), hem_22[:, 1].mean()), abs=3
        )
        (x, y), (hem_x, hem_y) = np.diff(sleeve.line, axis=0)[-1], np.diff(hem_22, axis=0)[0]
        hem_x *= -way
        along, aside = x * hem_x + y * hem_y, x * hem_y - y * hem_x
        assert sleeve.slant == pytest.approx(along / aside, abs=0.2)


def test_a_long_dress_has_its_short_sleeves():
    """Of its height they are hardly anything."""
    left = [(80, 16), (68, 22), (58, 44), (66, 48), (70, 42), (70, 90), (66, 240)]
    mask = drawn(*left, *[(176 - x, y) for x, y in reversed(left)])
    found = upper(mask, mask & (np.abs(np.arange(COLUMNS) - 88) > 20))
    assert all(sleeve is not None and not sleeve.mask[60:].any() for sleeve in found.sleeves)
    assert found.breadth == pytest.approx(36 / EASE, abs=3)


def test_a_sleeve_that_lies_on_the_trunk_is_where_the_other_is():
    mask = shirt(long=True)
    cv2_mask = mask.astype(np.uint8)
    cv2_mask[95:160, 118:150] |= drawn((120, 95), (150, 95), (150, 160), (120, 160))[95:160, 118:150]
    found = upper(cv2_mask > 0, arms_of(cv2_mask > 0))
    assert found.breadth == pytest.approx(64 / EASE, abs=4)
    assert all(sleeve is not None for sleeve in found.sleeves)


def test_what_has_no_arms_has_no_sleeves_whatever_its_waist():
    swimsuit = drawn(
        (60, 20), (52, 80), (70, 130), (50, 180), (88, 230), (126, 180), (106, 130), (124, 80), (116, 20)
    )
    found = upper(swimsuit, np.zeros_like(swimsuit))
    assert found.sleeves == (None, None)
    assert 20 < found.joints[0, 1] < 60


def test_what_is_cut_wide_and_short_is_not_shrunk_to_a_child_s():
    """So broad as it is, it would end above the waist."""
    short, usual = (upper(mask, arms_of(mask)) for mask in (shirt(hem=110), shirt()))
    assert short.breadth < 0.9 * usual.breadth


@pytest.mark.parametrize("trunk", [slice(0, 0), slice(200, 256)], ids=["sleeves alone", "trunk below"])
def test_where_no_row_has_arms_and_trunk_the_rows_tell(trunk):
    mask = shirt()
    arms = mask.copy()
    arms[trunk] = False
    assert 20 < upper(mask, arms).breadth < 176


def trousers(crotch: int = 100, hem: int = 240) -> np.ndarray:
    left = [(60, 20), (48, 80), (40, hem), (70, hem), (88, crotch)]
    return drawn(*left, *[(176 - x, y) for x, y in reversed(left[:-1])])


@pytest.mark.parametrize(("crotch", "hem"), [(100, 240), (90, 140)], ids=["trousers", "shorts"])
def test_a_crotch_parts_the_legs(crotch, hem):
    found = lower(trousers(crotch, hem))
    assert (found.middle, found.waist, found.crotch, found.hem) == pytest.approx((88, 20, crotch, hem), abs=3)
    assert found.legs[0, 1, 0] == pytest.approx(55, abs=4) and found.legs[1, 1, 0] == pytest.approx(
        121, abs=4
    )


def test_legs_that_go_aside_part_where_their_gap_is_and_end_where_each_does():
    mask = drawn((60, 20), (116, 20), (150, 240), (130, 240), (102, 90), (90, 220), (70, 220))
    between_h = between_legs(mask, np.full(ROWS, 100.0), near=20.0)
    assert between_h[[60, 200]] == pytest.approx([101, 108], abs=2), "above the gap it goes on straight"
    assert np.abs(np.diff(between_h)).max() < 1.5, "evenly"
    far_h = np.full(ROWS, 60.0)
    assert (between_legs(mask, far_h, near=20.0) == far_h).all(), "that gap is another's"
    found = lower(mask, between_h)
    assert found.hems == pytest.approx((220, 240), abs=2)
    assert found.parted == pytest.approx(92, abs=4)
    hidden = lower(drawn((60, 20), (116, 20), (116, 240), (90, 240), (88, 120), (60, 120)), between_h)
    assert hidden.hems[0] > 190, "a leg that goes behind the other is as long"


def test_a_hanger_is_no_waist():
    mask = trousers()
    mask[5:20, 84:92] = True
    assert lower(mask).waist == pytest.approx(20, abs=2)


def test_what_hangs_beside_a_waist_moves_no_middle():
    skirt = drawn((60, 20), (116, 20), (130, 150), (46, 150))
    skirt[18:28, 116:150] = True
    assert lower(skirt).middle == pytest.approx(88, abs=2)


def test_a_sleeve_that_lies_bent_is_as_long_as_it_is():
    straight, bent = (
        upper(mask, arms_of(mask)).sleeves[0].line
        for mask in (
            shirt(long=True),
            drawn(
                *[(70, 40), (46, 52), (6, 120), (30, 186), (44, 178), (26, 122), (56, 78), (56, 200)],
                *[(120, 200), (120, 78), (170, 186), (154, 180), (130, 52), (106, 40)],
            ),
        )
    )
    assert len(straight) == 2 and len(bent) == 3
    assert bent[1][0] < 28 and bent[-1][1] > 170


def test_long_legs_that_touch_below_have_their_crotch_above():
    tall = trousers()[:, 36:140].repeat(2, 0)
    touching = tall.copy()
    touching[200:400, 40:64] = True
    assert lower(touching).crotch < 0.5 * lower(touching).hem
    assert lower(trousers(110, 150)).crotch == pytest.approx(110, abs=4), "those of shorts are deep"


def test_threads_of_a_frayed_hem_do_not_make_it_longer():
    mask = trousers(hem=200)
    for x in (44, 66, 112, 130):
        mask[200:236, x : x + 2] = True
    assert lower(mask).hem == pytest.approx(200, abs=3)


def test_a_slip_dress_begins_narrow_and_trousers_and_skirts_do_not():
    slip = drawn((70, 60), (80, 40), (88, 70), (96, 40), (106, 60), (112, 240), (64, 240))
    assert begins_narrow(slip)
    assert not begins_narrow(trousers(90, 240)) and not begins_narrow(
        drawn((64, 20), (48, 200), (128, 200), (112, 20))
    )
