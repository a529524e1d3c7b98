"""Patches of the surface as the purpose of neural textures."""

from __future__ import annotations

import math
import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine import weights
from engine.api import EXTRACTION
from engine.regions import REGIONS
from engine.session import Session
from train.__main__ import main
from train.data.patches import NOBODYS, Patches, counts, make_patches
from train.losses.nted import LossWeights
from train.losses.patches import distribution_term, extraction_term
from train.run import checkpoint

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, small_run  # noqa: E402


def patches() -> Patches:
    """Two textures behind, two on the hair (left and right), one on the face."""
    places = torch.tensor(
        [[math.nan] * 3, [math.nan] * 3, [0.2, 0.8, 0.0], [-0.2, 0.8, 0.0], [0.0, 0.8, 0.1]]
    )
    return Patches(places, torch.tensor([0, 0, 1, 1, 2]))


def one_row(places: list, classes: list[int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Surface [1, 3, 1, N] and parsing [1, 1, N]."""
    nowhere = [math.nan] * 3
    surface = torch.tensor([nowhere if place is None else place for place in places]).T[None, :, None]
    return surface, torch.tensor([[classes]])


@given(st.integers(len(REGIONS), 300))
def test_every_class_gets_textures_and_none_is_left_over(textures):
    given_out = counts(textures)
    assert min(given_out) >= 1
    assert sum(given_out) == textures


def test_a_pixel_belongs_to_the_nearest_patch_of_its_class():
    surface, parsing = one_row(
        [None, [0.3, 0.9, 0.0], [-0.1, 0.8, 0.0], [0.2, 0.8, 0.0], None], [0, 1, 1, 2, 1]
    )
    assert patches().of_pixels(surface, parsing).tolist() == [[[0, 2, 3, 4, NOBODYS]]]


def test_maps_that_agree_cost_nothing_and_others_do():
    patch = torch.tensor([[[0, 2, 3, 4, NOBODYS]]])
    parsing = torch.tensor([[[0, 1, 1, 2, 1]]])
    right = torch.full((1, 5, 1, 5), -30.0)
    for pixel, texture in enumerate([1, 2, 3, 4]):  # either of the background's textures will do
        right[0, texture, 0, pixel] = 30.0
    assert distribution_term(right, patches(), patch) < 1e-6
    assert distribution_term(right.flip(1), patches(), patch) > 10
    maps = torch.zeros(1, 5, 1, 5)
    for texture, pixel in enumerate([0, 0, 1, 2, 3]):
        maps[0, texture, 0, pixel] = 1.0
    assert extraction_term(maps, patches(), patch, parsing) == 0
    assert extraction_term(maps.flip(1), patches(), patch, parsing) > 3


def test_a_patch_out_of_sight_is_read_from_its_class_and_a_missing_class_not_asked_for():
    patch, parsing = torch.tensor([[[2, 2, 0, 0]]]), torch.tensor([[[1, 1, 0, 0]]])  # the left hair alone
    maps = torch.zeros(1, 5, 1, 4)
    maps[0, :2, 0, 2:] = 0.5
    maps[0, 2:4, 0, :2] = 0.5
    maps[0, 4, 0, 3] = 1.0  # nobody's face
    assert extraction_term(maps, patches(), patch, parsing) == 0
    maps[0, 3] = maps[0, 0]
    assert extraction_term(maps, patches(), patch, parsing) > 1


def test_patches_come_from_the_surface_and_are_the_same_every_time():
    torch.manual_seed(0)
    surface = torch.rand(2, 3, 40, 40) - 0.5
    parsing = torch.arange(8).repeat_interleave(200).view(1, 40, 40).repeat(2, 1, 1)
    first, second = make_patches(surface, parsing, 32), make_patches(surface, parsing, 32)
    assert torch.equal(first.places_K3.nan_to_num(), second.places_K3.nan_to_num())
    assert first.classes_K.bincount().tolist() == counts(32)
    own = first.of_pixels(surface, parsing)
    assert set(own[parsing > 0].unique().tolist()) == set(range(counts(32)[0], 32))
    with pytest.raises(ValueError, match="dress or skirt"):
        make_patches(surface, parsing.where(parsing != 4, 0), 32)


def test_a_checkpoint_keeps_the_patches():
    run = small_run(ALONE, losses=LossWeights(patches=0.1))
    run.objective.patches = {4: patches()}
    other = small_run(ALONE, losses=LossWeights(patches=0.1))
    other.restore(run.state(), "run")
    assert torch.equal(other.objective.patches[4].classes_K, patches().classes_K)
    assert torch.equal(other.objective.patches[4].places_K3.nan_to_num(9), patches().places_K3.nan_to_num(9))


def test_older_checkpoints_call_them_slots():
    run = small_run(ALONE, losses=LossWeights(patches=0.1))
    run.objective.patches = {4: patches()}
    state = run.state()
    state["slots"] = state.pop("patches")
    other = small_run(ALONE, losses=LossWeights(patches=0.1))
    other.restore(state, "run")
    assert torch.equal(other.objective.patches[4].classes_K, patches().classes_K)


def exported(run, tmp_path: Path) -> Path:
    path, checkpointed = tmp_path / "w.safetensors", checkpoint.save(tmp_path, 1, run.state())
    assert main(["export", str(checkpointed), "--output", str(path)]) == 0
    return path


def test_export_tells_what_the_textures_are_for(tmp_path):
    run = small_run(ALONE)
    places = torch.tensor([[math.nan] * 3, [0.1, 0.8, 0.1], [0.0, 0.75, 0.15], [0.15, -0.45, 0.04]])
    run.objective.patches = {4: Patches(places, torch.tensor([0, 1, 2, 5]))}
    told = weights.read(exported(run, tmp_path)).textures
    assert list(told) == ["16a", "32a"]
    assert told["16a"][0] == {"region": "background", "place": None}
    assert told["16a"][3] == {"region": "pants", "place": [1.35, -4.05, 0.36]}
    session = Session.open(tmp_path / "w.safetensors", device="cpu", size=(64, 64))
    layers = [info for info in session.maps if info.kind == EXTRACTION]
    assert layers[2].channel_name(3) == "pants, left, knee"
    assert layers[3].channel_name(3) is None
    session.close()
    other = small_run(ALONE)
    other.begin_with(weights.read(tmp_path / "w.safetensors"))
    assert torch.equal(other.objective.patches[4].classes_K, run.objective.patches[4].classes_K)
    torch.testing.assert_close(
        other.objective.patches[4].places_K3, places, atol=1e-3, rtol=0, equal_nan=True
    )
    run.objective.patches = None
    assert weights.read(exported(run, tmp_path)).textures == {}
