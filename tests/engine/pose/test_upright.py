"""Which way up a photo is, told by who stands in it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pose.kinematics import t_pose
from engine.pose.skeleton import JOINTS
from engine.pose.upright import quarters_of_trunk, quarters_to_stand

STANDING = t_pose((256, 176))


def turned(pose_18x3: np.ndarray, degrees: float) -> np.ndarray:
    """A pose turned clockwise about a place, as a picture is."""
    angle = np.deg2rad(degrees)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return np.concatenate([pose_18x3[:, :2] @ turn.T + 300, pose_18x3[:, 2:]], axis=1)


@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("lean", [-25, 0, 25])
def test_a_photo_that_was_turned_is_turned_back(quarters, lean):
    pose = turned(STANDING, -90 * quarters + lean)
    assert quarters_to_stand(pose) == quarters_of_trunk(pose) == quarters


def test_who_leans_far_sits_or_is_cut_off_tells_nothing():
    assert quarters_to_stand(turned(STANDING, 45)) == 0
    sitting = turned(STANDING, -90)
    for side in ("left", "right"):
        hip, knee = JOINTS.index(f"{side} hip"), JOINTS.index(f"{side} knee")
        sitting[knee, :2] = sitting[hip, :2] + (0, 60)
    assert quarters_to_stand(sitting) == 0, "lying with the legs down: on a couch"
    assert quarters_of_trunk(sitting) == 1
    cut = turned(STANDING, -90)
    cut[[JOINTS.index("left knee"), JOINTS.index("right knee")], 2] = 0
    assert quarters_to_stand(cut) == 0
