"""Outlines of arms in a fine photo: the left arm of the flat scene, in four times its rows."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SIDES, SIZE, pose
from torch import Tensor

from engine.compositing.arm_outlines import even_arms, without_rims
from engine.compositing.limb_bones import along, positions, segments
from engine.compositing.ribbons import inner_side, place_of, ribbon
from engine.pose import skeleton as sk

LEFT_ARM, UPPER, FORE = 3, 6, 7
LARGE = (4 * SIZE[0], 4 * SIZE[1])
PX = 2 / LARGE[0]
HERE = positions(LARGE, SIDES)
PLACED = segments(pose()[0], SIDES)
MADE = ribbon(pose()[0], PLACED, LEFT_ARM, 1.0, SIDES)
assert MADE is not None
WHERE = place_of(HERE, MADE.line_N)
BROAD = 12 * PX
TRUNKS = (WHERE.aside < 0) == (inner_side(MADE) == 1)  # what is on the trunk's side
OUTSIDE = ~TRUNKS
ALONG_UPPER, ALONG_FORE = (along(PLACED[bone], HERE).real for bone in (UPPER, FORE))
ON_FOREARM = (ALONG_FORE > 0.2) & (ALONG_FORE < 0.8) & (WHERE.piece > MADE.joints[1])


def even(arm_HW: Tensor, behind_HW: Tensor, apart_HW: Tensor | None = None) -> Tensor:
    """apart: how far off the wall the photo is; by default as far as it can be."""
    limbs_14HW = torch.zeros(1, 4, *LARGE)
    limbs_14HW[0, LEFT_ARM] = arm_HW.float()
    apart_HW = torch.full(LARGE, 2.0) if apart_HW is None else apart_HW
    made_14HW = even_arms(limbs_14HW, behind_HW[None, None].float(), apart_HW[None, None], pose()[0])
    assert torch.equal(made_14HW[:, :LEFT_ARM], limbs_14HW[:, :LEFT_ARM])
    return made_14HW[0, LEFT_ARM]


def breadths(matte_HW: Tensor, side_HW: Tensor) -> tuple[float, float]:
    """Px of the forearm to a side, where it ends first and last."""
    far_HW = WHERE.aside.abs() / PX
    inside = far_HW[ON_FOREARM & side_HW & (matte_HW < 0.5)].min()
    return float(inside), float(far_HW[ON_FOREARM & side_HW & (matte_HW > 0.5)].max())


ARM = WHERE.aside.abs() < BROAD
WALL = ~ARM & OUTSIDE


def test_a_regular_arm_is_as_it_was():
    even_HW = even(ARM, WALL)
    near_HW = (WHERE.aside.abs() - BROAD).abs() < 2.5 * PX
    assert (even_HW - ARM.float())[~near_HW].abs().max() < 0.05
    for side_HW in (TRUNKS, OUTSIDE):
        least, most = breadths(even_HW, side_HW)
        assert least > 11.0 and most < 13.0


@pytest.mark.parametrize("more", [-6, 6], ids=["bite", "bump"])
def test_before_clothes_an_arm_has_neither_bites_nor_bumps(more):
    frayed_HW = TRUNKS & (ALONG_FORE > 0.4) & (ALONG_FORE < 0.5)
    arm_HW = torch.where(frayed_HW, WHERE.aside.abs() < BROAD + more * PX, ARM)
    assert abs(breadths(arm_HW, TRUNKS)[more > 0] - 12 - more) < 1
    least, most = breadths(even(arm_HW, WALL), TRUNKS)
    assert least > 10.5 and most < 13.5


def test_before_the_wall_an_outline_is_the_photos_but_for_teeth():
    """A fold as broad as a fifth of a forearm stays, teeth of 3 px are closed."""
    fold_HW = OUTSIDE & (ALONG_FORE > 0.3) & (ALONG_FORE < 0.5)
    arm_HW = torch.where(fold_HW, WHERE.aside.abs() < BROAD + 5 * PX, ARM)
    even_HW = even(arm_HW, ~arm_HW & OUTSIDE)
    assert breadths(even_HW, OUTSIDE)[1] > 16
    teeth_HW = OUTSIDE & ((ALONG_FORE * abs(PLACED[FORE].step) / PX) % 8 < 3)
    arm_HW = torch.where(teeth_HW, WHERE.aside.abs() < BROAD - 5 * PX, ARM)
    assert breadths(arm_HW, OUTSIDE)[0] < 8
    assert breadths(even(arm_HW, ~arm_HW & OUTSIDE), OUTSIDE)[0] > 10.5


def test_hands_and_armpits_are_of_any_shape():
    arm_HW = (
        ARM & ~((ALONG_FORE > 1.1) & TRUNKS) & ~((ALONG_UPPER < 0.4) & TRUNKS & (WHERE.aside.abs() > 4 * PX))
    )
    even_HW = even(arm_HW, WALL)
    alone_HW = (ALONG_FORE > 1.1) | ((ALONG_UPPER < 0.42) & TRUNKS)
    assert torch.equal(even_HW[alone_HW], arm_HW.float()[alone_HW])


def test_rims_have_the_colours_of_inside_but_at_the_shoulder():
    """Of an arm whose rim of 2 px has the wall's colours, and shade towards both sides; beyond it too."""
    far_HW = WHERE.aside.abs() / PX
    shade_HW = torch.where(far_HW < 10, 0.5 - 0.03 * far_HW, -1.0)
    mattes = torch.zeros(1, 2, *LARGE)
    mattes[0, 1] = ARM.float()
    photo = shade_HW.expand(1, 3, *LARGE)
    seen_HW = without_rims(photo, mattes, torch.ones(1, 1, *LARGE), pose())[0, 0]
    beside_HW = ON_FOREARM & (far_HW < 16)
    assert photo[0, 0][beside_HW].min() == -1 and seen_HW[beside_HW].min() > 0.15
    inside_HW = ON_FOREARM & (far_HW < 2)
    assert torch.equal(seen_HW[inside_HW], shade_HW[inside_HW]), "deep inside is the photo"
    on_core = ON_FOREARM & (far_HW > 3) & (far_HW < 11)
    order = far_HW[on_core].argsort()
    assert seen_HW[on_core][order].diff().max() < 0.02, "shade goes on without a second contour"
    shoulder_HW = ALONG_UPPER < 0.08
    assert torch.equal(seen_HW[shoulder_HW], shade_HW[shoulder_HW])


