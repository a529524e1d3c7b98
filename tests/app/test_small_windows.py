"""What must be in sight in a window of 1024 x 700 or less: measured on the real widgets."""

from __future__ import annotations

import pytest
from inspecting import inspect, move, pick
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView

from app.files import intake, samples
from app.jobs import PERSON


def inside(inner, outer) -> bool:
    """Whether a widget lies wholly in another, on the screen."""
    box = QRect(inner.mapToGlobal(inner.rect().topLeft()), inner.size())
    return QRect(outer.mapToGlobal(outer.rect().topLeft()), outer.size()).contains(box)


def small(open_window, width: int = 1024, height: int = 700):
    driver = open_window()
    driver.window.resize(width, height)
    QApplication.processEvents()
    return driver


def test_cards_and_poses_are_whole_beside_each_other(open_window):
    driver = small(open_window)
    window, shelf = driver.window, driver.window.docks.shelf
    for entry in samples.listed(kind="garment")[:3]:
        before = len(shelf.cards)
        window.opening.open_sample(entry, "garment")
        driver.until(lambda before=before: len(shelf.cards) == before + 1)
    driver.controller.borrowing.borrow(shelf.cards[1].key, 0.5)
    QApplication.processEvents()
    viewport = shelf.cards[0].parentWidget().parentWidget()
    viewport.parentWidget().verticalScrollBar().setValue(0)  # the newest were scrolled to
    QApplication.processEvents()
    assert all(inside(card, viewport) for card in shelf.cards[:2])
    assert inside(shelf.slider, shelf)
    grid = window.docks.poses.grid
    assert grid.viewMode() == QListView.ViewMode.IconMode
    first, third = grid.visualItemRect(grid.item(0)), grid.visualItemRect(grid.item(2))
    assert first.top() == third.top(), "three in a row"
    assert grid.viewport().rect().contains(first) and grid.viewport().rect().contains(third)


def test_the_attention_maps_are_in_sight_at_every_size(open_window):
    driver = inspect(small(open_window))
    for size in ((1024, 700), (1280, 800), (1600, 1000)):
        driver.window.resize(*size)
        QApplication.processEvents()
        panel = driver.window.docks.inspector
        pick(panel.layer, "Layer of 64 rows, first pass (64a)")  # which has names
        move(driver, (0.5, 0.35))
        QApplication.processEvents()
        for part in (panel.bars, panel.scale.levels, panel.view, panel.export):
            assert part.isVisible() and inside(part, panel)
        for box in (driver.canvas.picture.sceneBoundingRect(), driver.canvas.maps.box):
            assert box.height() * driver.canvas.zoom >= 120
        assert inside(panel.tiles, panel) and panel.tiles.tile(0).height() >= 10


def test_looks_are_whole_also_above_the_bar_that_scrolls_them(open_window):
    driver = small(open_window)
    driver.window.snapshots._pause.setInterval(1)
    strip, row = driver.window.snapshots.strip, driver.window.docks.looks.row
    while not row.horizontalScrollBar().isVisible():
        driver.drag(7, 3, -3)
        kept = len(strip.snapshots)
        driver.until(lambda kept=kept: len(driver.window.snapshots.strip.snapshots) > kept)
        QApplication.processEvents()
    assert row.visualItemRect(row.item(0)).bottom() <= row.viewport().rect().bottom()


def test_the_hint_of_the_shelf_is_read_whole_or_not_at_all(open_window):
    driver = open_window()
    shelf, docks = driver.window.docks.shelf, driver.window.docks.panels
    driver.window.resize(1024, 700)
    seen = set()
    for height in (180, 420, 180, 260):
        driver.window.resizeDocks([docks[0], docks[5]], [height, 600 - height], Qt.Orientation.Vertical)
        QApplication.processEvents()
        whole = shelf._hint.visibleRegion().boundingRect() == shelf._hint.rect()
        assert shelf._hint.isHidden() or whole, height
        seen.add(shelf._hint.isHidden())
    assert seen == {True, False}


def test_no_row_of_the_outfit_is_cut_off(open_window):
    """Each is as tall as its words, and seen whole once Tab has come to it, there and back."""
    driver = small(open_window)
    driver.window.actions_by_id["dress_mode"].trigger()
    panel = driver.window.docks.outfit
    rows = list(panel.own_rows.values())
    assert len(rows) > 6
    assert rows[-1].visibleRegion().boundingRect() != rows[-1].rect(), "not all of them have room"
    rows[0].setFocus(Qt.FocusReason.TabFocusReason)
    for key, passed in ((Qt.Key.Key_Tab, rows), (Qt.Key.Key_Backtab, rows[::-1])):
        for row in passed:
            QApplication.processEvents()
            assert QApplication.focusWidget() is row
            assert row.height() >= row.sizeHint().height()
            assert row.visibleRegion().boundingRect() == row.rect()
            if row is not passed[-1]:
                QTest.keyClick(row, key)


def test_choosing_a_joint_moves_no_dock(open_window):
    driver = small(open_window)
    outfit, joint = driver.window.docks.outfit, driver.window.docks.joint
    driver.canvas.setFocus()
    before = outfit.mapTo(driver.window, outfit.rect().topLeft())
    QTest.keyClick(driver.canvas, Qt.Key.Key_Tab)
    QApplication.processEvents()
    assert driver.canvas.skeleton.selected >= 0
    assert outfit.mapTo(driver.window, outfit.rect().topLeft()) == before
    empty = joint.height()
    for _ in range(4):
        QTest.keyClick(driver.canvas, Qt.Key.Key_Delete)
        QTest.keyClick(driver.canvas, Qt.Key.Key_Tab)
    QApplication.processEvents()
    assert joint.height() > empty
    assert all(inside(chip, joint) for chip in joint.chips)


@pytest.mark.parametrize("size", [(1024, 640), (1024, 700)])
def test_no_mode_and_no_draft_makes_the_window_grow(open_window, photo, size):
    driver = open_window()
    driver.window.resize(*size)

    def same() -> bool:
        QApplication.processEvents()
        return (driver.window.width(), driver.window.height()) == size

    for mode in ("inspect_mode", "dress_mode", "inspect_mode", "pose_mode"):
        driver.window.actions_by_id[mode].trigger()
        assert same(), mode
    driver.window.opening.take(intake.of_file(photo()), PERSON)
    driver.until(lambda: driver.controller.draft)
    assert same()


def test_what_the_inspector_holds_is_not_cut_off_at_its_side(open_window):
    driver = small(open_window)
    driver.window.actions_by_id["inspect_mode"].trigger()
    driver.until(lambda: driver.window.inspecting.inspection is not None)
    panel = driver.window.docks.inspector
    area = panel.parentWidget()
    assert panel.width() == area.width() and panel.minimumSizeHint().width() <= area.width()
    assert not driver.window.docks.joint.isVisible()


def test_the_hud_stays_within_the_canvas_whatever_it_says(open_window):
    driver = open_window()
    centre, hud = driver.window.centre, driver.window.centre.hud
    driver.controller.frames.tell(familiarity="familiarity ●●●○○", settled=0.5, ms=12345.0)
    centre.show_busy("reading a photo whose name is long enough for any window.jpeg")
    for width in (1024, 1600, 1024):
        driver.window.resize(width, 640)
        QApplication.processEvents()
        assert hud.geometry().left() >= 0 and hud.geometry().right() < centre.width()
        assert hud.width() <= hud.sizeHint().width()
    assert "window.jpeg" in hud.accessibleDescription()
    centre.show_busy("")
    assert hud.width() == min(hud.sizeHint().width(), centre.width() - 28)
