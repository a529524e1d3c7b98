"""Under an arm a pattern goes on: a striped shirt, and on it the left arm; trousers below."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flat_scene import SHIRT, SIZE, TROUSERS, classes, finer, grey, own_pose, pose, seen
from torch import Tensor

from engine.compositing.grain import with_grain
from engine.compositing.own_pose import OwnPose
from engine.compositing.patterns import copied, patterned, patterned_behind, with_copies
from engine.compositing.under_arms import with_rims
from engine.pictures import to_rgb
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
CLOTH, UNDER = (slice(20, 110), slice(16, 66)), (slice(40, 90), slice(66, 76))
INNER = slice(44, 86), slice(66, 75)  # of what is under the arm
PERIOD = 12  # px


def stripes(turn: int = 0) -> Tensor:
    """A photo of stripes, across or down."""
    places = torch.arange(max(SIZE)) // (PERIOD // 2) % 2 * 1.0 - 0.5
    across = places[: SIZE[0], None].expand(SIZE) if turn == 0 else places[: SIZE[1]].expand(SIZE)
    return across[None, None].expand(1, 3, *SIZE).contiguous()


def own(own_hw: Tensor, arm: tuple[slice, slice] = UNDER) -> OwnPose:
    """The arm lies on the shirt."""
    limbs, under = torch.zeros(1, 4, *SIZE), torch.cat([grey(0.0), torch.zeros(1, 2, *SIZE)], 1)
    limbs[0, 3][arm] = 1.0
    under[:, 3:] = with_rims(with_rims(limbs[:, 2:]))
    return own_pose(seen(own_hw), pose(), limbs=limbs, under=under)


ON_SHIRT = own(classes((SHIRT, CLOTH), (ARM, UNDER)))


@pytest.mark.parametrize("turn", [0, 1])
def test_stripes_go_on_under_an_arm(turn):
    photo = stripes(turn)
    given = photo.clone()
    given[0, :, UNDER[0], UNDER[1]] = 0.9  # the arm's colours are nobody's cloth
    field_HW2 = patterned(ON_SHIRT, given)
    made = with_grain(ON_SHIRT, given, None, field_HW2)[0].under[0, :3]
    plain = with_grain(ON_SHIRT, given, None)[0].under[0, :3]
    wrong, before = ((each - photo[0]).abs()[(..., *INNER)].mean() for each in (made, plain))
    assert wrong < 0.1 < 0.3 < before


@pytest.mark.parametrize("turn", [0, 1])
def test_stripes_go_on_behind_what_lies_before_a_garment(turn):
    photo = stripes(turn)
    given, (seen_hw, hidden_hw) = photo.clone(), np.zeros((2, *SIZE), bool)
    given[0, :, UNDER[0], UNDER[1]] = 0.9
    seen_hw[CLOTH], hidden_hw[UNDER] = True, True
    field_hw2 = patterned_behind(given[0], seen_hw, hidden_hw)
    assert field_hw2 is not None and not copied(field_hw2)[~hidden_hw].any()
    made_HWC = with_copies(to_rgb(given), field_hw2, to_rgb(given))
    assert np.abs(made_HWC.astype(float) - to_rgb(photo))[INNER].mean() < 0.1 * 127.5
    assert patterned_behind(grey(0.2)[0], seen_hw, hidden_hw) is None, "plain"


def test_what_is_known_and_what_no_arm_comes_near_takes_its_own_colours():
    taken_HW = copied(patterned(ON_SHIRT, stripes()))
    assert taken_HW[INNER].all()
    assert not taken_HW[24:36, 20:28].any(), "cloth that is seen"
    assert not taken_HW[:, :8].any() and not taken_HW[112:].any(), "the wall"


def test_plain_cloth_and_too_little_of_it_have_no_pattern():
    assert not copied(patterned(ON_SHIRT, grey(0.1))).any()
    little = own(classes((SHIRT, (slice(40, 90), slice(40, 66))), (ARM, UNDER)))
    assert not copied(patterned(little, stripes())).any()
    assert not copied(patterned(own(classes((ARM, UNDER))), stripes())).any()


def test_a_garment_goes_on_with_no_other_garments_pattern():
    """Striped across above, and down below: beside the trousers nothing is copied from above them."""
    hem = 64
    parts = (SHIRT, (slice(8, hem), CLOTH[1])), (TROUSERS, (slice(hem, 128), CLOTH[1])), (ARM, UNDER)
    photo = torch.cat([stripes()[:, :, :hem], stripes(1)[:, :, hem:]], 2)
    field_HW2 = patterned(own(classes(*parts)), photo)
    rows_HW, taken_HW = field_HW2[..., 1], copied(field_HW2)
    above, below = (slice(44, 60), UNDER[1]), (slice(68, 86), UNDER[1])
    assert taken_HW[above].mean() > 0.5 and rows_HW[above][taken_HW[above]].max() < hem
    assert taken_HW[below].mean() > 0.5 and rows_HW[below][taken_HW[below]].min() > hem


def test_a_hem_goes_on_as_a_hem_and_nowhere_above_it():
    """Of the same stripes, half as far apart."""
    hem = 70
    photo = stripes()
    photo[:, :, hem:] = (torch.arange(SIZE[0] - hem) // 3 % 2 - 0.5)[:, None]
    field_HW2 = patterned(ON_SHIRT, photo)
    rows_HW, taken_HW = field_HW2[..., 1], copied(field_HW2)
    taken_HW[: UNDER[0].start], taken_HW[:, : UNDER[1].start], taken_HW[:, UNDER[1].stop :] = (
        False,
        False,
        False,
    )
    assert taken_HW[INNER].mean() > 0.9
    off_HW = rows_HW - np.arange(SIZE[0])[:, None] - 0.5
    assert np.abs(off_HW[taken_HW]).max() <= 3


def test_a_narrow_strip_goes_on_again_and_again():
    """Of 28 px beside an arm of 42: a repeat of 6 px is found in it, and leads no farther than it is wide."""
    narrow, broad = (CLOTH[0], slice(20, 48)), (UNDER[0], slice(48, 90))
    photo = (torch.arange(SIZE[1]) // 3 % 2 - 0.5).expand(1, 3, *SIZE).clone()
    made = own(classes((SHIRT, narrow), (ARM, broad)), broad)
    taken_HW = copied(patterned(made, photo))
    assert taken_HW[50:80, 50:88].mean() > 0.95


def test_a_pattern_is_copied_as_one_piece():
    """Checks that differ from each other here and there, as printed ones do."""
    rows, columns = torch.arange(SIZE[0])[:, None], torch.arange(SIZE[1])
    checks = torch.sin(2 * torch.pi * rows / 9) * torch.sin(2 * torch.pi * columns / 7)
    coarse = torch.rand(1, 3, SIZE[0] // 4, SIZE[1] // 4, generator=torch.Generator().manual_seed(1))
    photo = 0.6 * checks + 0.5 * torch.nn.functional.interpolate(coarse, SIZE) - 0.25
    down_HW2 = np.diff(patterned(ON_SHIRT, photo)[INNER], axis=0) - (0.0, 1.0)
    assert (np.abs(down_HW2).max(-1) < 1.0).mean() > 0.97


def test_where_no_step_leads_to_cloth_what_is_below_goes_on_upright():
    """Of a strap above nothing is broad enough; below the shirt is."""
    strap, arm = (slice(20, 56), slice(64, 66)), (slice(30, 90), slice(66, 76))
    parts = (SHIRT, (slice(56, 110), CLOTH[1])), (SHIRT, strap), (ARM, arm)
    field_HW2 = patterned(own(classes(*parts), arm), stripes())
    taken_HW = copied(field_HW2)
    assert taken_HW[36:50, 67:75].all()
    below = field_HW2[36:50, 67:75, 1]
    assert below.min() > 56 and (np.diff(below, axis=0) < 0).all(), "mirrored"


def test_around_a_shoulder_cloth_may_come_to_light():
    """The left shoulder is at (60, 36), the longest arm bone 15 px."""
    taken_HW = copied(patterned(ON_SHIRT, stripes()))
    assert taken_HW[36, 60 + 16] and not taken_HW[36, 60 + 20]


def test_in_a_fine_picture_a_pattern_is_as_fine():
    fine = np.repeat(np.repeat((127.5 + 127.5 * stripes()[0].permute(1, 2, 0)).byte().numpy(), 2, 0), 2, 1)
    fine[1::4] //= 2  # finer than the frame can show
    _, cloth_HWC = with_grain(ON_SHIRT, stripes(), fine, patterned(ON_SHIRT, stripes()))
    assert cloth_HWC is not None
    rows = slice(2 * INNER[0].start, 2 * INNER[0].stop), slice(2 * INNER[1].start, 2 * INNER[1].stop)
    apart = cloth_HWC[rows].astype(int) - fine[rows]
    assert np.abs(apart).mean() < 12
    assert finer(stripes()).shape[2:] == fine.shape[:2]
