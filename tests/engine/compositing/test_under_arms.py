"""Mattes of arms with rims and without crumbs, and what goes on from the nearest."""

from __future__ import annotations

import pytest
import torch
from flat_scene import SIZE, pose
from torch import Tensor

from engine.compositing.under_arms import (
    evened,
    from_nearest,
    with_rims,
    without_crumbs,
    without_lumps,
    without_slits,
)


def block(*parts: tuple[slice, slice]) -> Tensor:
    made_hw = torch.zeros(SIZE)
    for part in parts:
        made_hw[part] = 1.0
    return made_hw


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


def test_a_slit_no_broader_than_a_rim_is_closed_and_a_gap_stays():
    """As between a shoulder and the cloth of its sleeve; and as between an arm and its trunk."""
    shirt_hw = block((slice(30, 70), slice(30, 60)))
    shirt_hw[40:41, 40:60] = shirt_hw[50:60, 50:60] = 0.0
    closed_hw = without_slits(shirt_hw[None, None], len(shirt_hw))[0, 0]
    assert closed_hw[40, 40:58].min() == 1.0 and closed_hw[52:58, 52:60].max() == 0.0
    assert torch.equal(closed_hw[60:], shirt_hw[60:])


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


def test_an_outline_is_evened_and_its_cracks_are_filled():
    """Of 512 rows a rim is 13 px. Steps of 8 px, as of a map of 64 rows, beside a straight side."""
    rows, column = torch.arange(512)[:, None], torch.arange(96)
    stairs = (rows // 8 * 8 + column // 8 * 8 < 8 * 40).float()  # about a diagonal
    matte = stairs[None, None].expand(1, 1, 512, 96).clone()
    matte[..., 60:68, 20:60] = 0.0  # a crack
    matte[..., 120:160, 20:60] = 0.0  # a gap
    made = evened(matte, 512)[0, 0]
    assert made[56:72, 24:56].min() == 1, "no crack"
    assert made[128:152, 28:52].max() == 0, "but a gap"
    outline = evened(stairs[None, None], 512)[0, 0, :, 16:80].sum(0)
    assert (outline.diff() + 1.0).abs().max() < 0.6, "no steps"
    assert (stairs[:, 16:80].sum(0).diff() + 1.0).abs().max() == 7
    soft_px = ((made > 0.05) & (made < 0.95))[:, 70].sum()
    assert 0 < soft_px <= 3, "as sharp as a photo's"


def test_what_stands_out_beside_a_hand_alone_is_no_clothes():
    """A trunk's side that the whole arm hides stays, down to its hem; a piece beside the hand goes."""
    worn = torch.zeros(1, 1, *SIZE)
    worn[..., 36:80, 30:60] = 1.0
    on = torch.zeros(1, 2, *SIZE)
    on[:, 1, 38:80, 60:64] = 1.0
    lump = on.clone()
    lump[:, 1, 66:74, 64:72] = 1.0
    made = without_lumps(lump, worn, pose())
    assert made[0, 1, 66:74, 66:72].max() == 0
    assert (made[0, 1, 40:78, 60:63] == 1).all() and not made[0, 0].any()
    assert torch.equal(without_lumps(lump, worn, torch.zeros_like(pose())), lump), "nobody's forearm"


def test_clothes_beneath_an_arm_go_on_beneath_the_one_that_is_crossed_with_it():
    """A sleeve of each over a trunk's side, one below the other: neither stands out alone."""
    worn = torch.zeros(1, 1, *SIZE)
    worn[..., 36:80, 30:60] = 1.0
    on = torch.zeros(1, 2, *SIZE)
    on[:, 1, 38:58, 60:64] = 1.0
    on[:, 0, 58:80, 60:64] = 1.0
    made = without_lumps(on, worn, pose())
    assert made[0, 1, 40:57, 60:63].min() == 1 and made[0, 0, 59:78, 60:63].min() == 1
