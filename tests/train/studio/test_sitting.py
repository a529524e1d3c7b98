"""People who sit: hips on what is below them, feet on the floor, and the seat is nobody's."""

import numpy as np
import pytest

from engine.regions import REGIONS
from train.studio import STUDIO_OF_SITTING
from train.studio.garments import Trousers
from train.studio.photographer import Person
from train.studio.sitting import draw_height, plan_to_sit, seat_parts
from train.studio.skeleton import Skeleton
from train.studio.surfaces import HELD


def seated(studio, index, seed):
    rng = np.random.default_rng(seed)
    body, *_ = studio.drawn(index)
    skeleton = Skeleton(studio.assets.meshes, body)
    sunk = draw_height(rng)
    return body, skeleton, skeleton.solve(plan_to_sit(rng, sunk)), sunk


@pytest.mark.parametrize("seed", range(12))
def test_hips_sink_so_low_and_feet_stay_on_the_floor(studio, seed):
    _, skeleton, posed, sunk = seated(studio, 10_000 + seed, seed)
    at = skeleton.index
    hip, sole = posed.heads[at["upperleg01.L"]], [posed.heads[at[f"foot.{side}"]][1] for side in "LR"]
    assert skeleton.at("upperleg01.L")[1] - hip[1] == pytest.approx(sunk, abs=0.3)
    assert min(sole) == pytest.approx(skeleton.at("foot.L")[1], abs=0.15)
    knees = [posed.heads[at[f"lowerleg01.{side}"]] for side in "LR"]
    assert all(knee[2] > hip[2] + 2 for knee in knees)  # thighs go forward


@pytest.mark.parametrize("seed", range(4))
def test_a_seat_reaches_from_below_the_hips_to_the_floor(studio, seed):
    body, skeleton, _, sunk = seated(studio, 10_000 + seed, seed)
    (seat,) = seat_parts(studio.assets, body, np.random.default_rng(seed), sunk)
    rest = seat.mesh.static[:, :3]
    assert seat.values["label"][0] == HELD
    assert rest[:, 1].min() == pytest.approx(body.vertices[:, 1].min() + sunk, abs=0.1)
    assert rest[:, 1].max() < skeleton.at("upperleg01.L")[1]


def test_who_sits_wears_trousers_and_is_all_that_is_labelled(studio):
    views = studio.photograph(10_000, 2, STUDIO_OF_SITTING)
    assert studio._to_sit(10_000).outfit.bottom.__class__ is Trousers
    assert REGIONS.index("pants") in np.unique(views[0].parsing_HW)
    with Person(studio, 10_000, studio._to_sit(10_000)) as standing:
        assert (standing.view(0).surfaces_HW != HELD).all()
    seat_HW = views[0].surfaces_HW == HELD
    assert seat_HW.any() and (views[0].parsing_HW[seat_HW] == 0).all()
