"""A bared limb has the giver's light and shade, in the wearer's own tone."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flat_figure import SKIN, figure, finer

from engine.compositing.bare_bodies import BareBody
from engine.compositing.bodies import Ways, body_of, parts_of
from engine.compositing.lent_skin import LentSkin, _unrolled, lent_skin
from engine.compositing.worn import Drawn

from .test_laid_on import posed

TIMES = 2
HALF = 0.45  # of an arm's breadth, dm
ELBOW, DARKER = 3.7, 0.7  # dm from the middle, where a giver's arm is so much darker


def person(sleeve: float, marked: tuple[int, ...] = (), light: float = 1.0) -> Drawn:
    """marked: sides whose arms have a dark band at their elbow. light: of all of them, of its own."""
    found = finer(posed(figure(sleeve=sleeve, hem=0, cloth=0.9)), TIMES)
    y_h1, x_w = torch.linspace(9, -9, 144)[:, None], torch.linspace(-6.5, 6.5, 104)
    beside_hw = ((y_h1 - 4.75).abs() > HALF) & (x_w.abs() > 1.8) & (y_h1 > 2.5)
    surface = found.surface.clone()
    surface[:, :8, beside_hw] = 0.0
    surface[:, 0, beside_hw] = 20.0
    found = found._replace(surface=surface)
    picture = found.picture + 1.0
    x_W = torch.linspace(-6.5, 6.5, picture.shape[3])
    y_H1 = torch.linspace(9, -9, picture.shape[2])[:, None]
    for side in marked:
        picture = torch.where(
            ((x_W - side * ELBOW).abs() < 0.2) & ((y_H1 - 4.75).abs() < 2), DARKER * picture, picture
        )
    wardrobe = found.wardrobe._replace(skin=(found.wardrobe.skin + 1.0) * light - 1.0)
    return found._replace(picture=picture * light - 1.0, wardrobe=wardrobe)


def skin_of(wearer: Drawn, lent: LentSkin | None) -> BareBody:
    size = wearer.picture.shape[2], wearer.picture.shape[3]
    body = body_of(wearer, size)
    y, x = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    way = Ways(body, torch.stack([x, y], -1).float())
    return BareBody(wearer, body, way, parts_of(wearer, size), lent)


def shade(wearer: Drawn, lent: LentSkin | None, side: int) -> float:
    """How light the elbow is, of what is beside it."""
    light = skin_of(wearer, lent).skin[0, 0, round((9 - 4.75) * 8 * TIMES)] + 1.0
    at, beside = (float(light[round((side * x + 6.5) * 8 * TIMES)]) for x in (ELBOW, ELBOW - 0.5))
    return at / beside


def test_an_arm_that_a_shorter_sleeve_bares_has_the_giver_s_elbow():
    wearer, giver = person(sleeve=5.0), person(sleeve=2.5, marked=(-1, 1))
    for side in (-1, 1):
        assert shade(wearer, None, side) == pytest.approx(1.0, abs=0.03)
        assert shade(wearer, lent_skin(giver), side) < 0.9


def test_much_darker_skin_lends_nothing_for_its_shine_would_be_patches():
    wearer = person(sleeve=5.0)
    shades = [shade(wearer, lent_skin(person(2.5, (-1, 1), light)), 1) for light in (0.8, 0.5)]
    assert shades[0] < 0.9 and shades[1] == pytest.approx(1.0, abs=0.03)


def test_it_has_the_wearer_s_own_tone_however_light_the_giver_is():
    wearer = person(sleeve=5.0)
    found = [skin_of(wearer, lent_skin(person(2.5, (-1, 1), light))).skin for light in (0.6, 1.0, 1.3)]
    row, column = round((9 - 4.75) * 8 * TIMES), round((3.0 + 6.5) * 8 * TIMES)
    for skin in found:
        assert float(skin[0, 0, row, column]) == pytest.approx(SKIN, abs=0.1)


def test_an_arm_that_the_giver_hides_is_the_other_one_mirrored():
    giver = person(sleeve=2.5, marked=(1,))
    skin = lent_skin(giver)
    assert skin is not None
    alone = LentSkin((None, skin.arms[1]), skin.legs)
    wearer = person(sleeve=5.0)
    assert shade(wearer, alone, 1) < 0.9 and shade(wearer, alone, -1) > 0.95
    hidden = giver.surface.clone()
    columns = slice(0, round((-2.0 + 6.5) * 8))
    hidden[:, :8, :, columns] = 0.0
    hidden[:, 3, :, columns] = 20.0  # cloth
    mirrored = lent_skin(giver._replace(surface=hidden))
    assert mirrored is not None and shade(wearer, mirrored, -1) < 0.9


def test_who_shows_no_limb_lends_none():
    assert lent_skin(person(sleeve=5.0)) is None or not any(lent_skin(person(sleeve=5.0)).arms)


def test_where_the_wearer_s_own_skin_is_seen_and_is_another_it_stays():
    """Above the elbow the sleeve begins: what is seen below it is smooth, and the giver's is not."""
    giver = person(sleeve=2.5)
    x_W = torch.linspace(-6.5, 6.5, giver.picture.shape[3])
    striped = giver._replace(picture=(giver.picture + 1.0) * (1.0 + 0.3 * torch.sin(12 * x_W)) - 1.0)
    wearer = person(sleeve=3.2)
    assert all(limb.lent is None for limb in skin_of(wearer, lent_skin(striped)).arms)
    assert all(limb.lent is not None for limb in skin_of(person(sleeve=5.0), lent_skin(striped)).arms)


