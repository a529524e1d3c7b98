"""The strip of looks, comparing, contact sheets and in-betweens, in the real window."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QProgressDialog, QPushButton

from app.dialogs import name
from app.dialogs.palette import Palette
from app.dialogs.series import BetweenDialog, SheetDialog
from app.document import Look
from app.files.series import left_of
from app.strip import MOST, Strip
from engine.cv import cv2
from engine.pose.kinematics import t_pose

LEFT_WRIST = 7
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driver(open_window):
    driver = open_window()
    driver.window.snapshots._pause.setInterval(50)
    return driver


def numbers(driver) -> list[int]:
    return [each.number for each in driver.window.snapshots.strip.snapshots]


def made(driver, dx: float) -> None:
    """Another look, and the pause after it."""
    count = len(numbers(driver))
    driver.drag(LEFT_WRIST, dx, -20)
    driver.until(lambda: len(numbers(driver)) > count)


def press(driver, key, held=Qt.KeyboardModifier.NoModifier) -> None:
    driver.canvas.setFocus()
    QTest.keyClick(driver.canvas, key, held)


def test_a_pause_keeps_a_look_once_and_a_click_goes_back_to_it(driver):
    made(driver, 10)
    first = driver.pose.copy()
    made(driver, 15)
    row = driver.window.docks.looks.row
    assert row.count() == len(numbers(driver)) and not driver.window.docks.looks._empty.isVisible()
    driver.until_full()
    assert row.currentRow() == 0, "the present look, the newest, is marked"
    driver.until(lambda: row.visualItemRect(row.item(1)).x() > 30)
    QTest.mouseClick(row.viewport(), Qt.MouseButton.LeftButton, pos=row.visualItemRect(row.item(1)).center())
    assert np.array_equal(driver.pose, first)
    assert driver.controller.undo_stack.undoText().startswith("Take the look of look ")
    driver.until_full()
    QTest.qWait(150)
    assert len(numbers(driver)) == row.count(), "a look that is kept is not kept again"
    driver.controller.undo_stack.undo()
    assert not np.array_equal(driver.pose, first)


def test_a_photo_laid_on_the_shelf_makes_no_other_look(driver, photo, standing):
    before = driver.window.snapshots.take()
    count = len(driver.window.snapshots.strip.snapshots)
    driver.controller.photos.open_photo(photo("scarf.png"), "scarf.png", "garment", standing)
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Put scarf.png on the shelf")
    driver.until_full()
    assert driver.window.snapshots.take() is before is driver.window.snapshots.present
    driver.controller.borrowing.borrow(driver.controller.document.look.photos[-1].key, 0.5)
    driver.until_full()
    assert driver.window.snapshots.take() is not before
    assert len(driver.window.snapshots.strip.snapshots) == count + 1


def test_p_pins_the_present_look_at_once_and_lets_it_go(driver):
    driver.window.snapshots._pause.setInterval(60_000)
    driver.drag(LEFT_WRIST, 10, -20)
    driver.until_full()
    press(driver, Qt.Key.Key_P)
    present = driver.window.snapshots.present
    assert present is not None and present.pinned
    press(driver, Qt.Key.Key_P)
    assert not driver.window.snapshots.present.pinned


def test_the_oldest_go_but_pins_stay():
    strip, still = Strip(), np.zeros((8, 8, 3), np.uint8)

    def look(number: int) -> Look:
        return Look(pose=t_pose((256, 176)) + np.float32(number))

    strip.pin(strip.take(look(0), still, (256, 176)).number, True)
    for number in range(1, MOST + 5):
        strip.take(look(number), still, (256, 176))
    assert len(strip.snapshots) == MOST
    assert strip.snapshots[0].number == 1 and strip.snapshots[1].number == 7


def test_keys_on_the_strip_mean_the_look_that_is_marked(driver):
    made(driver, 10)
    row = driver.window.docks.looks.row
    row.setFocus()
    row.setCurrentRow(0)
    number = numbers(driver)[-1]
    QTest.keyClick(row, Qt.Key.Key_P)
    assert driver.window.snapshots.strip.get(number).pinned
    row.setCurrentRow(0)
    QTest.keyClick(row, Qt.Key.Key_Delete)
    assert number not in numbers(driver)


def test_keys_with_ctrl_are_the_windows_on_the_strip_too(driver):
    """The palette, and Copy pose: no look is pinned or compared by them."""
    made(driver, 10)
    row, number = driver.window.docks.looks.row, numbers(driver)[-1]
    driver.window.activateWindow()
    row.setFocus()
    row.setCurrentRow(0)
    asked = []
    driver.window.actions_by_id["copy_pose"].triggered.connect(lambda: asked.append("copied"))
    QTest.keyClick(row, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(row, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier | SHIFT)
    assert asked == ["copied"]
    driver.until(lambda: driver.window.findChildren(Palette))
    driver.window.findChildren(Palette)[0].reject()
    assert not driver.window.snapshots.strip.get(number).pinned


def test_comparing_by_a_line_that_is_drawn_along(driver):
    driver.drag(LEFT_WRIST, 10, -20)
    driver.until_full()
    press(driver, Qt.Key.Key_C)
    reference, pose = driver.canvas.reference, driver.pose.copy()
    assert reference.isVisible() and reference.split == 0.5
    line = driver.canvas.to_widget((88.0, 5.0))
    driver.mouse(QEvent.Type.MouseButtonPress, line)
    driver.mouse(QEvent.Type.MouseMove, driver.canvas.to_widget((44.0, 9.0)))
    driver.mouse(QEvent.Type.MouseButtonRelease, driver.canvas.to_widget((44.0, 9.0)))
    assert reference.split == pytest.approx(0.25, abs=0.01)
    assert np.array_equal(driver.pose, pose)
    photo = driver.controller.document.look.photo(driver.controller.document.look.person).reference.image_HWC
    shown = driver.canvas.grab().toImage()

    def colour(x: float) -> tuple[int, int, int]:
        ratio = driver.canvas.devicePixelRatioF()
        at = driver.canvas.to_widget((x, 6.0)) * ratio
        return shown.pixelColor(at.toPoint()).getRgb()[:3]

    assert colour(20) == pytest.approx(tuple(photo[6, 20]), abs=12), "left of the line: the photo"
    assert colour(120) == pytest.approx(tuple(driver.controller.frames.still[12, 240]), abs=12)
    assert driver.window.statusBar().currentMessage().startswith("Left of the line: the photo.")
    press(driver, Qt.Key.Key_C)
    assert not driver.window.statusBar().currentMessage(), "that is over"


def test_side_by_side_both_zoom_and_move_as_one_and_it_stays_while_one_works(driver):
    press(driver, Qt.Key.Key_C)
    press(driver, Qt.Key.Key_C, SHIFT)
    twin, canvas = driver.window.centre.twin, driver.canvas
    assert twin.isVisible() and not canvas.reference.isVisible()
    driver.until(lambda: abs(twin.width() - canvas.width()) <= 2)
    canvas.camera.zoom_to(canvas.zoom * 3)
    middle = QPointF(canvas.viewport().width() / 2, canvas.viewport().height() / 2)
    driver.mouse(QEvent.Type.MouseButtonPress, middle, Qt.MouseButton.MiddleButton)
    driver.mouse(QEvent.Type.MouseMove, middle + QPointF(-60, 25), Qt.MouseButton.MiddleButton)
    driver.mouse(QEvent.Type.MouseButtonRelease, middle + QPointF(-60, 25), Qt.MouseButton.MiddleButton)
    assert twin.transform() == canvas.transform()
    for corner in ((0.0, 0.0), (176.0, 256.0)):
        there = twin.viewportTransform().map(QPointF(*corner)) - canvas.to_widget(corner)
        assert abs(there.x()) <= 2 and abs(there.y()) <= 2
    canvas.camera.fit()
    driver.drag(LEFT_WRIST, 6, -9)
    assert twin.isVisible()
    press(driver, Qt.Key.Key_C, SHIFT)
    assert not twin.isVisible() and canvas.reference.isVisible() and canvas.reference.split is None
    press(driver, Qt.Key.Key_C)
    assert not canvas.reference.isVisible()


def test_a_look_of_the_strip_is_compared_with(driver):
    made(driver, 10)
    row = driver.window.docks.looks.row
    row.setFocus()
    row.setCurrentRow(row.count() - 1)
    QTest.keyClick(row, Qt.Key.Key_C)
    assert driver.canvas.reference.isVisible()
    assert "look 1" in driver.window.statusBar().currentMessage()


def save_as(monkeypatch, path: Path, kind: str = "") -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))


def accept(dialog) -> None:
    button = next(b for b in dialog.findChildren(QPushButton) if b.text().startswith("Draw"))
    button.click()


def test_a_contact_sheet_shows_every_person_in_every_pose(driver, photo, standing, tmp_path, monkeypatch):
    driver.backend.pose = standing
    driver.controller.photos.open_photo(photo("linen.png"), "linen.png", "garment")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    save_as(monkeypatch, tmp_path / "sheet.png")
    driver.window.actions_by_id["contact_sheet"].trigger()
    dialog = driver.window.findChild(SheetDialog)
    for box, rows in ((dialog.poses, (0, 1, 4)), (dialog.people, (0, 1))):
        for row in rows:
            box.item(row).setCheckState(Qt.CheckState.Checked)
    before = len(driver.backend.session.log)
    accept(dialog)
    driver.until(lambda: "Saved sheet.png." in driver.sentences)
    drawn = [request for request in driver.backend.session.log[before:] if request.stamp == 0]
    assert len(drawn) == 6
    assert len({request.identity for request in drawn}) == 2
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.width > 3 * 352 and sheet.height > 2 * 512


def test_enter_draws_the_sheet_and_checks_nothing(driver, tmp_path, monkeypatch):
    save_as(monkeypatch, tmp_path / "sheet.png")
    driver.window.actions_by_id["contact_sheet"].trigger()
    dialog = driver.window.findChild(SheetDialog)
    driver.until(dialog.poses.hasFocus)
    checked = []
    for box in (dialog.poses, dialog.people):
        box.itemChanged.connect(checked.append)
    QTest.keyClick(dialog.poses, Qt.Key.Key_Return)
    driver.until(lambda: "Saved sheet.png." in driver.sentences)
    assert not checked


def test_enter_on_all_checks_all_and_draws_nothing(driver, tmp_path, monkeypatch):
    save_as(monkeypatch, tmp_path / "sheet.png")
    driver.window.actions_by_id["contact_sheet"].trigger()
    dialog = driver.window.findChild(SheetDialog)
    every = next(b for b in dialog.findChildren(QPushButton) if b.accessibleName().endswith("poses"))
    every.setFocus(Qt.FocusReason.TabFocusReason)
    driver.until(every.hasFocus)
    QTest.keyClick(every, Qt.Key.Key_Return)
    states = [dialog.poses.item(row).checkState() for row in range(dialog.poses.count())]
    assert dialog.isVisible() and set(states) == {Qt.CheckState.Checked}
    dialog.reject()


def test_numbers_of_an_in_between_stand_off_their_edge_and_beside_their_names(driver):
    driver.window.actions_by_id["in_between"].trigger()
    dialog = driver.window.findChild(BetweenDialog)
    driver.until(dialog.start.hasFocus)
    for box in (dialog.seconds, dialog.rate):
        picture = box.grab().toImage()
        row = [picture.pixelColor(x, picture.height() // 2).lightness() for x in range(3, 40)]
        first = next(x for x, light in enumerate(row, 3) if light > 120)
        assert 7 <= first <= 16, "of the first digit"
        [name] = [label for label in dialog.findChildren(QLabel) if label.buddy() is box]
        assert abs(name.geometry().center().y() - box.geometry().center().y()) <= 1
    dialog.reject()


def test_poses_are_offered_with_pictures_the_users_own_among_them(driver, monkeypatch):
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until_full()
    monkeypatch.setattr(name, "ask", lambda *_: "Mine")
    driver.window.actions_by_id["keep_pose"].trigger()
    driver.window.actions_by_id["contact_sheet"].trigger()
    dialog = driver.window.findChild(SheetDialog)
    items = [dialog.poses.item(row) for row in range(dialog.poses.count())]
    assert [item.text() for item in items][:2] == ["Present pose", "The photo's own pose"]
    assert "Mine" in [item.text() for item in items]
    assert all(not item.icon().isNull() for item in items)
    assert not dialog.people.item(0).icon().isNull()
    box, row = dialog.poses, dialog.poses.visualItemRect(items[1])
    for spot in (QPoint(row.x() + 120, row.center().y()), QPoint(row.x() + 14, row.center().y())):
        before = items[1].checkState()
        QTest.mouseClick(box.viewport(), Qt.MouseButton.LeftButton, pos=spot)
        assert items[1].checkState() != before, "its name and its box"
    every = next(b for b in dialog.findChildren(QPushButton) if b.accessibleName().endswith("poses"))
    every.click()
    assert all(item.checkState() == Qt.CheckState.Checked for item in items)
    every.click()
    assert all(item.checkState() == Qt.CheckState.Unchecked for item in items)
    dialog.reject()
    driver.window.actions_by_id["in_between"].trigger()
    dialog = driver.window.findChild(BetweenDialog)
    names = [dialog.start.itemText(row) for row in range(dialog.start.count())]
    dialog.start.setCurrentIndex(names.index("Mine"))
    assert not dialog.start.itemIcon(names.index("Mine")).isNull()
    assert dialog._poses[names.index("Mine")].on(driver.controller.document.look.photos[0]) == pytest.approx(
        driver.pose, abs=0.1
    )
    dialog.reject()


@pytest.mark.parametrize(
    ("drawn", "of", "seconds", "words"),
    [
        (2, 24, 0.4, ""), (4, 24, 4.0, " About 20 seconds left."), (8, 24, 33.0, " About a minute left."),
        (1, 240, 2.0, " About 8 minutes left."), (24, 24, 50.0, ""),
    ],
)  # fmt: skip
def test_what_is_left_of_a_film_is_told(drawn, of, seconds, words):
    assert left_of(drawn, of, seconds) == words


@pytest.mark.parametrize("name", ["way.gif", "way.mp4"])
def test_the_way_from_one_pose_to_another_is_a_film(driver, tmp_path, monkeypatch, name):
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until_full()
    save_as(monkeypatch, tmp_path / name)
    driver.window.actions_by_id["in_between"].trigger()
    dialog = driver.window.findChild(BetweenDialog)
    dialog.seconds.setValue(0.5)
    dialog.back.setChecked(True)
    before = len(driver.backend.session.log)
    accept(dialog)
    driver.until(lambda: f"Saved {name}." in driver.sentences)
    drawn = [request for request in driver.backend.session.log[before:] if request.stamp == 0]
    assert len(drawn) == 6 + 4
    photo = driver.controller.document.look.photo(driver.controller.document.look.person)
    assert np.allclose(drawn[0].keypoints_18x3, photo.reference.keypoints_18x3, atol=1e-3)
    assert np.allclose(drawn[5].keypoints_18x3, driver.pose, atol=1e-3)
    if name.endswith("gif"):
        with Image.open(tmp_path / name) as film:
            assert film.n_frames == 10
    else:
        assert cv2.VideoCapture(str(tmp_path / name)).get(cv2.CAP_PROP_FRAME_COUNT) == 10


def test_a_film_is_cancelled_and_the_window_goes_on(driver, tmp_path, monkeypatch):
    save_as(monkeypatch, tmp_path / "way.gif")
    driver.window.actions_by_id["in_between"].trigger()
    driver.backend.session.delay = 0.05
    accept(driver.window.findChild(BetweenDialog))
    driver.until(lambda: driver.window.series.batch._pictures)
    driver.window.findChild(QProgressDialog).findChild(QPushButton).click()
    assert not driver.window.series.batch.running
    driver.drag(LEFT_WRIST, 5, -5)
    driver.until_full()
    assert not (tmp_path / "way.gif").exists()
