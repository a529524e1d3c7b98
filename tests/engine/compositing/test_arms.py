"""Arms that are elsewhere: what they leave behind goes with them."""

from __future__ import annotations

import pytest
import torch
from flat_scene import NOBODY, SIZE, pose
from standing import STANDING
from torch import Tensor

from engine.compositing.arms import at_moved_shoulders, gone_with_an_arm
from engine.compositing.atlas import centres
from engine.pose.skeleton import LEFT_ELBOW, LEFT_SHOULDER, LEFT_WRIST

HERE = centres(SIZE, torch.device("cpu"))[None]
# The left arm hangs from (60, 36) over (66, 50) to (68, 64), its hand ends at about (69, 70).
FOREARM, HAND, UPPER = (57, 67), (67, 69), (46, 64)  # row, column
RAISED = {LEFT_ELBOW: (8.0, -14.0), LEFT_WRIST: (8.0, -42.0)}  # to (74, 36) and (76, 22)


def gone(now: Tensor, own: Tensor | None = None) -> Tensor:
    return gone_with_an_arm(now, pose() if own is None else own, HERE)[0, 0]


def test_an_arm_that_stays_leaves_nothing_and_one_that_is_raised_leaves_with_its_hand():
    assert gone(pose()).max() < 1e-3
    left = gone(pose(RAISED))
    assert left[FOREARM] > 0.99 and left[HAND] > 0.99 and left[UPPER] > 0.9
    assert left[70, 40] == 0 and left[57, 30] == 0 and left[20, 48] == 0, "thigh, other arm and head stay"


def test_a_shoulder_is_the_trunks():
    left = gone(pose(RAISED))
    assert left[36, 60] < 0.01 and left[38, 61] < 0.2


def test_what_is_shown_where_its_arm_takes_it_is_not_gone():
    """The photo at the place it had, shown where the raised forearm is now."""
    now = pose(RAISED)
    before = HERE.clone()
    own_wrist, own_elbow = pose()[0, LEFT_WRIST, :2], pose()[0, LEFT_ELBOW, :2]
    new_wrist, new_elbow = now[0, LEFT_WRIST, :2], now[0, LEFT_ELBOW, :2]
    middle, new_middle = (own_wrist + own_elbow) / 2, (new_wrist + new_elbow) / 2
    row, column = (((new_middle[i] + 1) / 2 * SIZE[1 - i]).int().item() for i in (1, 0))
    before[0, :, row, column] = middle
    assert gone_with_an_arm(now, pose(), before)[0, 0, row, column] < 0.15
    assert gone_with_an_arm(now, pose(), HERE)[0, 0, row, column] < 0.01, "nothing of an arm was there before"


@pytest.mark.parametrize("absent", [LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST])
def test_bones_that_a_pose_lacks_tell_nothing(absent):
    own = pose()
    own[0, absent, 2] = 0
    left = gone(pose(RAISED), own)
    assert left[HAND] == (0 if absent != LEFT_SHOULDER else pytest.approx(1, abs=0.01))
    assert gone(NOBODY).max() == gone(pose(), NOBODY).max() == 0


def test_poses_stand_on_the_photos_own_pixels():
    assert np_px(pose()[0, LEFT_WRIST, :2]) == pytest.approx(tuple(STANDING[LEFT_WRIST, :2]), abs=0.01)


def np_px(point_2: Tensor) -> tuple[float, float]:
    return tuple(float((value + 1) * side / 2 - 0.5) for value, side in zip(point_2, SIZE[::-1], strict=True))


def test_joints_at_one_place_are_no_arm():
    own = pose()
    own[0, :8, :2] = own[0, 1, :2].clone()
    assert gone(own, own).max() == 0 and gone(pose(RAISED), own).max() == 0


def test_around_the_shoulder_of_an_arm_that_turned_no_outline_is_the_photos():
    """The left shoulder is at (60, 36), its upper arm 15 px long."""
    still = at_moved_shoulders(pose({LEFT_WRIST: (9.0, -9.0)}), pose(), SIZE)
    assert still.max() < 0.01, "the upper arm is where it was"
    raised = at_moved_shoulders(pose({LEFT_ELBOW: (8.0, -14.0)}), pose(), SIZE)[0, 0]
    assert raised[28, 60] > 0.9 and raised[36, 78] == 0 and raised[36, 36] == 0
