"""Crossed arms, in the flat scene: both wrists are pulled beyond the other elbow."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.compositing.arms_crossed import forearms_cross, uncrossed
from engine.compositing.limb_bones import ARMS, Segment, off, segments
from engine.pose import skeleton as sk

RIGHT, LEFT = 0, 1
ALL = torch.ones(1, 1, *SIZE)


def crossed() -> Tensor:
    """Elbows at (36, 64) and (60, 64) or so; each wrist is before the other upper arm."""
    hangs = pose()
    own = hangs.clone()
    for wrist, elbow in ((sk.RIGHT_WRIST, sk.LEFT_ELBOW), (sk.LEFT_WRIST, sk.RIGHT_ELBOW)):
        own[0, wrist, :2] = hangs[0, elbow, :2] + torch.tensor([0.0, -0.12])
    return own


def near(pose_B183: Tensor, bone: int, far: float = 0.07, begin: float = 0.0, beyond: float = 0.0) -> Tensor:
    return off(segments(pose_B183[0], SIDES)[bone], HERE, beyond, begin) < far


def told(right: float, left: float) -> Tensor:
    """Mattes of a network that is so sure of both arms everywhere."""
    return torch.stack([torch.full(SIZE, right), torch.full(SIZE, left)])[None]


@pytest.mark.parametrize(("right", "left"), [(0.9, 0.6), (0.6, 0.9)])
def test_forearms_are_before_upper_arms_and_of_forearms_that_which_the_network_sees(right, left):
    own = crossed()
    made = uncrossed(told(right, left), ALL, ALL, own)[0]
    forearms = [near(own, bone, begin=0.15) for _, bone in ARMS]
    uppers = [near(own, bone) for bone, _ in ARMS]
    for side in (RIGHT, LEFT):
        over = forearms[side] & uppers[1 - side] & ~forearms[1 - side]
        assert over.sum() > 3
        assert made[side][over].min() > 0.9 and made[1 - side][over].max() < 0.1
    met = forearms[RIGHT] & forearms[LEFT]
    assert met.sum() > 10
    ahead = RIGHT if right > left else LEFT
    assert made[ahead][met].min() > 0.9 and made[1 - ahead][met].max() < 0.1
    assert (made.sum(0) <= 1.0 + 1e-6).all(), "no px is of both"


def test_a_hand_that_is_not_seen_is_behind_the_other_arm_and_none_of_its_own():
    own = crossed()
    bare = torch.zeros_like(ALL)
    bare[0, 0][HERE.real > 0] = 1.0  # of the two hands the right one
    made = uncrossed(told(0.7, 0.7), bare, ALL, own)[0]
    hands = [near(own, bone, 0.05, 1.1, 0.3) for _, bone in ARMS]
    assert made[RIGHT][hands[RIGHT]].min() > 0.9 and made[LEFT][hands[LEFT]].max() < 0.1


@pytest.mark.parametrize(("bare", "seen"), [(0.12, False), (0.2, True)])
def test_of_a_hand_that_is_seen_a_sixth_is_told_to_be_bare(bare, seen):
    own = crossed()
    made = uncrossed(told(0.7, 0.7), bare * ALL, ALL, own)[0]
    for side, (_, bone) in enumerate(ARMS):
        assert (made[side][near(own, bone, 0.05, 1.1, 0.3)] > 0.9).all() == seen


def test_nothing_is_an_arm_where_nothing_is_worn_and_nobodys_arms_are_changed_that_do_not_cross():
    own = crossed()
    assert uncrossed(told(0.7, 0.7), ALL, torch.zeros_like(ALL), own).max() == 0
    for other in (pose(), pose({sk.LEFT_WRIST: (-10.0, -4.0)})):
        assert torch.equal(uncrossed(told(0.7, 0.4), ALL, ALL, other), told(0.7, 0.4))
    hidden = own.clone()
    hidden[0, sk.LEFT_WRIST, 2] = sk.GUESSED
    assert torch.equal(uncrossed(told(0.7, 0.4), ALL, ALL, hidden), told(0.7, 0.4)), "behind the back"
    unknown = own.clone()
    unknown[0, sk.LEFT_ELBOW, 2] = 0
    assert torch.equal(uncrossed(told(0.7, 0.4), ALL, ALL, unknown), told(0.7, 0.4))


place = st.complex_numbers(max_magnitude=2.0)


@given(place, place, place, place)
def test_that_two_forearms_cross_is_told_alike_of_both_and_in_a_mirror(a, b, c, d):
    if min(abs(b - a), abs(d - c)) < 1e-3:
        return
    one, other = Segment(a, b, 1.0), Segment(c, d, 1.0)
    mirrored = [Segment(-e.begin.conjugate(), -e.end.conjugate(), 1.0) for e in (one, other)]
    assert forearms_cross(one, other) == forearms_cross(other, one) == forearms_cross(*mirrored)


def test_hands_that_reach_over_the_other_forearm_cross_it_and_those_that_end_before_it_do_not():
    across = Segment(0.5 - 1j, 0.5 + 1j, 1.0)
    assert forearms_cross(Segment(0j, 0.4 + 0j, 1.0), across)
    assert not forearms_cross(Segment(0j, 0.3 + 0j, 1.0), across)
