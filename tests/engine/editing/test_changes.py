"""Slots changed by hand: as plain data, and in a session's pictures."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from opened import opened
from small_networks import OUR_PISE, SIZE, small_nted, small_pise
from standing import STANDING

from engine import detect
from engine.api import Mix, RenderRequest, SlotChange, Slots
from engine.editing.changes import known, mixes_of, scales_of, touched_by
from engine.models.pise.adapter import PiseModel
from engine.plan import make_plan
from engine.session import Session

SLOTS = (Slots("16a", 3), Slots("16b", 2))
MUTED, TAKEN = SlotChange("16a", 1, scale=0.0), SlotChange("16b", 0, reference="B")


def test_what_is_not_there_or_changes_nothing_is_left_out():
    nothing = [SlotChange("16a", 0), SlotChange("16a", 2, reference="A"), SlotChange("16a", 3, 0.0)]
    nothing += [SlotChange("16a", -1, 0.0), SlotChange("64a", 0, 0.0)]
    assert known([*nothing, MUTED, TAKEN], SLOTS, "A") == [MUTED, TAKEN]


def test_changes_are_mixes_scales_and_what_was_touched():
    both = SlotChange("16b", 1, scale=2.0, reference="B")
    changes = [MUTED, TAKEN, both, SlotChange("16a", 2, reference="C")]
    mixes = mixes_of(changes, SLOTS, "A")
    assert [mix.reference for mix in mixes] == ["B", "C"]
    assert list(mixes[0].coefficients) == ["16b"] and mixes[0].coefficients["16b"].tolist() == [1, 1]
    assert mixes[1].coefficients["16a"].tolist() == [0, 0, 1]
    scales, touched = scales_of(changes, SLOTS), touched_by(changes, SLOTS)
    assert scales["16a"].tolist() == [1, 0, 1] and scales["16b"].tolist() == [1, 2]
    assert touched["16a"].tolist() == [0, 1, 1] and touched["16b"].tolist() == [1, 1]


@pytest.fixture(scope="module")
def session():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(detect, "person_mask", lambda *_: None)
        with_detail = opened(small_nted(8))
        yield with_detail
        with_detail.close()


def photo(seed: int) -> np.ndarray:
    coarse = torch.rand(1, 3, 4, 3, generator=torch.Generator().manual_seed(seed)) * 255
    smooth = torch.nn.functional.interpolate(coarse, SIZE, mode="bicubic").clamp(0, 255)
    return smooth[0].permute(1, 2, 0).numpy().astype(np.uint8)


def person(session: Session, seed: int):
    return session.add_reference(photo(seed), np.array(STANDING, np.float32))


def shown(session: Session, own, *changes: SlotChange, mixes: tuple[Mix, ...] = (), level=None):
    pose = own.keypoints_18x3.copy()
    pose[4, :2] += (-8, -30)
    return session.respond(RenderRequest(own.key, pose, mixes, level, changes=changes)).image


def test_a_muted_texture_is_seen_and_a_scale_of_one_is_not(session):
    own = person(session, 1)
    plain = shown(session, own)
    assert np.array_equal(shown(session, own, SlotChange("32a", 2), SlotChange("999a", 0, 0.0)), plain)
    muted = shown(session, own, SlotChange("32a", 2, 0.0))
    louder = shown(session, own, SlotChange("32a", 2, 2.0))
    assert (muted != plain).any() and (louder != muted).any()
    assert (shown(session, own, SlotChange("32a", 2, 0.0), level=session.levels[0]) != plain).any()


def test_where_nothing_but_changed_textures_is_the_engine_is_seen_as_it_draws(session):
    """All of a layer's textures changed by a hair: the photo is nowhere laid over them."""
    own = person(session, 1)
    layer = session.slots[-1]
    changes = [SlotChange(layer.name, slot, 1 + 1e-6) for slot in range(layer.count)]
    pose = own.keypoints_18x3.copy()
    pose[4, :2] += (-8, -30)
    with session._computing():
        drawn = session._model.render(session._references.encoded(own.key).appearance, pose).image_1CHW
        expected = ((drawn[0].permute(1, 2, 0).clamp(-1, 1) + 1) * 127.5).numpy()
    assert np.abs(shown(session, own, *changes) - expected).max() <= 1
    assert np.abs(shown(session, own) - expected).max() > 20


def test_all_textures_of_another_photo_are_the_other_photos(session):
    own, other = person(session, 1), person(session, 2)
    changes = [
        SlotChange(layer.name, slot, reference=other.key)
        for layer in session.slots
        for slot in range(layer.count)
    ]
    with session._computing():
        pose = own.keypoints_18x3.copy()
        pose[4, :2] += (-8, -30)
        drawn = session._model.render(session._references.encoded(other.key).appearance, pose).image_1CHW
        expected = ((drawn[0].permute(1, 2, 0).clamp(-1, 1) + 1) * 127.5).numpy()
    assert np.abs(shown(session, own, *changes) - expected).max() <= 1


def test_an_engine_without_single_textures_leaves_changes_out():
    model = PiseModel(small_pise(OUR_PISE), make_plan("cpu"))
    assert not model.capabilities.change
    session = Session(model, make_plan("cpu"))
    own = person(session, 1)
    group = session.slots[0].name
    assert np.array_equal(shown(session, own, SlotChange(group, 0, 0.0)), shown(session, own))
    session.close()


def test_of_a_group_with_a_solo_only_that_is_heard():
    changes = [SlotChange("16a", 0, 0.5), SlotChange("16a", 2, 2.0, solo=True), SlotChange("16b", 1, 0.5)]
    assert known([SlotChange("16a", 1, solo=True)], SLOTS, "A")
    scales, touched = scales_of(changes, SLOTS), touched_by(changes, SLOTS)
    assert scales["16a"].tolist() == [0, 0, 2] and scales["16b"].tolist() == [1, 0.5]
    assert touched["16a"].tolist() == [1, 1, 1] and touched["16b"].tolist() == [0, 1]


def test_a_session_keeps_changes_until_they_are_taken_back(session):
    own, other = person(session, 1), person(session, 2)
    session.use(own)
    plain = session.render().image
    session.change(SlotChange("32a", 2, 0.0))
    session.change(SlotChange("32b", 1), other)
    assert session.in_use == [own, other]
    changed = session.render().image
    expected = (SlotChange("32a", 2, 0.0), SlotChange("32b", 1, reference=other.key))
    asked = RenderRequest(own.key, own.keypoints_18x3, changes=expected)
    assert np.array_equal(changed, session.respond(asked).image) and (changed != plain).any()
    session.change(SlotChange("32a", 2))
    session.change(SlotChange("32b", 1))
    assert np.array_equal(session.render().image, plain)
