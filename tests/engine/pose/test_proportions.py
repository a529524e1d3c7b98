"""Lengths of a body changed, its pose kept."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pose import skeleton as sk
from engine.pose.kinematics import t_pose
from engine.pose.proportions import LEAST, MOST, PARTS, with_proportions

STANDING = np.array(t_pose((256, 176)), np.float32)


def bones(pose: np.ndarray) -> dict[int, np.ndarray]:
    return {j: pose[j, :2] - pose[p, :2] for j, p in enumerate(sk.PARENTS) if p is not None}


@given(part=st.sampled_from(sorted(PARTS)), times=st.floats(LEAST, MOST))
def test_bones_of_the_part_are_longer_and_none_is_turned(part, times):
    before, after = bones(STANDING), bones(with_proportions(STANDING, {part: times}))
    for joint, bone in before.items():
        wanted = times if joint in PARTS[part] else 1.0
        assert after[joint] == pytest.approx(wanted * bone, abs=1e-3)


def test_feet_stay_on_their_ground_and_a_bust_keeps_its_neck():
    longer = with_proportions(STANDING, {"legs": 1.3})
    ankles = [sk.RIGHT_ANKLE, sk.LEFT_ANKLE]
    assert longer[ankles, 1].max() == pytest.approx(STANDING[ankles, 1].max(), abs=1e-3)
    assert longer[sk.NECK, 1] < STANDING[sk.NECK, 1]
    bust = STANDING.copy()
    bust[8:14] = 0
    broader = with_proportions(bust, {"shoulders": 1.2})
    assert np.array_equal(broader[sk.NECK], bust[sk.NECK]) and not broader[8:14].any()


def test_nothing_asked_is_nothing_done():
    assert with_proportions(STANDING, {}) == pytest.approx(STANDING, abs=1e-4)
