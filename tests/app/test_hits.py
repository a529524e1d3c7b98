"""What lies under the hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.canvas.hits import bone_near, joint_near
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import LIMBS, NOBODY

POSE = t_pose((256, 176))


def test_a_hidden_joint_is_hit_where_no_shown_one_is():
    pose = POSE.copy()
    pose[3, 2] = 0
    spot = tuple(pose[3, :2])
    assert joint_near(pose, spot, 6) == 3
    pose[4, :2] = pose[3, :2] + 4
    assert joint_near(pose, spot, 6) == 4
    assert joint_near(pose, (3.0, 3.0), 6) == -1


@given(st.sampled_from(range(len(LIMBS))), st.floats(0.1, 0.9), st.floats(-5, 5))
def test_a_bone_is_hit_beside_it_and_between_its_ends_only(limb, share, beside):
    one, other = LIMBS[limb]
    alone = NOBODY.copy()
    alone[[one, other]] = POSE[[one, other]]
    along = (alone[other, :2] - alone[one, :2]).astype(float)
    across = np.array([-along[1], along[0]]) / np.hypot(*along)
    spot = alone[one, :2] + share * along + beside * across
    found = bone_near(alone, spot, 3.0) == (one, other)
    assert found == (abs(beside) <= 3.0) or abs(beside) == pytest.approx(3, abs=1e-3)
    beyond = alone[other, :2] + along / np.hypot(*along) * 3.5
    assert bone_near(alone, beyond, 3.0) is None
    alone[other, 2] = 0
    assert bone_near(alone, spot, 30.0) is None


def test_of_two_bones_the_nearer_is_hit():
    middle = (POSE[2, :2] + POSE[3, :2]) / 2
    assert bone_near(POSE, middle + np.float32((1, 0)), 40) == (2, 3)
    assert bone_near(POSE, (5.0, 5.0), 20) is None
