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


def test_an_arm_ends_with_its_hand():
    shape = bare(finer(posed(figure(sleeve=3.0, hem=0, cloth=0.9), joints=SHORT), TIMES)).shape
    assert at(shape, 3.5, 4.75) > 0.9 and at(shape, 5.5, 4.75) < 0.1
