"""Which pixels of a photo are of which limb."""

from __future__ import annotations

import math

import pytest
import torch
from flat_scene import SHIRT, SIZE, TROUSERS, WALL, classes, pose, seen
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.limb_mattes import limb_mattes, without_wall
from engine.pose import skeleton as sk
from engine.regions import REGIONS, SURFACE_SPAN

ARM, LEG = REGIONS.index("arms"), REGIONS.index("legs")
OF_RIGHT_LEG, OF_LEFT_LEG, OF_RIGHT_ARM, OF_LEFT_ARM = range(4)
LEFT_ARM = slice(38, 74), slice(61, 74)  # rows, columns around shoulder (60, 36), elbow and wrist (68, 64)


def mattes(*parts: tuple[int, tuple[slice, slice]], of: Tensor | None = None) -> Tensor:
    return limb_mattes(pose() if of is None else of, seen(classes(*parts)), SIZE)[0]


def test_an_arm_is_its_bones_and_its_hand():
    made = mattes((ARM, LEFT_ARM))
    for row, column in ((57, 67), (44, 63), (50, 66)):
        assert made[OF_LEFT_ARM, row, column] > 0.99
    assert made[OF_LEFT_ARM, 69, 69] > 0.99, "the hand, beyond the wrist"
    assert made[:3].max() == 0, "no leg, and no other arm"
    assert made[OF_LEFT_ARM, 57, 40] == 0 and made[OF_LEFT_ARM, 30, 67] == 0


def test_legs_that_touch_are_told_apart_by_what_is_nearer():
    made = mattes((LEG, (slice(68, 122), slice(34, 62))))  # both legs, one piece
    for row in (85, 100):
        assert made[OF_RIGHT_LEG, row, 42] > 0.99 and made[OF_LEFT_LEG, row, 42] == 0
        assert made[OF_LEFT_LEG, row, 54] > 0.99 and made[OF_RIGHT_LEG, row, 54] == 0
    assert made[OF_LEFT_LEG, 119, 55] > 0.99, "the foot"


def test_a_hand_that_lies_on_a_leg_is_no_hole_in_it_and_one_beside_it_is_not_the_legs():
    leg, hand = (slice(68, 122), slice(48, 62)), (slice(78, 88), slice(52, 58))
    made = mattes((TROUSERS, leg), (ARM, hand))
    assert made[OF_LEFT_LEG, 83, 54] > 0.99
    beside = mattes((TROUSERS, leg), (ARM, (slice(78, 88), slice(62, 70))))
    assert beside[OF_LEFT_LEG, 83, 66] == 0


def test_a_sleeve_on_its_shirt_is_as_broad_to_the_trunk_as_away_from_it():
    outer = 68  # the shirt's rim; the bone passes column 63 in this row
    made = mattes((SHIRT, (slice(34, 68), slice(24, outer))))[OF_LEFT_ARM, 46]
    assert made[61:66].min() > 0.9
    assert made[:56].max() == 0, "5 px to the one side, 5 px to the other"
    bare = mattes((SHIRT, (slice(34, 68), slice(24, 61))), (ARM, LEFT_ARM))
    assert bare[OF_LEFT_ARM, 46, 58] == 0, "a shirt beside a bare arm is no sleeve"


def test_a_hem_beside_a_cuff_is_no_part_of_its_sleeve():
    """A hand in its pocket ends at the hem of a jacket: only hands are of any shape."""
    jacket, sleeve = (slice(34, 66), slice(24, 64)), (slice(38, 66), slice(64, 72))
    made = mattes((TROUSERS, (slice(66, 110), slice(24, 74))), (SHIRT, jacket), (SHIRT, sleeve))[OF_LEFT_ARM]
    assert made[56:64, 67:70].min() > 0.9
    assert made[58:66, :62].max() == 0 and made[62:66, :63].max() < 0.1
    spread = mattes((SHIRT, jacket), (SHIRT, sleeve), (ARM, (slice(66, 74), slice(62, 76))))[OF_LEFT_ARM]
    assert spread[67:71, 64:73].min() > 0.9, "fingers spread"


def test_a_sleeve_ends_where_the_arm_under_it_is_bare():
    """A short sleeve is worn to its hem; below it the shirt beside the arm is the trunk's."""
    made = mattes((SHIRT, (slice(34, 74), slice(24, 68))), (ARM, (slice(48, 74), slice(64, 74))))[OF_LEFT_ARM]
    assert made[45, 64] > 0.9 and made[60, 70] > 0.9 and made[60, 62] == 0


def test_between_a_sleeve_and_the_arm_that_comes_out_of_it_is_no_gap():
    for hem in range(44, 54):
        made = mattes((SHIRT, (slice(34, hem), slice(61, 74))), (ARM, (slice(hem, 74), slice(61, 74))))
        assert made[OF_LEFT_ARM, hem - 2 : hem + 2, 65].min() > 0.9, hem


