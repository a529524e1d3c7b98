"""Maps are made of what a picture left, by whatever thread, while other pictures are drawn."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.api import Frame, GarmentSwap, Mix, RenderRequest
from engine.models.registry import ENGINES
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.pose.skeleton import RIGHT_WRIST
from engine.session import Session

SAMPLES = RESOURCES / "samples"


@pytest.fixture(scope="module", params=list(ENGINES))
def session(request):
    with closing(Session.open(ENGINES[request.param].weights, device="cpu")) as open_:
        yield open_


@pytest.fixture(scope="module")
def people(session):
    photos = {name: read_photo(SAMPLES / f"{name}.jpg") for name in ("ada", "striped-shirt")}
    return [
        session.add_reference(photo, read_pose(SAMPLES / f"{name}.json", photo.shape[:2]))
        for name, photo in photos.items()
    ]


def asked(people, dx: float, *, dressed: bool = False) -> RenderRequest:
    own, giver = people
    pose_18x3 = own.keypoints_18x3.copy()
    pose_18x3[RIGHT_WRIST, 0] += dx
    swaps = (GarmentSwap(giver.key, "top"),) if dressed else ()
    return RenderRequest(own.key, pose_18x3, level=256, maps=True, swaps=swaps)


def elsewhere(work: Callable[[], Frame]) -> Frame:
    with ThreadPoolExecutor(1) as other:
        return other.submit(work).result(60)


def numbers(frame: Frame) -> Iterator[np.ndarray]:
    for source in frame.sources:
        yield from (each.values_Khw for each in source.maps)
        yield from (each for each in (source.share_hw, source.detail_2HW) if each is not None)
    yield from (each for each in (frame.photo, frame.pieces) if each is not None)


@pytest.mark.parametrize("dressed", [False, True])
def test_they_are_the_same_after_other_pictures_and_from_another_thread(session, people, dressed):
    first, others = asked(people, -12.0, dressed=dressed), [asked(people, dx) for dx in (9.0, 17.0)]
    [_, at_once] = session.frames(first)
    late = session.frames(first)
    picture = next(late)
    for other in others:
        next(session.frames(other))
    told = elsewhere(lambda: next(late))
    assert told.image is picture.image and told.stamp == picture.stamp
    assert len([*numbers(told)]) == len([*numbers(at_once)]) > 3
    for one, other in zip(numbers(told), numbers(at_once), strict=True):
        np.testing.assert_allclose(one, other, atol=2e-5)


def test_nobody_waits_for_them_and_they_wait_for_nobody(session, people):
    frames = session.frames(asked(people, 4.0))
    next(frames)
    taken, done = threading.Event(), threading.Event()

    def draws() -> None:
        with session._computing():
            taken.set()
            done.wait(60)

    with ThreadPoolExecutor(1) as other:
        other.submit(draws)
        taken.wait(60)
        threads = torch.get_num_threads()
        told = elsewhere(lambda: next(frames))
        assert told.maps and torch.get_num_threads() == threads
        done.set()


def test_the_pieces_are_those_that_dressing_tells(session, people):
    request = asked(people, 4.0)
    [dressing] = session.frames(replace(request, maps=False, pieces=True))
    [_, told] = session.frames(request)
    assert told.pieces.dtype == np.uint8 and len(np.unique(told.pieces)) > 3
    np.testing.assert_array_equal(told.pieces, dressing.pieces)


def test_a_photo_mixed_in_tells_where_its_own_atlas_shows_each_pixel(session, people):
    own, giver = people
    alone = asked(people, 4.0)
    [_, theirs] = session.frames(replace(alone, identity=giver.key))
    [_, mixed] = session.frames(replace(alone, mixes=(Mix(giver.key, 1.0),)))
    mine, lent = (
        next(each for each in mixed.sources if each.reference == key) for key in (own.key, giver.key)
    )
    if theirs.sources[0].detail_2HW is None:
        assert lent.detail_2HW is mine.detail_2HW is None, "this engine copies nothing"
        return
    np.testing.assert_allclose(lent.detail_2HW, theirs.sources[0].detail_2HW, atol=2e-3)
    assert np.abs(lent.detail_2HW - mine.detail_2HW).mean() > 0.01
