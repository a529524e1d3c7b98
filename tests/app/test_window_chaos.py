"""Hands that do anything in any order: the window keeps its head, and ends on the last pose."""

from __future__ import annotations

import random

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

KEYS = (
    Qt.Key.Key_Tab, Qt.Key.Key_Left, Qt.Key.Key_Up, Qt.Key.Key_Delete, Qt.Key.Key_Escape,
    Qt.Key.Key_M, Qt.Key.Key_Space, Qt.Key.Key_Backslash,
)  # fmt: skip
ACTIONS = ("undo", "redo", "mirror", "reset_pose", "toggle_joint", "show_all_joints", "fit", "zoom_in",
           "paste",
           "copy_pose", "toggle_skeleton", "toggle_panels", "reset_layout")  # fmt: skip
MODIFIERS = (
    Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier,
)  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_anything_in_any_order(open_window, photo, standing, seed):
    hands = random.Random(seed)
    driver = open_window(delay=0.002, pose=standing)
    driver.controller.photos.open_photo(photo(), "linen.png", "garment")
    kinds = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease)
    for _ in range(250):
        at = QPointF(hands.uniform(0, driver.canvas.width()), hands.uniform(0, driver.canvas.height()))
        if hands.random() < 0.5:
            at = driver.at(hands.randrange(18))
        choice = hands.random()
        if choice < 0.55:
            button = hands.choice(
                (Qt.MouseButton.LeftButton, Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)
            )
            driver.mouse(hands.choice(kinds), at, button, hands.choice(MODIFIERS))
        elif choice < 0.7:
            QTest.keyClick(driver.canvas, hands.choice(KEYS))
        elif choice < 0.85:
            driver.window.actions_by_id[hands.choice(ACTIONS)].trigger()
        elif choice < 0.92:
            driver.window.docks.shelf.slider.setValue(hands.randrange(101))
        else:
            event = QWheelEvent(
                at, at, QPoint(), QPoint(0, hands.choice((-240, 120))), Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            QApplication.sendEvent(driver.canvas.viewport(), event)
        if hands.random() < 0.3:
            QApplication.processEvents()
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    driver.mouse(QEvent.Type.MouseButtonRelease, QPointF(5, 5))
    driver.controller.posing.set_shown(0, driver.pose[0, 2] <= 0)
    driver.until_full()
    last = driver.backend.session.log[-1].keypoints_18x3
    assert np.array_equal(last, driver.pose)
    assert np.isfinite(driver.pose).all()
    assert 0.1 <= driver.canvas.camera.magnification <= 32
    while driver.window.actions_by_id["undo"].isEnabled():
        driver.window.actions_by_id["undo"].trigger()
    driver.until_full()
