"""The slider that mixes a garment in, moved by real keys and wheels."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.files import samples

NO_KEYS = Qt.KeyboardModifier.NoModifier


def test_a_held_key_or_a_turn_of_the_wheel_is_one_step(open_window):
    driver = open_window()
    driver.window.opening.open_sample(samples.listed(kind="garment")[0], "garment")
    driver.until(lambda: driver.controller.document.look.borrow)
    slider, steps = driver.window.docks.shelf.slider, driver.controller.undo_stack.count()
    held = [
        QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_PageUp, NO_KEYS, "", again)
        for again in (False, True, True)
    ]
    for event in held:
        QApplication.sendEvent(slider, event)
    assert slider.value() == 30 and driver.controller.undo_stack.count() == steps + 1
    for time in (10_000, 10_100, 12_000):  # the last after a rest
        at = QPointF(slider.rect().center())
        event = QWheelEvent(
            at, slider.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NO_KEYS,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        event.setTimestamp(time)
        QApplication.sendEvent(slider, event)
    assert slider.value() > 30 and driver.controller.undo_stack.count() == steps + 3
    assert driver.controller.undo_stack.undoText().startswith("Mix in ")
    for _ in range(2):
        driver.controller.undo_group.undo()
    assert slider.value() == 30
    driver.controller.undo_group.undo()
    assert slider.value() == 0


def test_a_press_beside_the_handle_is_one_step_however_long(open_window):
    driver = open_window()
    driver.window.opening.open_sample(samples.listed(kind="garment")[0], "garment")
    driver.until(lambda: driver.controller.document.look.borrow)
    slider, stack = driver.window.docks.shelf.slider, driver.controller.undo_stack
    steps, end = stack.count(), QPoint(slider.width() - 2, slider.height() // 2)
    for _ in range(2):
        QTest.mousePress(slider, Qt.MouseButton.LeftButton, NO_KEYS, end)
        before = slider.value()
        driver.until(lambda value=before + 20: slider.value() >= value)  # it goes on while it is held
        QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, NO_KEYS, end)
    assert stack.count() == steps + 2
    driver.controller.undo_group.undo()
    driver.controller.undo_group.undo()
    assert slider.value() == 0
