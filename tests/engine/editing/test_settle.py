"""Settling: the own pose comes nearer to the photo, and what the photo does not show stays."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from opened import opened
from small_networks import OUR_PISE, SIZE, small_nted, small_pise
from standing import STANDING

from engine import detect
from engine.contract import ReferenceInput
from engine.editing import settle
from engine.editing.settle import Settling, difference
from engine.errors import InputError
from engine.models.nted.adapter import NtedModel
from engine.models.pise.adapter import PiseModel
from engine.plan import make_plan


def reference(size: tuple[int, int] = SIZE, seed: int = 1) -> ReferenceInput:
    """Smooth colours, a person in the middle."""
    generator = torch.Generator().manual_seed(seed)
    coarse = torch.rand(1, 3, 4, 3, generator=generator) * 1.6 - 0.8
    picture = torch.nn.functional.interpolate(coarse, size, mode="bicubic").clamp(-1, 1)
    surface = torch.zeros(1, 11, *size)
    surface[:, 0] = 8.0
    surface[:, 3, size[0] // 4 : -size[0] // 8, size[1] // 4 : -size[1] // 4] = 16.0
    keypoints = np.array(STANDING, np.float32)
    return ReferenceInput(picture, keypoints, surface)


@pytest.fixture
def model() -> NtedModel:
    return NtedModel(small_nted(8), make_plan("cpu"))


def test_the_own_pose_comes_nearer_to_the_photo_step_by_step(model):
    given = reference()
    with torch.inference_mode():
        begun = model.encode(given)
    work = Settling(model, begun, given)
    losses = []
    for _ in range(12):
        work.step()
        losses.append(work.loss)
    assert work.steps == 12
    assert losses[-1] < 0.8 * losses[0]
    with torch.inference_mode():
        before, after = (
            model.render(appearance, given.keypoints_18x3).image_1CHW.clone()
            for appearance in (begun, work.appearance())
        )
    weight = torch.ones(1, 1, *SIZE)
    near, far = (difference(image, given.picture_1CHW, weight) for image in (after, before))
    assert near < 0.85 * far, "as a session draws it, too"


def test_what_was_told_before_does_not_change(model):
    given = reference()
    begun = model.encode(given)
    kept = [layer.clone() for layer in begun.layers]
    work = Settling(model, begun, given)
    work.step()
    first = work.appearance()
    told = [layer.clone() for layer in first.layers]
    work.step()
    assert all(torch.equal(a, b) for a, b in zip(begun.layers, kept, strict=True))
    assert all(torch.equal(a, b) for a, b in zip(first.layers, told, strict=True))
    assert not torch.equal(work.appearance().layers[0], told[0])


def test_steps_are_adams(model):
    given = reference()
    ours = Settling(model, model.encode(given), given)
    theirs = Settling(model, model.encode(given), given)._loose
    for scale in theirs.scales:
        scale.fill_(float(scale.max()))
    for scale, same in zip(ours._loose.scales, theirs.scales, strict=True):
        scale.copy_(same)
    groups = [
        {"params": [value], "lr": settle._RATE * float(scale.max())}
        for value, scale in zip(theirs.values, theirs.scales, strict=True)
    ]
    adam = torch.optim.Adam(groups, betas=settle._BETAS, eps=1e-12)
    for _ in range(3):
        adam.zero_grad()
        difference(theirs.draw(), ours._photo_1CHW, ours._weight_11HW).backward()
        adam.step()
        ours.step()
    for one, other in zip(ours._loose.values, theirs.values, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_textures_that_the_own_pose_shows_nothing_of_stay(model):
    given = reference()
    work = Settling(model, model.encode(given), given)
    scale = work._loose.scales[0]
    assert (scale > 0).all() and scale.max() <= work._loose.values[0].std()
    scale[..., 3] = 0.0
    before = work._loose.values[0].detach().clone()
    work.step()
    moved = (work._loose.values[0] - before).abs().amax((0, 1))
    assert moved[3] == 0 and (moved[[0, 1, 2, 4]] > 0).all()


def test_the_difference_sees_coarse_and_fine_and_mostly_the_person():
    one, weight = torch.zeros(1, 3, 64, 48), torch.ones(1, 1, 64, 48)
    assert difference(one, one, weight) == 0
    checker = one.clone()
    checker[..., ::2, ::2] = checker[..., 1::2, 1::2] = 1.0
    checker[..., ::2, 1::2] = checker[..., 1::2, ::2] = -1.0
    assert difference(checker, one, weight) == pytest.approx(1 / settle._SCALES), "fine only at the finest"
    assert difference(one + 1, one, weight) == pytest.approx(1.0)
    weights = settle._weights(reference((64, 48)))
    assert weights[0, 0, 32, 24] == 1 and weights[0, 0, 2, 2] == pytest.approx(settle._AROUND)


def test_who_cannot_be_settled_says_so(model):
    given = reference()
    with pytest.raises(ValueError, match="settle"):
        Settling(model, model.encode(given), ReferenceInput(given.picture_1CHW, None, given.surface_1Khw))
    other = PiseModel(small_pise(OUR_PISE), make_plan("cpu"))
    assert not other.capabilities.settle
    with pytest.raises(ValueError, match="settle"):
        Settling(other, other.encode(given), given)


@pytest.fixture
def session(monkeypatch):
    monkeypatch.setattr(detect, "person_mask", lambda *_: None)
    with_detail = opened(small_nted(8))
    yield with_detail
    with_detail.close()


def photo() -> np.ndarray:
    picture = reference().picture_1CHW[0].permute(1, 2, 0)
    return ((picture + 1) * 127.5).round().numpy().astype(np.uint8)


def test_a_session_settles_step_by_step_and_then_is_done(session):
    given = session.add_reference(photo(), np.array(STANDING, np.float32))
    session.use(given)
    pulled = np.array(STANDING, np.float32)
    pulled[4, :2] += (-8, -30)
    session.set_pose(pulled)
    before = session.render().image
    told = [session.settle(given, 9) for _ in range(11)]
    assert [one.steps for one in told] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 9, 9]
    assert [one.changed for one in told] == [False] * 5 + [True] + [False] * 2 + [True] + [False] * 2
    assert [one.done for one in told] == [False] * 8 + [True] * 3
    after = session.render().image
    assert (before != after).any()
    session._references._kept.clear()  # as when it falls out of the cache
    assert np.array_equal(session.render().image, after), "what is settled stays so"
    more = session.settle(given.key, 10)
    assert more.steps == 10 and more.changed


def test_a_photo_at_rest_stays_the_photo_while_it_is_settled(session):
    given = session.set_reference(photo(), np.array(STANDING, np.float32))
    before = session.render().image.astype(int)
    while not session.settle(given, 6).done:
        pass
    after = session.render().image.astype(int)
    assert np.abs(after - given.image_HWC).mean() <= np.abs(before - given.image_HWC).mean() + 0.5


def test_nobody_without_a_pose_is_settled_and_strangers_are_refused(session):
    alone = session.add_reference(photo(), np.zeros((18, 3), np.float32))
    assert session.settle(alone).done and not session.settle(alone).changed
    with pytest.raises(InputError, match="never given"):
        session.settle("somebody")
