"""Garments: what is drawn of them, collars, shoulders, layers."""

from __future__ import annotations

import numpy as np
import pytest

from train.studio.details import tailor, tailor_jacket, tailor_skirt, tailor_trousers
from train.studio.garments import CLOSINGS, COLLARS, POCKETS, Skirt, SuitPart, Top, Trims, Trousers
from train.studio.outfits import draw_outfit
from train.studio.parts import PART_BLOCK, STATIC_ATTRIBUTES

FIRST = dict(zip(STATIC_ATTRIBUTES, np.cumsum([0, *STATIC_ATTRIBUTES.values()]), strict=False))


def outfits(count: int = 300):
    for seed in range(count):
        yield draw_outfit(np.random.default_rng(seed), seed % 2 == 0)


def test_wardrobe_holds_every_kind():
    names, collars, closings, pockets, jackets = set(), set(), set(), set(), set()
    for outfit in outfits():
        tops = [top for top in (outfit.top, outfit.jacket) if isinstance(top, Top)]
        names |= {top.name for top in tops}
        collars |= {top.collar for top in tops}
        closings |= {top.closing for top in tops}
        pockets |= {top.trims.pocket for top in tops if top.trims}
        jackets |= {outfit.jacket.name} if outfit.jacket else set()
    assert {"tee", "shirt", "polo", "hoodie", "sweater", "tank", "turtle"} <= names
    assert jackets == {"blazer", "cardigan", "bomber", "denim", "hoodie", "shirt"}
    assert collars == set(COLLARS)
    assert closings == set(CLOSINGS) - {"coat", "double"}  # which only coats have
    assert pockets == set(POCKETS)


def test_outfits_cover_trunk_and_hips():
    for outfit in outfits():
        assert isinstance(outfit.bottom, (Trousers, Skirt, SuitPart))
        if isinstance(outfit.top, Top):
            waist = outfit.bottom.waist if isinstance(outfit.bottom, Trousers) else 1.4
            assert outfit.top.hem < waist
            assert outfit.top.hem > -0.7  # below the crotch it would have legs
        if outfit.jacket:
            assert 0 < outfit.jacket.opening < 1


def test_an_outfit_follows_from_its_generator():
    first, second = (draw_outfit(np.random.default_rng(7), True) for _ in range(2))
    assert first.top.name == second.top.name
    assert first.top.trims == second.top.trims if isinstance(first.top, Top) else True


def test_trims_are_members_of_the_shaders_block():
    for trims in (Trims(), Trims(pleats=20, pleat=0.1), Trims(stripe=0.2), Trims(pocket="pouch", rib=0.3)):
        values = trims.values()
        assert set(values) <= set(PART_BLOCK)
        assert all(len(value) == 4 for value in values.values())


def test_details_suit_any_garment():
    for seed in range(40):
        outfit = draw_outfit(np.random.default_rng(seed), True)
        rng = np.random.default_rng(seed)
        if isinstance(outfit.top, Top):
            tailor(outfit.top, rng)
        if outfit.jacket:
            tailor_jacket(outfit.jacket, rng)
        if isinstance(outfit.bottom, Trousers):
            tailor_trousers(outfit.bottom, rng)
        if isinstance(outfit.bottom, Skirt):
            tailor_skirt(outfit.bottom, rng)


@pytest.fixture(scope="module")
def meshes(assets_folder):
    from train.studio.assets import load_assets

    return load_assets(assets_folder).meshes


@pytest.fixture(scope="module")
def shirt(meshes):
    """A shirt's top and loosened points on the base body itself."""
    top = next(o.top for o in outfits() if isinstance(o.top, Top) and o.top.collar == "shirt")
    cloth = meshes.tights
    return top, cloth, cloth.canonical + 0.0


@pytest.mark.parametrize("collar", COLLARS[1:])
def test_collars_lie_on_the_shoulders(shirt, collar):
    from dataclasses import replace

    from train.studio.collars import collar_mesh

    top, cloth, points = shirt
    mesh = collar_mesh(replace(top, collar=collar, button=2.0, opening=0.2), cloth, points)
    at = mesh.static[:, :3]
    canonical = mesh.static[:, FIRST["canonical"] : FIRST["canonical"] + 3]
    assert np.isfinite(mesh.static).all()
    assert np.allclose(at, canonical, atol=1e-4)  # on the base body nothing moves
    assert np.abs(at[:, 0]).max() < 2.2
    assert at[:, 1].min() > (1.9 if collar == "lapel" else 4.0)
    assert at[:, 1].max() < 6.5
    assert np.allclose(mesh.skin.weights.sum(1), 1, atol=1e-4)
    # both sides of the person wear the same
    assert abs(at[:, 0].max() + at[:, 0].min()) < 0.15


def test_collars_follow_the_top(shirt):
    from train.studio.collars import collar_mesh

    top, cloth, points = shirt
    here = collar_mesh(top, cloth, points).static[:, :3]
    there = collar_mesh(top, cloth, points + np.float32((0.3, -0.2, 0.1))).static[:, :3]
    assert np.allclose(there - here, (0.3, -0.2, 0.1), atol=1e-4)


def test_shoulders_keep_their_sum_and_lose_arm(meshes):
    from train.studio.shoulders import eased_shoulders

    cloth, names = meshes.tights, meshes.bones.names
    eased = eased_shoulders(cloth.skin, cloth.canonical, meshes.bones)
    is_arm = np.array([name.startswith("upperarm") for name in names])
    assert np.allclose(eased.weights.sum(1), 1, atol=1e-4)
    change = ((eased.weights - cloth.skin.weights) * is_arm[cloth.skin.bones]).sum(1)
    assert change.max() < 1e-5
    changed = change < -0.05
    assert changed.sum() > 20
    assert (np.abs(cloth.canonical[changed, 1] - 5.5) < 0.8).all()
