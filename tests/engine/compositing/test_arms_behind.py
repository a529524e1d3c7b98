"""The far arm of somebody seen from a side, in the flat scene."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SIDES, pose

from engine.compositing.arms_behind import arms_behind, before_others, without_behind
from engine.pose import skeleton as sk

RIGHT, LEFT = 0, 1
ARMS = [sk.RIGHT_ELBOW, sk.RIGHT_WRIST], [sk.LEFT_ELBOW, sk.LEFT_WRIST]
# Of 24 and 12 px shoulders and hips are this far apart, and the nose is before the neck.
FROM_A_SIDE = {
    sk.RIGHT_SHOULDER: (10.0, 0.0), sk.LEFT_SHOULDER: (-10.0, 0.0),
    sk.RIGHT_HIP: (5.0, 0.0), sk.LEFT_HIP: (-5.0, 0.0), sk.NOSE: (10.0, 0.0),
}  # fmt: skip


def seen_from_a_side(*guessed: int, looks: float = 10.0) -> torch.Tensor:
    made = pose(FROM_A_SIDE | {sk.NOSE: (looks, 0.0)})
    made[0, list(guessed), 2] = sk.GUESSED
    return made


@pytest.mark.parametrize(("looks", "far"), [(10.0, LEFT), (-10.0, RIGHT)])
def test_the_arm_away_from_us_is_behind_if_its_joints_are_guessed(looks, far):
    guessed = seen_from_a_side(*ARMS[far], looks=looks)
    assert arms_behind(guessed, SIDES)[0].tolist() == [far == RIGHT, far == LEFT]
    for seen in ARMS[far]:
        guessed[0, seen, 2] = sk.SEEN
        assert not arms_behind(guessed, SIDES).any(), "a hand that is seen is told"
        guessed[0, seen, 2] = sk.GUESSED
    assert not arms_behind(seen_from_a_side(*ARMS[1 - far], looks=looks), SIDES).any(), "the near one's"


def test_who_is_seen_from_before_has_none_behind():
    before = pose()
    before[0, ARMS[RIGHT], 2] = sk.GUESSED
    assert not arms_behind(before, SIDES).any()


def test_an_arm_that_is_behind_has_no_joints_and_nothing_of_the_other():
    own, behind = seen_from_a_side(*ARMS[LEFT]), torch.tensor([[False, True]])
    made = without_behind(own, behind)
    assert (made[0, ARMS[LEFT], 2] == sk.ABSENT).all()
    others = [joint for joint in range(18) if joint not in ARMS[LEFT]]
    assert torch.equal(made[0, others], own[0, others])
    arms = torch.tensor([1.0, 0.75, 0.0, 1.0, 0.5, 1.0]).view(1, 2, 1, 3)
    assert before_others(arms, behind).flatten().tolist() == [1.0, 0.75, 0.0, 0.0, 0.125, 1.0]
