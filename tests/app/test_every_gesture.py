"""Every gesture there is, in the real window: undone to the start and redone to the end, looks are the same.

Random sequences of them by hypothesis: a few here, more by `--gestures 200`.
"""

from __future__ import annotations

import random

import pytest
from gestures import GESTURES, press_action
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.document import Look, same_look
from app.requests import request_of

A_GESTURE = st.tuples(st.sampled_from(sorted(GESTURES)), st.integers(0, 999))
# What makes no step, and what has something to do only after another gesture.
NO_STEP = {"walk the joints", "zoom and pan", "draw a band", "undo some", "redo some", "pull and let it be"}
AFTER = {"bring a chip back": "hide a joint", "change the outfit": "take a garment"}


class Sitting:
    """Notes the look at each step of undo while hands are at work."""

    def __init__(self, driver):
        self.driver = driver
        self.stack = driver.controller.undo_stack
        self.looks: dict[int, Look] = {}
        self.stack.indexChanged.connect(self.note)
        self.note()

    def note(self, _index: int = 0) -> None:
        self.looks[self.stack.index()] = self.driver.controller.document.look

    def do(self, name: str, seed: int) -> None:
        GESTURES[name](self.driver, random.Random(seed))
        assert not self.driver.controller.posing.dragging
        assert self.driver.window.actions_by_id["pose_mode"].isChecked()
        self.note()  # steps of a gesture merge without a new index

    def undo_to_the_start_and_redo_to_the_end(self) -> None:
        self.stack.indexChanged.disconnect(self.note)
        for verb, indices in (
            ("undo", range(self.stack.index() - 1, -1, -1)),
            ("redo", range(1, self.stack.count() + 1)),
        ):
            for index in indices:
                press_action(self.driver, verb)
                assert self.stack.index() == index
                now = self.driver.controller.document.look
                assert same_look(now, self.looks[index]), (verb, index, self.stack.text(index - 1))
            assert not self.driver.window.actions_by_id[verb].isEnabled()
        self.driver.until_full()
        wanted = request_of(self.driver.controller.document.look, 0)
        drawn = self.driver.backend.session.log[-1]
        assert (drawn.keypoints_18x3 == wanted.keypoints_18x3).all()
        assert (drawn.identity, drawn.mixes, drawn.swaps, drawn.changes, drawn.strokes) == (
            wanted.identity, wanted.mixes, wanted.swaps, wanted.changes, wanted.strokes,
        )  # fmt: skip


@pytest.fixture
def driver(open_window, photo, standing):
    """A plainly standing person, and two photos beside."""
    driver = open_window(pose=standing)
    for name, top in (("linen.png", (180, 60, 60)), ("coat.png", (30, 90, 40))):
        before = len(driver.controller.document.look.photos)
        driver.controller.photos.open_photo(photo(name, top=top), name, "garment")
        driver.until(lambda before=before: len(driver.controller.document.look.photos) > before)
    driver.controller.document.settle(pose=standing)
    driver.controller.undo_stack.clear()
    driver.until_full()
    return driver


def test_each_gesture_can_be_undone_and_done_again(driver):
    start = driver.controller.document.look
    for name in sorted(GESTURES):
        sitting = Sitting(driver)
        if name in AFTER:
            sitting.do(AFTER[name], 0)
        steps = sitting.stack.count()
        for seed in range(2):
            sitting.do(name, seed)
        assert (sitting.stack.count() == steps) == (name in NO_STEP), name
        assert name not in NO_STEP or same_look(driver.controller.document.look, start), name
        sitting.undo_to_the_start_and_redo_to_the_end()
        driver.controller.open_look(start, saved=False)
        driver.until_full()


def test_random_sittings_go_back_and_forth(driver, request):
    start = driver.controller.document.look

    @settings(
        max_examples=request.config.getoption("--gestures"),
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )
    @given(sitting=st.lists(A_GESTURE, min_size=3, max_size=12))
    def back_and_forth(sitting):
        driver.controller.open_look(start, saved=False)
        driver.until_full()
        hands = Sitting(driver)
        for name, seed in sitting:
            hands.do(name, seed)
        while hands.stack.canRedo():
            press_action(driver, "redo")
        hands.undo_to_the_start_and_redo_to_the_end()

    back_and_forth()
