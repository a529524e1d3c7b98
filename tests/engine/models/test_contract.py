"""What the contract promises of every engine, with small networks at random weights."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
import torch
from small_networks import FILES, SIZE, weights_of
from standing import STANDING

from engine import weights
from engine.api import CORRESPONDENCE, EXTRACTION, Mix, RenderRequest
from engine.contract import PoseTransferModel, ReferenceInput
from engine.models.registry import ENGINES, open_model
from engine.pictures import to_rgb
from engine.plan import Plan
from engine.session import Session

PLAN = Plan(torch.device("cpu"), torch.float32, threads=2)


def pose(dx: float = 0.0) -> np.ndarray:
    """A person who stands, moved to the right."""
    return STANDING + np.float32((dx, 0, 0))


def reference(seed: int) -> ReferenceInput:
    """Blocks of noise with a surface map, in which every region is somewhere."""
    generator = torch.Generator().manual_seed(seed)
    blocks = torch.rand(1, 14, SIZE[0] // 16, SIZE[1] // 16, generator=generator) * 2 - 1
    planes = blocks.repeat_interleave(16, 2).repeat_interleave(16, 3)
    planes[:, 3:11] *= 9
    return ReferenceInput(planes[:, :3].contiguous(), pose(), planes[:, 3:].contiguous())


@pytest.fixture(scope="module", params=FILES)
def model(request, tmp_path_factory) -> Iterator[PoseTransferModel]:
    path = weights_of(request.param, tmp_path_factory.mktemp("weights"))
    with torch.inference_mode():
        yield open_model(weights.read(path), PLAN)


def test_every_engine_is_here():
    assert {name.split()[0] for name in FILES} == set(ENGINES)


def test_an_engine_tells_what_it_is(model):
    assert model.name in ENGINES and model.size == model.made_for == SIZE
    assert model.levels == tuple(sorted(model.levels)) and model.levels[-1] == SIZE[0]
    capabilities = model.capabilities
    assert capabilities.mix_by_texture or capabilities.mix_by_region or not model.slots
    assert len({slots.name for slots in model.slots}) == len(model.slots)
    assert all(not slots.names or len(slots.names) == slots.count for slots in model.slots)
    assert model.needs_surface or not model.composited


def test_an_appearance_is_free_of_the_pose(model):
    appearance = model.encode(reference(1))
    before = [tensor.clone() for tensor in tensors(appearance)]
    first = model.render(appearance, pose()).image_1CHW.clone()
    other = model.render(appearance, pose(20)).image_1CHW.clone()
    again = model.render(appearance, pose()).image_1CHW
    assert torch.equal(first, again) and not torch.allclose(first, other, atol=1e-3)
    assert all(torch.equal(a, b) for a, b in zip(before, tensors(appearance), strict=True))


def test_another_person_looks_different(model):
    pictures = [model.render(model.encode(reference(seed)), pose()).image_1CHW.clone() for seed in (1, 2)]
    assert not torch.allclose(*pictures, atol=1e-3)


def test_bytes_are_those_of_its_tensors(model):
    appearance = model.encode(reference(1))
    held = {tensor.data_ptr(): tensor for tensor in tensors(appearance)}
    assert appearance.bytes() == sum(each.numel() * each.element_size() for each in held.values()) > 0


def test_a_coefficient_of_nothing_changes_nothing(model):
    own, other = (model.encode(reference(seed)) for seed in (1, 2))
    alone = model.render(own, pose()).image_1CHW.clone()
    nothing = {slots.name: np.zeros(slots.count, np.float32) for slots in model.slots}
    for coefficients in (0.0, nothing, {}):
        rendering = model.render(model.mix(own, [(other, coefficients)]), pose())
        assert torch.equal(rendering.image_1CHW, alone)


def test_who_is_mixed_with_the_same_stays_the_same(model):
    own = model.encode(reference(1))
    alone = model.render(own, pose()).image_1CHW.clone()
    mixed = model.render(model.mix(own, [(own, 1.0)]), pose()).image_1CHW
    assert torch.allclose(mixed, alone, atol=1e-4)


def test_every_group_of_slots_can_be_taken_by_itself(model):
    own, other = (model.encode(reference(seed)) for seed in (1, 2))
    pictures = [model.render(own, pose()).image_1CHW.clone()]
    for slots in model.slots:
        for m in (0.5, 1.0):
            coefficients = {slots.name: np.full(slots.count, m, np.float32)}
            pictures.append(model.render(model.mix(own, [(other, coefficients)]), pose()).image_1CHW.clone())
    for number, picture in enumerate(pictures):
        assert all((picture - before).abs().max() > 1e-5 for before in pictures[:number])


def test_one_number_is_that_number_for_every_slot(model):
    own, other = (model.encode(reference(seed)) for seed in (1, 2))
    every = {slots.name: np.full(slots.count, 0.4, np.float32) for slots in model.slots}
    one, all_ = (model.render(model.mix(own, [(other, m)]), pose()).image_1CHW.clone() for m in (0.4, every))
    assert torch.allclose(one, all_, atol=1e-5)


def test_shares_tell_what_is_whose(model):
    own, *others = (model.encode(reference(seed)) for seed in (1, 2, 3))
    half = {slots.name: np.full(slots.count, 0.5, np.float32) for slots in model.slots}
    shares = model.render(model.mix(own, [(others[0], half), (others[1], 1.0)]), pose()).shares
    if not model.composited:
        return
    for share, m in zip(shares, (0.5, 1.0), strict=True):
        share = torch.as_tensor(share).expand(1, 1, 1, 1) if isinstance(share, float) else share
        assert share.shape[:2] == (1, 1) and torch.allclose(share, torch.tensor(m), atol=1e-5)
    assert model.render(own, pose()).shares == ()


def test_levels_have_their_rows_and_the_last_is_the_whole(model):
    appearance = model.encode(reference(1))
    whole = model.render(appearance, pose())
    surfaces = set()
    for level in model.levels:
        rendering = model.render(appearance, pose(), level, preview=True)
        assert rendering.image_1CHW.shape == (1, 3, level, level * SIZE[1] // SIZE[0])
        surfaces.add(rendering.surface_1Khw is None)
    assert torch.equal(rendering.image_1CHW, whole.image_1CHW)
    assert len(surfaces) == 1


@torch.inference_mode()
@pytest.mark.parametrize("name", FILES)
def test_what_previews_in_half_precision_tell_is_float32(name, tmp_path):
    """Whatever works on it never meets another precision, on a processor that multiplies bfloat16 either."""
    plan = Plan(torch.device("cpu"), torch.bfloat16, threads=2)
    model = open_model(weights.read(weights_of(name, tmp_path)), plan)
    own, other = (model.encode(reference(seed)) for seed in (1, 2))
    some = {slots.name: np.full(slots.count, 0.4, np.float32) for slots in model.slots}
    every = {slots.name: np.ones(slots.count, np.float32) for slots in model.slots}
    for level in model.levels:
        drawn = model.render(model.mix(own, [(other, some)]), pose(), level, preview=True)
        told = [*drawn.shares, drawn.image_1CHW, drawn.draft_1Chw, drawn.surface_1Khw, drawn.made_of(every)]
        assert {each.dtype for each in told if isinstance(each, torch.Tensor)} == {torch.float32}


def test_maps_are_those_it_tells_of(model):
    given = reference(1)
    rendering = model.render(model.encode(given), pose(), maps=True)
    maps = [*model.reference_maps(given), *rendering.maps]
    assert [(each.kind, each.name) for each in maps] == [(info.kind, info.name) for info in model.maps]
    assert len({(info.kind, info.name) for info in model.maps}) == len(model.maps) > 0
    for info, each in zip(model.maps, maps, strict=True):
        values = each.values_Khw
        assert values.shape == (info.channels, *info.size) and values.dtype == np.float32
        assert values.min() >= 0
        assert np.allclose(values.sum((1, 2) if info.kind == EXTRACTION else 0), 1, atol=1e-4)
        assert not info.channel_names or len(info.channel_names) == info.channels
        if info.kind == CORRESPONDENCE:
            assert np.prod(each.source_size) == info.channels
    assert not model.render(model.encode(given), pose()).maps


def test_its_own_pose_gives_the_photo_where_the_photo_is_laid_over_it(model):
    photo = np.random.default_rng(4).integers(0, 256, (8, 6, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    session = Session(model, PLAN)
    own = session.add_reference(photo, pose())
    shown = session.respond(RenderRequest(own.key, own.keypoints_18x3)).image.astype(int)
    drawn = model.render(session._references.encoded(own.key).appearance, own.keypoints_18x3).image_1CHW
    assert np.abs(to_rgb(drawn) - own.image_HWC.astype(int)).max() > 20
    assert (np.abs(shown - own.image_HWC).max() <= 1) == model.composited


def test_a_session_mixes_and_shows_maps(model):
    photos = [
        np.random.default_rng(seed).integers(0, 256, (8, 6, 3), np.uint8).repeat(16, 0).repeat(16, 1)
        for seed in (5, 6)
    ]
    session = Session(model, PLAN)
    own, other = (session.add_reference(photo, pose()) for photo in photos)
    frames = [
        session.respond(RenderRequest(own.key, pose(15), (Mix(other.key, m),), maps=True)) for m in (0.0, 0.7)
    ]
    assert (frames[0].image != frames[1].image).any()
    assert [(each.kind, each.name) for each in frames[1].maps] == [(i.kind, i.name) for i in session.maps]


def tensors(kept) -> list[torch.Tensor]:
    """All that are in an appearance."""
    if isinstance(kept, torch.Tensor):
        return [kept]
    if is_dataclass(kept):
        kept = [getattr(kept, field.name) for field in fields(kept)]
    return (
        [tensor for each in kept or () for tensor in tensors(each)] if isinstance(kept, list | tuple) else []
    )
