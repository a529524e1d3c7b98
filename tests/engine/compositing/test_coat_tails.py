"""Tails of coats that pass for sleeves, in the flat scene, whose arms hang."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.coat_tails import without_tails
from engine.compositing.limb_bones import ARM_CHAINS, ARMS, segments
from engine.compositing.ribbons import place_of, ribbon
from engine.regions import CLASSES

RIGHT = 0
CLOTH = torch.zeros(1, 1, *SIZE)
SLEEVE, VALLEY = 0.14, 0.22  # units to either side, up to which a sleeve and a valley beside it reach


def told(valley: float, tail: float) -> tuple[Tensor, Tensor, Tensor]:
    """`parsing.Seen.arms` with a tail beside the right forearm, away from the trunk; where that is; and where
    the sleeve is. valley, tail: how likely each is of the arm, which is .95."""
    own = pose()
    placed = segments(own[0], SIDES)
    line = ribbon(own[0], placed, ARM_CHAINS[RIGHT], 1.0, SIDES)
    assert line is not None
    where = place_of(HERE, line.line_N)
    far = where.aside.abs() / placed[ARMS[RIGHT][0]].unit
    below = (where.piece >= line.joints[1] + 5) & ~where.beyond
    beside = below & (far < 0.44) & (HERE.real < HERE.real[far < 0.02].mean()) & (far > SLEEVE)
    likely = torch.full(SIZE, 0.01)
    likely[(far < SLEEVE) & ~where.beyond] = 0.95
    likely[beside] = tail
    likely[beside & (far < VALLEY)] = valley
    made = torch.full((1, CLASSES + 2, *SIZE), -6.0)
    made[0, CLASSES + RIGHT] = likely.logit()
    return made, beside & (far > VALLEY), (far < 0.8 * SLEEVE) & ~where.beyond


@pytest.mark.parametrize("valley", [0.02, 0.3, 0.6])
def test_a_tail_beyond_a_valley_is_no_sleeve(valley):
    arms, tail, sleeve = told(valley, 0.92)
    made = without_tails(arms, CLOTH, pose())[0, CLASSES + RIGHT].sigmoid()
    assert tail.sum() > 20
    assert made[tail].max() < 0.05
    assert torch.equal(made[sleeve], arms[0, CLASSES + RIGHT].sigmoid()[sleeve])


@pytest.mark.parametrize(("valley", "tail"), [(0.95, 0.95), (0.9, 0.92), (0.6, 0.7), (0.02, 0.3)])
def test_a_sleeve_that_is_broad_or_ends_once_is_as_it_was(valley, tail):
    arms, _, _ = told(valley, tail)
    assert torch.equal(without_tails(arms, CLOTH, pose()), arms)


def test_a_hand_is_no_tail():
    arms, _, _ = told(0.3, 0.92)
    assert torch.equal(without_tails(arms, torch.ones_like(CLOTH), pose()), arms)
