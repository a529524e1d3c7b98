"""Arms in one piece, from their shoulders to the hands that are seen."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.compositing.arms_joined import joined
from engine.compositing.moving_least_squares import normalised_pose
from engine.pose import skeleton as sk

SIZE = 160, 160
RIGHT, LEFT = 0, 1
X = 50, 110  # columns of the two arms, which hang: shoulder, elbow, wrist in these rows
ROWS = 30, 70, 110
HAND = slice(110, 132)


def pose() -> Tensor:
    made = torch.zeros(1, 18, 3)
    joints = (
        (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST),
        (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST),
    )
    for arm, x in zip(joints, X, strict=True):
        for joint, y in zip(arm, ROWS, strict=True):
            made[0, joint] = torch.tensor([x, y, 2.0])
    made[0, sk.NECK] = torch.tensor([80.0, 28.0, 2.0])
    return normalised_pose(made, SIZE)


def arms(*gaps: tuple[int, slice], inner: int = 8, outer: int = 5) -> Tensor:
    """Mattes of arms so broad towards the trunk and away from it, less what is lacking in these rows."""
    made = torch.zeros(1, 2, *SIZE)
    made[0, RIGHT, 30:132, X[0] - outer : X[0] + inner] = 1.0
    made[0, LEFT, 30:132, X[1] - inner : X[1] + outer] = 1.0
    for arm, rows in gaps:
        made[0, arm, rows] = 0.0
    return made


WORN = torch.ones(1, 1, *SIZE)
BALD = torch.zeros(1, 1, *SIZE)


def test_what_is_seen_whole_stays():
    assert torch.equal(joined(arms(), WORN, pose(), BALD), arms())


def test_a_cuff_that_is_not_seen_is_as_broad_as_what_is_above_and_below():
    made = joined(arms((RIGHT, slice(98, 112))), WORN, pose(), BALD)[0, RIGHT]
    assert made[98:112, 47:57].min() > 0.9
    assert made[98:112, :42].max() == 0 == made[98:112, 62:].max()


def test_a_cuff_that_is_hardly_seen_is_none():
    """A strip of 3 px of 13."""
    mattes = arms((RIGHT, slice(98, 112)))
    mattes[0, RIGHT, 98:112, 54:57] = 1.0
    assert joined(mattes, WORN, pose(), BALD)[0, RIGHT, 100:110, 47:57].min() > 0.9


def test_above_all_that_is_seen_of_an_arm_it_is_as_the_other_mirrored():
    made = joined(arms((RIGHT, slice(0, 100))), WORN, pose(), BALD)[0, RIGHT]
    assert made[45:100, 47:56].min() > 0.9
    assert made[45:95, 62:].max() == 0 == made[45:95, :42].max()


@pytest.mark.parametrize("outline", [42, 20])
def test_it_goes_on_to_an_outline_that_is_near_and_not_to_one_that_is_far(outline):
    worn = WORN.clone()
    worn[..., :outline] = 0.0
    made = joined(arms((RIGHT, slice(40, 98))), worn, pose(), BALD)[0, RIGHT]
    assert (made[50:90, 43].min() > 0.9) == (outline == 42)
    assert made[50:90, :outline].max() == 0 and made[50:90, 23].max() == 0


def test_an_arm_without_a_hand_may_be_behind_a_back_and_stays_unseen():
    mattes = arms((RIGHT, slice(80, 160)))
    assert torch.equal(joined(mattes, WORN, pose(), BALD), mattes)


def test_an_arm_whose_elbow_is_guessed_is_behind_its_trunk_though_its_hand_is_seen():
    mattes, behind = arms((RIGHT, slice(0, 100))), pose()
    behind[0, sk.RIGHT_ELBOW, 2] = sk.GUESSED
    assert torch.equal(joined(mattes, WORN, behind, BALD), mattes)


def test_what_is_the_other_arms_or_no_cloth_is_not_taken():
    mattes, worn = arms((RIGHT, slice(80, 100))), WORN.clone()
    mattes[0, LEFT, 85:90, 40:110] = 1.0  # it lies across
    worn[..., 92:98, :] = 0.0
    made = joined(mattes, worn, pose(), BALD)[0, RIGHT]
    assert made[85:90].max() == 0 == made[92:98].max()


@pytest.mark.parametrize(
    ("rows", "columns", "is_joined"),
    [
        (slice(30, 70), slice(42, 50), False),
        (slice(30, 70), slice(20, 30), True),
        (slice(30, 33), slice(47, 51), True),
    ],
    ids=["half of it", "elsewhere", "a tip of hair"],
)
def test_what_hair_hides_of_an_arm_is_lacking(rows, columns, is_joined):
    """Beside it is its trunk, which would be taken for the arm. Hair that hangs elsewhere hides nothing."""
    mattes, hair = arms((RIGHT, slice(0, 70))), torch.zeros(1, 1, *SIZE)
    hair[..., rows, columns] = 1.0
    assert torch.equal(joined(mattes, WORN, pose(), hair), mattes) != is_joined