def test_the_wall_gives_no_colours():
    """Teeth that were closed are filled from what is surely the arm's."""
    far_HW = WHERE.aside.abs() / PX
    teeth_HW = ARM & OUTSIDE & (far_HW > 6) & (ALONG_FORE > 0.4) & (ALONG_FORE < 0.45)
    mattes = torch.zeros(1, 2, *LARGE)
    mattes[0, 1] = ARM.float()
    photo = torch.where(ARM & ~teeth_HW, 0.5, -1.0).expand(1, 3, *LARGE)
    seen_HW = without_rims(photo, mattes, 1.0 - teeth_HW[None, None].float(), pose())[0, 0]
    assert seen_HW[ON_FOREARM & ARM].min() > 0.4


@pytest.mark.parametrize(("arms", "closed"), [(1.0, False), (0.2, True)], ids=["dark", "white"])
def test_a_matte_ends_at_a_wall_that_the_arm_does_not_look_like(arms, closed):
    """Between a bent arm and its trunk maps see no wall; a white sleeve before a white one tells nothing."""
    wide_HW = torch.where(TRUNKS & (ALONG_FORE > 0.0), WHERE.aside.abs() < BROAD + 14 * PX, ARM)
    apart_HW = torch.where(ARM, arms, 0.0)
    least, most = breadths(even(wide_HW, WALL, apart_HW), TRUNKS)
    assert (least > 24) if closed else (most < 13.5)
    light_HW = (WHERE.aside.abs() > 4 * PX) & (WHERE.aside.abs() < 10 * PX)
    striped_HW = even(ARM, WALL, torch.where(ARM & ~light_HW, 1.0, 0.0))
    for side_HW in (TRUNKS, OUTSIDE):
        assert breadths(striped_HW, side_HW)[0] > 11, "a stripe along a sleeve, as light as the wall"


def test_what_lies_beside_the_line_alone_is_kept():
    """A loose sleeve whose joints are beside its matte: nothing is told of how broad it is."""
    beside_HW = (ALONG_UPPER > 0.2) & (ALONG_UPPER < 0.7) & (WHERE.piece < MADE.joints[1])
    arm_HW = ARM & ~(beside_HW & (TRUNKS | (WHERE.aside.abs() < 4 * PX)))
    even_HW = even(arm_HW, WALL)
    inside_HW = (ALONG_UPPER > 0.3) & (ALONG_UPPER < 0.6) & OUTSIDE & arm_HW
    assert even_HW[inside_HW].min() > 0.9


@pytest.mark.parametrize(("px", "alone"), [(2.0, True), (3.0, False)])
def test_a_side_of_an_arm_that_is_a_sliver_is_left_alone(px, alone):
    """Of less than 2.4 px, a twenty-fifth of an upper arm: joints lie beside such an arm, and nothing tells
    how broad it is there. What is broader has an even edge, half a px soft."""
    arm_HW = (ARM & OUTSIDE) | (TRUNKS & (WHERE.aside.abs() < px * PX))
    even_HW = even(arm_HW, WALL)
    middle_HW = TRUNKS & (ALONG_FORE > 0.3) & (ALONG_FORE < 0.7) & (WHERE.piece > MADE.joints[1])
    assert torch.equal(even_HW[middle_HW], arm_HW.float()[middle_HW]) == alone


def test_what_was_missed_between_a_sleeve_and_its_hand_is_as_broad_as_beside():
    """A dark cuff before a dark coat, to the wrist's other side; at an arm's end nothing is added."""
    missed_HW = (ALONG_FORE > 0.75) & (ALONG_FORE < 1.1)
    even_HW = even(ARM & ~missed_HW, WALL)
    least, most = breadths(even_HW, TRUNKS)
    assert least > 10.5 and most < 13.5
    assert even_HW[missed_HW & (WHERE.aside.abs() < BROAD - 2 * PX)].min() > 0.9
    ends_HW = ALONG_FORE > 0.5
    assert even(ARM & ~ends_HW, WALL)[ALONG_FORE > 0.6].max() == 0


def test_an_arm_of_no_length_has_an_outline_of_numbers():
    """As in a pose file whose joints lie on one place, without a neck."""
    points = pose()[0]
    points[[sk.LEFT_ELBOW, sk.LEFT_WRIST], :2] = points[sk.LEFT_SHOULDER, :2].clone()
    points[sk.NECK, 2] = 0.0
    limbs = torch.zeros(1, 4, *SIZE)
    limbs[:, 3, 40:80, 58:70] = 1.0
    made = even_arms(limbs, torch.zeros(1, 1, *SIZE), torch.ones(1, 1, *SIZE), points)
    assert made.isfinite().all() and made.min() >= 0 and made.max() <= 1
