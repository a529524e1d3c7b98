"""The attention dock with a real window: numbers from 1, names where the weights tell them, places asked."""

from __future__ import annotations

import numpy as np
from app.docks.map_values import most_telling, shares_at
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from engine.api import DISTRIBUTION

LEFT_WRIST = 7
NAMED, UNNAMED = 2, 0  # rows of the layer box


def dock_of(driver, layer: int):
    dock = driver.window.docks.attention
    dock.layer.setCurrentIndex(layer)
    driver.until(lambda: driver.backend.session.log[-1].maps)
    driver.until_full()
    return dock.textures


def place_of(view, xy: tuple[float, float]) -> QPoint:
    """Where a place of the picture (parts of its sides) is in the plot."""
    height, width = view.picture.image.shape[:2]
    scene = view.box.mapViewToScene(QPointF(xy[0] * width, xy[1] * height))
    return view.plot.mapFromScene(scene)


def ask(widget, at: QPoint) -> str:
    """The tooltip that a resting hand gets."""
    QToolTip.hideText()
    where = widget.mapToGlobal(at)
    QApplication.sendEvent(widget, QHelpEvent(QEvent.Type.ToolTip, at, where))
    return QToolTip.text()


def test_people_count_from_one(open_window):
    panel = dock_of(open_window(), UNNAMED)
    panel.channel.setFocus()
    panel.channel.selectAll()
    QTest.keyClicks(panel.channel, "16")
    assert panel.channel.text() == "16 of 16" and panel.texture == 15
    assert panel.tiles._channel == 15
    QTest.keyClick(panel.channel, Qt.Key.Key_Up)
    assert panel.channel.text() == "1 of 16" and panel.texture == 0
    assert "texture 1 " in panel.result.toolTip() and "texture 1 " in panel.reference.toolTip()


def test_the_name_stands_under_the_number_and_follows_it(open_window):
    panel = dock_of(open_window(), NAMED)
    tile = panel.tiles.tile(LEFT_WRIST).center().toPoint()
    QTest.mouseClick(panel.tiles, Qt.MouseButton.LeftButton, pos=tile)
    assert panel.channel.text() == "8 of 32"
    assert panel.name.isVisible() and panel.name.text() == "The left wrist (0)"
    assert panel.channel.accessibleDescription() == "the left wrist (0)"
    assert ask(panel.tiles, tile) == "Texture 8: the left wrist (0)"
    panel.channel.stepUp()
    assert panel.name.text() == "The right hip (0)"


def test_without_names_there_are_numbers_alone(open_window):
    panel = dock_of(open_window(), UNNAMED)
    assert not panel.name.isVisible()
    assert ask(panel.tiles, panel.tiles.tile(4).center().toPoint()) == "Texture 5"


def test_a_place_of_the_result_tells_its_textures_and_a_click_chooses_the_first(open_window):
    driver = open_window()
    panel = dock_of(driver, NAMED)
    xy = tuple(float(v) for v in driver.pose[LEFT_WRIST, :2] / (176, 256))
    viewport, at = panel.result.plot.viewport(), place_of(panel.result, xy)
    told = ask(viewport, at).splitlines()[1:]
    shares = shares_at(panel._maps.of(DISTRIBUTION)["64a"], *panel.result.place_at(QPointF(at)))
    assert len(told) == 3
    assert {line.split(": ")[1] for line in told[:2]} == {"the left wrist (0)", "the left wrist (1)"}
    assert told[0].startswith(f"{100 * shares.max():.0f} %  Texture {shares.argsort()[-1] + 1}: ")
    QTest.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=at)
    assert panel.texture == shares.argmax()
    assert panel.name.text().startswith("The left wrist")


def test_beside_the_picture_and_on_the_reference_nothing_is_chosen(open_window):
    driver = open_window()
    panel = dock_of(driver, NAMED)
    before = panel.texture
    beside = panel.result.plot.viewport().rect().topLeft() + QPoint(1, 1)
    assert panel.result.place_at(QPointF(beside)) is None
    QTest.mouseClick(panel.result.plot.viewport(), Qt.MouseButton.LeftButton, pos=beside)
    QTest.mouseClick(panel.reference.plot.viewport(), Qt.MouseButton.LeftButton)
    assert panel.texture == before


def test_shares_at_reads_the_cell_of_the_place():
    maps = np.arange(2 * 4 * 3).reshape(2, 4, 3)
    assert shares_at(maps, 0.0, 0.0).tolist() == [0, 12]
    assert shares_at(maps, 0.99, 0.99).tolist() == [11, 23]
    assert shares_at(maps, 1.0, 0.3).tolist() == [5, 17]


def test_the_first_texture_shown_is_of_the_person_not_of_what_is_behind():
    maps = np.zeros((3, 8, 6))
    maps[1, 3:, 2:4] = 1.0  # a person who is cut off below
    maps[0] = 1 - maps[1]
    assert most_telling(maps) == 1
    assert most_telling(maps[:2], ["face", "background (1)"]) == 0
