"""Hair, accessories and bags of the synthetic studio."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("numba")
pytest.importorskip("scipy")


@pytest.fixture(scope="module")
def assets(assets_folder):
    from train.studio.assets import load_assets

    return load_assets(assets_folder)


@pytest.fixture(scope="module")
def bodies(assets):
    """One woman and one man, with their looks."""
    from train.studio.body import draw_body
    from train.studio.looks import draw_looks

    found = {}
    for seed in range(20):
        rng = np.random.default_rng(seed)
        body = draw_body(assets.meshes, rng)
        found.setdefault(body.female, (body, draw_looks(rng, body)))
    return found


def haircuts(female: bool, count: int = 150) -> dict:
    from train.studio.hairstyles import draw_haircut

    drawn = (draw_haircut(np.random.default_rng(seed), female) for seed in range(count))
    return {cut.name: cut for cut in drawn}


def mesh_of(assets, body, cut, seed=0):
    from train.studio.hair import hair_mesh

    return hair_mesh(assets, body.vertices, cut, 0.2, np.random.default_rng(seed))


def column(mesh, name: str) -> np.ndarray:
    from train.studio.parts import STATIC_ATTRIBUTES

    first = 0
    for attribute, width in STATIC_ATTRIBUTES.items():
        if attribute == name:
            return mesh.static[:, first : first + width]
        first += width
    raise KeyError(name)


@pytest.mark.parametrize("female", [True, False])
def test_every_haircut_is_a_sound_mesh(assets, bodies, female):
    body, _ = bodies[female]
    cuts = haircuts(female)
    assert len(cuts) >= 8
    for cut in cuts.values():
        mesh = mesh_of(assets, body, cut)
        assert np.isfinite(mesh.static).all(), cut.name
        np.testing.assert_allclose(mesh.skin.weights.sum(1), 1, atol=1e-5)
        assert mesh.triangles.max() < len(mesh.static)
        assert len(mesh.triangles) < 9000
        canonical = column(mesh, "canonical")
        assert np.abs(canonical).max() < 9.5  # what a picture of surface coordinates can tell
        moved = np.linalg.norm(column(mesh, "rest_position") - canonical, axis=1)
        assert moved.max() < 4, cut.name  # carried to the body, not flung away


def test_hair_stays_out_of_the_face(assets, bodies):
    body, _ = bodies[True]
    for name, cut in haircuts(True).items():
        points = column(mesh_of(assets, body, replace(cut, fringe=0.0)), "canonical")
        face = (
            (np.abs(points[:, 0]) < 0.35) & (points[:, 1] > 6.3) & (points[:, 1] < 7.6) & (points[:, 2] > 1.0)
        )
        assert face.mean() < 0.004, name


def test_a_hem_is_where_the_haircut_says(assets, bodies):
    body, _ = bodies[True]
    cuts = haircuts(True)
    for name in ("long", "shoulder", "bob"):
        lowest = np.percentile(column(mesh_of(assets, body, cuts[name]), "canonical")[:, 1], 1)
        assert abs(lowest - cuts[name].hem) < 0.5, name


def test_hair_follows_its_seed_alone(assets, bodies):
    body, _ = bodies[True]
    cut = haircuts(True)["waves"]
    one, same, other = (mesh_of(assets, body, cut, seed).static for seed in (3, 3, 4))
    assert (one == same).all()
    assert not (one == other).all()


def test_a_hairline_runs_over_brow_ear_and_nape():
    from train.studio.scalp import height_over_hairline

    crown, brow, temple, nape = (0, 8.4, 0.3), (0, 7.5, 1.5), (0.7, 7.9, 0.9), (0, 6.9, -0.3)
    high = height_over_hairline(np.array([crown, brow, temple, nape]))
    assert (high > 0).tolist() == [True, False, True, True]


def test_what_is_worn_is_labelled_by_its_kind(assets, bodies):
    from train.studio.accessories import Extras, extra_parts
    from train.studio.bags import Bag, bag_parts
    from train.studio.surfaces import ARMS, FACE, HAIR, UPPER

    body, _ = bodies[False]
    grey = np.full(3, 0.2)
    extras = Extras(
        (0.26, 0.2, 3.0, 0.02, True), grey, "hoop", grey, "pendant", 0.5, "watch", grey, "cap", grey
    )
    labels = {part.name: part.values["label"][0] for part in extra_parts(assets, body, extras)}
    assert labels == {
        "glasses": FACE,
        "lenses": FACE,
        "earrings": FACE,
        "necklace": ARMS,
        "wristwear": ARMS,
        "cap": HAIR,
    }
    for kind in ("cross body", "backpack"):
        parts = bag_parts(assets, body, Bag(kind, grey, 0.5, 1, 0.1))
        assert {part.values["label"][0] for part in parts} == {UPPER}
        for part in parts:
            assert np.isfinite(part.mesh.static).all()
            assert np.abs(column(part.mesh, "canonical")).max() < 9


def test_few_people_carry_bags_and_most_wear_no_glasses():
    from train.studio.accessories import draw_extras
    from train.studio.bags import draw_bag

    rng = np.random.default_rng(1)
    bags = [draw_bag(rng) is not None for _ in range(3000)]
    assert 0.045 < np.mean(bags) < 0.075
    glasses = [draw_extras(rng, female=True).glasses is not None for _ in range(1000)]
    assert 0.1 < np.mean(glasses) < 0.2


def test_solids_are_closed_where_they_say_so():
    from train.studio.shapes import ball, box, tube

    circle = np.stack([np.cos(np.arange(12)), np.sin(np.arange(12)), np.zeros(12)], 1)
    for points, triangles in (
        ball((1, 2, 3), 0.5),
        box((0, 0, 0), (1, 2, 3)),
        tube(circle, 0.1, closed=True),
    ):
        assert triangles.min() == 0
        assert triangles.max() == len(points) - 1
        assert np.isfinite(points).all()


def test_strands_cover_their_strips_and_thin_out_at_the_tips():
    from train.studio.strands import STRIPS, strand_texture

    for curly in (False, True):
        alpha = strand_texture(curly)[:, : 256 * STRIPS // (STRIPS + 1), 3] / 255
        assert alpha[60:120].mean() > 0.6
        assert alpha[-4:].mean() < 0.1
