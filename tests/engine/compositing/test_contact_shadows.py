"""Soft shadows of clothes that are laid on."""

import pytest
import torch

from engine.compositing.contact_shadows import REACH, in_shadow, shade_of_arm

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


def test_an_arm_shades_who_has_it_in_a_layer_and_no_wall():
    """Of colours that are a layer's half: the shade lies over all that is beneath."""
    hers_HW, window = part(columns=slice(0, 70))[0, 0], (slice(0, 130), slice(20, 120))
    arm_HW = part(slice(80, 110))[0, 0]
    layer_4HW = torch.cat([torch.full((1, *SIZE), 0.5), torch.full((3, *SIZE), 0.1)])
    before_4HW = layer_4HW.clone()
    shade_of_arm(layer_4HW, hers_HW, arm_HW[window], window, SHOULDERS)
    matte_HW, colour_HW = layer_4HW[:2]
    assert torch.equal(layer_4HW[:, :, 70:], before_4HW[:, :, 70:]), "the wall"
    assert torch.equal(layer_4HW[:, 130:], before_4HW[:, 130:])
    far = 80 - round(REACH * SHOULDERS)
    assert torch.equal(layer_4HW[:, :far], before_4HW[:, :far]), "nothing is shaded that far away"
    shade = float(matte_HW[113, 50] - 0.5) / 0.5
    assert shade > 0.1 and shade > 1.5 * float(matte_HW[76, 50] - 0.5) / 0.5, "more below it"
    assert colour_HW[113, 50] == pytest.approx(0.1 * (1 - shade) - shade, abs=1e-4), "by black"


def test_an_arm_is_shaded_wherever_the_layer_is_computed():
    """Nothing of it is made on another device: `meta` takes none but its own."""
    layer, hers = torch.zeros(4, 64, 48, device="meta"), torch.zeros(64, 48, device="meta")
    window = slice(8, 40), slice(4, 30)
    shade_of_arm(layer, hers, hers[window], window, 20.0)
    assert layer.device.type == "meta"
