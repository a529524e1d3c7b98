"""Bare arms that the parsing network takes for nobody's, in the flat scene."""

from __future__ import annotations

import torch
from flat_scene import HERE, SIDES, SIZE, pose

from engine.compositing.arms_bare import with_bare
from engine.compositing.limb_bones import ARMS, off, segments
from engine.pose import skeleton as sk

NONE, NOBODY = torch.zeros(1, 2, *SIZE), torch.zeros(1, 1, *SIZE)


def far(side: int) -> torch.Tensor:
    """How far positions are from an arm's bones, in units."""
    placed = segments(pose()[0], SIDES)
    return torch.stack([off(placed[bone], HERE, 0.0) for bone in ARMS[side]]).amin(0)


def test_skin_along_an_arms_bones_is_the_arms_and_of_two_arms_the_nearer_ones():
    made = with_bare(NONE, torch.ones(1, 1, *SIZE), torch.zeros(1, 1, *SIZE), NOBODY, pose())[0]
    for side in range(2):
        own, other = far(side), far(1 - side)
        assert made[side][(own < 0.25) & (own < other)].min() == 1
        assert made[side][own > other].max() == 0


def test_a_belly_before_the_trunk_is_no_arm_and_skin_beside_the_trunk_is():
    made = with_bare(NONE, torch.ones(1, 1, *SIZE), torch.zeros(1, 1, *SIZE), NOBODY, pose())[0].amax(0)
    nearest = torch.minimum(far(0), far(1))
    belly = torch.zeros(SIZE, dtype=torch.bool)
    belly[55:60, 46:50] = True  # in the middle, between shoulders and hips
    assert nearest[belly].min() > 0.45 and made[belly].max() == 0
    beside = torch.zeros(SIZE, dtype=torch.bool)
    beside[50:60, :34] = True
    beside &= (nearest > 0.5) & (nearest < 0.75)
    assert beside.sum() > 20 and made[beside].min() == 1
    hands = [off(segments(pose()[0], SIDES)[arm[1]], HERE, 0.5) for arm in ARMS]
    assert made[torch.minimum(nearest, torch.minimum(*hands)) > 1.0].max() == 0


def test_a_chest_that_is_bare_without_arms_too_is_none_and_what_is_seen_stays():
    seen = torch.rand(1, 2, *SIZE)
    assert torch.equal(
        with_bare(seen, torch.ones(1, 1, *SIZE), torch.ones(1, 1, *SIZE), NOBODY, pose()), seen
    )
    assert torch.equal(
        with_bare(seen, torch.zeros(1, 1, *SIZE), torch.zeros(1, 1, *SIZE), NOBODY, pose()), seen
    )
    unknown = pose()
    unknown[0, :, 2] = 0
    bare = torch.ones(1, 1, *SIZE)
    assert torch.equal(with_bare(seen, bare, torch.zeros_like(bare), bare, unknown), seen)


def test_who_is_there_only_with_arms_is_an_arm_within_reach_of_its_bones_hand_and_all():
    """A sleeve that looks like its wall; a bag that hangs from the hand is farther off."""
    skin = torch.zeros(1, 1, *SIZE)
    made = with_bare(NONE, skin, skin, torch.ones(1, 1, *SIZE), pose())[0]
    placed = segments(pose()[0], SIDES)
    hand = off(placed[ARMS[1][1]], HERE, 0.45, 1.05) < 0.2
    assert made[1][hand].min() == 1
    nearest = torch.minimum(far(0), far(1))
    assert made.amax(0)[nearest < 0.25].min() == 1 and made.amax(0)[(nearest > 0.45) & ~hand][:40].max() == 0


def test_beside_a_guessed_elbow_who_is_there_only_with_arms_may_be_a_coat():
    skin, behind = torch.zeros(1, 1, *SIZE), pose()
    behind[0, sk.LEFT_ELBOW, 2] = sk.GUESSED
    made = with_bare(NONE, skin, skin, torch.ones(1, 1, *SIZE), behind)[0]
    assert made[1].max() == 0 and made[0].max() == 1
