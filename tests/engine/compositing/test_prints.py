"""A print on a garment of one colour is told from a pattern."""

import pytest
import torch

from engine.compositing.prints import is_even, on_ground, prints

SIZE = 128, 96
GROUND, INK = (0.5, 0.3, 0.1), (-0.6, -0.2, 0.4)
ROWS, COLUMNS = torch.meshgrid(torch.arange(SIZE[0]), torch.arange(SIZE[1]), indexing="ij")
SHIRT = (abs(ROWS - 64) < 50) & (abs(COLUMNS - 48) < 36)
BADGE = (abs(ROWS - 50) < 8) & (abs(COLUMNS - 60) < 8)
STRIPES = SHIRT & (ROWS // 3 % 2 == 0)
DOTS = SHIRT & (ROWS % 6 < 2) & (COLUMNS % 6 < 2)


def picture(on_hw: torch.Tensor) -> torch.Tensor:
    """A shirt of one colour, in light and shade, with this on it."""
    shade_hw = 0.2 * torch.sin(COLUMNS / 9.0)
    return torch.where(
        on_hw, torch.tensor(INK)[:, None, None], torch.tensor(GROUND)[:, None, None] + shade_hw
    )


def test_a_badge_is_on_its_ground():
    assert torch.equal(on_ground(picture(BADGE), SHIRT, SHIRT, 128), BADGE)


@pytest.mark.parametrize("pattern", [STRIPES, DOTS])
def test_stripes_and_dots_are_the_garments_own(pattern):
    assert on_ground(picture(pattern), SHIRT, SHIRT, 128) is None


def test_a_large_print_is_told_by_the_sleeves_and_a_trunk_of_another_colour_is_none():
    sleeves = SHIRT & (abs(COLUMNS - 48) > 18)
    print_hw = SHIRT & ~sleeves & (ROWS % 32 < 16)
    assert torch.equal(on_ground(picture(print_hw), SHIRT, SHIRT & ~sleeves, 128), print_hw)
    trunk = SHIRT & ~sleeves & (abs(COLUMNS - 48) < 17)  # the narrower part, of another colour
    assert on_ground(picture(trunk), SHIRT, trunk, 128) is None


def test_a_print_leaves_but_a_sixth_of_its_garment_plain_all_around():
    """A crown on a dark pullover: around it is ground, but hardly a window without anything of it."""
    print_hw = SHIRT & (abs(ROWS - 50) < 48) & (abs(COLUMNS - 48) < 32) & (ROWS % 8 < 4)
    assert torch.equal(on_ground(picture(print_hw), SHIRT, SHIRT, 128), print_hw)


def test_light_and_shade_are_no_pattern_however_far_apart():
    """Half of a white shirt in deep shade."""
    lit = torch.where(COLUMNS < 48, 0.9, -0.2).expand(3, *SIZE)
    assert is_even(lit, SHIRT, 128)
    for pattern in (STRIPES, DOTS):
        assert not is_even(picture(pattern), SHIRT, 128)


def test_broad_stripes_are_a_pattern_and_what_leaves_a_quarter_of_a_garment_plain_is_none():
    """A sports top with its bands and straps, and the belly below it that counts as the same."""
    assert not is_even(picture(SHIRT & (ROWS // 6 % 2 == 0)), SHIRT, 128)
    for pattern in (STRIPES, DOTS):
        assert is_even(picture(pattern & (ROWS < 84)), SHIRT, 128)
        assert not is_even(picture(pattern & (ROWS < 104)), SHIRT, 128)


def test_of_what_is_not_seen_nothing_is_told():
    assert on_ground(picture(BADGE), SHIRT, torch.zeros_like(SHIRT), 128) is None


def test_each_garment_is_asked_by_itself_and_a_print_has_its_edge():
    """A shirt with a badge above, trousers of dots below, of other colours."""
    below = ROWS > 64
    photo = torch.where(below, picture(DOTS), -picture(BADGE))
    worn = (torch.stack([~below, below]) & SHIRT).float()
    found = prints(photo[None], worn[None], SHIRT[None, None])[0, 0]
    around = torch.nn.functional.max_pool2d(BADGE[None].float(), 3, 1, 1)[0]
    assert torch.equal(found, around)


def test_what_fills_a_level_is_no_print():
    """A bare belly that counts as a top, or a hem's trim: it goes on, and a badge does not."""
    belly = SHIRT & (ROWS > 96)
    photo, worn = picture(belly | BADGE)[None], SHIRT[None, None].float()
    found = prints(photo, worn, SHIRT[None, None])[0, 0] > 0
    assert found[BADGE].all() and not found[(ROWS > 98)].any()
