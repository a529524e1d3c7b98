"""What street photographs are full of: dresses, skirts, stockings, boots, fur, scarves, bags in the hand."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from engine.regions import REGIONS
from train.data.people import People
from train.studio import STUDIO_OF_STREET
from train.studio.dressing import dress
from train.studio.fur import furred
from train.studio.garments import CLOSINGS, COLLARS, Outfit, Skirt, SuitPart, Trousers
from train.studio.handbags import draw_handbag, handbag_parts
from train.studio.street import DRESSES, SKIRTS, draw_clothes, draw_dress, draw_street, draw_street_skirt
from train.studio.surfaces import DRESS, HELD, LEGS, PANTS, UPPER, parsing_map

CROTCH, KNEE, ANKLE = -0.5, -3.7, -7.4


@cache
def clothes(seed: int, female: bool) -> Outfit:
    return draw_clothes(np.random.default_rng(seed), female)


def worn(count: int = 300, female: bool = True) -> list[Outfit]:
    """What so many people wear; each is dressed once for all tests, which only look."""
    return [clothes(seed, female) for seed in range(count)]


def test_dresses_skirts_and_trousers_are_worn_about_as_often():
    outfits = worn()
    dressed = np.mean([outfit.top.dress for outfit in outfits])
    skirted = np.mean([isinstance(outfit.bottom, Skirt) and not outfit.top.dress for outfit in outfits])
    assert 0.3 < dressed < 0.5 and 0.22 < skirted < 0.42
    assert not any(isinstance(outfit.top, SuitPart) for outfit in outfits)
    assert not any(isinstance(outfit.bottom, Skirt) for outfit in worn(60, female=False))


@pytest.mark.parametrize("kind", DRESSES)
def test_a_dress_is_of_one_cloth_down_to_its_hem(kind):
    for seed in range(40):
        outfit = draw_dress(np.random.default_rng(seed), kind)
        assert outfit.top.dress and outfit.bottom.finish is outfit.top.finish
        assert outfit.bottom.hem < CROTCH < outfit.top.hem
        assert outfit.top.collar in COLLARS and outfit.top.closing in CLOSINGS
        assert outfit.bottom.belt is None or not outfit.bottom.hanging  # a belt takes it in at the waist
        assert not outfit.bottom.slit or outfit.bottom.hem < outfit.bottom.slit < CROTCH
        if kind == "shirt":
            assert outfit.top.collar and outfit.top.closing == "buttons"


def test_skirts_are_of_all_lengths():
    for kind in SKIRTS:
        hems = [draw_street_skirt(np.random.default_rng(seed), kind).hem for seed in range(80)]
        assert max(hems) > -2.5 and min(hems) < KNEE + 1
        if kind not in ("denim", "leather"):
            assert min(hems) < -6.2


def test_fur_is_of_one_cloth_and_longer_shell_by_shell():
    outfits = [outfit for outfit in worn(600) if outfit.coat and outfit.coat.top.finish.fur]
    assert len(outfits) > 3 and all(outfit.coat.skirt.finish is outfit.coat.top.finish for outfit in outfits)


def test_shells_lie_further_out_and_are_hair_in_fewer_places(studio):
    body, looks, outfit, rng = studio.drawn(7001)
    (part, *_) = dress(studio.assets, body, outfit, looks, rng)
    shells = furred([part], 0.3)
    assert furred([part], 0.0) == [] and len(shells) > 2
    off = [np.linalg.norm((shell.mesh.static - part.mesh.static)[:, :3], axis=1).mean() for shell in shells]
    assert np.all(np.diff(off) > 0) and off[-1] == pytest.approx(0.3, abs=0.01)
    bare = [shell.values["print_at"][3] for shell in shells]
    assert np.all(np.diff(bare) > 0) and 0 < bare[0] < bare[-1] < 1


def test_legs_in_boots_stockings_and_leggings():
    outfits = worn(600)
    boots = [outfit for outfit in outfits if outfit.heels and outfit.heels.top > -4.5 and outfit.heels.shaft]
    assert any(isinstance(outfit.bottom, Trousers) for outfit in boots)
    for outfit in boots:  # no wide trousers in narrow shafts
        if isinstance(outfit.bottom, Trousers) and outfit.bottom.hem < outfit.heels.top - 0.3:
            assert outfit.bottom.fit.looseness == 0
    hosiery = [outfit.hosiery for outfit in outfits if outfit.hosiery]
    assert {each.legging for each in hosiery} == {True, False}
    assert all(each.hem < each.top for each in hosiery)
    long = [
        outfit
        for outfit in outfits
        if isinstance(outfit.bottom, Trousers) and outfit.bottom.hem < ANKLE / 1.5
    ]
    assert long and not any(outfit.hosiery or outfit.stockings[3] for outfit in long)


def test_hosiery_is_of_the_legs_and_leggings_are_trousers(studio):
    found = {}
    for outfit in worn(400):
        if outfit.hosiery and outfit.hosiery.legging not in found:
            body, looks, _, rng = studio.drawn(7001)
            parts = dress(studio.assets, body, outfit, looks, rng)
            (part,) = [part for part in parts if part.name == "hosiery"]
            found[outfit.hosiery.legging] = part.values["label"][0]
    assert found == {True: PANTS, False: LEGS}


@pytest.mark.parametrize("kind", ["hand", "elbow", "clutch", "shoulder"])
def test_a_bag_hangs_from_its_arm_and_is_no_part_of_the_person(studio, kind):
    bags = (draw_handbag(np.random.default_rng(seed)) for seed in range(200))
    bag = next(bag for bag in bags if bag.kind == kind)
    body = studio.drawn(7001)[0]
    bones = studio.assets.meshes.bones
    holds = {"elbow": "lowerarm01", "shoulder": "upperarm01"}.get(kind, "wrist")
    joint = bones.head(f"{holds}.{bag.side}", body.vertices)
    sack, trims = handbag_parts(studio.assets, body, bag)
    reach = {"shoulder": 7, "elbow": 5}.get(kind, 5)
    for part in (sack, trims):
        assert part.values["label"][0] == HELD
        points = part.mesh.static[:, :3]
        assert np.linalg.norm(points - joint, axis=1).max() < reach
        assert (np.sign(points[:, 0].mean()) == 1) == (bag.side == "L")
    assert parsing_map(np.array([[HELD]], np.uint8)).item() == 0


def test_who_wears_it_is_the_person_of_that_number(studio):
    body, looks, _, _ = studio.drawn(7001)
    street = draw_street(np.random.default_rng(3), body.female, looks)
    assert (street.looks.skin, street.looks.haircut) == (looks.skin, looks.haircut)
    again = draw_street(np.random.default_rng(3), body.female, looks)
    assert again.outfit.bottom.hem == street.outfit.bottom.hem


@pytest.fixture(scope="module")
def taken(studio):
    """A dozen people by their index, a view each."""
    return {index: studio.photograph(index, 1, STUDIO_OF_STREET) for index in range(7000, 7012)}


def test_what_is_carried_has_no_place_on_the_body(taken):
    held = 0
    for (view,) in taken.values():
        bag = view.surfaces_HW == HELD
        held += bag.any()
        assert not view.parsing_HW[bag].any() and not view.surface_HW3[bag].any()
        assert view.surface_HW3[view.parsing_HW > 0].any(1).all()
    assert held >= 2


def test_the_command_writes_them_and_says_of_which_studio_they_are(
    rendered, studio, taken, tmp_path, monkeypatch
):
    asked = []

    def photograph(index, views, kind):
        asked.append((index, views, kind))
        return taken[index]

    monkeypatch.setattr(studio, "photograph", photograph)
    options = ["--street", "--range", "7000:7012", "--views", "1", "--output", str(tmp_path / "street")]
    assert rendered(*options) == 0
    assert asked == [(index, 1, STUDIO_OF_STREET) for index in taken]
    people = People(tmp_path / "street", range(7000, 7012))
    assert people.studio == STUDIO_OF_STREET
    shown = np.bincount(
        np.concatenate([people.view(person, 0).parsing_HW.ravel() for person in people.persons.tolist()]),
        minlength=len(REGIONS),
    )
    assert shown[DRESS] > 0.2 * shown[UPPER]


def test_wide_shorts_reach_to_the_knee_and_flare():
    """What a skirt must be told from: hems from mid thigh to the knee, and broader below than above."""
    shorts = [outfit.bottom for outfit in worn(600) if isinstance(outfit.bottom, Trousers)]
    wide = [each for each in shorts if each.name == "shorts" and each.fit.taper < 0]
    assert len(wide) > 30 and all(-3.9 <= each.hem <= -1.6 for each in wide)
    assert {"wide"} <= {each.name for each in shorts if each.fit.taper < 0}
