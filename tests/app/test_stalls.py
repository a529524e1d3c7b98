"""The measure of how the window keeps up: the real window with the fake engine; no time is judged."""

from __future__ import annotations

import numpy as np
import pytest

from app import stalls


@pytest.fixture
def watched(open_window, monkeypatch):
    """A window that was dragged for a second, and what was noted."""
    monkeypatch.setattr(stalls, "SECONDS", 1.0)
    monkeypatch.setattr(stalls, "INSPECTED", 2.0)
    monkeypatch.setattr(stalls, "TURN", 0.5)
    driver = open_window(awake=False)
    watch, ended = stalls.Watch(driver.window), []
    watch.done.connect(lambda: ended.append(True))
    driver.until(lambda: ended, timeout=30_000)
    return driver, watch


def test_every_place_of_the_pointer_is_counted_until_it_is_painted(watched):
    driver, watch = watched
    sent = len(watch.delays_s) + len(watch._due)  # what the end cut off
    assert 0 < sent <= stalls.SECONDS * stalls.RATE and watch.delays_s
    assert min(watch.delays_s) >= 0 and sum(watch.gaps_s) >= stalls.SECONDS
    assert driver.controller.undo_stack.undoText() == "Move left wrist"
    assert not driver.controller.posing.dragging and watch.frames > 0


def test_the_figures_are_those_of_what_was_noted(watched):
    _, watch = watched
    watch.delays_s, watch.gaps_s = [0.01] * 90 + [0.2] * 10, [0.002, 0.2, 0.06]
    told = watch.result()
    assert told["pointer_p50_ms"] == 10 and told["pointer_p95_ms"] == 200
    assert told["longest_stall_ms"] == 200 and told["stalls_over_50_ms"] == 2
    assert told["frames_per_s"] == watch.frames and told["longest_busy_ms"] > 0
    assert np.isfinite(list(told.values())).all()


def test_with_inspect_open_and_closed_in_turns_pictures_and_maps_are_counted(watched):
    driver, watch = watched
    assert watch.opened > 0 and watch.closed > 0 and 0 < watch.mapped <= watch.opened + 2
    watch.opened, watch.closed, watch.mapped = 30, 40, 20
    told = watch.result()
    assert told["inspected_drag"] == 0.75
    assert told["inspected_frames_per_s"] == 30 and told["maps_per_s"] == 20
