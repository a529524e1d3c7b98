"""Which pixels of a photo are of which limb."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SHIRT, SIZE, TROUSERS, classes, pose, seen
from torch import Tensor

from engine.compositing.limb_bones import BONES
from engine.compositing.limb_mattes import limb_mattes
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM, LEG = REGIONS.index("arms"), REGIONS.index("legs")
NUMBER = {(bone.begin, bone.end): number for number, bone in enumerate(BONES)}
UPPER_ARM, FOREARM = NUMBER[sk.LEFT_SHOULDER, sk.LEFT_ELBOW], NUMBER[sk.LEFT_ELBOW, sk.LEFT_WRIST]
RIGHT_THIGH, LEFT_THIGH = NUMBER[sk.RIGHT_HIP, sk.RIGHT_KNEE], NUMBER[sk.LEFT_HIP, sk.LEFT_KNEE]
RIGHT_SHANK, LEFT_SHANK = NUMBER[sk.RIGHT_KNEE, sk.RIGHT_ANKLE], NUMBER[sk.LEFT_KNEE, sk.LEFT_ANKLE]
LEFT_ARM = slice(38, 74), slice(61, 74)  # rows, columns around shoulder (60, 36), elbow and wrist (68, 64)


def mattes(*parts: tuple[int, tuple[slice, slice]], of: Tensor | None = None) -> Tensor:
    return limb_mattes(pose() if of is None else of, seen(classes(*parts)), SIZE)[0]


def test_an_arm_is_its_bones_and_its_hand_is_the_forearms():
    made = mattes((ARM, LEFT_ARM))
    assert made[FOREARM, 57, 67] > 0.99 and made[UPPER_ARM, 57, 67] < 0.01
    assert made[UPPER_ARM, 41, 63] > 0.99 and made[FOREARM, 41, 63] < 0.01
    assert made[FOREARM, 69, 69] > 0.99, "the hand, beyond the wrist"
    assert made[:4].max() == 0, "no leg"
    assert made[FOREARM, 57, 40] == 0 and made[FOREARM, 30, 67] == 0


def test_elbows_and_knees_are_of_both_bones_and_round():
    made = mattes((ARM, LEFT_ARM))
    assert made[UPPER_ARM, 50, 66] > 0.9 and made[FOREARM, 50, 66] > 0.9
    beyond = made[UPPER_ARM, 52:62, 64:70].amax(1)
    assert beyond[0] > 0.9 and beyond[-1] == 0 and (beyond.diff() <= 1e-6).all()


def test_legs_that_touch_are_told_apart_by_what_is_nearer():
    made = mattes((LEG, (slice(68, 122), slice(34, 62))))  # both legs, one piece
    for row in (85, 100):
        right, left = (RIGHT_THIGH, LEFT_THIGH) if row < 90 else (RIGHT_SHANK, LEFT_SHANK)
        assert made[right, row, 42] > 0.99 and made[left, row, 42] == 0
        assert made[left, row, 54] > 0.99 and made[right, row, 54] == 0
    assert made[LEFT_SHANK, 119, 55] > 0.99, "the foot"


def test_a_sleeve_is_the_arms_where_it_is_nearer_than_the_trunk():
    made = mattes((SHIRT, (slice(34, 68), slice(24, 72))))
    assert made[UPPER_ARM, 46, 66] > 0.9 and made[UPPER_ARM, 46, 50] == 0
    bare = mattes((SHIRT, (slice(34, 68), slice(24, 61))), (ARM, LEFT_ARM))
    assert bare[UPPER_ARM, 46, 58] == 0, "a shirt beside a bare arm is no sleeve"


def test_trousers_are_the_legs_and_a_skirt_is_not():
    made = mattes((TROUSERS, (slice(66, 118), slice(36, 62))))
    assert made[LEFT_THIGH, 82, 55] > 0.99
    skirt = mattes((REGIONS.index("dress or skirt"), (slice(66, 118), slice(36, 62))))
    assert skirt.max() == 0


@pytest.mark.parametrize("absent", [sk.LEFT_ELBOW, sk.LEFT_WRIST])
def test_a_bone_that_a_pose_lacks_has_no_pixels(absent):
    own = pose()
    own[0, absent, 2] = 0
    made = mattes((ARM, LEFT_ARM), of=own)
    assert made[FOREARM].max() == 0 and (made[UPPER_ARM].max() == 0) == (absent == sk.LEFT_ELBOW)
    assert mattes((ARM, LEFT_ARM), of=torch.zeros(1, 18, 3)).max() == 0
