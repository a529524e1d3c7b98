"""What is painted on a flat figure comes in the cloth, the skin and the wall that its picture shows."""

from __future__ import annotations

import pytest
import torch
from flat_figure import SIZE, SKIN, at, figure, finer

from engine.compositing.repainted import newly_painted, repainted
from engine.garments import PIECES
from engine.regions import REGIONS

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


def test_a_print_on_the_chest_does_not_go_on_along_a_painted_sleeve():
    """Of a garment of one colour: a badge of ink as broad as the trunk's half, with its rings."""
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    chest = person.picture[..., 34:58, 44:62]
    chest[:, 0], chest[:, 1:] = 0.9, -0.9
    chest[..., ::3, :] = -1.0
    picture, _ = shown(person, band("top", (2.2, 4.5), (5.6, 3.9)))
    sleeve_CN = picture[0, :, 30:38, 74:84].flatten(1)
    assert sleeve_CN.sub(0.3).abs().max() < 0.1, "the garment's ground, without ink and without its glow"


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
    assert (hem >= 0).nonzero()[0] == 72 - 2, "the new cloth begins above the old hem, by two px of a map"


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
    begin = int((row > 0).nonzero()[0])
    assert 0.02 < row[begin] < 0.2 and 0.8 < row[begin + 1] < 0.98 and row[begin + 2] == 1.0


def test_painted_background_is_the_wall_and_what_is_seen_nowhere_is_as_drawn():
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    picture, _ = shown(person, band("background", (3.5, 6.0), (6.0, 3.0)))
    assert at(picture, 4.5, 4.75) == pytest.approx(0.5, abs=1e-5)
    picture, _ = shown(person, band("hair", (-1.0, 1.0), (8.5, 7.0)))
    assert at(picture, 0.0, 7.5) == pytest.approx(0.9, abs=1e-5)


def trousers_with(light, ends: float = -7.0):
    """Somebody in trousers, and their light or pattern by column, added to them."""
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=ends)
    person.picture[:] = torch.where(person.picture == -0.8, person.picture + light, person.picture)
    return person


def across(picture) -> float:
    """How much columns of the middle of a painted skirt differ."""
    columns = picture[0, 0, 85:105, 56:80].mean(0)
    return float(columns.max() - columns.min())


