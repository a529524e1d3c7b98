"""Where an arm lies on clothes, and what colours these have there."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SIZE, pose
from torch import Tensor

from engine.compositing.under_arms import from_nearest, on_clothes, with_rims, without_crumbs
from engine.pose import skeleton as sk

# The left shoulder is at (60, 36), its elbow at (66, 50), its wrist at (68, 64).
ARM = slice(56, 72), slice(62, 70)


def block(*parts: tuple[slice, slice]) -> Tensor:
    made_hw = torch.zeros(SIZE)
    for part in parts:
        made_hw[part] = 1.0
    return made_hw


def on(arm_hw: Tensor, *kinds_hw: Tensor, of: Tensor | None = None) -> Tensor:
    """[h, w], of the left arm."""
    arms_12hw = torch.stack([torch.zeros(SIZE), arm_hw])[None]
    made = on_clothes(arms_12hw, torch.stack(kinds_hw)[None], pose() if of is None else of)[0]
    assert made[0].max() == 0, "the other arm is nowhere"
    return made[1]


def test_an_arm_that_hangs_beside_clothes_is_not_on_them():
    made = on(block(ARM), block((slice(30, 100), slice(30, 62))))
    assert made[57:71, 63:].max() == 0
    assert made[57:71, 61].min() > 0.6, "but what is beside it has its colours"
    assert made[:, :58].max() == 0


def test_an_arm_before_the_chest_is_on_it():
    made = on(block(ARM), block((slice(50, 80), slice(30, 90))))
    assert made[ARM].min() > 0.99


def test_a_hand_is_on_the_hip_up_to_its_outline_above_and_below():
    """The clothes end at column 66."""
    made = on(block(ARM), block((slice(30, 100), slice(30, 66))))
    assert made[57:71, 62:65].min() > 0.99 and made[57:71, 67:].max() == 0


def test_clothes_that_an_arm_touches_at_two_places_are_not_one_between_these():
    """A forearm that crosses a gap is on neither side's clothes there."""
    made = on(block(ARM), block((slice(30, 60), slice(30, 90)), (slice(68, 100), slice(30, 90))))
    assert made[57:59, 63:69].min() > 0.6 and made[69:71, 63:69].min() > 0.6
    assert made[63:65, 63:69].max() == 0


def test_a_forearm_with_clothes_on_both_sides_is_on_them_whatever_its_hand_holds():
    """Clothes beside it that meet neither above nor below, at the ends of what it holds."""
    beside = block((slice(54, 72), slice(40, 62))), block((slice(54, 72), slice(70, 90)))
    made = on(block(ARM), beside[0] + beside[1])
    assert made[57:68, 63:69].min() > 0.99
    assert on(block(ARM), beside[0])[57:71, 64:].max() == 0
    narrow, sleeve = block((slice(54, 72), slice(71, 74))), block(ARM)
    assert on(block(ARM), beside[0] + narrow + sleeve)[57:71, 64:69].max() == 0, "of its own sleeve"
    assert on(block(ARM), beside[0] + narrow)[57:68, 63:69].min() > 0.99, "a bare one has none"
    only_below = block((slice(64, 72), slice(70, 90)))
    half = on(block(ARM), beside[0] + only_below)
    assert half[66:68, 64:68].min() > 0.99 and half[57:61, 64:].max() == 0


def test_a_forearm_between_clothes_and_the_other_arm_is_on_clothes():
    """As of folded hands: beside the left one lies the right one, and under both the shirt."""
    clothes, right = block((slice(54, 72), slice(40, 62))), block((slice(54, 72), slice(70, 80)))
    arms_12hw = torch.stack([right, block(ARM)])[None]
    made = on_clothes(arms_12hw, clothes[None, None], pose())[0, 1]
    assert made[57:68, 63:69].min() > 0.99


def test_a_piece_of_an_arm_with_clothes_all_around_is_on_them():
    """A hand that lies far from where its forearm points; not one that ends before the wall."""
    hand = block((slice(76, 82), slice(40, 46)))
    shirt = block((slice(50, 90), slice(30, 90)))
    assert on(block(ARM) + hand, shirt)[76:82, 40:46].min() > 0.99
    before_the_wall = block((slice(50, 90), slice(44, 90)))
    assert on(block(ARM) + hand, before_the_wall)[77:81, 40:42].max() < 0.01


def test_shorts_and_the_leg_below_them_each_have_their_own_outline():
    """Shorts that end at column 68, a leg at 63: beside the leg nobody is."""
    shorts, leg = block((slice(40, 64), slice(30, 68))), block((slice(64, 100), slice(30, 63)))
    apart = on(block(ARM), shorts, leg)
    assert apart[57, 63] > 0.99 and apart[64, 63] == 0
    assert on(block(ARM), shorts + leg)[64, 63] > 0.5, "as one they would reach from corner to corner"


def test_a_sleeve_does_not_lie_on_the_shirt_that_it_is_of():
    """Up to half a unit from the shoulder, which is 8 px here."""
    sleeve = block((slice(36, 42), slice(58, 66)))
    shirt = block((slice(30, 70), slice(40, 72)))
    assert on(sleeve, shirt)[36:40, 60:65].max() == 0
    gone = pose()
    gone[0, sk.LEFT_SHOULDER, 2] = 0
    assert on(block(ARM), shirt, of=gone).max() == 0, "nor is anything told without a shoulder"


def test_what_is_not_known_has_the_colour_of_the_nearest():
    picture = torch.zeros(1, 3, *SIZE)
    picture[..., :40], picture[..., 40:] = 0.2, 0.8
    known = torch.zeros(1, 1, *SIZE, dtype=torch.bool)
    known[..., 20:30], known[..., 50:60] = True, True
    made = from_nearest(picture, known)
    assert made[..., :39].eq(0.2).all() and made[..., 41:].eq(0.8).all()
    assert from_nearest(picture, ~known & known).eq(0).all()


@pytest.mark.parametrize(("aside", "above"), [(11, 4), (13, 4), (31, 10)])
def test_what_is_aside_is_nearer_than_what_is_above_by_three(aside, above):
    """From (60, 20): to the trousers aside, and to the shirt above."""
    picture, known = torch.zeros(1, 3, *SIZE), torch.zeros(1, 1, *SIZE, dtype=torch.bool)
    picture[..., : 61 - above, :], picture[..., 60, 20 + aside] = 0.2, 0.8
    known[..., : 61 - above, :20], known[..., : 61 - above, 20:30], known[..., 60, 20 + aside] = (
        True,
        True,
        True,
    )
    assert from_nearest(picture, known)[0, 0, 60, 20] == pytest.approx(0.8 if aside < 3 * above else 0.2)


def test_bits_no_broader_than_a_rim_are_crumbs_and_what_is_broader_stays_as_it_is():
    trunk, finger = block((slice(20, 60), slice(20, 50))), block((slice(70, 90), slice(60, 62)))
    soft = 0.8 * trunk
    cleaned = without_crumbs((soft + finger)[None, None], len(soft))[0, 0]
    torch.testing.assert_close(cleaned, soft)


def test_rims_in_a_part_of_a_picture_are_as_broad_as_in_the_whole():
    whole_11HW = torch.zeros(1, 1, 512, 40)
    whole_11HW[..., 250:260, 18:22] = 1.0
    part = (..., slice(230, 280), slice(None))
    assert torch.equal(with_rims(whole_11HW[part], 512), with_rims(whole_11HW)[part])
    assert with_rims(whole_11HW)[0, 0, 255].sum() == 4 + 2 * 6, "6 px of 512 rows to either side"
