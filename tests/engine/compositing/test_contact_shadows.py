"""Soft shadows of clothes that are laid on."""

import pytest
import torch

from engine.compositing.contact_shadows import in_shadow

SIZE, SHOULDERS = (200, 120), 100.0


def part(rows=slice(None), columns=slice(None)) -> torch.Tensor:
    share_11HW = torch.zeros(1, 1, *SIZE)
    share_11HW[..., rows, columns] = 1.0
    return share_11HW


GREY, EVERYWHERE, NOWHERE = torch.full((1, 3, *SIZE), 0.2), part(), torch.zeros(1, 1, *SIZE)


def column(picture_1CHW: torch.Tensor) -> torch.Tensor:
    return picture_1CHW[0, 0, :, 60]


def test_a_hem_darkens_what_is_below_it_and_less_what_is_above_a_waist():
    shown = column(in_shadow(GREY, EVERYWHERE, part(slice(80, 120)), NOWHERE, SHOULDERS))
    above, below = 0.2 - shown[76], 0.2 - shown[123]
    assert below > 0.05 and below > 1.5 * above
    assert (shown[123:130].diff() > 0).all(), "the farther the lighter"
    assert (shown[80:120] == 0.2).all(), "and not the clothes themselves"


def test_far_from_clothes_a_picture_is_the_same_to_the_bit_and_a_wall_has_no_shadow():
    clothes = part(slice(80, 120))
    shown = column(in_shadow(GREY, EVERYWHERE, clothes, NOWHERE, SHOULDERS))
    assert torch.equal(shown[140:], column(GREY)[140:]) and torch.equal(shown[:65], column(GREY)[:65])
    assert torch.equal(in_shadow(GREY, NOWHERE, clothes, NOWHERE, SHOULDERS), GREY)


def test_an_arm_before_a_trunk_is_no_darker_for_it_and_darkens_it():
    arm = part(columns=slice(50, 70))
    shown = in_shadow(GREY, EVERYWHERE, EVERYWHERE * (1 - arm), arm, SHOULDERS)[0, 0, 100]
    assert (shown[50:70] == 0.2).all()
    assert shown[72] < 0.15 and shown[100] == pytest.approx(0.2)


def test_who_is_twice_as_large_has_shadows_twice_as_far():
    clothes = part(slice(0, 60))
    reach = [
        int((column(in_shadow(GREY, EVERYWHERE, clothes, NOWHERE, shoulders)) < 0.19).sum())
        for shoulders in (100.0, 200.0)
    ]
    assert 1.6 < reach[1] / reach[0] < 2.4
