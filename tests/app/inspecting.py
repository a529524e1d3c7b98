"""Hands that inspect: positions are parts of a picture, by its number or RESULT."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtTest import QTest

from app.canvas.beside import Box, photo_boxes
from engine.inspecting.values import RESULT


def inspect(driver):
    """Press 3 and wait for the maps."""
    QTest.keyClick(driver.window, Qt.Key.Key_3)
    driver.until(lambda: driver.window.inspecting.photos)
    driver.until_full()
    return driver


def spot(driver, part: tuple[float, float], picture: int = RESULT) -> QPointF:
    """Where a part of a picture is, widget px."""
    height, width = driver.controller.size
    boxes = {RESULT: Box(0.0, 0.0, width, height)}
    boxes |= dict(enumerate(photo_boxes((height, width), len(driver.window.inspecting.photos))))
    return driver.canvas.to_widget(boxes[picture].point(part))


def move(driver, part: tuple[float, float], picture: int = RESULT) -> None:
    driver.mouse(QEvent.Type.MouseMove, spot(driver, part, picture), button=Qt.MouseButton.NoButton)


def click(driver, part: tuple[float, float], picture: int = RESULT) -> None:
    at = spot(driver, part, picture)
    driver.mouse(QEvent.Type.MouseButtonPress, at)
    driver.mouse(QEvent.Type.MouseButtonRelease, at)


def pick(box, text: str) -> None:
    """Choose an entry of a combo box as a hand does."""
    place = box.findText(text)
    assert place >= 0, f"there is no {text}"
    box.setCurrentIndex(place)
    box.activated.emit(place)
