"""Poses between poses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pose.between import between, steps_between
from engine.pose.kinematics import move_joint, t_pose
from engine.pose.skeleton import LEFT_ELBOW, LEFT_WRIST, PARENTS, RIGHT_WRIST

SIZE = (256, 176)
STANDING = np.array(t_pose(SIZE), np.float32)
RAISED = move_joint(STANDING, LEFT_WRIST, (120.0, 20.0), size=SIZE)


def lengths(pose: np.ndarray) -> np.ndarray:
    return np.array(
        [np.linalg.norm(pose[j, :2] - pose[p, :2]) for j, p in enumerate(PARENTS) if p is not None]
    )


@given(share=st.floats(0, 1))
def test_limbs_are_between_the_lengths_of_both_ends(share):
    one, other, now = lengths(STANDING), lengths(RAISED), lengths(between(STANDING, RAISED, share))
    assert (now >= np.minimum(one, other) - 0.01).all() and (now <= np.maximum(one, other) + 0.01).all()


def test_it_begins_and_ends_where_it_says():
    assert between(STANDING, RAISED, 0.0) == pytest.approx(STANDING, abs=1e-3)
    assert between(STANDING, RAISED, 1.0) == pytest.approx(RAISED, abs=1e-3)


def test_a_forearm_turns_rather_than_shrinks():
    start, end = STANDING.copy(), STANDING.copy()
    start[LEFT_WRIST, :2] = start[LEFT_ELBOW, :2] + (20, 0)
    end[LEFT_WRIST, :2] = end[LEFT_ELBOW, :2] + (0, 20)
    middle = between(start, end, 0.5)
    assert middle[LEFT_WRIST, :2] - middle[LEFT_ELBOW, :2] == pytest.approx([200**0.5, 200**0.5], abs=1e-3)


def test_a_joint_that_one_end_lacks_is_there_on_the_other_half_and_keeps_to_its_parent():
    end = STANDING.copy()
    end[RIGHT_WRIST] = 0
    end[:, 0] += 20 * (end[:, 2] > 0)
    assert between(STANDING, end, 0.6)[RIGHT_WRIST, 2] == 0
    early = between(STANDING, end, 0.4)
    assert early[RIGHT_WRIST, 2] > 0
    assert early[RIGHT_WRIST, :2] - STANDING[RIGHT_WRIST, :2] == pytest.approx([8, 0], abs=1e-3)


def test_there_and_back_shows_neither_end_twice():
    poses = steps_between(STANDING, RAISED, 5, and_back=True)
    assert len(poses) == 8
    assert all(
        not np.array_equal(one, other) for one, other in zip(poses, [*poses[1:], poses[0]], strict=True)
    )
    assert np.array_equal(poses[1], poses[-1])
