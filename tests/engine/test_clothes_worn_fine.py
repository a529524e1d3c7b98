"""Garments of somebody in a fine photo through the session's door: laid on as the photo has them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sampled import sample

from engine import drawn, references
from engine.api import GarmentSwap, RenderRequest
from engine.compositing.clothes_worn import clothes_worn
from engine.compositing.laid_on import bared
from engine.cv import cv2
from engine.garments import garment
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.pose.skeleton import LEFT_HIP, LEFT_SHOULDER, LEFT_WRIST, RIGHT_HIP, RIGHT_SHOULDER
from engine.session import Session

SAMPLES = RESOURCES / "samples"


@pytest.fixture(scope="module")
def session():
    session = Session.open(device="cpu")
    yield session
    session.close()


@pytest.fixture(scope="module")
def shirt(session):
    """Striped, in a photo twice as fine as the one in the box."""
    photo_HWC = read_photo(SAMPLES / "striped-shirt.jpg")
    pose = read_pose(SAMPLES / "striped-shirt.json", photo_HWC.shape[:2])
    fine_HWC = cv2.resize(photo_HWC, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
    return session.add_reference(fine_HWC, pose * np.array((2, 2, 1), np.float32))


@pytest.fixture(scope="module")
def asked(session, shirt):
    own = sample(session, "ada")
    return own, RenderRequest(
        own.key, own.keypoints_18x3, swaps=(GarmentSwap(shirt.key, "top"),), pieces=True
    )


def test_no_engine_draws_its_giver_and_it_follows_the_joints(session, asked, monkeypatch):
    own, request = asked
    plain = session.respond(replace(request, swaps=()))
    pictures, render = [], session._model.render
    monkeypatch.setattr(
        session._model, "render", lambda *given, **named: pictures.append(1) or render(*given, **named)
    )
    worn = session.respond(request)
    assert not pictures, "in this pose the wearer was drawn before"
    changed_HW = np.abs(worn.image.astype(int) - plain.image).max(-1) > 12
    assert 0.03 < changed_HW.mean() < 0.3
    assert not changed_HW[: int(own.keypoints_18x3[0, 1]) - 5].any(), "neither hair nor wall"
    moved = own.keypoints_18x3.copy()
    moved[4, :2] += (-20, -25)
    elsewhere = session.respond(replace(request, keypoints_18x3=moved))
    assert len(pictures) == 1 and np.isfinite(elsewhere.image).all()


def test_a_body_under_clothes_is_told_once_in_a_pose_and_the_picture_is_the_same(session, asked, monkeypatch):
    own, request = asked
    told = []
    monkeypatch.setattr(drawn, "bared", lambda *given: told.append(1) or bared(*given))
    session._frames._bared.clear()
    first = session.respond(request)
    again = session.respond(request)
    assert len(told) == 1 and np.array_equal(first.finest, again.finest)
    moved = own.keypoints_18x3.copy()
    moved[LEFT_WRIST, :2] += (12.0, -20.0)
    session.respond(replace(request, keypoints_18x3=moved, swaps=(), pieces=False))
    assert not session._frames._bared._kept, "of the pose before"
    elsewhere = session.respond(replace(request, keypoints_18x3=moved))
    assert len(told) == 2
    session._frames._bared.clear()
    anew = session.respond(replace(request, keypoints_18x3=moved))
    assert len(told) == 3 and np.array_equal(elsewhere.finest, anew.finest)


def test_what_is_prepared_is_not_made_again_by_the_click(session, asked, monkeypatch):
    own, request = asked
    session.respond(replace(request, swaps=()))
    session._references._drop(request.swaps[0].reference)
    made, told = [], []
    monkeypatch.setattr(drawn, "bared", lambda *given: told.append(1) or bared(*given))
    session._frames._bared.clear()
    monkeypatch.setattr(references, "clothes_worn", lambda *given: made.append(1) or clothes_worn(*given))
    parts = session.prepare(request)
    next(parts)
    assert (len(made), len(told)) == (1, 0)
    assert list(parts) == [None]
    assert (len(made), len(told)) == (1, 1)
    session.respond(replace(request, level=session.levels[-2]))
    assert (len(made), len(told)) == (1, 1)


def test_it_is_as_sharp_as_its_photo(session, shirt, asked):
    """Stripes: an engine's drawing of 256 rows has none of their edges."""
    _, request = asked
    worn = session.respond(request)
    top_HW = cv2.resize(np.float32(worn.pieces == 3), worn.finest.shape[1::-1]) > 0.9
    cut = session._references.clothes_of(shirt.key, garment("top"), True)
    assert cut is not None
    theirs_HWC = ((cut.photo[0].movedim(0, -1).numpy() + 1) * 127.5).clip(0, 255)
    inside_HW = cut.cover[0, 0].numpy() > 0.99
    scale = worn.finest.shape[0] / theirs_HWC.shape[0]
    theirs_HWC = cv2.resize(theirs_HWC, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    inside_HW = cv2.resize(np.float32(inside_HW), theirs_HWC.shape[1::-1]) > 0.9

    def sharp(rgb_HWC, where_HW):
        return np.abs(cv2.Laplacian(np.float32(rgb_HWC), cv2.CV_32F))[where_HW].mean()

    assert sharp(worn.finest, top_HW) > 0.7 * sharp(theirs_HWC, inside_HW)


def test_it_is_cut_out_once_and_so_is_told_that_nothing_can_be(session, asked, shirt, monkeypatch):
    _, request = asked
    found = []
    cut, none = references.clothes_worn, lambda person, garment: found.append(garment)
    monkeypatch.setattr(references, "clothes_worn", lambda *given: found.append(given) or cut(*given))
    session._references._kept.drop(("clothes, top", shirt.key))
    for level in (session.levels[0], session.levels[0]):
        session.respond(replace(request, level=level))
    assert len(found) == 1
    monkeypatch.setattr(references, "clothes_worn", none)
    for _ in range(2):
        assert session._references.clothes_of(shirt.key, garment("dress"), False) is None
    assert len(found) == 2


def test_what_the_small_picture_says_holds_for_the_fine_one(session, shirt, monkeypatch):
    find, kept = session._references.clothes_of, session._references._kept
    fine = len(shirt.finest_HWC)
    cut, asked = references.clothes_worn, []

    def but(rows):
        def found(person, garment):
            asked.append(person.picture.shape[-2])
            return None if asked[-1] == rows else cut(person, garment)

        for kind in ("clothes, top", "fine clothes, top"):
            kept.drop((kind, shirt.key))
        asked.clear()
        return found

    monkeypatch.setattr(references, "clothes_worn", but(fine))
    small = find(shirt.key, garment("top"), False)
    assert find(shirt.key, garment("top"), True) is small is not None, "less sharp, but laid on"
    monkeypatch.setattr(references, "clothes_worn", but(len(shirt.image_HWC)))
    assert find(shirt.key, garment("top"), True) is find(shirt.key, garment("top"), False) is None
    assert asked == [len(shirt.image_HWC)]
    for kind in ("clothes, top", "fine clothes, top"):
        kept.drop((kind, shirt.key))


def without_a_shoulder(pose):
    pose[LEFT_SHOULDER] = 0
    return pose


def from_behind(pose):
    """Right is left: whoever shows the back."""
    for right, left in ((RIGHT_SHOULDER, LEFT_SHOULDER), (RIGHT_HIP, LEFT_HIP)):
        pose[[right, left]] = pose[[left, right]]
    return pose


def aside(pose):
    pose[[RIGHT_SHOULDER, LEFT_SHOULDER], 0] = pose[1, 0] + np.array((-3.0, 3.0))
    return pose


@pytest.mark.parametrize("turn", [without_a_shoulder, from_behind, aside])
def test_on_who_is_not_seen_from_before_the_engine_draws_it(session, asked, monkeypatch, turn):
    _, request = asked
    request = replace(request, keypoints_18x3=turn(request.keypoints_18x3.copy()))
    plain = session.respond(replace(request, swaps=()))
    pictures, render = [], session._model.render
    monkeypatch.setattr(
        session._model, "render", lambda *given, **named: pictures.append(1) or render(*given, **named)
    )
    worn = session.respond(request)
    assert len(pictures) == 1, "the giver"
    assert (np.abs(worn.image.astype(int) - plain.image).max(-1) > 12).mean() > 0.02
    assert not session.refine_part(request).done, "and so it is refined"


def test_a_preview_asks_nothing_of_what_was_refined(session, asked, monkeypatch):
    _, request = asked

    def never(request):
        raise AssertionError

    monkeypatch.setattr(session._frames.refinements, "of", never)
    assert session.respond(replace(request, level=session.levels[0])).image.any()


def test_nothing_is_refined_of_what_is_laid_on(session, asked):
    _, request = asked
    assert session.refine(request, 1).done


def test_a_photo_as_coarse_as_the_engine_draws_and_what_is_no_cloth_are_the_engine_s(session, shirt):
    coarse, twice = sample(session, "striped-shirt", coarse=True), sample(session, "striped-shirt")
    find = session._references.clothes_of
    assert find(coarse.key, garment("top"), False) is None
    assert find(twice.key, garment("top"), False) is not None
    assert find(sample(session, "ada").key, garment("trousers"), False) is None
    assert find(shirt.key, garment("hair"), False) is None
    assert find(shirt.key, garment("top"), False) is not None
