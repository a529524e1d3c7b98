"""Feet that touch."""

from __future__ import annotations

from cmath import phase, rect
from math import radians

import pytest
import torch
from flat_scene import HERE, PX, SIDES, SIZE

from engine.compositing.feet_apart import feet, off_foot
from engine.compositing.limb_bones import Segment

DOWN = 24j * PX
SHANKS = tuple(Segment(ankle - DOWN, ankle, abs(DOWN)) for ankle in (-4 * PX + 0.6j, 4 * PX + 0.6j))


def shoes(*turns: float) -> torch.Tensor:
    """How far px are of feet [H, W] that are turned by so many degrees, and of shanks."""
    seen_HW = torch.zeros(SIZE)
    for shank, turn in zip(SHANKS, turns, strict=True):
        foot = Segment(shank.end, shank.end + 0.45 * shank.step * rect(1.0, radians(turn)), shank.unit)
        seen_HW[(off_foot(foot, HERE) < 3 * PX) | (off_foot(shank, HERE) < 3 * PX)] = 1.0
    return seen_HW


@pytest.mark.parametrize("turns", [(0, 0), (0, -60), (60, 0), (45, -45), (-15, -60)])
def test_feet_point_where_their_shoes_do(turns):
    found = feet(SHANKS, shoes(*turns), HERE, SIDES)
    for foot, shank, turn in zip(found, SHANKS, turns, strict=True):
        assert foot.begin == shank.end
        assert phase(foot.step / shank.step) == pytest.approx(radians(turn), abs=radians(16))


def test_no_foot_crosses_the_other():
    """Both shoes are as near to the wrong ankle's ways that cross."""
    one, other = feet(SHANKS, shoes(0, -60), HERE, SIDES)
    assert one.end.real < other.end.real


def test_one_shoe_that_is_seen_is_one_foots():
    """The other is hidden, and goes on from its shank."""
    shoe_HW = shoes(0, 0) * (HERE.real > 0)
    one, other = feet(SHANKS, shoe_HW, HERE, SIDES)
    assert phase(other.step / DOWN) == pytest.approx(0.0, abs=radians(16))
    assert off_foot(one, HERE)[shoe_HW > 0].mean() > off_foot(other, HERE)[shoe_HW > 0].mean()


def test_feet_that_nobody_sees_go_on_from_their_shanks():
    for foot, shank in zip(feet(SHANKS, torch.zeros(SIZE), HERE, SIDES), SHANKS, strict=True):
        assert phase(foot.step / shank.step) == pytest.approx(0.0, abs=1e-6)


def toe(shank: Segment, turn: float) -> complex:
    """Of a foot that is turned by so many degrees, a little longer than it is told by its pixels."""
    return shank.end + 0.5 * shank.step * rect(1.0, radians(turn))


def test_a_foot_whose_toes_were_seen_points_to_them_though_its_shoe_is_a_little_off():
    right, left = (toe(shank, 15) for shank in SHANKS)
    for told, turns in (((right, left), (15, 15)), ((None, None), (0, 0)), ((right, None), (15, 0))):
        found = feet(SHANKS, shoes(0, 0), HERE, SIDES, told)
        assert [phase(each.step / DOWN) for each in found] == pytest.approx([radians(turn) for turn in turns])


def test_toes_that_were_seen_on_each_others_feet_tell_nothing():
    crossed = [toe(shank, turn) for shank, turn in zip(SHANKS, (-60, 60), strict=True)]
    assert feet(SHANKS, shoes(0, -15), HERE, SIDES, crossed) == feet(SHANKS, shoes(0, -15), HERE, SIDES)


def test_a_foot_may_be_where_a_photo_ends():
    """The shanks end at the photo's lower edge, and nothing of a shoe is seen; left of it is something."""
    shanks = tuple(Segment(ankle - DOWN, ankle, abs(DOWN)) for ankle in (-8 * PX + 1j, 8 * PX + 1j))
    beside_HW = ((HERE.imag > 1 - 6 * PX) & (HERE.real > -5 * PX)).float()
    for foot, shank in zip(feet(shanks, beside_HW, HERE, SIDES), shanks, strict=True):
        assert abs(phase(foot.step / shank.step)) < radians(20)
