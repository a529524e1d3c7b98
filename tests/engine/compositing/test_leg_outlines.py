"""Outlines of legs and feet by a photo's colours, of a person whose maps are a little off."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from flat_scene import NOBODY, SHIRT, SIZE, TROUSERS, WALL, Part, classes, pose
from torch import Tensor

from engine.compositing.atlas import CLASSES
from engine.compositing.leg_outlines import legs_outlined
from engine.ops.resample import running_mean
from engine.regions import REGIONS

LEG = REGIONS.index("legs")
TIMES = 2  # of a finer photo
# Of the person of `standing`: shanks around columns 41 and 55, from knees (row 90) to ankles (row 114).
RIGHT, LEFT = (slice(66, 122), slice(36, 47)), (slice(66, 122), slice(50, 61))
GROUND, SKIN, SHOE = (0.7, 0.7, 0.6), (0.3, 0.0, -0.2), (-0.8, -0.8, -0.8)


def photo(*parts: tuple[tuple[float, float, float], Part], times: int = 1) -> Tensor:
    """A ground with parts of these colours before it, [3, H, W], with noise."""
    made = torch.tensor(GROUND)[:, None, None].repeat(1, *SIZE)
    for colour, where in parts:
        made[(slice(None), *where)] = torch.tensor(colour)[:, None, None]
    made = made.repeat_interleave(times, 1).repeat_interleave(times, 2)
    return made + 0.02 * torch.randn(made.shape, generator=torch.Generator().manual_seed(3))


def outlined(photo_3HW: Tensor, *told: tuple[int, Part], legs: tuple[Part, Part] = (RIGHT, LEFT), **other):
    """Legs [2, H, W] and what is behind [H, W], by maps that are soft and know these classes and legs."""
    class_8hw = F.one_hot(classes(*told), CLASSES).movedim(-1, 0).float()
    legs_2hw = torch.zeros(2, *SIZE)
    for leg_hw, where in zip(legs_2hw, legs, strict=True):
        leg_hw[where] = 1.0
    soft_8hw, soft_2hw = running_mean(class_8hw[None], 3)[0], running_mean(legs_2hw[None], 3)[0]
    plate = photo(times=photo_3HW.shape[1] // SIZE[0])
    told = soft_2hw, soft_8hw[WALL], soft_8hw, other.pop("own", pose())[0]
    return legs_outlined(photo_3HW, plate, *told, **other)


@pytest.mark.parametrize("times", [1, TIMES])
def test_a_leg_ends_where_its_colours_do_though_maps_are_two_px_off(times):
    rows = slice(96 * times, 110 * times)
    made, behind = outlined(
        photo((SKIN, RIGHT), (SKIN, LEFT), times=times),
        (LEG, (RIGHT[0], slice(38, 49))),
        (LEG, (LEFT[0], slice(52, 63))),
        legs=((RIGHT[0], slice(38, 49)), (LEFT[0], slice(52, 63))),
    )
    for leg, where in zip(made, (RIGHT, LEFT), strict=True):
        inside = slice((where[1].start + 1) * times, (where[1].stop - 1) * times)
        assert leg[rows, inside].min() > 0.9
        assert leg[rows, : (where[1].start - 1) * times].max() < 0.1
        assert leg[rows, (where[1].stop + 1) * times :].max() < 0.1
    assert behind[rows, 48 * times : 49 * times].min() > 0.9, "the ground between them"


def test_shoes_that_touch_part_where_a_photo_shows_it():
    """A pale right shoe goes on beside the left one's shank, below the line between both."""
    toe, shoe = (slice(113, 121), slice(36, 51)), (slice(113, 121), slice(51, 64))
    made, _ = outlined(
        photo((SKIN, RIGHT), (SKIN, LEFT), ((0.9, 0.1, 0.1), toe), (SHOE, shoe)),
        *((LEG, part) for part in (RIGHT, LEFT, toe, shoe)),
        legs=((slice(66, 120), slice(36, 48)), (slice(66, 120), slice(48, 64))),
    )
    assert made[0, 115:119, 38:50].min() > 0.9 and made[1, 115:119, 38:50].max() < 0.1
    assert made[1, 115:119, 54:62].min() > 0.9 and made[0, 115:119, 54:62].max() < 0.1


def test_above_half_a_thigh_and_on_tops_mattes_stay_as_they_are():
    """Hips are at row 66."""
    parts = (TROUSERS, RIGHT), (TROUSERS, LEFT), (SHIRT, (slice(40, 84), slice(36, 61)))
    legs = (slice(60, 122), slice(40, 44)), (slice(60, 122), slice(53, 58))
    given = running_mean(torch.zeros(1, 2, *SIZE), 3)[0]
    for leg, where in zip(given, legs, strict=True):
        leg[where] = 1.0
    given = running_mean(given[None], 3)[0]
    made, _ = outlined(photo((SKIN, RIGHT), (SKIN, LEFT)), *parts, legs=legs)
    assert torch.equal(made[:, :72], given[:, :72])
    assert made[0, 78:82, 41:43].min() > 0.9, "what a shirt's hem hides of a leg"
    assert made[0, 100, 37:46].min() > 0.9 > 0.1 > given[0, 100, 37:39].max()


def test_who_has_no_legs_keeps_what_is_given():
    legs = (slice(0, 0), slice(0, 0)), (slice(0, 0), slice(0, 0))
    made, behind = outlined(photo((SKIN, RIGHT)), (LEG, RIGHT), legs=legs, own=NOBODY)
    assert made.max() == 0 and behind[100, 41] == 0 and behind[100, 20] == 1
