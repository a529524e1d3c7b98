"""A body bare under clothes that are laid on: a limb goes on as it is seen."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from flat_figure import SKIN, figure, finer

from engine.compositing.bare_bodies import BareBody
from engine.compositing.bodies import Ways, body_of, parts_of
from engine.pose.skeleton import LEFT_ELBOW, LEFT_WRIST

from .test_laid_on import posed

TIMES = 2
SHORT = {LEFT_ELBOW: (2.6, 4.75), LEFT_WRIST: (3.4, 4.75)}


def bare(wearer) -> BareBody:
    size = wearer.picture.shape[2], wearer.picture.shape[3]
    body = body_of(wearer, size)
    y, x = torch.meshgrid(torch.arange(size[0]), torch.arange(size[1]), indexing="ij")
    return BareBody(wearer, body, Ways(body, torch.stack([x, y], -1).float()), parts_of(wearer, size))


def at(planes, x: float, y: float) -> float:
    return float(planes[0, 0, round((9 - y) * 8 * TIMES), round((x + 6.5) * 8 * TIMES)])


def test_an_arm_is_as_round_where_it_is_bared_as_where_it_is_seen():
    """Lit from above: down to the sleeve at 3 dm its upper edge is lighter."""
    wearer = finer(posed(figure(sleeve=3.0, hem=0, cloth=0.9)), TIMES)
    y_H1 = torch.linspace(9, -9, wearer.picture.shape[2])[:, None]
    light = (0.3 * (y_H1 - 4.75)).clamp(-0.2, 0.2)
    arms = F.interpolate((wearer.surface[:, 6:7] > 10).float(), scale_factor=TIMES)
    found = bare(wearer._replace(picture=wearer.picture + arms * light))
    upper, lower = at(found.skin, 2.6, 5.1), at(found.skin, 2.6, 4.4)
    assert upper - lower == pytest.approx(0.2, abs=0.08)
    assert (upper + lower) / 2 == pytest.approx(SKIN, abs=0.1)


def test_nothing_of_what_is_worn_is_in_the_skin():
    for cloth in (0.9, -0.9):
        skin = bare(finer(posed(figure(sleeve=3.0, hem=0, cloth=cloth)), TIMES)).skin
        for x, y in ((0, 5.5), (0, 3), (2.5, 4.75), (-2.5, 4.75)):
            assert at(skin, x, y) == pytest.approx(SKIN, abs=0.12), (x, y, cloth)


def test_a_body_has_a_neck_between_its_shoulders_and_arms_without_gaps():
    shape = bare(finer(posed(figure(sleeve=3.0, hem=0, cloth=0.9)), TIMES)).shape
    assert at(shape, 0, 6.3) > 0.9 and at(shape, 1.6, 6.3) < 0.1
    for x in (1.5, 1.8, 2.2, 3.0, 4.0):
        assert at(shape, x, 4.75) > 0.9 and at(shape, -x, 4.75) > 0.9


def test_an_arm_of_which_nothing_is_seen_is_round():
    skin = bare(finer(posed(figure(sleeve=5.0, hem=0, cloth=0.9)), TIMES)).skin
    middle, *edges = (at(skin, 3.0, y) for y in (4.75, 5.15, 4.35))
    for edge in edges:
        assert 0.65 < (1 + edge) / (1 + middle) < 0.88


@pytest.mark.parametrize("shaded", [0.0, 0.5])
def test_a_neck_is_as_round_where_it_is_bared_as_where_it_is_seen(shaded):
    """shaded: how much darker its edges are."""
    wearer = finer(posed(figure(sleeve=3.0, hem=0, cloth=0.9)), TIMES)
    x_W = torch.linspace(-6.5, 6.5, wearer.picture.shape[3])
    face = F.interpolate((wearer.surface[:, 2:3] > 10).float(), scale_factor=TIMES)
    light = 1 - face * shaded * x_W.clamp(-1, 1).square()
    skin = bare(wearer._replace(picture=(wearer.picture + 1) * light - 1)).skin
    middle, edge = at(skin, 0, 5.7), at(skin, 0.9, 5.7)
    assert ((1 + edge) / (1 + middle) > 0.93) == (shaded == 0.0)


@pytest.mark.parametrize("aslant", [0.0, 0.3])
def test_an_arm_is_as_broad_where_it_is_bared_as_where_it_is_seen_however_it_lies(aslant):
    """From 3 dm on it is seen; it may leave its bones there, and is no broader for that."""
    wearer = finer(posed(figure(sleeve=3.0, hem=0, cloth=0.9)), TIMES)
    y_hw, x_hw = torch.meshgrid(torch.linspace(9, -9, 144), torch.linspace(-6.5, 6.5, 104), indexing="ij")
    off_hw = y_hw - 4.75 - aslant * (x_hw - 3.0)
    arm, around = (off_hw.abs() < 0.45) & (x_hw > 3) & (x_hw < 5), (x_hw > 3) & (y_hw > 3) & (y_hw < 7)
    surface = wearer.surface.clone()
    surface[:, :8, around] = 0.0
    surface[:, 0, around & ~arm] = surface[:, 6, arm] = 20.0
    shape = bare(wearer._replace(surface=surface)).shape[0, 0]
    column = shape[:, round((2.7 + 6.5) * 8 * TIMES)]
    assert float(column.sum()) / (8 * TIMES) == pytest.approx(0.9, abs=0.25)


def test_an_arm_ends_with_its_hand():
    shape = bare(finer(posed(figure(sleeve=3.0, hem=0, cloth=0.9), joints=SHORT), TIMES)).shape
    assert at(shape, 3.5, 4.75) > 0.9 and at(shape, 5.5, 4.75) < 0.1


def test_what_a_long_sleeve_hid_has_the_tone_of_the_hand_that_comes_out_of_it():
    """Of a head that is cut off lips are seen, or a chin in shadow."""
    wearer = finer(posed(figure(sleeve=4.0, hem=0, cloth=0.9)), TIMES)
    face = F.interpolate((wearer.surface[:, 2:3] > 10).float(), scale_factor=TIMES)
    darker = wearer._replace(picture=torch.lerp(wearer.picture, torch.full_like(wearer.picture, -0.5), face))
    assert at(bare(darker).skin, 3.0, 4.75) == pytest.approx(at(bare(wearer).skin, 3.0, 4.75), abs=0.1)


def test_an_arm_tells_how_far_it_reaches_beside_its_bones():
    """For the sleeve that is to be around it: its own outline is no farther out."""
    wearer = finer(posed(figure(sleeve=2.5, hem=0, cloth=0.9)), TIMES)
    made = bare(wearer)
    for arm in made.arms:
        assert (arm.beside(10.0) > arm.beside(0.9 * arm._length)).all()
        half = float(arm.within_hw.max())
        assert half - 1.0 < arm.beside(0.0).mean() < half + 1.0


def test_a_face_in_shade_does_not_darken_the_neck():
    """Under hair, and in a beard, it is dark; what is bare under a collar is not."""
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=0.9))
    shaded = wearer.picture.clone()
    rows = slice(round((9 - 8.0) * 8), round((9 - 6.0) * 8))
    grey = torch.linspace(-0.5, -0.3, rows.stop - rows.start)
    grey[-7:] = 0.2
    shaded[..., rows, 44:60] = grey[:, None]
    skin = bare(finer(wearer._replace(picture=shaded), TIMES)).skin
    assert at(skin, 0, 5.2) > 0.0


def test_legs_that_stand_close_by_are_two():
    """One leg's breadth is told by its own skin: the other's beside it makes none as broad as both."""
    wearer = posed(figure(sleeve=2.5, hem=0, cloth=0.9))
    surface, picture = wearer.surface.clone(), wearer.picture.clone()
    rows = slice(round((9 + 4.0) * 8), round((9 + 8.0) * 8))
    bare_w = (torch.linspace(-6.5, 6.5, 104).abs() - 1.0).abs() < 0.6
    surface[:, :8, rows, ~bare_w] = 0.0
    surface[:, 0, rows, ~bare_w] = 20.0
    picture[..., rows, ~bare_w] = 1.0
    legs = bare(finer(wearer._replace(surface=surface, picture=picture), TIMES))
    for y in (-4.2, -5.5):
        assert at(legs.shape, 1.0, y) > 0.9 and at(legs.shape, -1.0, y) > 0.9
        assert at(legs.shape, 0.0, y) < 0.1
