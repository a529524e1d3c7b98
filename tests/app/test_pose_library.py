"""The pose library: what is in the box, and real clicks on the shelf that shows it."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.files import poses
from engine.pose.breadth import breadth
from engine.pose.formats import read_pose

SIZE = (256, 176)


def click(driver, row: int) -> None:
    grid = driver.window.docks.poses.grid
    item = grid.item(row)
    grid.scrollToItem(item)
    QTest.mouseClick(
        grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualItemRect(item).center() - QPoint(0, 1)
    )


def worn(driver, pose: poses.LibraryPose) -> np.ndarray:
    """The pose as the person of the window takes it."""
    look = driver.controller.document.look
    return pose.worn(look.photo(look.person).reference.keypoints_18x3, SIZE)


def test_the_library_in_the_box():
    library = poses.listed()
    assert len(library) == 24
    assert len({pose.name for pose in library}) == 24
    index = json.loads((poses.POSES / "index.json").read_text())["poses"]
    assert {entry["facing"] for entry in index} == {
        "front",
        "three-quarter",
        "side",
        "back-three-quarter",
        "back",
    }
    assert {entry["framing"] for entry in index} == {"full", "knee", "upper"}
    for pose, entry in zip(library, index, strict=True):
        picture = QImage(str(pose.thumbnail))
        assert (picture.width(), picture.height()) == (88, 128)
        assert picture.hasAlphaChannel()
        points = read_pose(pose.pose, SIZE)
        there = points[points[:, 2] > 0]
        assert len(there) >= (14 if entry["framing"] == "full" else 8)
        assert (there[:, :2] >= 0).all()
        assert (there[:, :2] < (176, 256)).all()
        nose = points[0, 2] > 0
        assert nose == (entry["facing"] in ("front", "three-quarter", "side") or "shoulder" in pose.name)
    files = sum(file.stat().st_size for file in poses.POSES.iterdir())
    assert files < 250_000


def test_sides_are_the_persons_own():
    by_name = {pose.name: read_pose(pose.pose, SIZE) for pose in poses.listed()}
    for name, ahead in (("Standing, arms down", 1), ("Back view", -1)):
        assert ahead * (by_name[name][5, 0] - by_name[name][2, 0]) > 15  # the left shoulder is at the right
    standing, hip = by_name["Standing, arms down"], by_name["Hand on hip"]
    assert hip[6, 0] - hip[5, 0] > 8 + standing[6, 0] - standing[5, 0]  # the left elbow goes out


def test_a_click_takes_the_pose_as_one_step_and_undo_takes_it_back(open_window):
    driver = open_window()
    before, library = driver.pose.copy(), poses.listed()
    click(driver, 2)
    assert np.array_equal(driver.pose, worn(driver, library[2]))
    assert driver.controller.undo_stack.count() == 1
    assert driver.controller.undo_stack.undoText() == f"Take the pose of {library[2].name}"
    driver.until_full()
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, driver.pose)
    QTest.keyClick(driver.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert np.array_equal(driver.pose, before)
    click(driver, 17)  # further down: it is scrolled to
    assert np.array_equal(driver.pose, worn(driver, library[17]))


def test_a_pose_is_as_broad_as_the_person(open_window):
    driver = open_window()
    own = breadth(driver.pose)  # of the photo
    click(driver, 0)
    taken, there = breadth(driver.pose), breadth(read_pose(poses.listed()[0].pose, SIZE))
    assert abs(taken.shoulders - own.shoulders) < 0.01 < abs(there.shoulders - own.shoulders)
    assert abs(taken.hips - own.hips) < 0.01


def test_the_same_pose_again_is_no_step(open_window):
    driver = open_window()
    click(driver, 4)
    click(driver, 4)
    assert driver.controller.undo_stack.count() == 1


def test_the_keys_walk_the_shelf_and_enter_takes(open_window):
    driver = open_window()
    shelf, library = driver.window.docks.poses, poses.listed()
    shelf.grid.setFocus()
    shelf.grid.setCurrentRow(0)
    QTest.keyClick(shelf.grid, Qt.Key.Key_Right)
    assert shelf.caption.text() == library[1].name
    QTest.keyClick(shelf.grid, Qt.Key.Key_Return)
    assert np.array_equal(driver.pose, worn(driver, library[1]))


def test_tab_comes_to_the_shelf_and_marks_a_pose(open_window):
    driver = open_window()
    window, shelf = driver.window, driver.window.docks.poses
    window.activateWindow()
    window.docks.shelf.cards[0].setFocus()
    for _ in range(30):
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
        if shelf.grid.hasFocus():
            break
    assert shelf.grid.item(0).isSelected()
    assert shelf.caption.text() == poses.listed()[0].name
    QTest.keyClick(shelf.grid, Qt.Key.Key_Tab)
    assert not shelf.grid.hasFocus() and shelf.caption.text() == "Click a pose to take it."


def test_coming_by_keys_changes_no_picture_before_a_pose_is_chosen(open_window):
    driver = open_window()
    shelf = driver.window.docks.poses
    shelf._linger.setInterval(0)
    driver.window.activateWindow()
    driver.canvas.setFocus()
    glanced = []
    shelf.pointed.connect(glanced.append)
    for _ in range(8):
        QTest.keyClick(driver.window.focusWidget(), Qt.Key.Key_F6)
        if shelf.grid.hasFocus():
            break
    assert shelf.grid.hasFocus() and shelf.grid.item(0).isSelected()
    assert not shelf._linger.isActive() and not [pose for pose in glanced if pose is not None]
    QTest.keyClick(shelf.grid, Qt.Key.Key_Right)
    driver.until(lambda: glanced and glanced[-1] is not None)
    assert glanced[-1].name == poses.listed()[1].name, "going on shows them"


def test_the_name_under_the_hand_is_told(open_window):
    driver = open_window()
    grid = driver.window.docks.poses.grid
    for row in (0, 1):
        QTest.mouseMove(grid.viewport(), grid.visualItemRect(grid.item(row)).center())
    driver.until(lambda: driver.window.docks.poses.caption.text() == poses.listed()[1].name)


def test_a_pose_that_cannot_be_read_is_told_and_changes_nothing(open_window, tmp_path):
    driver = open_window()
    before = driver.pose.copy()
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    driver.window.opening.take_library_pose(poses.LibraryPose("Broken", broken, tmp_path, broken))
    assert "broken.json is not valid JSON" in driver.sentences[-1]
    assert np.array_equal(driver.pose, before)


@pytest.mark.parametrize("index", [None, "{", "[]", '{"poses": [{"name": "One"}]}'])
def test_without_a_library_the_shelf_says_so(qtbot, tmp_path, index):
    from app.docks.poses import PoseShelf

    if index is not None:
        (tmp_path / "index.json").write_text(index)
    shelf = PoseShelf(poses.listed(tmp_path))
    qtbot.addWidget(shelf)
    assert shelf.grid.count() == 0
    assert "no pose library" in shelf.caption.text()
