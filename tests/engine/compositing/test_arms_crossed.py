"""Crossed arms, in the flat scene: both wrists are pulled beyond the other elbow."""

from __future__ import annotations

import pytest
import torch
from flat_scene import HERE, SIDES, SIZE, pose
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from engine.compositing.arms_crossed import uncrossed
from engine.compositing.limb_bones import ARMS, Segment, forearms_cross, off, segments
from engine.pose import skeleton as sk

RIGHT, LEFT = 0, 1
ALL = torch.ones(1, 1, *SIZE)
NO_HANDS = torch.zeros(1, 2, *SIZE)


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
    made = uncrossed(told(right, left), NO_HANDS, ALL, ALL, own)[0]
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
    made = uncrossed(told(0.7, 0.7), NO_HANDS, bare, ALL, own)[0]
    hands = [near(own, bone, 0.05, 1.1, 0.3) for _, bone in ARMS]
    assert made[RIGHT][hands[RIGHT]].min() > 0.9 and made[LEFT][hands[LEFT]].max() < 0.1


@pytest.mark.parametrize(("bare", "seen"), [(0.12, False), (0.2, True)])
def test_of_a_hand_that_is_seen_a_sixth_is_told_to_be_bare(bare, seen):
    own = crossed()
    made = uncrossed(told(0.7, 0.7), NO_HANDS, bare * ALL, ALL, own)[0]
    for side, (_, bone) in enumerate(ARMS):
        assert (made[side][near(own, bone, 0.05, 1.1, 0.3)] > 0.9).all() == seen


def test_nothing_is_an_arm_where_nothing_is_worn_and_nobodys_arms_are_changed_that_do_not_cross():
    own = crossed()
    assert uncrossed(told(0.7, 0.7), NO_HANDS, ALL, torch.zeros_like(ALL), own).max() == 0
    for other in (pose(), pose({sk.LEFT_WRIST: (-10.0, -4.0)})):
        assert torch.equal(uncrossed(told(0.7, 0.4), NO_HANDS, ALL, ALL, other), told(0.7, 0.4))
    hidden = own.clone()
    hidden[0, sk.LEFT_WRIST, 2] = sk.GUESSED
    behind = uncrossed(told(0.7, 0.4), NO_HANDS, ALL, ALL, hidden)
    assert torch.equal(behind, told(0.7, 0.4)), "behind the back"
    unknown = own.clone()
    unknown[0, sk.LEFT_ELBOW, 2] = 0
    assert torch.equal(uncrossed(told(0.7, 0.4), NO_HANDS, ALL, ALL, unknown), told(0.7, 0.4))


@pytest.mark.parametrize("side", [RIGHT, LEFT])
def test_of_one_hand_that_is_found_the_forearm_is_before_whatever_the_network_sees(side):
    """The other hand is tucked in."""
    own = crossed()
    hands = NO_HANDS.clone()
    hands[0, side] = near(own, ARMS[side][1], 0.05, 1.1, 0.4).float()
    made = uncrossed(told(0.4, 0.7) if side == RIGHT else told(0.7, 0.4), hands, ALL, ALL, own)[0]
    met = near(own, ARMS[RIGHT][1], begin=0.15) & near(own, ARMS[LEFT][1], begin=0.15)
    met &= (hands == 0).all(1)[0]
    assert met.sum() > 10
    assert made[side][met].min() > 0.9 and made[1 - side][met].max() < 0.1


def test_a_hand_that_is_found_is_its_arms_wherever_it_lies_and_nothing_beyond_the_wrist_else():
    own = crossed()
    elbow = off(segments(own[0], SIDES)[ARMS[LEFT][0]], HERE, 0.0, 0.8) < 0.06
    hands = NO_HANDS.clone()
    hands[0, RIGHT] = elbow.float()  # far from where the forearm points
    made = uncrossed(told(0.7, 0.7), hands, ALL, ALL, own)[0]
    assert made[RIGHT][elbow].min() == 1 and made[LEFT][elbow].max() == 0
    beyond = near(own, ARMS[RIGHT][1], 0.03, 1.3, 0.5) & ~elbow
    assert beyond.sum() > 3 and made[RIGHT][beyond].max() < 0.9


@pytest.mark.parametrize("side", [RIGHT, LEFT])
def test_what_is_seen_of_arms_beside_their_bones_is_the_nearer_ones_and_not_far_from_both(side):
    """Thin arms, and a patch below an elbow."""
    own = crossed()
    placed = segments(own[0], SIDES)
    far = torch.stack([torch.minimum(*(off(placed[bone], HERE, 0.0) for bone in arm)) for arm in ARMS])
    elbow = placed[ARMS[side][0]].end
    below = (HERE.imag > elbow.imag) & ((HERE.real - elbow.real).abs() < 0.05)
    patch = below & (far[side] > 0.22) & (far[side] < 0.29) & (far[side] < far[1 - side])
    assert patch.sum() > 5
    arms = torch.stack([far[number] < 0.1 for number in (RIGHT, LEFT)]).float()
    arms[RIGHT][below] = 1.0  # the network may take it for the other's
    made = uncrossed(arms[None], NO_HANDS, ALL, ALL, own)[0]
    assert made[side][patch].min() > 0.9 and made[1 - side][patch].max() < 0.1
    assert made[:, below & (far.amin(0) > 0.42)].max() == 0


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
