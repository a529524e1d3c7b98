"""A garment alone through the session's door: seen, lent, laid on, never drawn by an engine."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import references
from engine.api import GarmentSwap, RenderRequest
from engine.flat_lays import Garment, garment_alone
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.extent import Box
from engine.pose.formats import read_pose
from engine.session import Session

SAMPLES = RESOURCES / "samples"


@pytest.fixture(scope="module")
def session():
    session = Session.open()
    yield session
    session.close()


@pytest.fixture(scope="module")
def held() -> list:
    """References that somebody holds: they stay encoded."""
    return []


@pytest.fixture
def ada(session, held):
    photo_HWC = read_photo(SAMPLES / "ada.jpg")
    held.append(session.set_reference(photo_HWC, read_pose(SAMPLES / "ada.json", photo_HWC.shape[:2])))
    return held[-1]


@pytest.fixture
def shirt(session, held, monkeypatch):
    """Dan's shirt, said to be alone."""
    photo_HWC = read_photo(SAMPLES / "dan.jpg")
    pose = read_pose(SAMPLES / "dan.json", photo_HWC.shape[:2])
    garment = Garment(
        pose, Box(0.0, 0.0, float(photo_HWC.shape[1]), float(photo_HWC.shape[0])), "upper clothes"
    )
    monkeypatch.setattr(references, "garment_alone", lambda rgb, told=False: garment)
    held.append(session.add_reference(photo_HWC))
    return held[-1]


def test_it_lends_one_garment_and_nothing_of_a_body(session, shirt):
    assert shirt.alone
    lent = session.garments(shirt)
    assert lent and not {"face", "hair", "arms", "legs"} & set(lent)


def test_a_pose_that_was_taken_from_the_garment_decides_that_nobody_is_in_it(session):
    """Who said so once need not say it again: the pose that is kept with the photo tells."""
    photo_HWC = read_photo(SAMPLES / "ada.jpg")
    photo_HWC = photo_HWC[len(photo_HWC) // 4 :]  # without her face
    told = garment_alone(photo_HWC, told=True)
    assert garment_alone(photo_HWC) is None
    assert session.add_reference(photo_HWC, told.pose_18x3).alone
    elsewhere = told.pose_18x3 + np.float32((12, 0, 0)) * (told.pose_18x3[:, 2:] > 0)
    assert not session.add_reference(photo_HWC, elsewhere).alone


def test_it_is_laid_on_and_follows_and_stays_in_its_place(session, ada, shirt):
    word = next(iter(session.garments(shirt)))
    request = RenderRequest(ada.key, ada.keypoints_18x3, swaps=(GarmentSwap(shirt.key, word),))
    plain = session.respond(replace(request, swaps=())).image.astype(int)
    worn = session.respond(request).image.astype(int)
    changed = np.abs(worn - plain).max(2) > 12
    assert 0.02 < changed.mean() < 0.4
    head = int(ada.keypoints_18x3[0, 1])
    assert not changed[: head - 5].any()  # neither her hair nor the wall
    moved = ada.keypoints_18x3.copy()
    moved[4, :2] += (-20, -25)  # a wrist out and up
    assert np.isfinite(session.respond(replace(request, keypoints_18x3=moved)).image).all()


def test_it_is_cut_out_once_for_all_poses(session, ada, shirt, monkeypatch):
    word = next(iter(session.garments(shirt)))
    request = RenderRequest(ada.key, ada.keypoints_18x3, swaps=(GarmentSwap(shirt.key, word),))
    session.respond(request)
    monkeypatch.setattr(references, "clothes_alone", None)  # nobody cuts again
    moved = ada.keypoints_18x3.copy()
    moved[4, :2] += (-20, -25)
    assert session.respond(replace(request, keypoints_18x3=moved)).image.any()


def test_nothing_of_it_is_settled(session, shirt):
    assert session.settle(shirt).done


def test_refined_it_is_lit_as_its_wearer_and_nothing_else_is_another(session, ada, shirt):
    word = next(iter(session.garments(shirt)))
    request = RenderRequest(ada.key, ada.keypoints_18x3, swaps=(GarmentSwap(shirt.key, word),))
    session._frames.refinements.forget(shirt.key)
    plain, at_once = (
        session.respond(each).image.astype(int) for each in (replace(request, swaps=()), request)
    )
    told = session.refine(request)
    assert told.done and told.changed and session.refine(request).done
    refined = session.respond(request).image.astype(int)
    lit_HW = np.abs(refined - at_once).max(2) > 0
    assert np.abs(refined - at_once).max() > 12 and (np.abs(refined - at_once).max(2) > 4).mean() > 0.005
    assert (np.abs(at_once - plain).max(2) > 0)[lit_HW].mean() > 0.99  # what the shirt covers, and no more
    assert not lit_HW[: int(ada.keypoints_18x3[0, 1])].any()
    unrefined = replace(request, swaps=(GarmentSwap(shirt.key, word, refined=False),))
    assert np.array_equal(session.respond(unrefined).image, at_once)


def test_its_light_follows_the_pose_and_goes_over_with_its_strength(session, ada, shirt):
    word = next(iter(session.garments(shirt)))

    def lit(strength: float, moved: bool) -> int:
        """Of how many px the light is seen."""
        pose = ada.keypoints_18x3.copy()
        pose[4, :2] += (-20 * moved, -25 * moved)
        swaps = (GarmentSwap(shirt.key, word, strength),)
        request = RenderRequest(ada.key, pose, swaps=swaps)
        session.refine(request)
        bare = replace(request, swaps=(replace(swaps[0], refined=False),))
        one, other = (session.respond(each).image.astype(int) for each in (request, bare))
        return int((np.abs(one - other).max(2) > 4).sum())

    assert lit(1.0, True) > 0.5 * lit(1.0, False) > 0
    assert 0 < lit(0.5, False) < lit(1.0, False) and lit(0.1, False) < lit(0.5, False)


def test_maps_can_be_asked_for_with_it_on(session, ada, shirt):
    word = next(iter(session.garments(shirt)))
    request = RenderRequest(ada.key, ada.keypoints_18x3, swaps=(GarmentSwap(shirt.key, word),), maps=True)
    frame = session.respond(request)
    assert {source.reference for source in frame.sources} == {ada.key, shirt.key}
