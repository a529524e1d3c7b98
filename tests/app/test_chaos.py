"""Hands that do anything, and files that are anything, for as long as it is asked: POSELOOM_CHAOS_STEPS.

Every seed is the same walk each time. After it the window answers, nothing was thrown, the pose is finite,
what was undone comes back by redo, and no thread is left over.
"""

from __future__ import annotations

import gc
import os
import random
import sys
import threading

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from trust.walk import SHOWN, Walk, resident_mib

from engine.errors import OutOfMemory
from engine.pose import formats

STEPS = int(os.environ.get("POSELOOM_CHAOS_STEPS", "250"))
MOST_GROWTH_MIB = 200  # of a walk: what the shelf and the history may keep


@pytest.mark.parametrize("seed", range(2))
def test_a_long_walk_leaves_the_window_whole(open_window, photo, standing, tmp_path, seed, monkeypatch):
    thrown: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: thrown.append(error))
    monkeypatch.setattr(threading, "excepthook", lambda args: thrown.append(args.exc_value))
    formats.write_openpose(tmp_path / "pose.json", standing, (256, 176))
    files = [
        *SHOWN,
        tmp_path / "pose.json",
        tmp_path / "missing.png",
        photo("ada.png"),
        photo("b.png", (9, 9, 9)),
    ]
    before = set(threading.enumerate())
    driver = open_window(pose=standing)
    rng, begun = random.Random(seed), resident_mib()

    def fail() -> None:
        driver.backend.session.fail_next = rng.choice((OutOfMemory("none left"), KeyError("lost")))

    walk = Walk(driver, rng, tmp_path, files, more=[fail])
    for _ in range(STEPS):
        walk.step()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # as an application's own loop does
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    driver.mouse(QEvent.Type.MouseButtonRelease, QPointF(5, 5))
    if driver.controller.draft:
        driver.controller.photos.leave_draft()
    driver.backend.session.fail_next = None
    driver.until(lambda: not driver.controller.photos._under_way)
    driver.controller.posing.set_shown(0, driver.pose[0, 2] <= 0)
    driver.until(lambda: driver.controller.frames.status.state in ("full", "short"))
    assert not thrown
    assert np.isfinite(driver.pose).all() and np.array_equal(
        driver.backend.session.log[-1].keypoints_18x3, driver.pose
    )

    stack, look = driver.controller.undo_stack, driver.controller.document.look
    while stack.canUndo():
        stack.undo()
    while stack.canRedo():
        stack.redo()
    again = driver.controller.document.look
    assert (
        np.array_equal(again.pose, look.pose) and again.person == look.person and again.borrow == look.borrow
    )
    assert [each.key for each in again.photos] == [each.key for each in look.photos]

    driver.window.close()
    gc.collect()
    reading = [thread for thread in set(threading.enumerate()) - before if thread.name != "reading"]
    assert not [thread for thread in reading if not isinstance(thread, threading._DummyThread)]
    assert resident_mib() - begun < MOST_GROWTH_MIB + STEPS * 0.02
