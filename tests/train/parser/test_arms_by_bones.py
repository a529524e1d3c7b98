"""Arms that are seen against the bones that a detector finds."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pose.skeleton import GUESSED, NOBODY
from train.metrics.arms_by_bones import ArmsByBones


def waving() -> tuple[np.ndarray, np.ndarray]:
    """Two arms 6 px broad of a person of 100x100 px, and their joints: the right one is stretched out, the
    left one hangs."""
    arms = np.zeros((2, 100, 100), bool)
    arms[0, 27:33, 5:42] = True
    arms[1, 28:74, 57:63] = True
    joints = NOBODY.copy()
    joints[[2, 3, 4]] = (40, 30, 2), (25, 30, 2), (12, 30, 2)
    joints[[5, 6, 7]] = (60, 30, 2), (60, 48, 2), (60, 66, 2)
    return arms, joints


def figures(arms, joints) -> dict[str, float]:
    tally = ArmsByBones()
    tally.add(arms, joints)
    return tally.figures()


def test_arms_that_lie_on_their_bones():
    told = figures(*waving())
    assert told["forearms on their arm"] == 1 and told["forearms hardly seen"] == 0
    assert told["forearms on the other arm"] == 0 and told["arms beside their bones"] == 0


def test_a_forearm_that_is_lost_and_one_that_is_half_there():
    arms, joints = waving()
    arms[0, :, :25] = False
    arms[1, 61:] = False  # some 3/5 of what is beyond the elbow
    told = figures(arms, joints)
    assert told["forearms hardly seen"] == 0.5
    assert told["forearms on their arm"] == pytest.approx((0 + 6 / 11) / 2, abs=0.05)


def test_arms_taken_for_each_other_and_what_is_no_arm():
    arms, joints = waving()
    assert figures(arms[::-1], joints)["forearms on the other arm"] == 1
    arms[1, 60:90, 70:95] = True  # a bag
    beside = arms[1].sum()
    assert figures(arms, joints)["arms beside their bones"] == pytest.approx(750 / beside / 2, abs=0.02)


def test_of_arms_whose_forearm_is_not_seen_nothing_is_said():
    arms, joints = waving()
    joints[[3, 6], 2] = GUESSED
    assert figures(arms, joints) == {}
