"""The one door: caches, requests, previews, mixing, refusals."""

from __future__ import annotations

import numpy as np
import pytest
import rule_drawn
import torch
from opened import opened

from engine.api import DISTRIBUTION, EXTRACTION, Mix, RenderRequest
from engine.errors import InputError
from engine.models import nted
from engine.pictures import to_rgb, to_tensor
from engine.plan import Plan
from engine.pose.planes import pose_planes
from engine.session import Session

WEIGHTS = rule_drawn.generator()
SIZE = (256, 176)


def pose(dx: float = 0.0) -> np.ndarray:
    points = np.array(
        [(88, 30), (88, 55), (66, 55), (58, 90), (54, 124), (110, 55), (118, 90), (122, 124), (76, 128)]
        + [(74, 180), (74, 232), (100, 128), (102, 180), (102, 232), (83, 26), (93, 26), (78, 30), (98, 30)]
    )
    return np.concatenate([points + (dx, 0), np.full((18, 1), 2)], 1).astype(np.float32)


def photo(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, (16, 11, 3), np.uint8).repeat(16, 0).repeat(16, 1)


@pytest.fixture(scope="module")
def session():
    open_ = Session.open(WEIGHTS, device="cpu")
    yield open_
    open_.close()


def test_exact_frame_is_the_network_in_float32(session):
    reference = session.set_reference(photo(1), pose())
    session.set_pose(pose(9))
    frame = session.render()
    network = nted.load(WEIGHTS)
    planes_BPHW = torch.from_numpy(pose_planes(pose(9), SIZE))[None]
    with torch.inference_mode():
        out = network(to_tensor(reference.image_HWC), planes_BPHW)
    assert frame.exact and frame.level == 256
    assert np.abs(frame.image.astype(int) - to_rgb(out.image_BCHW).astype(int)).max() <= 1


def test_a_change_of_pose_does_not_touch_the_reference_encoder(session, monkeypatch):
    session.set_reference(photo(1), pose())
    session.set_pose(pose())
    before = session.render().image

    def forbidden(*_):
        raise AssertionError("the reference was encoded again")

    monkeypatch.setattr(session._model, "encode", forbidden)
    session.set_pose(pose(12))
    assert (session.render().image != before).any()
    session.set_reference(photo(1), pose())  # the same picture again: still in the cache


def test_previews_fill_the_frame_and_none_in_half_precision_is_exact(session):
    session.set_reference(photo(2), pose())
    session.set_pose(pose())
    for level in session.levels:
        frame = session.render(level)
        assert frame.image.shape == (*SIZE, 3) and frame.level == level
        assert frame.exact == (level == 256 and session.plan.preview == torch.float32)
    exact = session.render()
    close = np.abs(session.render(256).image.astype(int) - exact.image.astype(int)).mean()
    assert exact.exact and close < 8


def test_where_previews_are_in_float32_the_whole_one_is_exact():
    plan = Plan(torch.device("cpu"), torch.float32, threads=2)
    session = opened(nted.load(WEIGHTS), SIZE, plan)
    session.set_reference(photo(2), pose())
    session.set_pose(pose())
    assert [session.render(level).exact for level in session.levels] == [False, False, True]
    assert (session.render(256).image == session.render().image).all()
    session.close()


def test_a_preview_mixes_by_texture_where_no_detail_is_copied():
    """The finest layer has another number of textures than those of a preview."""
    levels = (nted.Level(16, 8, 4), nted.Level(32, 8, 4), nted.Level(64, 8, 6), nted.Level(128, 8))
    network = nted.Nted(nted.NtedConfig(levels, (128, 96))).eval().requires_grad_(False)
    session = opened(network)
    one, two = (session.add_reference(photo(seed), pose()) for seed in (5, 6))
    every = {slots.name: np.ones(slots.count, np.float32) for slots in session.slots}
    for level in (None, *session.levels):
        mixed = session.respond(RenderRequest(one.key, pose(), (Mix(two.key, every),), level))
        other = session.respond(RenderRequest(two.key, pose(), level=level))
        assert np.abs(mixed.image.astype(int) - other.image).max() <= 1
    session.close()


def test_mixing_goes_from_one_reference_to_the_other(session):
    other = session.add_reference(photo(3), pose())
    first = session.set_reference(photo(4), pose())
    session.set_pose(pose())
    alone = session.render().image
    session.mix(other, 1.0)
    mixed = session.render().image
    session.mix(other, 0.0)
    assert (session.render().image == alone).all()
    whole = session.respond(RenderRequest(other.key, pose()))
    assert (mixed == whole.image).all()
    layers = {slots.name: np.full(slots.count, 0.5, np.float32) for slots in session.slots}
    halves = [
        session.respond(RenderRequest(first.key, pose(), (Mix(other.key, m),))).image for m in (0.5, layers)
    ]
    assert (halves[0] == halves[1]).all() and (halves[0] != alone).any()


