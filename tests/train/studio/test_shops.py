"""People as shops show them: sheer sleeves, one colour from head to foot, folded hands, bags in the hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.regions import LEFT_ARM, RIGHT_ARM, of_an_arm
from train.data.people import People
from train.studio import STUDIO_OF_SHOPS
from train.studio.camera import draw_shot
from train.studio.garments import Fit, Neck, Outfit, Sheer, Top
from train.studio.handbags import draw_shown_bag
from train.studio.photographer import Person
from train.studio.poses import plan_pose
from train.studio.shops import draw_shown, motifs, plan_to_show
from train.studio.skeleton import Skeleton
from train.studio.street import dyed
from train.studio.surfaces import HELD, UPPER
from train.studio.textiles import draw_fabric

INDEX = 12_001


@pytest.fixture(scope="module")
def shown(studio):
    """[(index, what they wear and carry)] of many."""
    return [(index, studio._to_show(index)) for index in range(12_000, 12_200)]


def test_sheer_tops_have_sleeves_and_nothing_over_them(shown):
    tops = [street.outfit for _, street in shown if getattr(street.outfit.top, "sheer", None) is not None]
    assert len(tops) > 20
    for outfit in tops:
        assert outfit.jacket is None and outfit.coat is None
        assert outfit.top.sleeve >= 2.2 and 0 < outfit.top.sheer.opacity < 1
    assert {outfit.top.sheer.lace is None for outfit in tops} == {True, False}


def test_some_wear_one_colour_and_some_of_them_black_or_white(shown):
    means = []
    for _, street in shown:
        top, bottom = street.outfit.top, street.outfit.bottom
        if isinstance(top, Top) and hasattr(bottom, "finish") and street.outfit.jacket is None:
            both = [each.finish.fabric.tile.mean((0, 1)) for each in (top, bottom)]
            if np.abs(both[0] - both[1]).max() < 40 and top.finish is not bottom.finish:
                means.append(both[0].mean())
    assert len(means) > 15 and min(means) < 45 and max(means) > 210


def test_some_wear_jackets_and_coats_and_some_of_those_are_as_dark_as_what_is_under_them(shown):
    outer = []
    for _, street in shown:
        outfit = street.outfit
        over = outfit.jacket or (outfit.coat and outfit.coat.top)
        if over and isinstance(outfit.top, Top):
            assert outfit.top.sleeve <= 0.15, "no sleeve within a sleeve"
            outer.append(
                np.abs(
                    over.finish.fabric.tile.mean((0, 1)) - outfit.top.finish.fabric.tile.mean((0, 1))
                ).max()
            )
    assert len(outer) > 40 and 0.1 < np.mean(np.array(outer) < 15) < 0.8
    assert any(street.outfit.coat for _, street in shown) and any(street.outfit.jacket for _, street in shown)


def in_sleeves(studio, sheer: Sheer | None, sleeve: float = 4.1):
    """Somebody who stands with bare or clothed arms in black before the same wall."""
    street = studio._to_show(INDEX)
    black = dyed(draw_fabric(np.random.default_rng(0), kind="plain"), (20, 20, 20))
    finish = replace(street.outfit.top.finish, fabric=black, folds=0.05)
    top = Top("long", Fit(0.06), finish, hem=0.0, sleeve=sleeve, neck=Neck(), sheer=sheer)
    outfit = Outfit(top, street.outfit.bottom, shoes="shoes01")
    with Person(studio, INDEX, replace(street, outfit=outfit, handbag=None)) as person:
        rng = np.random.default_rng(5)
        pose = plan_pose(np.random.default_rng(1), "stand", ("hip", "hip"))
        return person.photograph(pose, draw_shot(rng, "front", "full"), rng)


def test_skin_is_seen_through_sheer_sleeves_that_are_cloth_all_the_same(studio):
    opaque, sheer = in_sleeves(studio, None), in_sleeves(studio, Sheer(0.3))
    bare = in_sleeves(studio, None, sleeve=0.3)
    # the truth is that of the opaque sleeve
    assert np.mean(sheer.parsing_HW != opaque.parsing_HW) < 0.002
    assert np.mean(sheer.arms_HW != opaque.arms_HW) < 0.002
    assert (sheer.surface_HW3 == opaque.surface_HW3).mean() > 0.995
    sleeve = of_an_arm(opaque.arms_HW) & (opaque.parsing_HW == UPPER)
    skin = sleeve & of_an_arm(bare.arms_HW)
    assert skin.sum() > 200
    black, seen, naked = (each.image_HWC[skin].astype(float).mean() for each in (opaque, sheer, bare))
    assert black + 0.25 * (naked - black) < seen < naked
    # beside the skin it is the wall that is seen through, never darker than the black cloth
    rim = sleeve & ~of_an_arm(bare.arms_HW)
    assert sheer.image_HWC[rim].mean() > opaque.image_HWC[rim].mean() + 10
    # the trunk is as it was
    trunk = (opaque.parsing_HW == UPPER) & ~of_an_arm(opaque.arms_HW)
    assert np.abs(sheer.image_HWC[trunk].astype(float) - opaque.image_HWC[trunk]).mean() < 3


def test_lace_covers_where_its_motifs_are(studio):
    fabric = draw_fabric(np.random.default_rng(3), kind="floral")
    lace = motifs(fabric)
    assert lace.shape == fabric.tile.shape and 0.1 < (lace > 128).mean() < 0.9
    plain, laced = in_sleeves(studio, Sheer(0.2)), in_sleeves(studio, Sheer(0.2, lace=lace, size=1.5))
    sleeve = of_an_arm(plain.arms_HW) & (plain.parsing_HW == UPPER)
    darker = plain.image_HWC[sleeve].astype(float).mean(1) - laced.image_HWC[sleeve].astype(float).mean(1)
    assert darker.mean() > 4 and darker.max() > 40


@pytest.mark.parametrize("seed", range(6))
def test_folded_hands_lie_before_the_waist_one_upon_the_other(studio, seed):
    body = studio.drawn(INDEX)[0]
    skeleton = Skeleton(studio.assets.meshes, body, 0.2)
    rng = np.random.default_rng(seed)
    poses = (plan_to_show(rng, None) for _ in range(400))
    pose = next(pose for pose in poses if all(arm.goal == "folded" for arm in pose.arms.values()))
    posed, at = skeleton.solve(pose), skeleton.index
    wrists = {side: posed.heads[at[f"wrist.{side}"]] for side in "LR"}
    fingers = {side: posed.heads[at[f"finger3-2.{side}"]] for side in "LR"}
    pelvis = posed.rotations[at["root"]]
    inwards = pelvis.T @ (wrists["L"] - wrists["R"])
    assert abs(inwards[1]) < 0.6  # at one height
    assert (pelvis.T @ (fingers["L"] - fingers["R"]))[0] < inwards[0]  # fingers towards the other hand
    assert np.linalg.norm(fingers["L"] - fingers["R"]) < 1.6
    hips = posed.heads[at["upperleg01.L"]]
    assert all((pelvis.T @ (wrist - hips))[2] > 0.5 for wrist in wrists.values())


def test_a_bag_in_the_hand_is_the_arms_and_one_on_the_shoulder_nobodys(studio, shown):
    found = {}
    for index, street in shown:
        kind = street.handbag.kind if street.handbag else ""
        if kind not in ("hand", "clutch", "shoulder") or len(found.setdefault(kind, [])) > 1:
            continue
        view = studio.photograph(index, 1, STUDIO_OF_SHOPS)[0]
        bag, code = view.surfaces_HW == HELD, {"L": LEFT_ARM, "R": RIGHT_ARM}[street.handbag.side]
        assert not view.parsing_HW[bag].any()
        found[kind].append((bag.sum(), ((view.arms_HW[bag] & code) > 0).mean() if bag.any() else 1.0))
    for kind in ("hand", "clutch"):
        assert all(share > 0.95 for _, share in found[kind]) and sum(count for count, _ in found[kind]) > 50
    assert all(share < 0.6 for count, share in found["shoulder"] if count > 30)


def test_bags_are_of_many_shapes_and_clutches_lie_in_the_hand():
    bags = [draw_shown_bag(np.random.default_rng(seed)) for seed in range(200)]
    assert {bag.kind for bag in bags} == {"hand", "clutch", "elbow", "shoulder"}
    assert max(bag.half[1] for bag in bags) > 2 and min(bag.half[1] for bag in bags) < 0.5
    assert all((bag.drop < 0) == (bag.kind == "clutch") for bag in bags)


def test_who_is_shown_is_the_person_of_that_number(studio):
    body, looks, _, _ = studio.drawn(INDEX)
    one, again = (draw_shown(np.random.default_rng(3), body.female, looks) for _ in range(2))
    assert (one.looks.skin, one.looks.haircut) == (looks.skin, looks.haircut)
    assert one.outfit.bottom.hem == again.outfit.bottom.hem


def test_the_command_writes_them_and_says_of_which_studio_they_are(rendered, tmp_path):
    options = ["--shops", "--range", "12000:12002", "--views", "1", "--output", str(tmp_path / "shops")]
    assert rendered(*options) == 0
    people = People(tmp_path / "shops", range(12_000, 12_002))
    assert people.studio == STUDIO_OF_SHOPS and people.persons.tolist() == [12_000, 12_001]
