"""Clothes with nobody in them, laid on a flat figure."""

from __future__ import annotations

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from engine.compositing.dressing import dressed
from engine.compositing.laid_on import _spread_out, as_worn_by, bent, terms
from engine.compositing.wardrobe import CLASSES, Wardrobe, make_wardrobe
from engine.compositing.worn import undressed
from engine.garments import ARMS, LEGS, TOP, garment
from engine.regions import REGIONS, SURFACE_SPAN

from .test_dressing import SKIN, WALL, at, figure

ROWS, COLUMNS = 128, 88
WOOD, CLOTH, STRIPE = -0.9, 0.5, 0.1
SCALE = 1.25  # flat, a garment is broader than on a body, and nearer in this photo


def laid(name: str, there, photo_scale: float = SCALE) -> tuple[Wardrobe, torch.Tensor]:
    """A garment of a class on a wooden floor, where `there` says so of places x, y in dm, with stripes
    across."""
    y_hw, x_hw = torch.meshgrid(
        torch.linspace(8, -8, ROWS) / photo_scale,
        torch.linspace(-5.5, 5.5, COLUMNS) / photo_scale,
        indexing="ij",
    )
    cloth_hw = there(x_hw, y_hw)
    class_hw = torch.where(cloth_hw, REGIONS.index(name), 0)
    logits = 20.0 * F.one_hot(class_hw, CLASSES).movedim(-1, 0).float()
    places = torch.stack([x_hw, y_hw, torch.full_like(x_hw, 0.5)])
    surface = torch.cat([logits, places / SURFACE_SPAN])[None]
    grey_hw = torch.where((y_hw % 1.0) < 0.5, CLOTH, STRIPE)
    grey_hw = torch.where(cloth_hw, grey_hw, WOOD)
    photo = F.interpolate(grey_hw.expand(1, 3, -1, -1), scale_factor=2, mode="nearest")
    return make_wardrobe(photo, surface, alone=True), photo


def shirt(x_hw, y_hw):
    trunk = (x_hw.abs() < 2) & (y_hw < 6) & (y_hw > 0.5)
    return trunk | ((x_hw.abs() < 4) & (y_hw < 5.5) & (y_hw > 4))


def skirt(x_hw, y_hw):
    return (y_hw < 0.8) & (y_hw > -4) & (x_hw.abs() < 2.0 + 0.3 * (0.8 - y_hw))


def wear(name: str, there, word: str):
    wearer = figure(sleeve=4.5, hem=0, cloth=-0.4)
    clothes, photo = laid(name, there)
    worn = as_worn_by(wearer, clothes, photo)
    return worn, dressed(undressed(wearer), wearer, worn, garment(word))


def test_a_shirt_has_its_sleeves_and_hem_and_stripes_where_they_are_on_a_body():
    _, now = wear("upper clothes", shirt, "top")
    for x, y in ((0, 3.25), (1.2, 2.25), (-1.2, 1.25), (3, 4.25), (-3, 4.25)):
        assert at(now.picture, x, y) == pytest.approx(CLOTH, abs=0.08), (x, y)
    for x, y in ((0, 3.75), (1.2, 2.75), (-1.2, 1.75), (3, 4.75), (-3, 4.75)):
        assert at(now.picture, x, y) == pytest.approx(STRIPE, abs=0.08), (x, y)
    assert at(now.picture, 0, -2) == pytest.approx(-0.8, abs=0.05)  # her own trousers below it


def test_nothing_of_what_lies_around_it_comes_along():
    worn, now = wear("upper clothes", shirt, "top")
    for picture in (worn.picture, now.picture):
        assert picture.min() > WOOD + 0.05


def test_bare_arms_come_to_light_where_it_has_no_sleeves():
    _, now = wear("upper clothes", lambda x, y: shirt(x, y) & (x.abs() < 2), "top")
    for x in (3.5, -3.5):
        assert at(now.picture, x, 4.75) == pytest.approx(SKIN, abs=0.15)


def test_a_skirt_is_whole_between_the_legs_and_flares_beside_them():
    wearer = figure(sleeve=2.5, hem=0, cloth=-0.4, wide=1.6, below=0.0)
    gap = torch.zeros_like(wearer.surface[:, :CLASSES])
    gap[:, 0] = 20.0
    apart_hw = torch.zeros(wearer.surface.shape[-2:], dtype=torch.bool)
    apart_hw[84:112, 50:54] = True  # a gap between her legs, y = -1.5 to -5
    surface = wearer.surface.clone()
    surface[:, :CLASSES] = torch.where(apart_hw, gap, surface[:, :CLASSES])
    wearer = wearer._replace(surface=surface, picture=torch.where(apart_hw, WALL, wearer.picture))
    clothes, photo = laid("dress or skirt", skirt)
    now = dressed(undressed(wearer), wearer, as_worn_by(wearer, clothes, photo), garment("skirt"))
    for x, y in ((0, -2.25), (0, -3.25), (2.6, -3.25), (-2.6, -3.25)):
        assert at(now.picture, x, y) in (pytest.approx(CLOTH, abs=0.1), pytest.approx(STRIPE, abs=0.1)), (
            x,
            y,
        )
    assert at(now.picture, 5, -3.25) == pytest.approx(WALL, abs=0.02)


def test_a_body_in_clothes_that_nobody_is_in_is_bare_elsewhere():
    worn, _ = wear("upper clothes", shirt, "top")
    pieces_hw = worn.painted[0]
    rows, columns = pieces_hw.shape

    def piece(x: float, y: float) -> int:
        return int(pieces_hw[round((9 - y) / 18 * (rows - 1)), round((x + 6.5) / 13 * (columns - 1))])

    assert piece(0, 3) == TOP
    assert piece(0, -3) == LEGS
    assert piece(4.7, 4.7) == ARMS


@given(st.integers(0, 2**32 - 1))
def test_a_bend_finds_what_is_straight_exactly_and_no_stray_turns_it(seed):
    rng = torch.Generator().manual_seed(seed)
    here = torch.rand(60, 2, generator=rng) * 2 - 1
    straight = torch.rand(3, 2, generator=rng) - 0.5
    there = terms(here)[:, :3] @ straight
    asked = terms(torch.rand(9, 2, generator=rng) * 2 - 1)
    assert torch.allclose(asked @ bent(here, there, 0.3), asked[:, :3] @ straight, atol=1e-3)
    stray = there.clone()
    stray[:4] += 0.8
    np.testing.assert_allclose(asked @ bent(here, stray, 0.3), asked[:, :3] @ straight, atol=0.06)


@pytest.mark.parametrize(("columns", "enough"), [(1, False), (2, False), (3, True)])
def test_a_line_or_two_of_positions_tell_no_bend(columns, enough):
    here = torch.cartesian_prod(torch.arange(columns), torch.arange(20)) * 2 / 128
    assert _spread_out(here.float(), 128) == enough
    assert _spread_out(here.flip(1).float(), 128) == enough