def test_stripes_are_weave_that_comes_along_and_a_broad_shadow_is_light_that_does_not():
    skirt, columns = band("skirt", (-4.0, 4.0), (-1.5, -5.0)), torch.arange(SIZE[1])
    striped, _ = shown(trousers_with(0.2 * (columns // 4 % 2)), skirt)
    shaded, _ = shown(trousers_with(0.3 * torch.sin(2 * torch.pi * columns / 40)), skirt)
    assert across(striped) > 0.17 and across(shaded) < 0.15


def test_a_skirt_of_shaded_trousers_has_no_seam_where_their_mirror_images_meet():
    """Each leg is dark along its outline, as round things are, and lies far from the other."""
    person = trousers_with(torch.zeros(SIZE[1]))
    columns = torch.linspace(-6.5, 6.5, SIZE[1])
    gap = columns.abs() < 0.6
    trousers = person.picture == -0.8
    person.surface[0, :8] = torch.where(
        (gap & trousers[0, 0])[None],
        20.0 * torch.nn.functional.one_hot(torch.tensor(0), 8)[:, None, None],
        person.surface[0, :8],
    )
    person.picture[:] = torch.where(trousers & gap, 1.0, person.picture)
    away = ((columns.abs() - 1.3) / 0.7).abs().clamp(max=1)  # 0 in the middle of a leg, 1 at its outline
    person.picture[:] = torch.where(trousers & ~gap, -0.5 - 0.4 * away**4, person.picture)
    picture, new = shown(person, band("skirt", (-3.2, 3.2), (-0.2, -6.0)))
    inside = new[0, 0] == 1
    down, beside = (picture[0, 0].diff(dim=axis).abs() for axis in (0, 1))
    assert down[inside[1:] & inside[:-1]].max() < 0.1  # half of the steps at an outline of the trousers
    assert beside[inside[:, 1:] & inside[:, :-1]].max() < 0.1


@pytest.mark.parametrize(("positions", "tone"), [(16, 0.9), (32, -0.5)])
def test_what_is_hardly_seen_tells_nothing_of_a_piece(positions, tone):
    """A tuft of hair of four by four positions; one twice as broad shows what hair is like."""
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    tuft = slice(10, 14), slice(48, 48 + positions // 4)
    person.surface[(0, slice(0, 8), *tuft)] = 0.0
    person.surface[(0, REGIONS.index("hair"), *tuft)] = 20.0
    person.picture[(0, slice(0, 3), *tuft)] = -0.5
    picture, _ = shown(person, band("hair", (-1.5, 1.5), (6.5, 5.5)))
    assert at(picture, 0.0, 6.0) == pytest.approx(tone, abs=1e-3)


def test_the_tone_of_legs_is_told_above_the_shoes_and_from_the_shin_up():
    """Of legs that are seen from y = -6 down; arms have another tone."""
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-6.0, leg=-0.5)
    picture, _ = shown(person, band("legs", (-1.8, 1.8), (-3.0, -5.0)))
    assert at(picture, 1.0, -4.0) == pytest.approx(-0.5, abs=0.03)


@pytest.mark.parametrize(("seen", "weave"), [(0.45, True), (0.1, False)])
def test_a_skirt_goes_on_from_trousers_beside_it_if_that_is_more_than_a_strip_of_them(seen, weave):
    """Below it they have stripes, under it none: those it has from below."""
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.0)
    edge = -7.0 + 7.0 * seen
    below = (person.picture == -0.8) & (torch.linspace(9, -9, SIZE[0])[:, None] < edge)
    stripes = 0.2 * (torch.arange(SIZE[1]) // 4 % 2)
    person.picture[:] = torch.where(below, person.picture + stripes, person.picture)
    picture, _ = shown(person, band("skirt", (-2.8, 2.8), (0.3, edge)))
    row = picture[0, 0, round((9 - edge - 1.0) * 8), 45:59]
    assert (float(row.max() - row.min()) > 0.1) == weave


def of_times(painted, times: int):
    return painted.repeat_interleave(times, 1).repeat_interleave(times, 2)


@pytest.mark.parametrize("times", [2, 4])
def test_what_an_engine_draws_of_the_wall_along_an_outline_is_not_painted(times):
    """One px of a picture of 256 rows, within the edge that is soft."""
    person = finer(figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.0), times)
    painted = of_times(band("legs", (-1.8, 1.8), (-3.0, -6.0)), times)
    rim = len(painted[0]) // 256
    there = (painted >= 0)[:, None].float()
    core = 1 - torch.nn.functional.max_pool2d(1 - there, 2 * rim + 1, 1, rim)
    picture, new = shown(person, painted, torch.where(core > 0, 0.2, 1.0).expand(1, 3, -1, -1))
    inside = picture[0, 0][new[0, 0] == 1]
    assert inside.max() - inside.min() < 0.02


def test_a_narrow_stroke_has_the_light_that_was_drawn_in_it():
    """Nine px of a picture of 288 rows, dark in its lower half."""
    person = finer(figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.0), 2)
    painted = torch.full((1, 288, 208), -1)
    painted[:, 200:240, 90:99] = PIECES.index("legs")
    drawn = torch.full((1, 3, 288, 208), 0.4)
    drawn[..., 220:, :] = -0.2
    picture, _ = shown(person, painted, drawn)
    assert picture[0, 0, 205, 94] - picture[0, 0, 235, 94] == pytest.approx(0.6, abs=0.05)


def test_a_fine_wall_is_averaged_into_the_frame_and_not_picked_from():
    """One px wide lines of black and white are grey."""
    wall = torch.ones(1, 3, 3 * SIZE[0], 3 * SIZE[1])
    wall[..., ::3] = -1.0
    person = figure(sleeve=2.5, hem=0, cloth=0.3)
    painted = band("background", (3.5, 6.0), (6.0, 3.0))
    picture, new = repainted(person, DRAWN, newly_painted(person, painted), wall)
    assert picture[0, :, new[0, 0] == 1].mean() == pytest.approx(1 / 3, abs=0.02)
    assert picture[0, :, new[0, 0] == 1].std() < 0.02


def test_hands_stay_before_a_painted_skirt():
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.0)
    hand = slice(76, 88), slice(44, 56)
    person.surface[(0, slice(0, 8), *hand)] = 0.0
    person.surface[(0, REGIONS.index("arms"), *hand)] = 20.0
    person.picture[(0, slice(0, 3), *hand)] = SKIN
    picture, new = shown(person, band("skirt", (-2.8, 2.8), (-0.2, -5.0)))
    inside = slice(78, 86), slice(46, 54)
    assert torch.equal(picture[(0, 0, *inside)], person.picture[(0, 0, *inside)])
    assert new[(0, 0, *inside)].max() == 0 and new[0, 0, 82, 62] == 1


def test_creases_of_plain_trousers_are_none_of_the_skirt_s():
    """A line down each leg, darker by a fifth; the cloth is plain."""
    columns = torch.arange(SIZE[1])
    crease = -0.15 * ((columns - 40).abs() < 2).float() - 0.15 * ((columns - 62).abs() < 2).float()
    creased, new = shown(trousers_with(crease), band("skirt", (-4.0, 4.0), (-0.5, -5.0)))
    plain, _ = shown(trousers_with(torch.zeros(SIZE[1])), band("skirt", (-4.0, 4.0), (-0.5, -5.0)))
    assert (creased - plain)[0, 0][new[0, 0] == 1].abs().max() < 0.05


def test_a_skirt_that_there_was_not_falls_and_is_darker_at_its_sides():
    person = figure(sleeve=2.5, hem=0, cloth=0.3, ends=-7.0)
    skirt, _ = shown(person, band("skirt", (-2.8, 2.8), (-0.5, -5.0)))
    assert at(skirt, 2.6, -3.0) < at(skirt, 0.0, -3.0) - 0.02
