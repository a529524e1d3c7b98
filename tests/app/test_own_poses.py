"""The library of poses as the present person, and one's own, in the real window."""

from __future__ import annotations

import json
import os

import numpy as np
import pytest
from gestures import drop
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from app.dialogs import name as ask_name
from app.files import own_poses
from engine.pose.formats import openpose_dict, read_pose

LEFT_WRIST = 7
SIZE = (256, 176)


@pytest.fixture
def driver(open_window):
    driver = open_window()
    driver.until(lambda: grid(driver).visualItemRect(grid(driver).item(1)).x() > 30)
    return driver


def grid(driver):
    return driver.window.docks.poses.grid


def point_at(driver, row: int) -> None:
    view = grid(driver).viewport()
    at = QPointF(grid(driver).visualItemRect(grid(driver).item(row)).center())
    none, held = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(
        view, QMouseEvent(QEvent.Type.MouseMove, at, view.mapToGlobal(at), none, none, held)
    )


def test_pointing_shows_a_pose_live_and_leaving_brings_the_own_back(driver):
    before, pose = len(driver.backend.session.log), driver.pose.copy()
    point_at(driver, 3)
    driver.until(lambda: driver.controller.shown_pose is not driver.controller.pose)
    shown = driver.controller.shown_pose
    driver.until(lambda: any(
        np.array_equal(request.keypoints_18x3, shown) for request in driver.backend.session.log[before:]
    ))  # fmt: skip
    assert np.array_equal(driver.canvas.skeleton.pose, shown) and np.array_equal(driver.pose, pose)
    assert driver.controller.undo_stack.count() == 0
    QApplication.sendEvent(driver.window.docks.poses, QEvent(QEvent.Type.Leave))
    assert np.array_equal(driver.canvas.skeleton.pose, pose)
    driver.until_full()
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, pose)


def test_a_click_takes_what_was_pointed_at_as_one_step(driver):
    point_at(driver, 3)
    driver.until(lambda: driver.controller.shown_pose is not driver.controller.pose)
    shown = np.array(driver.controller.shown_pose)
    view = grid(driver)
    QTest.mouseClick(
        view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualItemRect(view.item(3)).center()
    )
    assert np.array_equal(driver.pose, shown)
    assert driver.controller.undo_stack.count() == 1


def test_the_library_is_drawn_as_the_person_and_again_as_another(driver, photo, standing):
    drawn = []
    driver.window.pose_library.pictures.rest_ms = 10
    driver.window.pose_library.pictures.set_whole(False)
    driver.window.pose_library.pictures.drawn.connect(lambda name, rgb: drawn.append(name))
    count = grid(driver).count()
    driver.until(lambda: len(set(drawn)) == count, timeout=30_000)
    small = [request for request in driver.backend.session.log if request.level == 64]
    assert len({request.identity for request in small}) == 1
    drawn.clear()
    driver.backend.pose = standing
    driver.controller.photos.open_photo(photo("new.png"), "new.png")
    driver.until(lambda: len(set(drawn)) == count, timeout=30_000)
    person = driver.controller.document.look.person
    assert [request for request in driver.backend.session.log if request.level == 64][-1].identity == person


def test_ctrl_d_keeps_a_pose_that_is_shared_renamed_and_removed(driver, tmp_path, monkeypatch):
    driver.drag(LEFT_WRIST, 10, -40)
    names = iter(["Wave", "Wave", "../Hello there", "Hi"])
    monkeypatch.setattr(ask_name, "ask", lambda *_: next(names))
    driver.canvas.setFocus()
    QTest.keyClick(driver.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert [pose.name for pose in own_poses.listed()] == ["Wave"]
    item = grid(driver).item(0)
    assert item.toolTip() == "Wave" and not item.icon().isNull()
    kept = own_poses.listed()[0]
    assert np.allclose(read_pose(kept.pose, SIZE), driver.pose, atol=0.01)
    QTest.keyClick(driver.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    assert "There is a pose called Wave already." in driver.sentences
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "wave"), ""))
    shelf = driver.window.docks.poses
    shelf.share_wanted.emit(kept)
    people = json.loads((tmp_path / "wave.json").read_text())["people"]
    assert len(people[0]["pose_keypoints_2d"]) == 54
    shelf.rename_wanted.emit(kept)
    assert [pose.name for pose in own_poses.listed()] == ["..Hello there"[2:]]
    shelf.remove_wanted.emit(own_poses.listed()[0])
    assert own_poses.listed() == [] and grid(driver).item(0).toolTip() != "Hello there"


