"""Arms that the parsing network hesitates about, in the flat scene, whose arms hang."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.arms_doubted import without_doubt
from engine.compositing.limb_bones import ARMS, off, segments
from engine.pose import skeleton as sk
from engine.regions import CLASSES

RIGHT, LEFT = 0, 1
BROAD = 0.15  # units to either side of its bones
HERS = torch.ones(1, 1, *SIZE)


def bones_of(side: int, pose_B183: Tensor, beyond: float = 0.0) -> Tensor:
    """How far positions are from an arm's bones, in units."""
    placed = segments(pose_B183[0], SIDES)
    upper, forearm = ARMS[side]
    return torch.minimum(off(placed[upper], HERE, 0.0), off(placed[forearm], HERE, beyond))


def told(right: float, around: float, left: float = 0.95) -> Tensor:
    """`parsing.Seen.arms`: so likely is the right arm, what is around it, and the left one."""
    own, made = pose(), torch.zeros(1, CLASSES + 2, *SIZE)
    likely = torch.full((2, *SIZE), around)
    likely[LEFT] = 0.01
    likely[RIGHT][bones_of(RIGHT, own, 0.5) < BROAD] = right
    likely[LEFT][bones_of(LEFT, own, 0.5) < BROAD] = left
    made[0, CLASSES:] = likely.logit()
    return made


@pytest.mark.parametrize("likely", [0.2, 0.3, 0.5])
def test_an_arm_that_is_doubted_all_along_is_there_and_its_jacket_is_not(likely):
    own = pose()
    made = without_doubt(told(likely, 0.02), HERS, own)
    likely_HW = made.arms[0, CLASSES + RIGHT].sigmoid()
    assert made.doubted
    assert likely_HW[bones_of(RIGHT, own) < 0.5 * BROAD].min() > 0.7
    beside = bones_of(RIGHT, own, 0.5) > 2 * BROAD
    assert likely_HW[beside].max() < 0.35
    assert torch.equal(made.arms[:, :CLASSES], told(likely, 0.02)[:, :CLASSES]), "what is beneath"
    assert torch.equal(made.arms[0, CLASSES + LEFT], told(likely, 0.02)[0, CLASSES + LEFT])


def test_nothing_is_added_where_nobody_is_nor_to_what_is_no_arm():
    own = pose()
    there = (HERE.imag < own[0, sk.RIGHT_ELBOW, 1]).float()
    made = without_doubt(told(0.3, 0.02), HERS * there, own).arms
    assert torch.equal(made[..., there == 0], told(0.3, 0.02)[..., there == 0])
    nothing = without_doubt(told(0.02, 0.02), HERS, own).arms[0, CLASSES + RIGHT].sigmoid()
    assert nothing.max() < 0.5


def test_an_arm_that_is_told_or_whose_joints_are_guessed_is_as_it_was():
    """One whose hand is in its pocket is no doubted one: what hides it is not its hand."""
    own, sure = pose(), told(0.9, 0.02)
    assert torch.equal(without_doubt(sure, HERS, own).arms, sure)
    placed = segments(own[0], SIDES)
    hidden = sure.clone()
    hand = off(placed[ARMS[RIGHT][1]], HERE, 0.5, 0.7) < 2 * BROAD
    hidden[0, CLASSES + RIGHT][hand] = torch.tensor(0.15).logit()
    made = without_doubt(hidden, HERS, own)
    assert torch.equal(made.arms, hidden) and not made.doubted
    for joint in (sk.RIGHT_ELBOW, sk.RIGHT_WRIST):
        guessed = own.clone()
        guessed[0, joint, 2] = sk.GUESSED
        doubted = told(0.3, 0.02)
        assert torch.equal(without_doubt(doubted, HERS, guessed).arms, doubted)
