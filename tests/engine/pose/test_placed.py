"""Poses taken over by the person of a photo."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.files import poses
from engine.pose import skeleton as sk
from engine.pose.extent import stature
from engine.pose.kinematics import t_pose
from engine.pose.placed import cut_as, placed_as

SIZE = (256, 176)
STANDING = np.array(t_pose(SIZE), np.float32)
LIBRARY = poses.listed()


def person(
    scale: float = 0.7, shift: tuple[float, float] = (30, 55), without: tuple[int, ...] = ()
) -> np.ndarray:
    pose = STANDING * np.float32([scale, scale, 1]) + np.float32([*shift, 0])
    pose[list(without)] = 0
    return pose.astype(np.float32)


@given(scale=st.floats(0.4, 1.2), x=st.floats(-20, 60), y=st.floats(-20, 60))
def test_a_standing_pose_on_a_standing_person_is_their_own(scale, x, y):
    own = person(scale, (x, y))
    assert placed_as(STANDING, own) == pytest.approx(own, abs=0.05)


@pytest.mark.parametrize("pose", LIBRARY, ids=lambda pose: pose.name)
def test_every_pose_of_the_box_stands_where_the_person_stands_and_is_as_tall(pose):
    own = person()
    taken = pose.worn(own, SIZE)
    tall = stature(taken[:, :2], taken[:, 2] > 0)
    assert tall == pytest.approx(stature(own[:, :2], own[:, 2] > 0), rel=0.06)
    said = pose.worn(own, SIZE, whole=True)[:, 2] > 0
    ankles = [joint for joint in (sk.RIGHT_ANKLE, sk.LEFT_ANKLE) if said[joint]]
    if ankles:
        assert taken[ankles, 1].max() == pytest.approx(own[[sk.RIGHT_ANKLE, sk.LEFT_ANKLE], 1].max(), abs=0.5)


@pytest.mark.parametrize("pose", LIBRARY, ids=lambda pose: pose.name)
def test_the_head_stays_in_a_photo_that_a_person_fills(pose):
    """Detectors see the hips lower than the studio has them: no taller for that."""
    own = LIBRARY[0].worn(None, SIZE)
    own[[sk.RIGHT_HIP, sk.LEFT_HIP], 1] += 11
    own[[sk.RIGHT_KNEE, sk.LEFT_KNEE], 1] += 4
    taken = pose.worn(own, SIZE)
    head = [joint for joint in sk.HEAD if taken[joint, 2] > 0 and own[joint, 2] > 0]
    assert taken[head, 1].mean() > own[head, 1].mean() - 5


@pytest.mark.parametrize("pose", LIBRARY, ids=lambda pose: pose.name)
def test_what_the_photo_cuts_off_is_not_invented(pose):
    no_head = pose.worn(person(without=sk.HEAD), SIZE)
    assert not no_head[list(sk.HEAD), 2].any()
    to_the_knee = pose.worn(person(without=(sk.RIGHT_ANKLE, sk.LEFT_ANKLE)), SIZE)
    assert not to_the_knee[[sk.RIGHT_ANKLE, sk.LEFT_ANKLE], 2].any()
    legs = (sk.RIGHT_KNEE, sk.LEFT_KNEE, sk.RIGHT_ANKLE, sk.LEFT_ANKLE)
    assert not pose.worn(person(without=legs), SIZE)[list(legs), 2].any()
    assert np.array_equal(
        pose.worn(person(without=legs), SIZE, whole=True)[:, 2],
        pose.worn(person(), SIZE, whole=True)[:, 2],
    ), "unless the whole person is asked for"


@pytest.mark.parametrize("pose", LIBRARY, ids=lambda pose: pose.name)
def test_a_photo_that_ends_below_the_head_keeps_ending_there(pose):
    """Also of somebody whose hips lie lower than the studio has them."""
    own = person(without=(*sk.HEAD, sk.RIGHT_ANKLE, sk.LEFT_ANKLE))
    own[[sk.RIGHT_HIP, sk.LEFT_HIP], 1] += 9
    assert pose.worn(own, SIZE)[sk.NECK, 1] == pytest.approx(own[sk.NECK, 1], abs=0.1)


def test_one_hidden_limb_and_a_back_are_no_edges_of_the_photo():
    behind = person(without=(sk.NOSE, sk.RIGHT_EYE, sk.LEFT_EYE, sk.LEFT_WRIST, sk.RIGHT_ANKLE))
    assert np.array_equal(cut_as(STANDING, behind), STANDING)


def test_legs_that_a_pose_does_not_say_are_the_persons_own():
    bust = STANDING.copy()
    bust[
        [sk.RIGHT_HIP, sk.LEFT_HIP, *range(sk.RIGHT_KNEE, sk.RIGHT_ANKLE + 1), sk.LEFT_KNEE, sk.LEFT_ANKLE]
    ] = 0
    assert placed_as(bust, person()) == pytest.approx(person(), abs=0.05)


def test_who_shows_too_little_takes_the_pose_as_it_is():
    nose = np.zeros((18, 3), np.float32)
    nose[sk.NOSE] = (80, 40, 2)
    assert np.array_equal(placed_as(STANDING, nose), STANDING)
