"""Points beside the bones of a person, in another pose."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pose import bone_motion
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import LEFT_ANKLE, LEFT_ELBOW, LEFT_HIP, LEFT_KNEE, LEFT_SHOULDER, LEFT_WRIST

POSE = t_pose((256, 176))
ALL = bone_motion.OF_TRUNK + bone_motion.OF_LEGS + bone_motion.OF_ARMS + bone_motion.OF_HEAD
PAIRS = ((2, 5), (3, 6), (4, 7), (8, 11), (9, 12), (10, 13))


def moved(points, now, then=POSE, bones=ALL):
    return bone_motion.moved(np.array(points, float), then, now, bones)


def seen_in_profile(breadth: float) -> np.ndarray:
    """The left of each pair so far to the right in the picture of the right one."""
    pose, middle = POSE.copy(), POSE[1, 0]
    for right, left in PAIRS:
        pose[right, 0], pose[left, 0] = middle - breadth / 2, middle + breadth / 2
    return pose


def test_in_the_same_pose_nothing_moves_and_each_point_goes_with_the_part_it_lies_on():
    points = [
        POSE[joints, :2].mean(0) for joints in ([LEFT_ELBOW, LEFT_WRIST], [LEFT_KNEE, LEFT_ANKLE], [1, 0])
    ]
    found_N2, part_N = moved(points, POSE)
    np.testing.assert_allclose(found_N2, points, atol=1e-4)
    assert part_N.tolist() == [bone_motion.LEFT_ARM, bone_motion.LEFT_LEG, bone_motion.HEAD]


def test_along_a_bone_a_point_keeps_its_share_and_beside_it_its_distance():
    longer = POSE.copy()
    elbow, wrist = POSE[LEFT_ELBOW, :2], POSE[LEFT_WRIST, :2]
    longer[LEFT_WRIST, :2] = elbow + 1.5 * (wrist - elbow)
    along = (wrist - elbow) / np.hypot(*(wrist - elbow))
    across = np.array((-along[1], along[0]))
    point = (elbow + wrist) / 2 + 3 * across
    (found,), _ = moved([point], longer, bones=bone_motion.OF_ARMS)
    np.testing.assert_allclose(found, elbow + 0.75 * (wrist - elbow) + 3 * across, atol=1e-3)


def test_a_person_twice_as_large_has_all_of_it_twice_as_far():
    points = [
        (POSE[LEFT_HIP, 0] + 8, POSE[LEFT_HIP, 1] + 20),
        (POSE[LEFT_SHOULDER, 0], POSE[LEFT_SHOULDER, 1] - 5),
    ]
    twice = POSE * np.array((2, 2, 1), np.float32)
    np.testing.assert_allclose(moved(points, twice)[0], 2 * np.array(points), atol=1e-3)


def test_who_is_turned_around_is_mirrored():
    mirrored = POSE.copy()
    mirrored[:, 0] = 176 - mirrored[:, 0]
    point = POSE[LEFT_KNEE, 0] + 8, POSE[LEFT_KNEE, 1] - 10
    (found,), _ = moved([point], mirrored)
    np.testing.assert_allclose(found, (176 - point[0], point[1]), atol=1e-3)


def test_in_profile_a_px_either_way_turns_nothing_round():
    point = POSE[LEFT_KNEE, 0] + 8, POSE[LEFT_KNEE, 1] - 10
    (one,), _ = moved([point], seen_in_profile(0.8))
    (other,), _ = moved([point], seen_in_profile(-0.8))
    assert np.hypot(*(one - other)) < 2


@pytest.mark.parametrize(("breadth", "turned"), [(0.07, False), (0.2, True)])
def test_from_which_breadth_of_a_trunk_its_side_is_told(breadth, turned):
    long = POSE[LEFT_HIP, 1] - POSE[LEFT_SHOULDER, 1]
    point = POSE[LEFT_KNEE, 0] + 8, POSE[LEFT_KNEE, 1] - 10
    pose = seen_in_profile(-breadth * float(long))
    (found,), _ = moved([point], pose)
    assert (found[0] < pose[LEFT_KNEE, 0]) == turned


def test_points_stay_where_no_bone_is_in_both_poses_and_a_bone_of_no_length_is_none():
    nobody = np.zeros((18, 3), np.float32)
    points = [(30.0, 40.0), (90.0, 100.0)]
    for then, now in ((nobody, POSE), (POSE, nobody)):
        found_N2, part_N = moved(points, now, then)
        assert found_N2.tolist() == [list(each) for each in points] and not part_N.any()
    folded = POSE.copy()
    folded[LEFT_ANKLE, :2] = folded[LEFT_KNEE, :2]
    found_N2, _ = moved([POSE[LEFT_ANKLE, :2]], folded, bones=bone_motion.OF_LEGS)
    assert np.isfinite(found_N2).all()
    np.testing.assert_allclose(found_N2[0], folded[LEFT_KNEE, :2], atol=1e-3)
