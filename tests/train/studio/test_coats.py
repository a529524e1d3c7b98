"""Coats, long cardigans, vests, tunics: upper clothes as long as dresses."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine.pose.skeleton import LEFT_HIP, RIGHT_HIP
from engine.regions import REGIONS
from train.data.people import People
from train.studio import STUDIO_OF_COATS
from train.studio.coats import KINDS, draw_coat, draw_coated
from train.studio.garments import CLOSINGS, COLLARS, Outfit, Skirt, SuitPart, Top

UPPER, DRESS = REGIONS.index("upper clothes"), REGIONS.index("dress or skirt")
CROTCH, FLOOR = -0.5, -7.4


@cache
def coated(count: int = 200) -> list[Outfit]:
    """Dressed once for all tests, which only look."""
    return [draw_coated(np.random.default_rng(seed), seed % 3 > 0) for seed in range(count)]


def test_every_kind_is_worn_over_trousers_and_over_skirts():
    outfits = coated()
    assert {outfit.coat.top.name for outfit in outfits} == set(KINDS)
    assert {isinstance(outfit.bottom, Skirt) for outfit in outfits} == {True, False}
    assert any(outfit.top.dress for outfit in outfits)
    assert not any(outfit.coat.top.name == "tunic" for outfit in outfits if isinstance(outfit.bottom, Skirt))
    assert all(outfit.jacket is None and not isinstance(outfit.top, SuitPart) for outfit in outfits)


@pytest.mark.parametrize("kind", KINDS)
def test_a_coat_falls_below_the_hips_in_one_cloth(kind):
    for seed in range(40):
        coat = draw_coat(np.random.default_rng(seed), kind)
        assert FLOOR < coat.skirt.hem < CROTCH < coat.top.hem
        assert coat.skirt.finish is coat.top.finish
        assert coat.top.collar in COLLARS and coat.top.closing in CLOSINGS
        assert coat.skirt.hanging != coat.belt  # a belt takes it in at the waist
        if coat.top.collar == "lapel":  # which are cut down to a button
            assert coat.top.button > 0 and coat.top.opening > 0


def test_no_sleeve_is_worn_below_a_sleeve():
    for outfit in coated():
        if outfit.coat.top.sleeve > 1 and isinstance(outfit.top, Top):
            assert outfit.top.sleeve <= 0.15


def test_fronts_are_open_or_closed():
    coats = [draw_coat(np.random.default_rng(seed), "coat") for seed in range(60)]
    buttoned = [coat.top.parting for coat in coats if coat.top.button]
    assert min(buttoned) == 0 and max(buttoned) > 0.15
    assert all(draw_coat(np.random.default_rng(s), "cardigan").top.opening > 0.1 for s in range(20))


@pytest.mark.parametrize("index", [6001, 6006, 6019])
def test_a_coat_is_upper_clothes_down_to_its_hem(studio, index):
    (plain,) = studio.photograph(index, 1)
    (view,) = studio.photograph(index, 1, STUDIO_OF_COATS)
    hips = max(view.keypoints_18x3[[LEFT_HIP, RIGHT_HIP], 1])
    knees = max(view.keypoints_18x3[[9, 12], 1])
    rows = np.nonzero((view.parsing_HW == UPPER).sum(1) > 4)[0]
    assert rows.max() > hips + 0.25 * (knees - hips)
    below = view.parsing_HW[int(hips) : int(hips + 0.25 * (knees - hips))]
    assert (below == UPPER).sum() > 0.3 * (below > 0).sum()  # in an open front what is below shows
    # who wears it, and where, is the person of that number
    face = (plain.parsing_HW == 2) & (view.parsing_HW == 2)
    assert face.sum() > 60 and np.median(np.abs(plain.image_HWC.astype(int) - view.image_HWC)[face]) < 25


def test_the_fitter_clears_what_is_worn_below(studio):
    from train.studio.cloth import Fitter

    fitter = Fitter(studio.assets.meshes, studio.drawn(6001)[0])
    skirt = draw_coat(np.random.default_rng(1), "coat").skirt
    bare, _ = fitter.skirt(skirt)
    angle = np.linspace(0, 2 * np.pi, 200)
    rings = [
        np.stack([2.6 * np.sin(angle), np.full(200, y), 2.6 * np.cos(angle) + fitter.axis_z], 1)
        for y in np.linspace(-1.6, -0.8, 9)
    ]
    over, _ = fitter.skirt(skirt, np.concatenate(rings))
    near = np.abs(over[:, 1] + 1.2) < 0.2
    assert fitter.polar(bare[near])[1].min() < 2.4 < 2.5 < fitter.polar(over[near])[1].mean()


def test_the_command_writes_them_and_says_of_which_studio_they_are(rendered, tmp_path):
    options = ["--coats", "--range", "6001:6002", "--views", "2", "--output", str(tmp_path / "coats")]
    assert rendered(*options) == 0
    people = People(tmp_path / "coats", range(6001, 6002))
    assert people.studio == STUDIO_OF_COATS and people.views(6001) == 2
    assert (people.view(6001, 0).parsing_HW == UPPER).mean() > (
        people.view(6001, 0).parsing_HW == DRESS
    ).mean()