def test_trousers_are_the_legs_and_a_skirt_is_not():
    made = mattes((TROUSERS, (slice(66, 118), slice(36, 62))))
    assert made[OF_LEFT_LEG, 82, 55] > 0.99
    skirt = mattes((REGIONS.index("dress or skirt"), (slice(66, 118), slice(36, 62))))
    assert skirt.max() == 0


def test_a_top_goes_with_the_thigh_that_it_ends_on_and_a_coat_does_not():
    """The hip of the left leg is at (55, 66), its knee at (55, 91)."""
    legs = TROUSERS, (slice(66, 118), slice(36, 62))
    top, coat = (mattes(legs, (SHIRT, (slice(34, hem), slice(36, 62))))[OF_LEFT_LEG] for hem in (80, 96))
    assert top[77, 55] > 0.9 and top[85, 55] > 0.9
    assert coat[77, 55] == 0 and coat[105, 55] > 0.9


@pytest.mark.parametrize("absent", [sk.LEFT_ELBOW, sk.LEFT_WRIST])
def test_a_bone_that_a_pose_lacks_has_no_pixels(absent):
    own = pose()
    own[0, absent, 2] = 0
    made = mattes((ARM, LEFT_ARM), of=own)
    assert made[OF_LEFT_ARM, 69, 69] == 0, "the hand"
    assert (made.max() == 0) == (absent == sk.LEFT_ELBOW)
    assert mattes((ARM, LEFT_ARM), of=torch.zeros(1, 18, 3)).max() == 0


@pytest.mark.parametrize(("likely", "share"), [(0.25, 0.0), (0.4, 0.25), (0.6, 0.75), (0.75, 1.0)])
def test_a_pixel_is_the_limbs_from_three_tenths_of_its_likelihood_to_seven(likely, share):
    """Of the hand, which is of any shape."""
    rows = columns = slice(66, 74)
    unsure = seen(classes((ARM, LEFT_ARM)))
    unsure[:, :CLASSES, rows, columns] = -20.0
    unsure[:, ARM, rows, columns] = math.log(likely)
    unsure[:, WALL, rows, columns] = math.log(1.0 - likely)
    made = limb_mattes(pose(), unsure, SIZE)[0]
    assert made[OF_LEFT_ARM, 70, 70] == pytest.approx(share, abs=0.01)


def test_a_sleeve_is_as_broad_as_the_arm_that_comes_out_of_it():
    """Where its outer rim is near the bone, that tells nothing of its breadth."""
    shirt, bare = (SHIRT, (slice(34, 74), slice(24, 68))), (ARM, (slice(52, 74), slice(61, 74)))
    made = mattes(shirt, bare)[OF_LEFT_ARM]
    assert made[56, 62:70].min() > 0.9, "below the hem"
    assert made[48, 60:66].min() > 0.9 and made[48, :56].max() == 0


def test_beyond_its_wrist_a_long_sleeve_takes_nothing_of_the_coat_beside_the_hand():
    """The wrist is at (68, 64): a coat hangs beside it, and the hand is bare."""
    coat = SHIRT, (slice(34, 76), slice(24, 76))
    made = mattes(coat, (ARM, (slice(65, 74), slice(66, 71))))[OF_LEFT_ARM]
    assert made[60, 68] > 0.9 and made[69, 68] > 0.9, "the sleeve, and the hand"
    assert made[70, 73] == 0, "the coat on the other side of it"


@pytest.mark.parametrize(("off", "kept"), [(0.0, 0.0), (0.09, 0.0), (0.175, 0.5), (0.26, 1.0)])
def test_what_looks_like_the_wall_is_no_rim_of_a_limb(off, kept):
    """One px of it, and what is farther in stays."""
    limb = torch.zeros(1, 2, 16, 16)
    limb[..., 4:12, 4:12] = 1.0
    plate = torch.full((1, 3, 16, 16), 0.2)
    photo = plate.clone()
    photo[:, 1] += off
    made = without_wall(limb, photo, plate)
    assert made[..., 5:11, 5:11].min() == 1 and made[..., :4, :].max() == 0
    assert made[..., 4, 4:12].flatten().tolist() == pytest.approx([kept] * 16, abs=0.01)


@pytest.mark.parametrize(("above_the_middle", "sleeve"), [(0.9, False), (1.5, True)])
def test_a_hand_on_a_skirt_takes_none_of_it_along(above_the_middle: float, sleeve: bool):
    """A dress beside an arm is a sleeve down to where hands hang; below that it is the skirt."""
    dress = REGIONS.index("dress or skirt")
    surface = seen(classes((dress, (slice(38, 74), slice(61, 74))), (ARM, (slice(38, 58), slice(61, 74)))))
    surface[:, CLASSES + 1] = above_the_middle / SURFACE_SPAN
    made = limb_mattes(pose(), surface, SIZE)[0, OF_LEFT_ARM]
    assert (made[60:70, 66:71].mean() > 0.5) == sleeve
