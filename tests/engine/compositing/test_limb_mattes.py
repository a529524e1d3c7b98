"""Which pixels of a photo are of which limb."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pytest
import torch
from flat_scene import HERE, SHIRT, SIDES, TROUSERS, WALL, Part, arms, classes, pose, seen
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.limb_bones import segments
from engine.compositing.limb_mattes import THICK, limb_mattes, reach
from engine.compositing.ribbons import place_of, ribbon
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM, LEG = REGIONS.index("arms"), REGIONS.index("legs")
OF_RIGHT_LEG, OF_LEFT_LEG, OF_RIGHT_ARM, OF_LEFT_ARM = range(4)
LEFT_ARM = slice(38, 74), slice(61, 74)  # rows, columns around shoulder (60, 36), elbow and wrist (68, 64)
LEFT_LEG = slice(66, 122), slice(49, 62)


def mattes(*parts: tuple[int, Part], of: Tensor | None = None, left: Sequence[Part] = ()) -> Tensor:
    """Of a person of these parts. left: those of the left arm."""
    own_hw = classes(*parts)
    return limb_mattes(pose() if of is None else of, seen(own_hw), arms(own_hw, left=left).mattes)[0]


def test_an_arm_is_what_is_seen_of_it_up_to_the_end_of_its_hand():
    made = mattes((ARM, LEFT_ARM), left=[LEFT_ARM, (slice(74, 100), LEFT_ARM[1])])
    for row, column in ((57, 67), (44, 63), (50, 66)):
        assert made[OF_LEFT_ARM, row, column] > 0.99
    assert made[OF_LEFT_ARM, 69, 69] > 0.99, "the hand, beyond the wrist"
    assert made[:3].max() == 0, "no leg, and no other arm"
    assert made[OF_LEFT_ARM, 57, 40] == 0 and made[OF_LEFT_ARM, 30, 67] == 0
    assert made[OF_LEFT_ARM, 79:].max() == 0, "no hand reaches so far"


def test_a_cape_that_hangs_behind_a_bare_arm_is_none_of_it():
    """Though it was seen as the arm's: to its wrist, where a hand may lie on clothes; a sleeve is cloth all
    along, and goes with its arm."""
    cape = slice(44, 80), slice(71, 77)
    seen_so = [LEFT_ARM, (slice(74, 100), LEFT_ARM[1]), cape]
    for behind, whole in ((SHIRT, False), (ARM, True)):
        made = mattes((ARM, LEFT_ARM), (behind, cape), left=seen_so)[OF_LEFT_ARM]
        assert made[50:60, 65:69].min() > 0.99
        assert (made[50:58, 74] > 0.5).all() == whole and (made[50:58, 74] < 0.05).all() != whole
        assert made[72, 73] > 0.9, "beside the hand"
    sleeve = mattes((SHIRT, LEFT_ARM), (SHIRT, cape), left=seen_so)[OF_LEFT_ARM]
    assert sleeve[50:58, 74].min() > 0.9


def test_a_bust_that_hides_some_of_a_bare_upper_arm_is_none_of_it_and_a_sleeve_is():
    """On the line of the arm, near its shoulder; farther out there is skin, or there is not."""
    bust, sleeve = (slice(40, 52), slice(58, 63)), (slice(36, 52), slice(56, 74))
    made = mattes((ARM, LEFT_ARM), (SHIRT, bust), left=[LEFT_ARM])[OF_LEFT_ARM]
    assert made[43:49, 61].max() < 0.1 and made[43:49, 66:69].min() > 0.9
    whole = mattes((ARM, LEFT_ARM), (SHIRT, sleeve), left=[LEFT_ARM])[OF_LEFT_ARM]
    assert whole[43:49, 62:69].min() > 0.9


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


def test_trousers_that_end_nowhere_to_one_side_are_as_broad_as_to_the_other():
    """The bone is in column 55, the inner rim 6 px from it."""
    made = mattes((TROUSERS, (slice(66, 118), slice(49, 90))))[OF_LEFT_LEG, 95]
    assert made[50:58].min() > 0.9 and made[64:].max() == 0


def test_trousers_are_as_broad_as_the_leg_that_comes_out_of_them():
    """Where they end to neither side, that is told by what is below."""
    broad = TROUSERS, (slice(66, 84), slice(30, 90))
    made = mattes(broad, (LEG, (slice(84, 122), slice(49, 62))))[OF_LEFT_LEG, 78]
    assert made[50:60].min() > 0.9 and made[66:].max() == 0


def test_trousers_end_where_the_leg_under_them_is_bare():
    """Below their hem what hangs beside a leg is not its."""
    made = mattes((TROUSERS, (slice(66, 122), slice(49, 66))), (LEG, (slice(84, 122), slice(49, 61))))
    assert made[OF_LEFT_LEG, 78, 60] > 0.9 and made[OF_LEFT_LEG, 100, 58] > 0.9
    assert made[OF_LEFT_LEG, 100, 63] == 0


def test_a_foot_may_be_broader_than_its_shank():
    foot = mattes((LEG, (slice(66, 114), slice(52, 59))), (LEG, (slice(114, 122), slice(50, 64))))[
        OF_LEFT_LEG
    ]
    assert foot[117:120, 61].min() > 0.9


def test_between_trousers_and_the_leg_that_comes_out_of_them_is_no_gap():
    for hem in range(80, 100):
        made = mattes((TROUSERS, (slice(66, hem), slice(49, 62))), (LEG, (slice(hem, 122), slice(49, 62))))
        assert made[OF_LEFT_LEG, hem - 2 : hem + 2, 55].min() > 0.9, hem


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
    made = mattes((ARM, LEFT_ARM), of=own, left=[LEFT_ARM])
    assert made[OF_LEFT_ARM, 69, 69] == 0, "the hand"
    assert (made.max() == 0) == (absent == sk.LEFT_ELBOW)
    assert mattes((ARM, LEFT_ARM), of=torch.zeros(1, 18, 3), left=[LEFT_ARM]).max() == 0


@pytest.mark.parametrize(("likely", "share"), [(0.25, 0.0), (0.4, 0.25), (0.6, 0.75), (0.75, 1.0)])
def test_a_pixel_is_the_limbs_from_three_tenths_of_its_likelihood_to_seven(likely, share):
    """Of the left foot, which is of any shape."""
    own_hw = classes((LEG, LEFT_LEG), (LEG, (LEFT_LEG[0], slice(34, 47))))
    unsure, rows, columns = seen(own_hw), slice(114, 122), slice(50, 58)
    unsure[:, :CLASSES, rows, columns] = -20.0
    unsure[:, LEG, rows, columns] = math.log(likely)
    unsure[:, WALL, rows, columns] = math.log(1.0 - likely)
    made = limb_mattes(pose(), unsure, arms(own_hw).mattes)[0]
    assert made[OF_LEFT_LEG, 118, 54] == pytest.approx(share, abs=0.01)


@pytest.mark.parametrize("long", [False, True])
def test_an_arm_is_as_broad_at_its_shoulder_as_it_is_farther_on_and_a_long_sleeve_takes_no_chest_along(long):
    """An arm that is seen from below its shoulder on, where sleeve and trunk look alike; the trunk is to the
    left of it."""
    below = slice(44, 74), slice(58, 73)
    parts = [(SHIRT, (slice(28, 80), slice(34, 76)))] + [(ARM, (slice(47, 80), slice(56, 76)))] * (not long)
    made = mattes(*parts, left=[below])[OF_LEFT_ARM]
    assert made[38:42, 63].min() > 0.9, "above where it is seen, outside"
    assert (made[39:41, 60].max() < 0.1) if long else (made[38:42, 60:64].min() > 0.9)
    assert made[30].max() == 0 == made[38:42, :50].max()
    assert torch.equal(made[52:66], arms(classes(*parts), left=[below]).mattes[0, 1, 52:66])
    assert mattes(*parts)[OF_LEFT_ARM].max() == 0, "no arm is seen"


@pytest.mark.parametrize(("beside", "ends"), [(0.0, (0.15, 0.15)), (0.2, (0.35, 0.0)), (0.32, (0.0, 0.0))])
def test_a_limb_that_lies_a_little_beside_its_line_is_its(beside, ends):
    """By a tenth of a unit. It is 0.3 units broad."""
    unit, line_N = 0.5, torch.tensor([0.0, 0.5j, 1.0j])
    limb_HW = ((HERE.real / unit + beside).abs() < 0.15).float()
    broad_2N = reach(line_N, limb_HW, unit, SIDES) * THICK[1]
    assert broad_2N[:, 1].tolist() == pytest.approx(list(ends), abs=0.04)


def test_what_hangs_together_with_nothing_on_an_arms_line_is_no_arm():
    """A strip at the side of a trunk whose arm is raised; a bag hangs from its hand."""
    bag, strip = (slice(60, 72), slice(70, 82)), (slice(40, 60), slice(30, 34))
    made = mattes((ARM, LEFT_ARM), left=[LEFT_ARM, bag, strip])
    assert made[OF_LEFT_ARM, 57, 67] > 0.99 and made[OF_LEFT_ARM, 66, 78] > 0.99
    assert made[OF_LEFT_ARM, strip[0], strip[1]].max() == 0
    apart = mattes((ARM, LEFT_ARM), left=[strip])
    assert apart[OF_LEFT_ARM, 50, 32] > 0.99, "where nothing is on its line all is kept"


def test_what_the_other_arm_lies_across_stays_its_and_no_shoulder_takes_the_other_arm():
    """The right forearm, crossed with the left one, cuts the left upper arm off from its outer side."""
    own = pose({sk.RIGHT_ELBOW: (0.0, -4.0), sk.RIGHT_WRIST: (34.0, -14.0), sk.LEFT_WRIST: (-30.0, -10.0)})
    outside, over = (slice(40, 50), slice(69, 72)), (slice(38, 52), slice(64, 69))
    upper = slice(38, 54), slice(58, 64)
    own_hw = classes((SHIRT, (slice(36, 56), slice(56, 74))))
    told = arms(own_hw, left=[upper, outside], right=[over]).mattes
    made = limb_mattes(own, seen(own_hw), told)[0]
    assert made[OF_LEFT_ARM, 43:48, 70].min() > 0.9, "though it hangs together with nothing"
    assert made[OF_LEFT_ARM, 40:50, 66].max() < 0.1
    hangs = limb_mattes(pose(), seen(own_hw), arms(own_hw, left=[upper, outside]).mattes)[0]
    assert hangs[OF_LEFT_ARM, 43:48, 70].max() == 0


def test_in_the_crook_of_a_folded_arm_it_reaches_as_far_as_above_and_below():
    """The forearm goes up beside the upper arm: between the two is no wall."""
    own = pose({sk.LEFT_ELBOW: (-6.0, 2.0), sk.LEFT_WRIST: (4.0, -26.0)})  # (60, 52), (72, 38)
    placed = segments(own[0], SIDES)
    made = ribbon(own[0], placed, 3, 1.0, SIDES)
    assert made is not None
    unit = placed[6].unit
    limb_HW = (place_of(HERE, made.line_N).aside.abs() < 0.3 * unit).float()
    broad_2N = THICK[1] * reach(made.line_N, limb_HW, unit, SIDES)[:, made.root : made.joints[-1]]
    assert broad_2N.max() < 0.4, "and not to the forearm's far side"
    assert broad_2N.min() > 0.2
