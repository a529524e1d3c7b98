"""Hands that do anything at a window, by seeds: mouse, keys, actions, files of every kind, the shelf."""

from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from app.files import intake, samples

TORTURE = sorted((Path(__file__).parents[1] / "data" / "torture").iterdir())
SHOWN = [each for each in TORTURE if each.suffix in (".png", ".json", ".jpg", ".tiff", ".webp")]
KINDS = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)
KEYS = (Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Delete, Qt.Key.Key_Escape, Qt.Key.Key_M, Qt.Key.Key_Space)
ACTIONS = (
    "undo", "undo", "undo", "redo", "redo", "mirror", "reset_pose", "toggle_joint", "show_all_joints", "fit",
    "zoom_in", "zoom_out", "paste", "copy_pose", "copy_picture", "toggle_skeleton", "toggle_reference",
    "toggle_panels", "reset_layout", "licences", "about", "show_keys",
)  # fmt: skip


def resident_mib() -> float:
    if sys.platform != "linux":
        return 0.0
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


class Walk:
    """One seed's steps over a window. files: that it opens. more: what else it may do."""

    def __init__(
        self,
        driver,
        rng: random.Random,
        folder: Path,
        files: Sequence[Path],
        more: Sequence[Callable[[], object]] = (),
    ):
        self.driver, self.rng, self.folder, self.files = driver, rng, folder, files
        self.doing = (
            [self.mouse] * 8
            + [self.drag, self.key, self.action] * 3
            + [self.file, self.shelf, self.slide, self.save, self.paste, self.sample, *more]
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
            borrow = partial(controller.borrowing.borrow, amount=self.rng.random())
            shelving = controller.shelving
            self.rng.choice((shelving.remove, shelving.make_person, borrow))(self.rng.choice(keys))

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
