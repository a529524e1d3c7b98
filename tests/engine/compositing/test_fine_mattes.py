"""Mattes as fine as a photo, of scenes whose outlines are known to the px."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from engine.compositing.fine_mattes import FineMattes, each_its_own, fine_mattes
from engine.ops.resample import running_mean

TIMES, SMALL, LARGE = 4, (48, 48), (192, 192)
WALL, SHIRT, SKIN = (0.8, 0.8, 0.75), (-0.6, -0.5, 0.4), (0.5, 0.1, -0.2)
ARM = 2  # of the four limbs, the right one
# Columns of the large picture: wall, then an arm from one that is no px of a map, then a shirt.
BEGIN, SEAM = 50, 97
NOISE = torch.randn(1, 3, *LARGE, generator=torch.Generator().manual_seed(5)) * 0.02


def picture(*bands: tuple[int, tuple[float, float, float]]) -> Tensor:
    """Of colours from these columns on, with noise."""
    made = torch.zeros(1, 3, *LARGE)
    for begin, colour in bands:
        made[..., begin:] = torch.tensor(colour)[:, None, None]
    return made + NOISE


def soft(begin: float, end: float = 1e3) -> Tensor:
    """A map's matte [1, 1, h, w] of columns of the large picture, three px wide at its edges."""
    column_W = torch.arange(LARGE[1]) + 0.5
    hard_HW = ((column_W > begin) & (column_W < end)).float().expand(1, 1, *LARGE)
    return running_mean(F.avg_pool2d(hard_HW, TIMES), 3)