def unrolled(half: float, of_limb: tuple[float, float] = (0.1, 0.9), paint=None):
    """An arm that is held out, 160 px long of a person whose shoulders are 100 apart: skin from `of_limb` of
    its length and so many shoulders to both sides. paint: factor on its light, by along and across."""
    unit, length = 100.0, 160.0
    limb_42 = np.array([(20.0, 60.0), (100.0, 60.0), (180.0, 60.0), (200.0, 60.0)])
    y, x = torch.meshgrid(torch.arange(120.0), torch.arange(220.0), indexing="ij")
    along, aside = x - 20.0, y - 60.0
    seen = (aside.abs() <= half * unit) & (along > of_limb[0] * length) & (along < of_limb[1] * length)
    light = torch.full((3, 120, 220), 0.8)
    if paint is not None:
        light = light * paint(along / length, aside / (half * unit))
    return _unrolled((limb_42, along, aside), seen, light[None] - 1.0, 1.0, unit)


def band(begin: float, end: float, factor: float):
    return lambda along, _across: torch.where((along > begin) & (along < end), factor, 1.0)


def shade_at(limb, along: float, across: float = 0.0, colour: int = 0) -> float:
    shades, _ = limb.at(torch.full((1, 1), along), torch.full((1, 1), across))
    return float(shades[0, colour])


@pytest.mark.parametrize(("half", "there"), [(0.03, False), (0.07, True), (0.18, True), (0.26, False)])
def test_a_limb_is_as_broad_as_limbs_are(half, there):
    """In shoulders, to either side: no wrist band and no cape is lent as an arm."""
    assert (unrolled(half) is not None) == there


def test_what_lies_far_from_a_limb_is_none_of_it_and_its_edges_are():
    dark_rim = unrolled(0.2, paint=lambda _along, across: torch.where(across.abs() > 0.75, 0.7, 1.0))
    assert shade_at(dark_rim, 0.5, 0.95) < 0.85 * shade_at(dark_rim, 0.5)
    unit, half = 100.0, 13.0
    limb_42 = np.array([(20.0, 60.0), (100.0, 60.0), (180.0, 60.0), (200.0, 60.0)])
    y, x = torch.meshgrid(torch.arange(120.0), torch.arange(220.0), indexing="ij")
    along, aside = x - 20.0, y - 60.0
    face = (aside + 42.0).abs() < 5  # 3.2 times as far as an arm is broad
    seen = ((aside.abs() <= half) | face) & (along > 10) & (along < 140)
    assert _unrolled((limb_42, along, aside), seen, torch.zeros(1, 3, 120, 220), 1.0, unit) is not None


@pytest.mark.parametrize(("part", "there"), [(0.13, False), (0.28, True)])
def test_of_a_limb_enough_is_seen(part, there):
    assert (unrolled(0.13, (0.4, 0.4 + part)) is not None) == there


def test_a_hand_is_no_arm():
    limb = unrolled(0.13, (0.05, 1.1))
    known = [float(limb.at(torch.full((1, 1), each), torch.zeros(1, 1))[1]) for each in (0.5, 0.85, 0.99)]
    assert known[:2] == pytest.approx([1.0, 1.0], abs=0.02) and known[2] < 0.5


@pytest.mark.parametrize(("factor", "lent"), [(0.42, False), (0.65, True), (1.4, True), (1.9, False)])
def test_shadows_and_glints_that_no_skin_has_are_not_lent(factor, lent):
    shade = shade_at(unrolled(0.13, paint=lambda a, b: band(0.48, 0.52, factor)(a, b) * 0.6), 0.5)
    assert (abs(shade - factor**0.7) < 0.15) == lent


def test_light_and_shade_are_lent_by_two_thirds_and_hues_by_less_than_half():
    assert shade_at(unrolled(0.13, paint=band(0.49, 0.51, 0.7)), 0.5) == pytest.approx(0.7**0.7, abs=0.05)
    red = torch.tensor((1.1, 1.0, 0.9))[:, None, None]

    def reddened(along, across):
        return torch.where((along > 0.45) & (along < 0.55), red, torch.ones(3, 1, 1))

    limb = unrolled(0.13, paint=reddened)
    assert 0.03 < shade_at(limb, 0.5, colour=0) - shade_at(limb, 0.5, colour=2) < 0.085


def test_a_knee_is_lent_and_the_shadow_that_half_of_a_limb_is_in_is_not():
    assert shade_at(unrolled(0.13, paint=band(0.45, 0.55, 0.7)), 0.5) < 0.91
    half_in_shade = unrolled(0.13, paint=band(0.5, 1.0, 0.7))
    for along in (0.3, 0.7):
        assert shade_at(half_in_shade, along) == pytest.approx(1.0, abs=0.02)
