"""Refined garments in a session: found in the background, shown by whole pictures, nothing else touched."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
from sampled import sample

from engine.api import GarmentSwap, RenderRequest
from engine.cv import cv2
from engine.editing.coefficients import Refining
from engine.editing.refinement import STEPS
from engine.garments import PIECES
from engine.models.registry import ENGINES
from engine.session import Session


@pytest.fixture(scope="module")
def session():
    with closing(Session.open(device="cpu")) as open_:
        yield open_


def test_a_refined_garment_changes_what_is_around_it_and_can_be_left_away(session):
    own, giver = sample(session, "ada"), sample(session, "pink-dress")
    request = RenderRequest(
        own.key, own.keypoints_18x3, swaps=(GarmentSwap(giver.key, "dress"),), pieces=True
    )
    plain = session.respond(replace(request, swaps=()))
    before = session.respond(request)
    early = session.respond(replace(request, level=session.levels[0]))
    told = session.refine(request)
    assert (told.steps, told.of, told.changed, told.done) == (STEPS, STEPS, True, True)
    after = session.respond(request)
    assert (after.image != before.image).any()
    worn = [PIECES.index(name) for name in ("top", "dress", "skirt", "trousers")]
    near_hw = np.isin(plain.pieces, worn) | np.isin(after.pieces, worn) | np.isin(before.pieces, worn)
    near_HW = cv2.resize(near_hw.astype(np.uint8), after.image.shape[1::-1], interpolation=cv2.INTER_NEAREST)
    far_HW = cv2.dilate(near_HW, np.ones((13, 13))) == 0
    assert far_HW.mean() > 0.3 and np.array_equal(after.image[far_HW], plain.image[far_HW])
    unrefined = replace(request, swaps=(replace(request.swaps[0], refined=False),))
    assert np.array_equal(session.respond(unrefined).image, before.image)
    assert np.array_equal(session.respond(replace(request, level=session.levels[0])).image, early.image)
    again = session.refine(request)
    assert again.done and not again.changed
    session.forget(giver.key)
    back = sample(session, "pink-dress")
    assert back.key == giver.key and np.array_equal(session.respond(request).image, before.image)


def test_of_two_garments_one_is_refined_after_the_other(session):
    own, one, other = (sample(session, name) for name in ("ada", "striped-shirt", "black-jacket"))
    swaps = (GarmentSwap(one.key, "top"), GarmentSwap(other.key, "hair"), GarmentSwap(own.key, "arms"))
    request = RenderRequest(own.key, own.keypoints_18x3, swaps=swaps)
    told = [session.refine(request) for _ in range(3)]
    assert [each.steps for each in told] == [1, 2, 2] and {each.of for each in told} == {2}
    assert [each.changed for each in told] == [True, True, False]
    wearers_own = session._frames.refinements.of(request)
    assert [key for key, _ in wearers_own] == [one.key, other.key]
    coefficients = dict(wearers_own)[one.key]
    assert {name: m_K.shape for name, m_K in coefficients.items()} == {
        slots.name: (slots.count,) for slots in session.slots
    }
    assert any(m_K.any() for m_K in coefficients.values())
    half = replace(request, swaps=(replace(swaps[0], strength=0.5),))
    halved = session._frames.refinements.of(half)[0][1]
    assert all(np.allclose(m_K, coefficients[name] / 2) for name, m_K in halved.items())


def test_how_far_a_step_is_rises_evenly_to_its_end(session):
    own, giver = sample(session, "ada"), sample(session, "lena")
    request = RenderRequest(own.key, own.keypoints_18x3, swaps=(GarmentSwap(giver.key, "top"),))
    told = [session.refine_part(request)]
    while not told[-1].changed:
        told.append(session.refine_part(request))
    assert [each.share for each in told] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert {each.garment for each in told} == {"top"}


def test_the_first_step_is_where_adam_begins_and_costs_no_gradient(session, monkeypatch):
    own, giver = sample(session, "ada"), sample(session, "black-jacket")
    request = RenderRequest(own.key, own.keypoints_18x3, swaps=(GarmentSwap(giver.key, "top"),))
    stepped, step = [], Refining.step
    monkeypatch.setattr(Refining, "step", lambda self: stepped.append(1) or step(self))
    session.refine(request, of=2)
    begun = session._frames.refinements.of(request)[0][1]
    assert not stepped and any(m_K.any() for m_K in begun.values())
    assert session.refine(request, of=2).done and len(stepped) == 1


def test_a_part_of_refining_is_no_longer_than_two_pictures_and_all_of_them_are_a_step(session, monkeypatch):
    own, giver = sample(session, "ada"), sample(session, "checked-dress")
    request = RenderRequest(own.key, own.keypoints_18x3, swaps=(GarmentSwap(giver.key, "dress"),))
    session.respond(RenderRequest(own.key, own.keypoints_18x3 + 1))  # nothing of this pose is kept
    drawn, render = [], session._model.render
    monkeypatch.setattr(session._model, "render", lambda *a, **k: drawn.append(1) or render(*a, **k))
    pictures, told = [], session.refine_part(request)
    while not told.changed:
        assert told.steps == 0 and not told.done
        pictures.append(len(drawn))
        drawn.clear()
        told = session.refine_part(request)
    assert told.done and max(pictures) <= 2 and sum(pictures) >= 5
    again = session.refine_part(request)
    assert again.done and not again.changed


def test_an_engine_that_cannot_is_done_at_once():
    with closing(Session.open(ENGINES["pise"].weights, device="cpu")) as session:
        own, giver = sample(session, "ada"), sample(session, "striped-shirt")
        session.use(own)
        session.wear("top", giver)
        before = session.render().image
        told = session.refine()
        assert told.done and not told.changed and not session.capabilities.refine
        assert np.array_equal(session.render().image, before)


def enlarged(session: Session, name: str):
    """A sample in a photo that is finer than engines draw: what is worn in it is laid on."""
    rgb_HWC = sample(session, name).finest_HWC
    size = 3 * rgb_HWC.shape[1] // 2, 3 * session.size[0]
    return session.add_reference(cv2.resize(rgb_HWC, size, interpolation=cv2.INTER_CUBIC))


def test_of_a_garment_that_is_laid_on_the_bared_skin_is_refined_and_nothing_else(session):
    own, giver = enlarged(session, "kira"), enlarged(session, "lena")
    request = RenderRequest(own.key, own.keypoints_18x3, swaps=(GarmentSwap(giver.key, "top"),), pieces=True)
    before = session.respond(request)
    told = session.refine(request)
    assert told.done and told.changed and told.garment == "top"
    after = session.respond(request)
    anew_HW = (after.finest != before.finest).any(2)
    assert anew_HW.mean() > 1e-3
    skin_hw = np.isin(before.pieces, [PIECES.index(name) for name in ("arms", "legs", "face")]).astype(
        np.uint8
    )
    skin_HW = cv2.resize(skin_hw, anew_HW.shape[::-1], interpolation=cv2.INTER_NEAREST)
    assert not (anew_HW & (cv2.dilate(skin_HW, np.ones((33, 33))) == 0)).any()
    unrefined = replace(request, swaps=(replace(request.swaps[0], refined=False),))
    assert np.array_equal(session.respond(unrefined).finest, before.finest)
    again = session.refine(request)
    assert again.done and not again.changed
