"""Arms that are elsewhere: what they leave behind goes with them, and their forearms and hands come along."""

from __future__ import annotations

import pytest
import torch
from flat_scene import NOBODY, SIZE, classes, own_pose, pose, seen, source
from standing import STANDING
from torch import Tensor

from engine.compositing.arms import gone_with_an_arm, moved_forearms
from engine.compositing.atlas import centres
from engine.pose.skeleton import LEFT_ELBOW, LEFT_SHOULDER, LEFT_WRIST, NECK, RIGHT_SHOULDER, RIGHT_WRIST

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


def forearms(now: Tensor, bare_hw: Tensor | None = None, sleeve_hw: Tensor | None = None) -> Tensor:
    """The layer of a photo whose left arm is white, its hand yellow, and the rest black."""
    photo = torch.full((1, 3, *SIZE), -1.0)
    photo[:, :, 46:65, 62:72] = 1.0
    photo[:, :2, 65:72, 62:75] = 1.0
    worn = torch.zeros(1, 2, *SIZE)
    for plane, shown in enumerate((bare_hw, sleeve_hw)):
        if shown is not None:
            worn[0, plane] = shown
    own = own_pose(seen(classes()), pose(), worn=worn)
    return moved_forearms(now, source(photo, torch.zeros(SIZE)), own)


def arm() -> Tensor:
    shown = torch.zeros(SIZE)
    shown[44:74, 58:78] = 1.0
    return shown


def test_a_raised_forearm_brings_its_hand():
    layer = forearms(pose(RAISED), bare_hw=arm())[0]
    assert layer[0, 30, 75] > 0.9 and layer[1, 30, 75] > 0.8, "the forearm, between (74, 36) and (76, 22)"
    red, green, blue = layer[1:, 18, 76]
    assert layer[0, 18, 76] > 0.9 and min(red, green) > 0.5 and blue < -0.5, "the hand above it"
    assert layer[0, 60, 67] == 0 and layer[0, 40, 62] < 0.05, "nothing where it was, no upper arm"


def test_an_arm_that_stays_or_is_not_seen_is_no_layer():
    assert forearms(pose(), bare_hw=arm()).abs().max() == 0
    hidden = pose(RAISED)
    hidden[0, LEFT_WRIST, 2] = 1
    assert forearms(hidden, bare_hw=arm()).abs().max() == 0
    other = pose({RIGHT_WRIST: (-10.0, -30.0)})
    assert forearms(other, bare_hw=arm())[..., 48:].abs().max() == 0


def test_a_person_who_turns_is_the_engines():
    """Shoulders nearer to each other, and no longer on their sides."""
    for width, shown in ((1.0, True), (0.9, True), (0.5, False), (-1.0, False)):
        turned = pose(RAISED)
        neck = turned[0, NECK, 0].item()
        joints = [RIGHT_SHOULDER, LEFT_SHOULDER]
        turned[0, joints, 0] = neck + width * (turned[0, joints, 0] - neck)
        assert (forearms(turned, bare_hw=arm())[0, 0].max() > 0.5) == shown, width


def test_a_foreshortened_forearm_is_the_engines():
    half = {LEFT_ELBOW: (8.0, -14.0), LEFT_WRIST: (7.0, -20.0)}  # its forearm 8 px where it had 14
    assert forearms(pose(half), bare_hw=arm())[0, 0].max() == 0


def test_only_the_arm_is_cut_out():
    beside = arm()
    beside[:, :66] = 0.0  # trousers reach under the arm to here
    layer = forearms(pose(RAISED), bare_hw=beside)[0, 0]
    whole = forearms(pose(RAISED), bare_hw=arm())[0, 0]
    assert 0.3 < layer.sum() / whole.sum() < 0.9


def test_a_sleeve_comes_along_where_it_covers_the_bone():
    assert forearms(pose(RAISED), sleeve_hw=arm())[0, 0, 30, 75] > 0.9
    bare = arm()
    shirt = torch.zeros(SIZE)
    shirt[44:74, 48:62] = 1.0  # of the trunk, beside a bare arm
    layer = forearms(pose(RAISED), bare_hw=bare * (1 - shirt), sleeve_hw=shirt)
    assert torch.equal(layer, forearms(pose(RAISED), bare_hw=bare * (1 - shirt)))


def test_the_layer_stands_on_the_photos_own_pixels():
    assert np_px(pose()[0, LEFT_WRIST, :2]) == pytest.approx(tuple(STANDING[LEFT_WRIST, :2]), abs=0.01)


def np_px(point_2: Tensor) -> tuple[float, float]:
    return tuple(float((value + 1) * side / 2 - 0.5) for value, side in zip(point_2, SIZE[::-1], strict=True))
