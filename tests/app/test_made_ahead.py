"""What the render thread makes ahead, part by part: what is kept, made again, and left."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from fake_engine import LEVELS, FakeBackend

from app.ahead import Ahead, Foresee, Foreseen
from app.worker import AT_HAND_S, Post, RenderWorker, resting
from engine.api import Frame, GarmentSwap, Mix, RenderRequest, SlotChange, Stroke
from engine.editing.settle import STEPS

ROWS = LEVELS[-1]
POSE = np.arange(54, dtype=np.float32).reshape(18, 3)
ADA = RenderRequest("ada", POSE, (Mix("eve", 0.5),), swaps=(GarmentSwap("coat", "top"),))


def wearing(giver: str, request: RenderRequest = ADA, drawn: bool = True) -> Foreseen:
    return Foreseen(replace(request, swaps=(GarmentSwap(giver, "top"),)), drawn)


class Host:
    """Of every request two parts and a picture. fails: on what it answers no more."""

    def __init__(self):
        self.said: list[tuple[str, str]] = []  # what of which giver
        self.fails = ""

    def _say(self, what: str, request: RenderRequest) -> None:
        self.said.append((what, request.swaps[0].reference))
        if what == self.fails:
            raise MemoryError

    def prepare(self, request: RenderRequest) -> Iterator[None]:
        try:
            for part in ("one", "two"):
                self._say(part, request)
                yield
        except GeneratorExit:
            self._say("left", request)
            raise

    def frames(self, request: RenderRequest) -> Iterator[Frame]:
        self._say("drawn", request)
        yield Frame(np.zeros((4, 4, 3), np.uint8), request.level, False, 1.0)


@pytest.fixture
def host():
    return Host()


@pytest.fixture
def ahead(host):
    return Ahead(host)


def make_all(ahead: Ahead) -> None:
    while ahead.more:
        ahead.part(ROWS)


def found(ahead: Ahead, foreseen: Foreseen) -> Frame | None:
    return ahead.found(replace(foreseen.request, level=ROWS, stamp=7))


def test_a_picture_is_found_under_the_stamp_of_who_asks(ahead):
    ahead.foresee((Foreseen(ADA, drawn=True),))
    make_all(ahead)
    assert ahead.found(replace(ADA, level=ROWS, stamp=7, keypoints_18x3=POSE.copy())).stamp == 7


@pytest.mark.parametrize(
    "other",
    [
        {"identity": "eve"},
        {"keypoints_18x3": POSE + np.eye(18, 3, dtype=np.float32)},
        {"mixes": (Mix("eve", 0.4),)},
        {"level": LEVELS[0]},
        {"swaps": (GarmentSwap("coat", "top", 0.5),)},
        {"swaps": (GarmentSwap("coat", "dress"),)},
        {"pieces": True},
        {"changes": (SlotChange("16a", 3, 0.0),)},
        {"strokes": (Stroke("top", ((0.5, 0.5),), 0.1, ()),)},
    ],
    ids=lambda other: next(iter(other)),
)
def test_of_another_picture_none_is_found(ahead, other):
    ahead.foresee((Foreseen(ADA, drawn=True),))
    make_all(ahead)
    assert ahead.found(replace(ADA, level=ROWS)) is not None
    assert ahead.found(replace(ADA, **({"level": ROWS} | other))) is None


def test_four_pictures_are_kept_those_drawn_last(ahead):
    asked = [wearing(giver) for giver in "abcde"]
    for each in asked:
        ahead.foresee((each,))
        make_all(ahead)
    assert [found(ahead, each) is not None for each in asked] == [False, True, True, True, True]


def test_what_is_not_drawn_is_only_prepared_and_nothing_is_at_hand(ahead, host):
    ahead.foresee((wearing("coat", drawn=False),))
    make_all(ahead)
    assert host.said == [("one", "coat"), ("two", "coat")] and not ahead.at_hand


def test_a_click_is_at_hand_from_its_picture_on_until_something_else_is_foreseen(ahead):
    ahead.foresee((wearing("coat"), wearing("vest", drawn=False)))
    at_hand = [ahead.at_hand]
    for _ in range(5):
        ahead.part(ROWS)
        at_hand.append(ahead.at_hand)
    assert at_hand == [False, False, False, True, True, True] and ahead.more
    ahead.foresee(())
    assert not ahead.at_hand


def test_what_is_begun_goes_on_if_it_is_still_the_nearest_and_is_left_otherwise(ahead, host):
    ahead.foresee((wearing("coat"),))
    ahead.part(ROWS)
    ahead.foresee((wearing("coat"), wearing("vest")))
    ahead.part(ROWS)
    assert host.said == [("one", "coat"), ("two", "coat")]
    ahead.foresee((wearing("vest"), wearing("coat")))
    ahead.part(ROWS)
    assert host.said[2:] == [("left", "coat"), ("one", "vest")]


@pytest.mark.parametrize("what", ["one", "two", "drawn"])
def test_what_fails_is_neither_at_hand_nor_tried_again(ahead, host, what):
    ahead.foresee((wearing("coat"), wearing("vest", drawn=False)))
    host.fails = what
    with pytest.raises(MemoryError):
        make_all(ahead)
    host.fails = ""
    assert ahead.more and not ahead.at_hand
    tried = len(host.said)
    make_all(ahead)
    ahead.renew()
    make_all(ahead)
    assert {giver for _, giver in host.said[tried:]} == {"vest"} and not ahead.at_hand


def test_what_is_to_be_renewed_is_not_found_and_made_again(ahead, host):
    coat, vest = wearing("coat"), wearing("vest", drawn=False)
    ahead.foresee((coat, vest))
    make_all(ahead)
    made = list(host.said)
    ahead.renew()
    assert found(ahead, coat) is None and not ahead.at_hand
    make_all(ahead)
    assert host.said == made * 2 and found(ahead, coat) is not None and ahead.at_hand


@pytest.mark.parametrize(
    ("given", "rest_s"),
    [
        ((0.35, True, True, 9.0), 0.35),  # the exact picture is owed before all else
        ((None, True, False, 9.0), 0.0),
        ((None, True, True, 9.0), AT_HAND_S),
        ((None, False, True, 9.0), 9.0),  # memory may be there again
        ((None, False, True, None), None),
    ],
)
def test_how_long_the_thread_rests(given, rest_s):
    assert resting(*given) == rest_s


def test_a_click_seldom_meets_a_part_of_settling_and_a_photo_is_settled_all_the_same():
    """Clicks come whenever they like. A step of settling takes a third of a second of one core."""
    step_s = 0.33
    assert step_s / (step_s + AT_HAND_S) <= 0.25, "three of four clicks"
    assert STEPS * (step_s + AT_HAND_S) < 40


# The render thread's steps, one by one.


@pytest.fixture
def worker(qapp, standing):
    worker = RenderWorker(FakeBackend(pose=standing))
    worker.open(None)
    yield worker
    worker.host.change(None)


@pytest.fixture
def plain(worker, standing):
    """Of a person who wears trousers of another photo."""
    person, giver = (np.full((256, 176, 3), grey, np.uint8) for grey in (90, 30))
    keys = [worker.host.encode(each, standing).key for each in (person, giver)]
    return RenderRequest(keys[0], standing, swaps=(GarmentSwap(keys[1], "trousers"),))


@pytest.fixture
def dressed(worker, plain):
    """Likewise with a top of it, which is made ahead."""
    dressed = replace(plain, swaps=(*plain.swaps, GarmentSwap(plain.swaps[0].reference, "top")))
    Foresee((Foreseen(dressed, drawn=True),)).run(worker)
    return dressed


def look_ahead(worker: RenderWorker) -> None:
    while worker.ahead.more:
        worker._look_ahead()


def test_when_garments_were_refined_the_picture_of_a_click_is_drawn_with_them(worker, plain, dressed):
    session = worker.backend.session
    look_ahead(worker)
    session.refine_steps = 1
    drawn = [len(asked.swaps) for asked in session.log]
    assert drawn == [2] and worker.ahead.at_hand
    assert worker._settle(Post(plain))
    assert worker.ahead.more and worker.ahead.found(replace(dressed, level=ROWS)) is None
    look_ahead(worker)
    assert [len(asked.swaps) for asked in session.log] == [2, 1, 2] and worker.ahead.at_hand


def test_what_another_engine_had_begun_is_left_before_it_is_closed(worker, dressed, monkeypatch):
    session, left = worker.backend.session, []

    def prepare(request):
        try:
            yield
        finally:
            left.append(session.closed)

    monkeypatch.setattr(session, "prepare", prepare)
    worker._look_ahead()
    assert not left
    worker.open(None)
    assert left == [False] and session.closed and not worker.ahead.more


def test_another_engine_draws_the_picture_of_a_click_itself(worker, dressed):
    look_ahead(worker)
    assert worker.ahead.found(replace(dressed, level=ROWS)) is not None
    worker.open(None)
    assert worker.ahead.found(replace(dressed, level=ROWS)) is None


def test_what_is_shown_at_rest_is_drawn_though_memory_has_room_for_no_more_than_was_made_ahead(
    worker, dressed
):
    worker._picker.lower(None)
    worker._headroom.short()
    look_ahead(worker)
    log = worker.backend.session.log
    assert [asked.level for asked in log] == [ROWS]
    worker._render(Post(dressed, live=True))
    assert len(log) == 1
    worker._render(Post(dressed))
    assert [asked.level for asked in log] == [ROWS, ROWS]


@pytest.mark.parametrize(("error", "more"), [(MemoryError("no room"), False), (ValueError("odd"), True)])
def test_what_fails_is_logged_whole_and_where_memory_is_short_nothing_more_is_tried(
    worker, plain, monkeypatch, caplog, error, more
):
    def fails(request):
        raise error
        yield

    monkeypatch.setattr(worker.backend.session, "prepare", fails)
    Foresee((Foreseen(plain, drawn=True), Foreseen(plain, drawn=False))).run(worker)
    with caplog.at_level("INFO"):
        worker._look_ahead()
    assert worker.ahead.more == more
    assert [record.exc_info[1] for record in caplog.records] == [error]
