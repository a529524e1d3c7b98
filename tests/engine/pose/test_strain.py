"""Impossible poses are told, possible ones are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.pose import kinematics as k
from engine.pose import skeleton as sk
from engine.pose.strain import strained

STANDING = k.t_pose((256, 176))
RENDERED = Path(__file__).parents[2] / "data" / "rendered_poses.npy"


def test_a_bone_let_out_is_told_and_only_that():
    freed = k.move_joint(STANDING, sk.LEFT_WRIST, (170, 170), free=True)
    assert list(strained(freed)) == [(sk.LEFT_ELBOW, sk.LEFT_WRIST)]
    assert "longer" in strained(freed)[sk.LEFT_ELBOW, sk.LEFT_WRIST]
    assert not strained(STANDING) and not strained(sk.NOBODY)


def test_a_knee_bent_backward_is_told_in_profile():
    side = STANDING.copy()
    side[:, 0] = 88 + 0.05 * (side[:, 0] - 88)
    side[[0, 14, 15], 0] += 14
    walking = k.move_joint(side, sk.RIGHT_ANKLE, (60, 215))
    assert not strained(walking)
    wrong = k.flip_limb(walking, sk.RIGHT_ANKLE)
    assert strained(wrong) == {(sk.RIGHT_KNEE, sk.RIGHT_ANKLE): "bent the wrong way at the knee"}


def test_people_are_possible():
    told = [strained(pose.astype(np.float32)) for pose in np.load(RENDERED)]
    assert sum(map(bool, told)) <= 4, "of 200 rendered poses"
