"""What is painted on a flat figure comes in the cloth, the skin and the wall that its picture shows."""

from __future__ import annotations

import pytest
import torch
from flat_figure import SIZE, SKIN, at, figure

from engine.compositing.repainted import newly_painted, repainted
from engine.garments import PIECES

DRAWN = torch.full((1, 3, *SIZE), 0.9)  # a tone that nothing of the figure has
WALL = torch.full((1, 3, 30, 20), 0.5)


def band(word: str, x: tuple[float, float], y: tuple[float, float]) -> torch.Tensor:
    """A rectangle in dm of the body, painted as this; y downwards from the first."""
    painted = torch.full((1, *SIZE), -1)
    rows, columns = [round((9 - each) * 8) for each in y], [round((each + 6.5) * 8) for each in x]
    painted[:, rows[0] : rows[1], columns[0] : columns[1]] = PIECES.index(word)
    return painted


def shown(person, painted, drawn=DRAWN):
    return repainted(person, drawn, newly_painted(person, painted), WALL)


def test_a_longer_sleeve_has_the_tone_and_the_weave_of_the_top_and_all_else_stays():
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    person.picture[..., ::4, :] += 0.2 * (person.picture[..., ::4, :] == 0.3)  # stripes across the body
    painted = band("top", (2.2, 4.5), (5.6, 3.9))
    picture, new = shown(person, painted)
    sleeve = picture[0, 0, 30:38, 72:84]
    assert sleeve.mean() == pytest.approx(0.35, abs=0.06) and sleeve.max() - sleeve.min() > 0.08
    far = torch.nn.functional.max_pool2d((painted >= 0).float(), 5, 1, 2)[0] == 0
    assert torch.equal(picture[0, :, far], person.picture[0, :, far]) and new[0, 0, far].max() == 0


def test_light_and_folds_are_the_engines():
    drawn = DRAWN.clone()
    drawn[..., 52 + 33 :] -= 0.3  # half of the sleeve lies in shadow
    picture, _ = shown(figure(sleeve=2.5, hem=0, cloth=0.3), band("top", (2.2, 4.9), (5.6, 3.9)), drawn)
    assert at(picture, 3.0, 4.75) - at(picture, 4.6, 4.75) > 0.1


def test_what_is_as_painted_already_stays_to_the_bit_but_for_its_hem():
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    picture, new = shown(person, band("top", (-1.5, 1.5), (5.0, 2.0)))
    assert torch.equal(picture, person.picture) and new.max() == 0
    hem = newly_painted(person, band("top", (-1.0, 1.0), (2.0, -1.0)))[0, :, 52]
    assert (hem >= 0).nonzero()[0] < (9 - 0) * 8, "the new cloth begins above the old hem"


def test_bare_legs_have_the_skin_that_is_seen_and_not_the_shoes_tone():
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.2, leg=-0.9)  # below trousers only dark shoes
    picture, _ = shown(person, band("legs", (-1.8, 1.8), (-4.0, -7.0)))
    assert at(picture, 1.0, -5.5) == pytest.approx(SKIN, abs=0.05)


def test_a_skirt_over_trousers_is_of_their_cloth():
    picture, _ = shown(figure(sleeve=2.5, hem=0, cloth=0.3), band("skirt", (-2.8, 2.8), (-0.2, -3.0)))
    for x in (-2.5, 0.0, 2.5):
        assert at(picture, x, -1.5) == pytest.approx(-0.8, abs=0.05), x


def test_a_skirt_over_all_of_the_shorts_keeps_their_weave():
    """But for a strip at the waist, which says nothing of them."""
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-2.5)
    below = person.surface[0, 5] > 0
    person.picture[..., :, ::4] += 0.2 * below[:, ::4]
    picture, _ = shown(person, band("skirt", (-2.8, 2.8), (-0.5, -5.0)))
    skirt = picture[0, 0, 80:90, 40:64]
    assert skirt.max() - skirt.min() > 0.1 and skirt.mean() == pytest.approx(-0.75, abs=0.08)


def test_what_is_painted_is_as_large_as_the_stroke_and_soft_by_a_pixel():
    painted = band("background", (2.5, 4.5), (5.4, 4.2))
    _, new = shown(figure(sleeve=1.0, hem=0, cloth=0.3), painted)
    assert float(new.sum()) == pytest.approx(float((painted >= 0).sum()), rel=0.03)
    row = new[0, 0, 34]
    assert 0 < int(((row > 0.02) & (row < 0.98)).sum()) <= 4


def test_painted_background_is_the_wall_and_what_is_seen_nowhere_is_as_drawn():
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    picture, _ = shown(person, band("background", (3.5, 6.0), (6.0, 3.0)))
    assert at(picture, 4.5, 4.75) == pytest.approx(0.5, abs=1e-5)
    picture, _ = shown(person, band("hair", (-1.0, 1.0), (8.5, 7.0)))
    assert at(picture, 0.0, 7.5) == pytest.approx(0.9, abs=1e-5)
