"""A pose of one body worn by another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.pose import skeleton as sk
from engine.pose.breadth import Breadth, breadth, taken_up_by
from engine.pose.kinematics import bone_lengths, move_joint, t_pose

STANDING = t_pose((256, 176))
SIZES = st.builds(Breadth, st.floats(0.6, 1.0), st.floats(0.3, 0.6))
POINTS = st.tuples(st.floats(20, 150), st.floats(20, 240))
WRIST, ELBOW = sk.LEFT_WRIST, sk.LEFT_ELBOW


@given(SIZES)
def test_the_pose_is_as_broad_as_the_person_and_its_limbs_keep_their_lengths(person):
    body = breadth(STANDING)
    worn = taken_up_by(STANDING, body, person)
    taken = breadth(worn)
    for index in range(2):
        wanted = np.clip(person[index] / body[index], 0.75, 1.3) * body[index]
        if taken is not None:
            assert taken[index] == pytest.approx(wanted, rel=1e-3)
    limbs = [row for row, (a, b) in enumerate(sk.LIMBS) if sk.NECK not in (a, b)]
    assert bone_lengths(worn)[limbs] == pytest.approx(bone_lengths(STANDING)[limbs], rel=1e-3)


@given(POINTS, SIZES)
def test_hands_go_no_further_than_the_shoulders_and_the_head_stays(where, person):
    pose = move_joint(STANDING, WRIST, where)
    body = breadth(pose)
    worn = taken_up_by(pose, body, person)
    moved = np.linalg.norm(worn[:, :2] - pose[:, :2], axis=1)
    assert moved[WRIST] <= moved[sk.LEFT_SHOULDER] + 0.05
    assert not moved[[sk.NOSE, sk.NECK, sk.LEFT_EYE, sk.RIGHT_EAR]].any()
    assert np.array_equal(worn[:, 2], pose[:, 2])


def test_clasped_hands_stay_clasped():
    middle = (float(STANDING[sk.NECK, 0]), float(STANDING[sk.LEFT_HIP, 1]))
    pose = move_joint(move_joint(STANDING, sk.LEFT_WRIST, middle), sk.RIGHT_WRIST, middle)
    assert pose[[sk.LEFT_WRIST, sk.RIGHT_WRIST], 0] == pytest.approx(middle[0], abs=0.1)
    worn = taken_up_by(pose, Breadth(0.85, 0.5), Breadth(0.7, 0.45))
    assert worn[[sk.LEFT_WRIST, sk.RIGHT_WRIST], :2] == pytest.approx(np.array([middle, middle]), abs=0.5)
    assert worn[ELBOW, 0] != pytest.approx(pose[ELBOW, 0], abs=0.1)


def test_an_arm_behind_a_back_stays_there():
    hidden = STANDING.copy()
    hidden[[ELBOW, WRIST], 2] = sk.GUESSED
    worn = taken_up_by(hidden, Breadth(0.85, 0.5), Breadth(0.7, 0.45))
    assert np.array_equal(worn[:, 2], hidden[:, 2])
    assert not np.array_equal(worn[WRIST], hidden[WRIST])


def test_who_is_turned_or_cut_off_has_no_breadth_and_the_pose_stays():
    turned = STANDING.copy()
    turned[:, 0] = 88 + 0.3 * (turned[:, 0] - 88)
    cut = STANDING.copy()
    cut[sk.LEFT_HIP, 2] = 0
    for person in (turned, cut):
        assert breadth(person) is None
        worn = taken_up_by(STANDING, breadth(STANDING), breadth(person))
        assert np.array_equal(worn, STANDING) and worn is not STANDING


@given(st.sets(st.integers(0, 17)), SIZES)
def test_missing_joints_do_no_harm(missing, person):
    pose = STANDING.copy()
    pose[list(missing)] = 0
    worn = taken_up_by(pose, breadth(STANDING), person)
    assert np.isfinite(worn).all() and np.array_equal(worn[:, 2], pose[:, 2])
