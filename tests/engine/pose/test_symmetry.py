"""Both sides of a body: copied, moved together, turned around."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from engine.pose import kinematics as k
from engine.pose import skeleton as sk
from engine.pose import symmetry

SIZE = (256, 176)
STANDING = k.t_pose(SIZE)


def test_a_raised_arm_copied_across_makes_both_alike():
    raised = k.move_joint(STANDING, sk.LEFT_WRIST, (140, 45))
    both = symmetry.copy_limb(raised, "left arm")
    np.testing.assert_allclose(both, k.mirror(both, SIZE), atol=0.01)
    np.testing.assert_array_equal(both[[5, 6, 7]], raised[[5, 6, 7]])
    np.testing.assert_array_equal(
        symmetry.copy_limb(STANDING, "right leg"), symmetry.copy_limb(STANDING, "left leg")
    )


def test_a_hidden_hand_is_not_copied_and_a_missing_one_is_made():
    pose = STANDING.copy()
    pose[sk.LEFT_WRIST] = 0
    assert symmetry.copy_limb(pose, "left arm")[sk.RIGHT_WRIST].tolist() == STANDING[sk.RIGHT_WRIST].tolist()
    made = symmetry.copy_limb(pose, "right arm")[sk.LEFT_WRIST]
    np.testing.assert_allclose(made, STANDING[sk.LEFT_WRIST], atol=0.01)


def test_both_hands_go_apart_from_the_front_and_forward_from_the_side():
    within = partial(k.move_joint, size=SIZE)
    moved = symmetry.move_both(STANDING, sk.LEFT_WRIST, (150, 90), within)
    np.testing.assert_allclose(moved, k.mirror(moved, SIZE), atol=0.05)
    side = STANDING.copy()
    side[:, 0] = 88 + 0.02 * (side[:, 0] - 88)
    side[[0, 14, 15], 0] += 14
    moved = symmetry.move_both(side, sk.RIGHT_WRIST, (120, 110), within)
    assert moved[sk.LEFT_WRIST, :2] == pytest.approx(moved[sk.RIGHT_WRIST, :2], abs=3)
    nose = symmetry.move_both(STANDING, sk.NOSE, (95, 31), within)
    np.testing.assert_array_equal(nose, k.move_joint(STANDING, sk.NOSE, (95, 31)))


def test_turned_around_the_sides_are_swapped_and_the_face_is_hidden_and_comes_back():
    back = symmetry.turn_around(STANDING)
    np.testing.assert_allclose(back[sk.LEFT_WRIST, :2], STANDING[sk.RIGHT_WRIST, :2], atol=0.01)
    assert np.flatnonzero(back[:, 2] == 0).tolist() == [sk.NOSE, sk.RIGHT_EYE, sk.LEFT_EYE]
    np.testing.assert_allclose(symmetry.turn_around(back), STANDING, atol=0.01)
    side = STANDING.copy()
    side[:, 0] = 88 + 0.05 * (side[:, 0] - 88)
    side[[0, 14, 15], 0] += 14
    other = symmetry.turn_around(side)
    assert other[sk.NOSE, 0] < 88 and (other[:, 2] > 0).all(), "seen from the other side, with the face"
    assert not symmetry.turn_around(sk.NOBODY).any()
