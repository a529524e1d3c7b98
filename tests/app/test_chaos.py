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
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.files import intake, samples
from engine.errors import OutOfMemory
from engine.pose import formats

STEPS = int(os.environ.get("POSELOOM_CHAOS_STEPS", "400"))
TORTURE = sorted((Path(__file__).parents[1] / "data" / "torture").iterdir())
KINDS = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)
KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_M, Qt.Key.Key_Space)
ACTIONS = (
    "undo", "undo", "undo", "redo", "redo", "mirror", "reset_pose", "toggle_joint", "show_all_joints", "fit",
    "zoom_in", "zoom_out", "paste", "copy_pose", "copy_picture", "toggle_skeleton", "toggle_reference",
    "toggle_panels", "reset_layout", "licences", "about", "show_keys",
)  # fmt: skip
MOST_GROWTH_MIB = 200  # of a walk: what the shelf and the history may keep


def resident_mib() -> float:
    if sys.platform != "linux":
        return 0.0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Walk:
    """One seed's steps over a window."""

    def __init__(self, driver, rng: random.Random, folder: Path, files: list[Path]):
        self.driver, self.rng, self.folder, self.files = driver, rng, folder, files
        self.doing = (
            [self.mouse] * 8
            + [self.drag, self.key, self.action] * 3
            + [self.file, self.shelf, self.slide, self.save, self.paste, self.sample, self.fail]
        )

    def step(self) -> None:
        self.rng.choice(self.doing)()
        if self.rng.random() < 0.4:
            QApplication.processEvents()

    def mouse(self) -> None:
        at = self.driver.at(self.rng.randrange(18))
        if self.rng.random() < 0.3:
            at = QPointF(self.rng.uniform(0, 700), self.rng.uniform(0, 600))
        keys = self.rng.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier))
        self.driver.mouse(self.rng.choice(KINDS), at, keys=keys)

    def drag(self) -> None:
        self.driver.drag(
            self.rng.randrange(18), self.rng.uniform(-40, 40), self.rng.uniform(-40, 40), steps=3
        )

    def key(self) -> None:
        QTest.keyClick(self.driver.canvas, self.rng.choice(KEYS))

    def action(self) -> None:
        self.driver.window.actions_by_id[self.rng.choice(ACTIONS)].trigger()
        for dialog in self.driver.window.findChildren(QDialog):
            dialog.close()

    def file(self) -> None:
        role = self.rng.choice(("person", "garment", "pose", ""))
        self.driver.window.opening.take(intake.of_file(self.rng.choice(self.files)), role)

    def shelf(self) -> None:
        controller = self.driver.controller
        keys = [photo.key for photo in controller.document.look.photos]
        if keys:
            borrow = partial(controller.borrow, amount=self.rng.random())
            self.rng.choice((controller.remove_photo, controller.make_person, borrow))(self.rng.choice(keys))

    def slide(self) -> None:
        self.driver.window.docks.shelf.slider.setValue(self.rng.randrange(101))

    def save(self) -> None:
        if self.rng.random() < 0.5:
            self.driver.window.saving.save_picture(self.folder / "out.png")
        else:
            self.driver.window.saving.save_pose(self.folder / "out.json")

    def paste(self) -> None:
        mime = QMimeData()
        mime.setText(self.rng.choice(("words", "[" * 5000, '{"people": []}', "/" + "a" * 9000)))
        QGuiApplication.clipboard().setMimeData(mime)
        self.driver.window.actions_by_id["paste"].trigger()

    def sample(self) -> None:
        people = samples.listed()
        if people:
            self.driver.window.opening.open_sample(self.rng.choice(people))

    def fail(self) -> None:
        self.driver.backend.session.fail_next = self.rng.choice((OutOfMemory("none left"), KeyError("lost")))


@pytest.mark.parametrize("seed", range(2))
def test_a_long_walk_leaves_the_window_whole(open_window, photo, standing, tmp_path, seed, monkeypatch):
    thrown: list[BaseException] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: thrown.append(error))
    monkeypatch.setattr(threading, "excepthook", lambda args: thrown.append(args.exc_value))
    formats.write_openpose(tmp_path / "pose.json", standing, (256, 176))
    shown = [each for each in TORTURE if each.suffix in (".png", ".json", ".jpg", ".tiff", ".webp")]
    files = [
        *shown,
        tmp_path / "pose.json",
        tmp_path / "missing.png",
        photo("ada.png"),
        photo("b.png", (9, 9, 9)),
    ]
    before = set(threading.enumerate())
    driver = open_window(pose=standing)
    walk, begun = Walk(driver, random.Random(seed), tmp_path, files), resident_mib()
    for _ in range(STEPS):
        walk.step()
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    driver.mouse(QEvent.Type.MouseButtonRelease, QPointF(5, 5))
    if driver.controller.draft:
        driver.controller.photos.leave_draft()
    driver.backend.session.fail_next = None
    driver.until(lambda: not driver.controller.photos._under_way)
    driver.controller.posing.set_shown(0, driver.pose[0, 2] <= 0)
    driver.until(lambda: driver.controller.status.state in ("full", "short"))
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
