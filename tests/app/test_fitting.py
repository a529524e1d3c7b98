"""Laying the skeleton by hand: anchors stay where they were put, the rest follows the body."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import fitting
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import GUESSED, SEEN

TEMPLATE = t_pose((400, 300))
HEAD, LEFT_HAND, RIGHT_HAND, LEFT_FOOT, RIGHT_FOOT = 0, 7, 4, 13, 10
ANCHORS = (HEAD, LEFT_HAND, RIGHT_HAND, LEFT_FOOT, RIGHT_FOOT)


def laid(places: dict[int, tuple[float, float]]) -> np.ndarray:
    pose = fitting.start_draft(TEMPLATE)
    for joint, xy in places.items():
        pose = fitting.place_anchor(pose, TEMPLATE, joint, xy)
    return pose


def test_one_anchor_shifts_everybody():
    pose = laid({HEAD: (120.0, 70.0)})
    shift = np.array([120.0, 70.0]) - TEMPLATE[HEAD, :2]
    assert np.allclose(pose[:, :2], TEMPLATE[:, :2] + shift, atol=1e-3)


@given(st.floats(0.3, 3.0), st.floats(-1.0, 1.0), st.floats(-80, 80), st.floats(-80, 80))
def test_a_turned_and_scaled_person_is_found_from_five_anchors(scale, turn, dx, dy):
    rotation = scale * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    wanted = TEMPLATE[:, :2] @ rotation.T + (dx, dy)
    pose = laid({joint: tuple(wanted[joint]) for joint in ANCHORS})
    assert np.allclose(pose[:, :2], wanted, atol=0.05)


@given(st.dictionaries(st.sampled_from(ANCHORS), st.tuples(st.floats(0, 300), st.floats(0, 400)), min_size=1))
def test_anchors_stay_and_everything_is_finite(places):
    pose = laid(places)
    assert np.isfinite(pose).all()
    for joint, xy in places.items():
        assert pose[joint, :2] == pytest.approx(xy, abs=1e-3)
        assert pose[joint, 2] == SEEN
    assert fitting.anchor_count(pose) == len(places)
    assert int((pose[:, 2] == GUESSED).sum()) == 18 - len(places)


def test_a_raised_hand_takes_its_elbow_along_more_than_its_hip():
    places = {joint: tuple(TEMPLATE[joint, :2]) for joint in ANCHORS}
    before = laid(places)
    after = laid({**places, LEFT_HAND: (TEMPLATE[LEFT_HAND, 0], 40.0)})
    moved = np.hypot(*(after[:, :2] - before[:, :2]).T)
    assert moved[6] > 3 * moved[11]


@given(st.floats(0.5, 1.2), st.floats(-20, 20), st.integers(0, 17))
def test_a_joint_without_a_place_is_guessed_in_the_size_of_the_body_shown(scale, shift, joint):
    body = TEMPLATE.copy()
    body[:, :2] = (TEMPLATE[:, :2] - (150, 200)) * scale + (150 + shift, 200)
    pose = body.copy()
    pose[joint] = 0
    inside = np.clip(body[joint, :2], 1, (299, 399))
    assert fitting.guess_place(pose, TEMPLATE, joint, (400, 300)) == pytest.approx(inside, abs=0.05)


def test_with_nobody_shown_the_guess_is_the_plain_pose():
    nobody = np.zeros((18, 3), np.float32)
    guess = fitting.guess_place(nobody, TEMPLATE, LEFT_HAND, (400, 300))
    assert guess == pytest.approx(TEMPLATE[LEFT_HAND, :2], abs=1e-3)
