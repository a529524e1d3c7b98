"""Trousers and skirts on a flat figure: how broad somebody is in them, and where they end."""

from __future__ import annotations

import pytest
import torch
from flat_figure import SIZE, WALL, at, figure

from engine.compositing.bodies import Body, Ways, body_of, parts_of
from engine.compositing.legwear_laid_on import Fit, fit_of
from engine.compositing.worn import Drawn
from engine.regions import CLASSES, REGIONS, SURFACE_SPAN

from .test_garment_outline import drawn, trousers
from .test_laid_on import is_cloth, posed, wear


def fit(wearer: Drawn) -> Fit:
    body = body_of(wearer, SIZE)
    assert isinstance(body, Body)
    y_hw, x_hw = torch.meshgrid(*(torch.arange(side) for side in SIZE), indexing="ij")
    return fit_of(wearer, body, Ways(body, torch.stack([x_hw, y_hw], -1).float()), parts_of(wearer, SIZE))


def before_hips(wearer: Drawn, begin: float, end: float) -> Drawn:
    """With a hand or forearm before the hips, from x = begin to end."""
    surface = wearer.surface.clone()
    rows = slice(round((9 - 0.6) * 8), round((9 + 1.4) * 8))
    columns = slice(round((begin + 6.5) * 8), round((end + 6.5) * 8))
    surface[:, :CLASSES, rows, columns] = 0.0
    surface[:, REGIONS.index("arms"), rows, columns] = 20.0
    surface[:, CLASSES, rows, columns] = 4.9 / SURFACE_SPAN
    surface[:, CLASSES + 1, rows, columns] = 4.5 / SURFACE_SPAN
    return wearer._replace(surface=surface)


WEARER = posed(figure(sleeve=2.5, hem=0, cloth=-0.4))


@pytest.mark.parametrize("where", [(1.2, 2.6), (0.2, 1.2), (-2.6, -1.0)], ids=["left", "before", "right"])
def test_an_arm_before_hips_makes_nobody_narrow(where):
    assert fit(before_hips(WEARER, *where)).hips == pytest.approx(fit(WEARER).hips, rel=0.07)


def test_between_arms_on_both_sides_it_is_what_is_seen():
    both = before_hips(before_hips(WEARER, 1.2, 2.6), -2.6, -1.2)
    assert fit(both).hips < fit(WEARER).hips


@pytest.mark.parametrize(("ends", "long"), [(-8.6, True), (-4.0, False)], ids=["long", "short"])
def test_long_ones_end_where_long_ones_of_the_wearers_own_do(ends, long):
    """Nobody knows what an ankle looks like that they covered. The ankles' joints are at -7.5."""
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=-0.4, ends=ends, below=0.9))
    _, now = wear(trousers(), "trousers", wearer, "pants", arms=False)
    assert is_cloth(at(now.picture, 1.0, -6.8))
    assert is_cloth(at(now.picture, 1.0, -8.2)) == long
    _, now = wear(trousers(90, 140), "trousers", wearer, "pants", arms=False)
    assert not is_cloth(at(now.picture, 1.0, -5.5)), "shorts stay short"


def test_what_shone_beside_wider_trousers_goes_with_them():
    wide = posed(figure(sleeve=2.5, hem=0, cloth=-0.4, wide=4.0, ends=-7.0))
    lit = wide.picture.clone()
    beside = slice(round((4.0 + 6.5) * 8), round((4.9 + 6.5) * 8))
    lit[..., round((9 + 2.0) * 8) : round((9 + 5.0) * 8), beside] = 0.5
    mask = drawn(
        (66, 20), (60, 80), (74, 240), (84, 240), (88, 100), (92, 240), (102, 240), (116, 80), (110, 20)
    )
    _, now = wear(mask, "trousers", wide._replace(picture=lit), "pants", arms=False)
    line = (
        (now.picture - WALL)[0, 0, round((9 + 3.5) * 8), round((3.0 + 6.5) * 8) : beside.stop].abs().numpy()
    )
    assert line[:-5].max() < 0.1 and line.max() < 0.3, "at its outer edge the wall goes over into the photo"
