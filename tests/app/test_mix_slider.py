"""The slider that mixes a garment in, moved by real keys and wheels."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider

from app.docks.sliders import AmountSlider
from app.files import samples

NO_KEYS, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
HANDLE = 14  # px, as broad as the style sheet makes it


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


def test_the_handle_comes_to_a_press_beside_it_and_goes_along_in_one_step(open_window):
    driver = open_window()
    driver.window.opening.open_sample(samples.listed(kind="garment")[0], "garment")
    driver.until(lambda: driver.controller.document.look.borrow)
    slider, stack = driver.window.docks.shelf.slider, driver.controller.undo_stack
    assert {type(each) for each in driver.window.findChildren(QSlider)} == {AmountSlider}
    steps, room = stack.count(), slider.width() - HANDLE

    def at(share: float) -> QPoint:
        return QPoint(round(HANDLE / 2 + share * room), slider.height() // 2)

    for share, further in ((0.8, 0.45), (0.1, 0.6)):
        QTest.mousePress(slider, LEFT, NO_KEYS, at(share))
        assert slider.value() == pytest.approx(100 * share, abs=1)
        QTest.mouseMove(slider, at(further))
        QTest.mouseRelease(slider, LEFT, NO_KEYS, at(further))
        assert slider.value() == pytest.approx(100 * further, abs=1)
        assert driver.controller.document.look.borrow.amount == slider.value() / 100
    held = slider.value()
    QTest.mousePress(slider, LEFT, NO_KEYS, at(0.6) + QPoint(HANDLE // 3, 0))
    assert slider.value() == held, "a press on the handle only holds it"
    QTest.mouseRelease(slider, LEFT, NO_KEYS, at(0.6) + QPoint(HANDLE // 3, 0))
    assert stack.count() == steps + 2
    driver.controller.undo_group.undo()
    assert slider.value() == pytest.approx(45, abs=1)
    driver.controller.undo_group.undo()
    assert slider.value() == 0
