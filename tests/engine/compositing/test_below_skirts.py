"""Legs are bare below a skirt that was painted over trousers."""

from __future__ import annotations

import pytest
import torch
from flat_figure import SKIN, WALL, at, figure

from engine.compositing.below_skirts import on_bare_legs, with_bare_legs
from engine.compositing.worn import pieces_worn
from engine.garments import LEGS, SKIRT, TROUSERS

from .test_clothes_worn import posed
from .test_repainted import band

LONG = posed(figure(sleeve=2.5, hem=0, cloth=0.3, below=-0.8, ends=-7.0))
PLATE = torch.full((1, 3, 30, 20), WALL)


def test_what_is_left_of_the_trousers_is_legs_before_the_wall():
    painted = band("skirt", (-2.5, 2.5), (0.3, -3.0))
    whole = with_bare_legs(LONG, painted)
    assert (whole[painted >= 0] == SKIRT).all()
    legs = whole != painted
    trousers = pieces_worn(LONG).argmax(1) == TROUSERS
    assert torch.equal(legs, trousers & (painted < 0)) and (whole[legs] == LEGS).all()
    picture = on_bare_legs(LONG, legs, PLATE)
    for x in (-1.0, 1.0):
        assert at(picture, x, -5.0) == pytest.approx(SKIN, abs=0.15)
    assert at(picture, 0.0, -6.0) == pytest.approx(WALL, abs=0.1), "between legs"
    assert at(picture, 1.8, -6.5) == pytest.approx(WALL, abs=0.1), "where only wide trousers were"
    same = (picture - LONG.picture).abs()[0, 0]
    assert same[: round(9 * 8)].max() == 0, "above the hem nothing"


@pytest.mark.parametrize(
    "painted",
    [
        band("skirt", (-2.5, 2.5), (0.3, -0.6)),
        band("skirt", (0.2, 2.5), (0.3, -3.0)),
        band("skirt", (3.0, 4.0), (0.3, -3.0)),
        band("top", (-2.5, 2.5), (0.3, -3.0)),
    ],
    ids=["the first stroke", "half", "beside", "a tunic"],
)
def test_what_is_no_skirt_in_place_of_trousers_leaves_them(painted):
    assert torch.equal(with_bare_legs(LONG, painted), painted)


def test_bare_legs_stay_as_they_are():
    bare = posed(figure(sleeve=2.5, hem=0, cloth=0.3, ends=0.0))
    painted = band("skirt", (-2.5, 2.5), (0.3, -3.0))
    assert torch.equal(with_bare_legs(bare, painted), painted)
    assert torch.equal(on_bare_legs(LONG, torch.zeros_like(painted) > 0, PLATE), LONG.picture)
