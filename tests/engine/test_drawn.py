"""What is kept of the last pose, and for whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from engine.api import RenderRequest
from engine.compositing.compose import Composition, EncodedReference
from engine.contract import Rendering
from engine.drawn import MOST, DrawnReference, LastDrawn

POSE = np.ones((18, 3), np.float32)


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
        fine_1CHW = torch.zeros(1, 3, 8, 8)
        return DrawnReference(Rendering(image_1CHW, features="large"), Composition(image_1CHW, fine_1CHW))


@pytest.fixture
def ask():
    last, draws = LastDrawn(), Draws()

    def ask(about="ada", **values) -> int:
        drawn = last.of(replace(RenderRequest("ada", POSE), **values), about, draws)
        assert drawn.rendering.features is None
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


def test_no_more_than_some_are_kept_and_what_is_asked_for_stays(ask):
    for about in range(MOST):
        ask(about)
    ask(0)
    assert ask("one more") == MOST + 1 and ask(0) == 1 and ask(1) == MOST + 2
    ask.last.clear()
    assert ask(0) == MOST + 3


def test_what_was_drawn_of_an_encoding_that_is_no_more_is_let_go(ask):
    kept, gone = (EncodedReference(Nothing()) for _ in range(2))
    assert [ask((kept,)), ask((gone,)), ask((kept, gone))] == [1, 2, 3]
    ask.last.only_of([kept])
    assert [ask((kept,)), ask((gone,)), ask((kept, gone))] == [1, 4, 5]