def once_asked(answer) -> None:
    """Call it as soon as a dialog waits for hands, whenever that is."""
    timer = QTimer(QApplication.instance())

    def look() -> None:
        if QApplication.activeModalWidget() is not None:
            timer.stop()
            timer.deleteLater()
            answer()

    timer.timeout.connect(look)
    timer.start(0)


def test_a_name_is_asked_for_where_it_can_be_read_whole(driver):
    wide = []

    def answer() -> None:
        field = QApplication.activeModalWidget().findChild(QLineEdit)
        letters = field.fontMetrics()
        wide.append(field.width() - letters.horizontalAdvance("Weight on one leg, hands in pockets"))
        field.selectAll()
        QTest.keyClicks(field, " Wave ")
        QTest.keyClick(field, Qt.Key.Key_Return)

    once_asked(answer)
    driver.window.actions_by_id["keep_pose"].trigger()
    assert wide[0] > 0 and [pose.name for pose in own_poses.listed()] == ["Wave"]
    once_asked(lambda: QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape))
    driver.window.actions_by_id["keep_pose"].trigger()
    assert len(own_poses.listed()) == 1


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pose_is_shared_to_files_alone(driver, tmp_path, monkeypatch, standing):
    own_poses.keep(standing, SIZE, "Wave")
    [kept] = own_poses.listed()
    os.mkfifo(tmp_path / "wave.json")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "wave.json"), ""))
    driver.window.docks.poses.share_wanted.emit(kept)
    assert any("wave.json is not an ordinary file" in said for said in driver.sentences)


def test_the_whole_person_is_shown_where_that_is_asked_for(driver, photo, standing):
    bust = standing.copy()
    bust[8:14] = 0
    driver.backend.pose = bust
    driver.controller.photos.open_photo(photo("bust.png", size=(256, 176)), "bust.png")
    driver.until(lambda: driver.controller.document.look.photos[-1].name == "bust.png")
    driver.window.docks.poses.taken.emit(grid(driver).item(0).data(Qt.ItemDataRole.UserRole))
    assert not driver.pose[8:14, 2].any()
    driver.window.docks.poses.whole.click()
    driver.window.docks.poses.taken.emit(grid(driver).item(0).data(Qt.ItemDataRole.UserRole))
    assert (driver.pose[8:14, 2] > 0).all()


def test_a_file_let_go_over_the_library_is_kept_and_the_person_stays(driver, tmp_path):
    file = tmp_path / "reaching.json"
    pose = driver.pose.copy()
    pose[LEFT_WRIST, :2] = (140, 60)
    file.write_text(json.dumps(openpose_dict(pose, SIZE)))
    (tmp_path / "broken.json").write_text("{")
    before = driver.pose.copy()
    for name in ("reaching.json", "broken.json"):
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(tmp_path / name))])
        drop(driver, mime, driver.window.docks.poses.mapTo(driver.window, QPoint(40, 40)))
    driver.until(lambda: len(driver.sentences) == 2)
    assert [kept.name for kept in own_poses.listed()] == ["reaching"]
    assert np.array_equal(driver.pose, before) and driver.controller.undo_stack.count() == 0
    np.testing.assert_allclose(read_pose(own_poses.listed()[0].pose, SIZE), pose, atol=0.01)
    assert grid(driver).item(0).toolTip() == "reaching"
    assert any(sentence.startswith("broken.json is not valid JSON") for sentence in driver.sentences)


def test_a_pose_of_ones_own_is_not_called_as_one_of_the_box(driver, monkeypatch):
    """Pictures and undo know a library pose by its name."""
    monkeypatch.setattr(ask_name, "ask", lambda *_: "standing, arms down")
    driver.window.actions_by_id["keep_pose"].trigger()
    assert driver.sentences == ["There is a pose called standing, arms down already."]
    assert own_poses.listed() == []
