"""What is known of a reference once it has been looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from flat_scene import no_arms

from engine.compositing.compose import encode_appearance, encode_reference
from engine.compositing.detail import brought_together, make_source
from engine.contract import ReferenceInput
from engine.models import nted
from engine.models.nted.adapter import NtedModel
from engine.parsing import Seen
from engine.pictures import to_rgb
from engine.plan import make_plan
from engine.regions import REGIONS

LEVELS = (nted.Level(16, 16, 8), nted.Level(32, 16, 7, 3), nted.Level(64, 16, 8), nted.Level(128, 8))
SIZE = (128, 96)


@pytest.fixture(scope="module")
def model() -> NtedModel:
    torch.manual_seed(3)
    network = nted.Nted(nted.NtedConfig(LEVELS, SIZE, detail=8)).eval().requires_grad_(False)
    network.detail.target_places.out.weight.normal_()
    return NtedModel(network, make_plan("cpu"))


def pose() -> np.ndarray:
    keypoints = np.zeros((18, 3), np.float32)
    keypoints[:8] = (40, 60, 2)
    return keypoints


@torch.inference_mode()
def test_where_the_parser_sees_what_the_engine_means_the_engines_points_count(model, monkeypatch):
    picture = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(1)) * 2 - 1
    drawn = model.render(model.encode(ReferenceInput(picture)), pose(), model.levels[0])
    aside = drawn.surface_1Khw.clone()
    aside[:, -3:] += 0.05
    monkeypatch.setattr("engine.parsing.careful_look", lambda picture, joints: Seen(aside, no_arms(aside)))
    monkeypatch.setattr("engine.compositing.compose.along_edges", lambda surface, picture: surface)
    kept = encode_reference(model, ReferenceInput(picture, pose()))
    together = make_source(brought_together(aside, drawn.surface_1Khw), picture)
    assert torch.equal(kept.source.atlas, together.atlas) and torch.equal(kept.source.photo, together.photo)
    assert torch.equal(kept.own.picture, drawn.draft_1Chw)
    alone = encode_reference(model, ReferenceInput(picture))
    assert alone.own is None and torch.equal(alone.source.atlas, make_source(aside, picture).atlas)
    assert ((kept.source.atlas - alone.source.atlas).abs() > 0.01).float().mean() > 0.1
    seen = ReferenceInput(picture, pose(), aside, no_arms(aside))
    given = encode_reference(model, seen)
    monkeypatch.setattr("engine.parsing.careful_look", None)  # who is told does not look
    assert torch.equal(encode_reference(model, seen).source.atlas, given.source.atlas)
    assert torch.equal(given.source.atlas, kept.source.atlas)


@torch.inference_mode()
def test_the_error_of_the_own_pose_is_that_over_the_person_and_tells_who_is_drawn_worse(model, monkeypatch):
    picture = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(2)) * 2 - 1
    somebody = torch.full((1, 11, 32, 24), -9.0)
    somebody[:, 0], somebody[:, 2, 8:24, 6:18] = 0.0, 9.0  # a trunk in the middle, nobody around it
    monkeypatch.setattr(
        "engine.parsing.careful_look", lambda picture, joints: Seen(somebody, no_arms(somebody))
    )
    kept = encode_reference(model, ReferenceInput(picture, pose()))
    person_hw = kept.own.hole[0, 0].numpy() > 0.5
    photo_3hw = torch.nn.functional.interpolate(picture, person_hw.shape, mode="area")[0].numpy()
    apart_3hw = np.abs(kept.own.picture[0].numpy() - photo_3hw)
    assert 0 < person_hw.mean() < 1
    assert kept.own_pose_error == pytest.approx(apart_3hw[:, person_hw].mean(), rel=1e-4)
    assert kept.compact().own_pose_error == pytest.approx(kept.own_pose_error, rel=1e-2)
    stripes = picture.clone()
    stripes[..., ::2] = 1.0
    assert encode_reference(model, ReferenceInput(stripes, pose())).own_pose_error > kept.own_pose_error
    assert encode_reference(model, ReferenceInput(picture)).own_pose_error is None


@torch.inference_mode()
def test_a_fine_photo_has_fine_mattes_which_another_appearance_leaves_as_they_are(model):
    """Who was settled is not looked at again."""
    picture = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(2)) * 2 - 1
    somebody = torch.full((1, 11, 32, 24), -9.0)
    somebody[:, 0], somebody[:, 2, 8:24, 6:18] = 0.0, 9.0
    given = ReferenceInput(picture, pose(), somebody, no_arms(somebody))
    fine_HWC = np.random.default_rng(3).integers(0, 256, (2 * SIZE[0], 2 * SIZE[1], 3), np.uint8)
    kept = encode_reference(model, given, fine_HWC)
    assert kept.mattes is not None and kept.compact().mattes is kept.mattes
    assert kept.mattes.behind.shape == (1, 1, 2 * SIZE[0], 2 * SIZE[1])
    assert kept.mattes.limbs.shape == (1, 4, 2 * SIZE[0], 2 * SIZE[1])
    assert kept.bytes() - replace(kept, mattes=None).bytes() == kept.mattes.bytes()
    assert kept.mattes.behind[0, 0, 128, 96] == 0 and kept.mattes.behind[0, 0, 8, 8] == 255
    settled = encode_appearance(model, given, model.encode(given), fine_HWC, kept)
    assert settled.mattes is kept.mattes and settled.plate.fine_HWC is kept.plate.fine_HWC
    assert encode_reference(model, given).mattes is None


@torch.inference_mode()
def test_colours_under_arms_are_made_once_whatever_the_appearance(model, monkeypatch):
    picture = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(3)) * 2 - 1
    dressed = torch.full((1, 11, 32, 24), -9.0)
    dressed[:, 0], dressed[:, REGIONS.index("upper clothes"), 8:24, 6:18] = 0.0, 9.0
    seen = ReferenceInput(picture, pose(), dressed, no_arms(dressed))
    fine = to_rgb(picture).repeat(2, 0).repeat(2, 1)
    first = encode_appearance(model, seen, model.encode(seen), fine)
    assert first.cloth_HWC is not None
    kept = first.compact()
    monkeypatch.setattr("engine.compositing.compose.with_grain", None)
    again = encode_appearance(model, seen, model.encode(seen), fine, kept)
    assert again.cloth_HWC is kept.cloth_HWC
    assert torch.equal(again.own.under[:, :3].half(), kept.own.under[:, :3])
    with pytest.raises(TypeError):
        encode_appearance(model, seen, model.encode(seen), fine)