def test_attention_maps_have_the_layers_sizes_and_sum_to_one(session):
    session.set_reference(photo(5), pose())
    session.set_pose(pose())
    maps = session.attention()
    assert [(each.kind, each.name) for each in maps] == [(info.kind, info.name) for info in session.maps]
    extraction, distribution = maps.of(EXTRACTION), maps.of(DISTRIBUTION)
    assert list(extraction) == list(distribution) == [slots.name for slots in session.slots]
    for info in session.maps:
        values = maps.of(info.kind)[info.name]
        assert values.shape == (info.channels, *info.size) and values.dtype == np.float32
        assert np.allclose(values.sum((1, 2) if info.kind == EXTRACTION else 0), 1, atol=1e-4)
    early = session.render(session.levels[0], maps=True).maps
    assert list(early.of(DISTRIBUTION)) == ["16a", "16b", "32a", "32b", "64a", "64b"]


def test_textures_thrown_out_of_the_cache_are_encoded_again(session, monkeypatch):
    monkeypatch.setattr("engine.references.CACHE_BYTES", 1)
    references = [session.add_reference(photo(seed), pose()) for seed in range(6, 10)]
    frames = [session.respond(RenderRequest(r.key, pose(), maps=True)).image for r in references]
    again = [session.respond(RenderRequest(r.key, pose())).image for r in references]
    assert all((a == b).all() for a, b in zip(frames, again, strict=True))


def test_wrong_requests_are_told_in_one_sentence(session):
    reference = session.set_reference(photo(1), pose())
    with pytest.raises(InputError, match="18 joints"):
        session.set_pose(pose()[:17])
    broken = pose()
    broken[3, 0] = np.nan
    with pytest.raises(InputError, match="not a number"):
        session.respond(RenderRequest(reference.key, broken))
    with pytest.raises(InputError, match="level of 100"):
        session.respond(RenderRequest(reference.key, pose(), level=100))
    with pytest.raises(InputError, match="never given"):
        session.respond(RenderRequest("0" * 64, pose()))
    session.forget(reference.key)
    with pytest.raises(InputError, match="dropped"):
        session.respond(RenderRequest(reference.key, pose()))


def test_opening_refuses_what_it_cannot_do(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        Session.open(tmp_path / "none.safetensors")
    with pytest.raises(InputError, match="250x176"):
        Session.open(WEIGHTS, size=(250, 176))
    with pytest.raises(InputError, match="abacus"):
        Session.open(WEIGHTS, device="abacus")
    if not torch.cuda.is_available():
        with pytest.raises(InputError, match="no cuda"):
            Session.open(WEIGHTS, device="cuda")


def test_a_joint_that_is_not_there_may_be_anywhere(session):
    session.set_reference(photo(1), pose())
    hidden, nowhere = pose(), pose()
    hidden[4, 2] = nowhere[4, 2] = 0
    nowhere[4, :2] = np.nan
    images = []
    for target in (hidden, nowhere):
        session.set_pose(target)
        images.append(session.render().image)
    assert (images[0] == images[1]).all()


def test_warming_up_leaves_nothing_behind(session):
    fresh = Session.open(WEIGHTS, device="cpu")
    fresh.warm_up()
    requests = []
    for each in (session, fresh):
        reference = each.set_reference(photo(1), pose())
        requests.append(RenderRequest(reference.key, pose(5)))
    assert (session.respond(requests[0]).image == fresh.respond(requests[1]).image).all()
    fresh.close()


def test_a_deeper_network_runs_at_a_frame_that_is_no_multiple_of_its_stride():
    levels = tuple(nted.Level(16 << index, 8, 4 if index < 5 else 0) for index in range(6))
    network = nted.Nted(nted.NtedConfig(levels, (512, 352))).eval().requires_grad_(False)
    session = opened(network, SIZE, Plan(torch.device("cpu"), torch.float32, 1))
    key = session.set_reference(photo(1), pose()).key
    session.set_pose(pose())
    assert session.respond(RenderRequest(key, pose(), pieces=True)).pieces.shape == (128, 88)
    for level in (None, *session.levels):
        frame = session.render(level, maps=True)
        assert frame.image.shape == (*SIZE, 3) and frame.pieces.shape == (128, 88)
        shown = frame.maps.of(DISTRIBUTION)
        for info in [each for each in session.maps if each.kind == DISTRIBUTION][: len(shown)]:
            assert shown[info.name].shape == (info.channels, *info.size)
    assert session.maps[0].size == (8, 6) and session.maps[-1].size == (128, 88)


@pytest.mark.parametrize("config", [nted.official_256(), nted.official_512()])
def test_fifty_references_stay_under_a_hundred_mebibytes(config):
    textures = sum(2 * level.channels * level.textures * 4 for level in config.levels)
    picture = 3 * config.size[0] * config.size[1]
    assert 50 * (textures + picture) < 100 << 20


def test_previews_are_float32_where_half_precision_is_slow():
    plan = Plan(torch.device("cpu"), torch.float32, 1)
    session = opened(nted.load(WEIGHTS), SIZE, plan)
    session.set_reference(photo(1), pose())
    session.set_pose(pose())
    assert (session.render(256).image == session.render().image).all()