def seen(
    photo: Tensor, hers: Tensor, arm: Tensor | None = None, plate: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """Of what are fine mattes told, [H, W] each: the person and the arm, 0 to 1; the upper and lower ends of
    the picture have other windows and are left out."""
    limbs, held = torch.zeros(1, 4, *SMALL), torch.zeros(1, 2, *SMALL)
    if arm is not None:
        limbs[:, ARM] = arm[:, 0]
    plate = picture((0, WALL)) if plate is None else plate
    told = limbs, held, torch.zeros(18, 3), torch.zeros(1, 2), torch.zeros(1, 1, *SMALL)
    told = *told, torch.zeros(1, 8, *SMALL)
    made: FineMattes = fine_mattes(photo, plate, 1.0 - hers, *told)
    assert all(each.dtype == torch.uint8 for each in made) and made.bytes() == 12 * 192 * 192
    assert made.limbs[:, [0, 1, 3]].max() == 0
    rows = slice(24, -24)
    return 1.0 - made.behind[0, 0, rows] / 255.0, made.limbs[0, ARM, rows] / 255.0


def edge(matte_HW: Tensor, column: int) -> tuple[float, float]:
    """How far a matte's edge to the right lies from a column, px, and how many px wide it is, at most."""
    near_HW = matte_HW[:, column - 14 : column + 14]
    inside_H = near_HW.sum(1)
    return float((inside_H - 14).abs().max()), float(((near_HW > 0.1) & (near_HW < 0.9)).sum(1).max())


def test_a_person_begins_where_her_colours_do_though_a_map_is_some_px_off():
    for off in (-5.0, 0.0, 5.0):
        hers_HW, _ = seen(picture((0, WALL), (BEGIN, SHIRT)), soft(BEGIN + off))
        far, wide = edge(hers_HW, BEGIN)
        assert far < 1.0 and wide <= 3, off
        assert hers_HW[:, :36].max() == 0 and hers_HW[:, 70:].min() == 1


def test_where_a_person_has_the_walls_colours_the_map_tells_and_is_enlarged_without_a_fringe():
    hers_HW, _ = seen(picture((0, WALL)), soft(BEGIN))
    far, wide = edge(hers_HW, BEGIN)
    enlarged = F.interpolate(soft(BEGIN), LARGE, mode="bilinear")[0, 0]
    assert far < 2.0 and wide <= 0.5 * edge(enlarged, BEGIN)[1]


def test_an_arm_takes_no_seam_of_the_shirt_along_that_a_map_gives_it():
    photo = picture((0, WALL), (BEGIN, SKIN), (SEAM, SHIRT))
    for off in (-5.0, 0.0, 7.0):
        hers_HW, arm_HW = seen(photo, soft(BEGIN), soft(BEGIN - 4, SEAM + off))
        far, wide = edge(arm_HW, SEAM)
        assert far < 1.5 and wide <= 3, off
        assert (arm_HW - hers_HW)[:, :70].abs().max() < 0.1, "and none of the wall"


def test_a_pattern_that_goes_on_over_an_outline_does_not_tell():
    """Stripes along the outline and across it, on sleeve and shirt."""
    row_H1, column_W = torch.arange(LARGE[0])[:, None], torch.arange(LARGE[1])
    for dark_HW in ((row_H1 // 6 % 2).expand(LARGE), (column_W // 6 % 2).expand(LARGE)):
        photo = torch.where(dark_HW > 0, -0.7, 0.3).expand(1, 3, *LARGE).clone()
        photo[..., :BEGIN] = picture((0, WALL))[..., :BEGIN]
        _, arm_HW = seen(photo, soft(BEGIN), soft(BEGIN, SEAM))
        assert edge(arm_HW, SEAM)[0] < 1.5
        assert (
            arm_HW[:, SEAM - 14 : SEAM + 14].amax(0) - arm_HW[:, SEAM - 14 : SEAM + 14].amin(0)
        ).max() < 0.1


def test_no_sliver_of_an_arms_colours_goes_with_it():
    """A stripe of 3 px on the shirt, 4 px from the arm, where the map is not sure."""
    photo = picture((0, WALL), (BEGIN, SKIN), (SEAM, SHIRT), (SEAM + 4, SKIN), (SEAM + 7, SHIRT))
    _, arm_HW = seen(photo, soft(BEGIN), soft(BEGIN, SEAM + 2))
    assert arm_HW[:, SEAM + 3 :].max() < 0.1 and arm_HW[:, SEAM - 4].min() > 0.9


def test_what_is_deep_in_an_arm_stays_its_though_it_may_be_the_wall():
    hers = soft(BEGIN)
    hers[..., 16:20] = 0.3
    photo = picture((0, WALL), (BEGIN, SKIN), (SEAM + 20, SHIRT))
    _, arm_HW = seen(photo, hers, soft(BEGIN, SEAM + 20))
    assert arm_HW[:, 62:100].min() > 0.99


def test_between_a_hand_and_her_is_no_wall_that_a_map_gives_it():
    """A gap of 10 px that neither map knows: they hold the arm and the person to the shirt."""
    photo = picture((0, WALL), (BEGIN, SKIN), (SEAM - 10, WALL), (SEAM, SHIRT))
    _, arm_HW = seen(photo, soft(BEGIN), soft(BEGIN, SEAM))
    assert arm_HW[:, SEAM - 7 :].max() < 0.2 and arm_HW[:, BEGIN + 8 : SEAM - 14].min() > 0.9


def test_fingers_stay_that_a_plate_still_shows_and_wall_does_not():
    """12 px of an arm before a shirt's edge, as bright as knuckles are, where the plate was not emptied."""
    knuckles = tuple(0.4 * skin + 0.6 * wall for skin, wall in zip(SKIN, WALL, strict=True))
    for colour, least, most in ((knuckles, 0.9, 1.0), (WALL, 0.0, 0.3)):
        photo = picture(
            (0, WALL), (BEGIN - 10, SHIRT), (BEGIN, colour), (BEGIN + 12, SKIN), (SEAM + 20, SHIRT)
        )
        plate = picture((0, WALL), (BEGIN, colour), (BEGIN + 12, WALL))
        _, arm_HW = seen(photo, soft(BEGIN - 10), soft(BEGIN, SEAM + 20), plate)
        assert least <= arm_HW[:, BEGIN + 1 : BEGIN + 11].mean() <= most


def test_a_white_sleeve_before_a_white_wall_stays_an_arms_and_so_do_its_stripes():
    stripes_H1 = torch.arange(LARGE[0])[:, None] // 8 % 2 * -1.2
    for dark in (torch.tensor(0.0), stripes_H1):
        photo = picture((0, WALL), (SEAM, SHIRT))
        photo[..., BEGIN:SEAM] += dark
        _, arm_HW = seen(photo, soft(BEGIN), soft(BEGIN, SEAM))
        assert arm_HW[:, BEGIN + 8 : SEAM - 4].mean() > 0.95


def test_a_limb_goes_on_through_a_narrow_cuff_of_the_colours_beside_it():
    """A bare arm of 40 px, and 16 of them in a cuff."""
    photo = picture((0, SHIRT), (BEGIN, SKIN), (BEGIN + 40, SHIRT))
    photo[..., 88:104, :] = picture((0, SHIRT))[..., 88:104, :]
    matte = soft(BEGIN, BEGIN + 40)
    matte[..., 22:26, :] = soft(BEGIN + 12, BEGIN + 28)[..., 22:26, :]
    _, arm_HW = seen(photo, torch.ones(1, 1, *SMALL), matte)
    assert arm_HW[88 - 24 : 104 - 24, BEGIN + 12 : BEGIN + 28].amax(1).min() > 0.7
    assert arm_HW[88 - 24 : 104 - 24, BEGIN - 8 : BEGIN].max() < 0.1


def test_an_arm_whose_outline_is_made_regular_takes_no_hand_that_lies_on_it():
    """Maps have a bite in it where the other's hand is."""
    arms = torch.zeros(1, 2, *SMALL)
    arms[:, 0, :, 10:30] = 1.0
    arms[:, 1, 20:28, 16:26] = 1.0
    arms[:, 0, 20:28, 16:26] = 0.0
    fine = F.interpolate(arms, LARGE)
    fine[:, 0, :, 40:120] = 1.0  # closed
    made = each_its_own(fine, arms)
    assert made[0, 0, 84:108, 70:98].max() == 0 and made[0, 1, 84:108, 70:98].min() == 1
    assert made[0, 0, :76, 48:112].min() == 1
    alone = torch.cat([fine[:, :1], torch.zeros_like(fine[:, :1])], 1)
    assert torch.equal(each_its_own(alone, arms), alone), "where the other is not, nothing is given away"
