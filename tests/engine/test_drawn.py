"""What is kept of the last pose, for whom, and how much of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.api import EXTRACTION, PARSING, MapInfo, RenderRequest
from engine.compositing.compose import Composition, EncodedReference
from engine.compositing.detail import CopiedDetail
from engine.compositing.worn import Drawn
from engine.contract import Rendering
from engine.drawn import Depth, DrawnReference, LastBared, LastDrawn, drawn_reference
from engine.models.registry import ENGINES
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose import skeleton as sk
from engine.pose.formats import read_pose
from engine.session import Session

POSE = np.ones((18, 3), np.float32)
IMAGE, FINE = 4 * 3 * 4 * 4, 4 * 3 * 8 * 8  # bytes


class Nothing:
    """An appearance of nobody."""

    def bytes(self) -> int:
        return 0


class Draws:
    """Draws pictures that say how many were drawn before."""

    def __init__(self):
        self.count = 0

    def __call__(self) -> DrawnReference:
        self.count += 1
        image_1CHW = torch.full((1, 3, 4, 4), float(self.count))
        return DrawnReference(Composition(image_1CHW, torch.zeros(1, 3, 8, 8)))


def of(last: LastDrawn, about, depth: Depth, draws: Draws) -> DrawnReference:
    """What was drawn before, or is drawn now."""
    found = last.found(about, depth)
    if found is None:
        drawn = draws()
        found = last.keep(about, depth, drawn if depth.finely else drawn.plain())
    return found


@pytest.fixture
def ask():
    last, draws = LastDrawn(()), Draws()

    def ask(about="ada", **values) -> int:
        request = replace(RenderRequest("ada", POSE), **values)
        last.keep_only(request.keypoints_18x3, [each for each in about if isinstance(each, EncodedReference)])
        drawn = of(last, about, last.depth(request, about), draws)
        assert (drawn.composition.fine_1CHW is None) == (values.get("level") is not None)
        return int(drawn.composition.image_1CHW[0, 0, 0, 0])

    ask.last = last
    return ask


def test_the_same_is_drawn_once_and_something_else_is_not_taken_for_it(ask):
    assert [ask(level=128), ask(level=128), ask(level=256), ask("dan", level=128)] == [1, 1, 2, 3]


def test_what_was_drawn_exactly_serves_previews_and_not_the_other_way_round(ask):
    assert [ask(level=128), ask(), ask(level=128), ask(level=256)] == [1, 2, 2, 2]


def test_maps_that_were_not_asked_for_are_drawn_and_those_that_were_serve_all(ask):
    assert [ask(), ask(maps=True), ask(), ask(level=128), ask(level=128, maps=True)] == [1, 2, 1, 1, 3]


def test_another_pose_drops_what_was_drawn(ask):
    assert [ask(), ask(keypoints_18x3=POSE + 1), ask()] == [1, 2, 3]


def test_no_more_than_there_is_room_for_is_kept_and_what_is_asked_for_stays(ask, monkeypatch):
    many = 8
    monkeypatch.setattr("engine.drawn.DRAWN_BYTES", many * (IMAGE + FINE))
    for about in range(many):
        ask((about,))
    ask((0,))
    assert ask(("one more",)) == many + 1 and ask((0,)) == 1 and ask((1,)) == many + 2
    ask.last.clear()
    assert ask((0,)) == many + 3


def test_what_was_drawn_of_an_encoding_that_is_no_more_is_let_go():
    last, draws = LastDrawn(()), Draws()
    kept, gone = (EncodedReference(Nothing()) for _ in range(2))

    def ask(*about: EncodedReference) -> int:
        depth = Depth(None, True, False)
        return int(of(last, about, depth, draws).composition.image_1CHW[0, 0, 0, 0])

    last.keep_only(POSE, [kept, gone])
    assert [ask(kept), ask(gone), ask(kept, gone)] == [1, 2, 3]
    last.keep_only(POSE, [kept])
    assert [ask(kept), ask(gone), ask(kept, gone)] == [1, 4, 5]


def test_whoever_lends_is_drawn_as_far_as_the_person_is():
    """Exactly where the person is there exactly, also for a preview; else at its level, also who is there
    exactly."""
    last, draws = LastDrawn(()), Draws()
    own, giver = ("ada",), ("dan",)
    preview = RenderRequest("ada", POSE, level=128)
    exactly, coarsely = Depth(None, False, False), Depth(128, False, False)
    assert last.depth(preview, own) == coarsely
    of(last, own, last.depth(replace(preview, level=None), own), draws)
    assert last.depth(preview, own) == exactly
    of(last, giver, exactly, draws)
    assert of(last, giver, exactly, draws).composition.fine_1CHW is None and draws.count == 2
    of(last, giver, Depth(None, True, False), draws)
    assert draws.count == 3, "the exact picture wants it fine"
    assert last.depth(replace(preview, maps=True), own) == coarsely._replace(maps=True)
    assert last.depth(preview, ("somebody else",)) == coarsely
    of(last, giver, coarsely, draws)
    assert draws.count == 4


def held(value: object) -> Iterator[Tensor]:
    """The tensors that a function holds."""
    assert isinstance(value, partial)
    for each in value.args:
        yield from each if isinstance(each, list) else [each]


def in_depth(value: object) -> Iterator[Tensor]:
    """The tensors in what holds tensors."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from in_depth(each)
    elif isinstance(value, dict):
        yield from in_depth(list(value.values()))


