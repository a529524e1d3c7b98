"""The light of a wearer on clothes that are laid on."""

import pytest
import torch

from engine.compositing.worn_light import worn_light

SIZE, SHOULDERS = (240, 160), 90.0
BODY = slice(30, 210), slice(35, 125)
SAME = torch.zeros(1, 1, *SIZE)
SAME[(..., *BODY)] = 1.0


def photo(*shade: tuple[slice, slice, float], middle: float = 0.2) -> torch.Tensor:
    """Clothes of one colour, of which parts are so much lighter, of their light."""
    light_1CHW = torch.full((1, 3, *SIZE), 1.0 + middle) * torch.tensor([1.0, 0.8, 0.7])[None, :, None, None]
    for rows, columns, times in shade:
        light_1CHW[..., rows, columns] *= times
    return light_1CHW - 1.0


def light(picture_1CHW: torch.Tensor, old: torch.Tensor = SAME, new: torch.Tensor = SAME) -> torch.Tensor:
    return worn_light(picture_1CHW, old, new, SHOULDERS)[0, 0]


def test_cloth_is_darker_towards_its_sides_and_not_towards_its_hem():
    row = light(photo())[120]
    assert row[37] < 0.95 < 0.99 < row[80] and torch.allclose(row[35:125], row[35:125].flip(0), atol=1e-4)
    assert (row[36:60].diff() >= -1e-4).all()
    column = light(photo())[40:200, 80]
    assert column.min() > 0.99 and column.max() < 1.01


def test_a_body_s_side_in_shade_and_a_fold_are_those_of_the_new_clothes_too():
    shown = light(photo((slice(30, 210), slice(95, 125), 0.7))) / light(photo())
    assert shown[120, 110] < 0.82 < 0.95 < shown[120, 60]
    fold = light(photo((slice(110, 122), slice(35, 125), 0.75))) / light(photo())
    assert fold[116, 80] < 0.88 and fold[60, 80] > 0.97 and fold[180, 80] > 0.97


def test_light_and_shade_have_bounds():
    shown = light(photo((slice(150, 210), slice(35, 125), 0.45)))
    assert shown.min() >= 0.6 * 0.8 and shown.max() <= 1.02


def stripes(picture_1CHW: torch.Tensor, times: float) -> torch.Tensor:
    light_1CHW = picture_1CHW + 1.0
    light_1CHW[:, :, torch.arange(SIZE[0]) % 10 < 5] *= times
    return light_1CHW - 1.0


def two_colours() -> torch.Tensor:
    picture_1CHW = photo()
    picture_1CHW[..., 120:, :] = torch.tensor([-0.4, 0.1, 0.6])[None, :, None, None]
    return picture_1CHW


@pytest.mark.parametrize("picture", [stripes(photo(), 0.5), two_colours(), stripes(photo(middle=-0.9), 0.6)])
def test_patterns_another_colour_and_black_tell_nothing(picture):
    assert torch.equal(light(picture), light(photo()))


def test_a_small_print_is_no_shade():
    picture_1CHW = photo()
    picture_1CHW[..., 90:110, 70:90] = torch.tensor([-0.9, -0.2, 0.4])[None, :, None, None]
    assert (light(picture_1CHW) - light(photo())).abs().max() < 0.02


def test_where_nothing_was_worn_before_nothing_is_told():
    old = SAME.clone()
    old[..., 120:, :] = 0.0
    shaded = photo((slice(30, 120), slice(95, 125), 0.7), (slice(150, 210), slice(35, 125), 0.3))
    told, even = light(shaded, old), light(photo())
    assert torch.equal(told[170:], even[170:]) and told[80, 110] < 0.9 * even[80, 110]
    assert torch.equal(light(shaded, torch.zeros_like(SAME)), even)
