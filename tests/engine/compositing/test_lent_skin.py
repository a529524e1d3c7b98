"""A bared limb has the giver's light and shade, in the wearer's own tone."""

from __future__ import annotations

import pytest
import torch
from flat_figure import SKIN, figure, finer

from engine.compositing.bare_bodies import BareBody
from engine.compositing.bodies import Ways, body_of, parts_of
from engine.compositing.lent_skin import LentSkin, lent_skin
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