def in_memory(tensors: list[Tensor]) -> int:
    """Of all of what they are views of."""
    return sum({each.data_ptr(): each.untyped_storage().nbytes() for each in tensors}.values())


@pytest.mark.parametrize("name", ENGINES)
def test_all_that_is_kept_of_a_picture_is_counted(name):
    """With an arm stretched out, and what is shown told."""
    session = Session.open(ENGINES[name].weights, "cpu")
    photo = read_photo(RESOURCES / "samples" / "ada.jpg")
    own = session.add_reference(photo, read_pose(RESOURCES / "samples" / "ada.json", photo.shape[:2]))
    out = own.keypoints_18x3.copy()
    elbow, wrist = out[[sk.LEFT_ELBOW, sk.LEFT_WRIST], :2]
    out[sk.LEFT_WRIST, :2] = elbow + np.linalg.norm(wrist - elbow) * np.float32([1.0, 0.0])
    for maps in (False, True):
        session.respond(RenderRequest(own.key, out, maps=maps))
    kept = session._frames._last._kept
    found = {depth.maps: (kept[about, depth], kept._found[about, depth][1]) for about, depth in list(kept)}
    plain, counted = found[False]
    shown = plain.composition
    assert shown.fine_1CHW is not None and shown.copied is None and shown.tell_photo is None
    pictures = [shown.image_1CHW, shown.fine_1CHW, shown.surface_1Khw]
    told = [*in_depth(shown.tell_shown.__wrapped__.args[1]), *in_depth(shown.shown)]
    assert in_memory(told) > 30 * 4 * shown.surface_1Khw[0, 0].numel(), "a limb is elsewhere"
    assert in_memory([*pictures, *told]) <= counted < 1.02 * in_memory([*pictures, *told])
    mapped, counted = found[True]
    shown, tell_photo = mapped.composition, mapped.composition.tell_photo
    told = [each for each in tell_photo.args if isinstance(each, Tensor)]
    told += [*in_depth(shown.tell_shown.__wrapped__.args[1]), *in_depth(shown.shown)]
    pictures = [shown.image_1CHW, shown.fine_1CHW, shown.surface_1Khw]
    positions = [each for each in mapped.positions if each is not None]
    assert counted >= in_memory([*pictures, *told, *positions, *held(mapped.tell_maps)])
    assert counted < 1.1 * in_memory([*pictures, *told, *positions, *held(mapped.tell_maps)])
    session.close()


def test_where_detail_comes_from_is_told_of_those_who_have_a_share():
    image_1CHW, positions_12HW = torch.zeros(1, 3, 4, 4), torch.zeros(1, 2, 4, 4)
    copied = CopiedDetail(*[image_1CHW] * 5, mixed=(positions_12HW + 1.0,))._replace(positions=positions_12HW)
    rendering = Rendering(image_1CHW, shares=(None, 0.5))
    shown = Composition(image_1CHW, copied=copied)
    own, untold, other = drawn_reference(rendering, shown, True).details_2HW((4, 4))
    assert (own == 0.5).all() and untold is None and (other == 1.0).all()
    nothing = drawn_reference(rendering, replace(shown, copied=None), True)
    assert nothing.details_2HW((4, 4)) == [None] * 3
    assert drawn_reference(rendering, shown, False).details_2HW((4, 4)) == []


def test_maps_are_counted_where_they_are_kept_and_those_of_references_are_not(monkeypatch):
    over_result = MapInfo(PARSING, "regions", 5, (2, 3))
    last, draws = LastDrawn((over_result, MapInfo(EXTRACTION, "64a", 1000, (2, 3)))), Draws()
    for maps in (False, True):
        of(last, ("ada",), Depth(None, True, maps), draws)
    assert last._kept.bytes == 2 * (IMAGE + FINE) + 4 * 5 * 2 * 3


@pytest.fixture
def bodies(monkeypatch):
    """How often a body was told; what keeps them; and what asks for that of one of many pictures, and returns
    whether it had to be told."""
    told, last = [], LastBared()
    monkeypatch.setattr("engine.drawn.bared", lambda wearer, lent: told.append(wearer))
    pictures, surface_1Khw = torch.zeros(9, 1, 3, 4, 4).unbind(), torch.zeros(1, 11, 2, 2)

    def tells(number: int) -> bool:
        before = len(told)
        last.of(Drawn(pictures[number], surface_1Khw, None))
        return len(told) > before

    return last, tells


def test_of_bodies_those_used_last_are_kept_and_no_more_than_four(bodies):
    _, tells = bodies
    assert [tells(number) for number in (0, 1, 2, 3, 0, 4)] == [True, True, True, True, False, True]
    assert not tells(0) and tells(1)


def test_bodies_are_kept_while_the_pose_stays(bodies):
    last, tells = bodies
    last.keep_only(POSE)
    assert tells(0)
    last.keep_only(POSE.copy())
    assert not tells(0)
    last.keep_only(POSE + 1.0)
    assert tells(0)
