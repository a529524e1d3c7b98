"""What a leg that goes leaves."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.legs_left import legs_left
from engine.compositing.limb_bones import BONES, segments
from engine.compositing.limbs_elsewhere import Elsewhere

RIGHT, LEFT = slice(36, 47), slice(50, 61)


def limbs() -> Tensor:
    """Both legs, from their hips on, 3 px apart."""
    made = torch.zeros(4, *SIZE)
    made[0, 66:122, RIGHT] = 1.0
    made[1, 66:122, LEFT] = 1.0
    return made


def bones(**parts: float) -> list[Elsewhere]:
    """Legs whose bones are so far elsewhere: by name of their kind and side."""
    placed = segments(pose()[0], SIDES)
    names = "right_thigh", "right_shank", "left_thigh", "left_shank"
    return [
        Elsewhere(number, BONES[number], placed[number], placed[number], parts.get(name, 0.0), 0.0, False)
        for number, name in enumerate(names)
    ]


@pytest.mark.parametrize("part", [1.0, 0.5])
def test_a_leg_that_goes_leaves_its_plate_and_the_other_leg(part):
    went, stays = legs_left(limbs(), bones(right_thigh=part, right_shank=part), HERE, SIDES)
    assert went[70:120, 37:46] == pytest.approx(torch.full((50, 9), part), abs=1e-5)
    assert stays[70:120, 51:60] == pytest.approx(torch.full((50, 9), part), abs=1e-5)
    assert (went * (1 - stays))[70:120, 53:].max() < 0.1 and went[:60].max() == 0
    assert (went[70:120, 34] > 0.3 * part).all(), "the wall beside it has something of its colours"


def test_a_thigh_that_stays_is_not_taken_away_with_its_shank():
    """The knee is at row 90."""
    went, _ = legs_left(limbs(), bones(right_shank=1.0), HERE, SIDES)
    assert went[66:84, 36:47].max() == 0 and went[96:120, 37:46].min() == 1


def test_nothing_is_left_by_legs_that_stay():
    went, stays = legs_left(limbs(), bones(), HERE, SIDES)
    assert went.max() == 0 == stays.max()
