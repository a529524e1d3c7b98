"""Fingers that count as the leg beside them: the left arm hangs, its wrist is at (68, 64)."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SIZE, TROUSERS, classes, pose, seen
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.fingertips import fingertips, with_fingertips
from engine.compositing.limb_mattes import limb_mattes
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM, LEG = REGIONS.index("arms"), REGIONS.index("legs")
OF_LEFT_LEG, OF_LEFT_ARM = 1, 3
HAND = ARM, (slice(38, 72), slice(64, 74))
FINGERS = slice(72, 77), slice(64, 70)  # below it, beside the thigh
LOWER = slice(84, 89), slice(64, 70)  # where no finger reaches


def mattes(
    kind: int, leg: slice, standing_out: tuple[slice, slice] | None = FINGERS, rows: int = SIZE[0]
) -> tuple[Tensor, Tensor]:
    """Of limbs [4, H, W] each: without their fingertips, and with them."""
    parts = [HAND, (kind, (slice(66, 122), leg))] + [(kind, standing_out)] * (standing_out is not None)
    surface = seen(classes(*parts))[..., :rows, :]
    own = pose()
    own[0, :, 1] = (own[0, :, 1] + 1) * SIZE[0] / rows - 1  # in a picture of those rows
    plain = limb_mattes(own, surface, (rows, SIZE[1]))
    made = with_fingertips(plain, surface[:, :CLASSES].softmax(1), own)
    return plain[0], made[0]


@pytest.mark.parametrize("kind", [LEG, TROUSERS])
def test_fingers_that_stand_out_from_a_thigh_are_the_hands(kind):
    plain, made = mattes(kind, slice(49, 64))
    assert plain[OF_LEFT_ARM][FINGERS].max() < 0.5, "a matte that ends above them"
    assert made[OF_LEFT_ARM, 72:76, 66:69].min() == 1
    assert made[OF_LEFT_LEG, 72:76, 66:69].max() == 0, "which no leg takes along"
    assert torch.equal(made[OF_LEFT_LEG, :, :60], plain[OF_LEFT_LEG, :, :60]), "the thigh is as it was"


def test_what_lies_before_a_broad_thigh_or_beside_none_is_as_it_was():
    for standing_out, leg in ((FINGERS, slice(49, 74)), (LOWER, slice(49, 64)), (None, slice(40, 50))):
        plain, made = mattes(LEG, leg, standing_out)
        assert torch.equal(made, plain), (standing_out, leg)


def test_a_picture_that_ends_at_the_hand_tells_nothing():
    plain, made = mattes(LEG, slice(49, 64), rows=80)
    assert torch.equal(made, plain)


def test_an_arm_without_a_wrist_has_no_fingers():
    own = pose()
    own[0, sk.LEFT_WRIST, 2] = 0
    limbs = torch.zeros(1, 4, *SIZE)
    surface = seen(classes((LEG, (slice(66, 122), slice(49, 64))), (LEG, FINGERS)))
    made = with_fingertips(limbs, surface[:, :CLASSES].softmax(1), own)
    assert made[0, OF_LEFT_ARM].max() == 0


def tips(*parts: tuple[slice, slice], likely: float = 1.0, arm: float = 0.0) -> Tensor:
    """Of the left hand, bool [H, W], with so much of a thigh, of these parts beside it, and of arms seen
    everywhere."""
    class_8HW = torch.zeros(CLASSES, *SIZE)
    class_8HW[LEG, 50:122, 49:64] = 1.0
    for part in parts:
        class_8HW[LEG][part] = likely
    return fingertips(class_8HW[None], pose(), torch.full((1, 4, *SIZE), arm))[0, 1] > 0.5


@pytest.mark.parametrize(
    ("rows", "are"),
    [(slice(59, 62), False), (slice(64, 67), True), (slice(76, 79), True), (slice(81, 84), False)],
)
def test_fingers_are_from_a_quarter_of_a_forearm_beyond_the_wrist_to_three_quarters(rows, are):
    """From row 67.7 to 74.6, and by three tenths of an upper arm, 4.6 px, farther."""
    piece = rows, slice(67, 70)
    found_HW = tips(piece)
    assert found_HW[piece].all() == found_HW.any() == are


@pytest.mark.parametrize(("off", "are"), [(4, False), (7, True)])
def test_an_outline_is_told_by_what_is_five_px_around(off, are):
    """Above and below where fingers may be, which is from row 63 to 79, the thigh is as broad as they are."""
    columns, fingers = slice(64, 72), (slice(68, 76), slice(66, 69))
    found_HW = tips(fingers, (slice(50, 63 - off + 1), columns), (slice(79 + off, 100), columns))
    assert found_HW[fingers].all() == found_HW.any() == are


@pytest.mark.parametrize(
    ("likely", "arm", "are"), [(0.45, 0.0, False), (0.55, 0.0, True), (1.0, 0.45, True), (1.0, 0.55, False)]
)
def test_fingers_are_what_is_rather_a_leg_and_rather_no_arm(likely, arm, are):
    assert tips(FINGERS, likely=likely, arm=arm).any() == are
