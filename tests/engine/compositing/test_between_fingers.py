"""What is seen between fingers: the left arm hangs, its wrist is at (136, 128) in 256 rows."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SHIRT, TROUSERS, classes, finer, pose
from torch import Tensor
from torch.nn.functional import one_hot

from engine.compositing.atlas import CLASSES
from engine.compositing.between_fingers import between_fingers
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
SKIN, CLOTH, WALL = (0.6, 0.1, -0.2), (-0.8, -0.6, 0.0), (0.2, 0.2, 0.2)
FOREARM, HAND = (slice(90, 130), slice(130, 142)), (slice(130, 152), slice(128, 144))
GAP = slice(136, 152), slice(134, 138)


def picture(*parts: tuple[tuple[slice, slice], tuple[float, float, float]]) -> Tensor:
    made = torch.tensor(WALL)[:, None, None].repeat(1, 256, 192)
    for (rows, columns), colour in parts:
        made[:, rows, columns] = torch.tensor(colour)[:, None, None]
    return made[None]


TROUSERS_AT = slice(120, 230), slice(80, 132)
PARTS = (TROUSERS_AT, CLOTH), (FOREARM, SKIN), (HAND, SKIN)
SEEN = classes(
    (TROUSERS, (slice(60, 115), slice(40, 66))), (ARM, (slice(45, 65), slice(65, 71))),
    (ARM, (slice(65, 76), slice(64, 72))),
)  # fmt: skip


def told(photo: Tensor, seen_hw: Tensor = SEEN) -> Tensor:
    """Of the left hand [H, W]."""
    class_B8HW = finer(one_hot(seen_hw, CLASSES).movedim(-1, 0)[None].float())
    arms = torch.zeros(1, 2, 256, 192)
    for rows, columns in (FOREARM, HAND):
        arms[0, 1, rows, columns] = 1.0
    return between_fingers(photo, class_B8HW, pose(), arms)[0, 1]


def test_trousers_and_wall_between_fingers_are_no_hand():
    for colour in (CLOTH, WALL):
        gap = told(picture(*PARTS, (GAP, colour)))
        assert gap[138:150, 135:137].min() > 0.95, colour
        assert gap[132:134, 128:144].max() == 0 and gap[140:150, 141:144].max() == 0, "the hand is whole"


def test_a_hand_of_one_colour_and_its_shade_are_whole():
    shade = tuple(0.7 * each - 0.1 for each in SKIN)
    for parts in (PARTS, (*PARTS, (GAP, shade)), (*PARTS, ((slice(139, 140), GAP[1]), CLOTH))):
        assert told(picture(*parts)).max() == 0


def test_a_rim_is_left_as_it_is():
    """As much of the wall as mattes have."""
    assert told(picture(*PARTS, ((HAND[0], slice(141, 144)), WALL))).max() == 0


def test_a_cuff_of_the_trousers_colour_is_none():
    cuff = slice(130, 144), slice(128, 144)
    seen_hw = SEEN.clone()
    seen_hw[65:72, 64:72] = SHIRT
    assert told(picture(*PARTS, (cuff, CLOTH)), seen_hw)[130:143].max() == 0


def test_bare_legs_beside_a_hand_say_nothing():
    seen_hw = SEEN.where(SEEN != TROUSERS, torch.tensor(REGIONS.index("legs")))
    thigh = SKIN[0] - 0.1, SKIN[1] - 0.2, SKIN[2] - 0.1
    photo = picture((TROUSERS_AT, thigh), *PARTS[1:], (GAP, thigh))
    assert told(photo, seen_hw).max() == 0


def test_of_a_hand_of_few_px_nothing_is_told():
    """Shade and gaps are mixed there: 16 columns of 8 rows, and of 10."""
    fewer_hw = SEEN.clone()
    fewer_hw[70:] = 0
    assert told(picture(*PARTS, (GAP, CLOTH)), fewer_hw).max() > 0.5
    fewer_hw[69:] = 0
    assert told(picture(*PARTS, (GAP, CLOTH)), fewer_hw).max() == 0


@pytest.mark.parametrize("lacking", [sk.LEFT_WRIST, sk.LEFT_ELBOW])
def test_an_arm_without_its_joints_has_no_gaps(lacking):
    own = pose()
    own[0, lacking, 2] = 0
    arms = torch.ones(1, 2, 256, 192)
    photo = picture(*PARTS, (GAP, CLOTH))
    assert between_fingers(photo, torch.ones(1, CLASSES, 256, 192), own, arms)[0, 1].max() == 0
