"""Gestures beyond one joint, in the real window with real events: each one step of undo."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from engine.pose import kinematics
from engine.pose.skeleton import FLIP, LEFT_ANKLE, LEFT_ELBOW, LEFT_SHOULDER, LEFT_WRIST, NOSE, RIGHT_WRIST

PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def driver(open_window, standing):
    """A window whose person stands plainly; nothing to undo."""
    driver = open_window()
    driver.controller.document.settle(pose=standing)
    return driver


def key(driver, key: Qt.Key, keys=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(driver.canvas, key, keys)


def sweep(driver, start: QPointF, *stops: QPointF) -> None:
    """One drag over widget positions."""
    driver.mouse(PRESS, start)
    for stop in stops:
        driver.mouse(MOVE, stop)
    driver.mouse(RELEASE, stops[-1])


def the_step(driver, text: str, start: np.ndarray) -> None:
    """There is one step of this name, and undoing it brings the pose back exactly."""
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == [text]
    after = driver.pose.copy()
    assert not np.array_equal(after, start)
    stack.undo()
    assert np.array_equal(driver.pose, start)
    stack.redo()
    assert np.array_equal(driver.pose, after)


def test_a_raised_hand_has_its_elbow_out_and_stays_under_the_pointer(driver):
    start = driver.pose.copy()
    driver.drag(LEFT_WRIST, 140 - start[LEFT_WRIST, 0], 45 - start[LEFT_WRIST, 1], steps=20)
    assert driver.pose[LEFT_WRIST, :2] == pytest.approx((140, 45), abs=0.3)
    x, y = driver.pose[LEFT_ELBOW, :2]
    assert x > 130 and 60 < y < 95, "out at about the shoulder, the forearm upright"
    the_step(driver, "Move left wrist", start)


def test_x_bends_the_elbow_the_other_way_during_the_drag_and_after(driver):
    start, at = driver.pose.copy(), driver.at(LEFT_WRIST)
    up = at + QPointF(10, -70) * driver.canvas.zoom
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, up)
    plain = driver.pose.copy()
    key(driver, Qt.Key.Key_X)
    flipped = driver.pose.copy()
    assert math.dist(flipped[LEFT_ELBOW, :2], plain[LEFT_ELBOW, :2]) > 20
    assert flipped[LEFT_WRIST] == pytest.approx(plain[LEFT_WRIST])
    driver.mouse(MOVE, up + QPointF(2, 0))
    assert math.dist(driver.pose[LEFT_ELBOW, :2], flipped[LEFT_ELBOW, :2]) < 5, "remembered"
    driver.mouse(RELEASE, up + QPointF(2, 0))
    the_step(driver, "Move left wrist", start)
    before = driver.pose.copy()
    key(driver, Qt.Key.Key_X)
    assert driver.controller.undo_stack.undoText() == "Bend left arm the other way"
    key(driver, Qt.Key.Key_X)
    assert driver.pose == pytest.approx(before, abs=0.01)
    driver.canvas.skeleton.select(NOSE)
    assert not driver.window.actions_by_id["flip_limb"].isEnabled(), "a head has no elbow"


@pytest.mark.parametrize(
    ("bone", "moved", "text"),
    [
        ((LEFT_SHOULDER, LEFT_ELBOW), {6, 7}, "Turn left arm"),
        ((LEFT_ELBOW, LEFT_WRIST), {7}, "Turn left forearm"),
        ((8, 9), {9, 10}, "Turn right leg"),
        ((1, 0), {0, 14, 15, 16, 17}, "Turn head"),
    ],
)
def test_a_dragged_bone_turns_its_limb(driver, bone, moved, text):
    start = driver.pose.copy()
    lengths = kinematics.bone_lengths(start)
    middle = (driver.at(bone[0]) + driver.at(bone[1])) / 2
    sweep(driver, middle, middle + QPointF(20, 5), middle + QPointF(40, 10))
    assert set(np.flatnonzero(np.abs(driver.pose - start).max(axis=1) > 0.01)) == moved
    assert kinematics.bone_lengths(driver.pose) == pytest.approx(lengths, abs=0.01)
    the_step(driver, text, start)


def test_s_opens_both_arms(driver):
    start = driver.pose.copy()
    key(driver, Qt.Key.Key_S)
    driver.drag(LEFT_WRIST, 12, -50)
    assert driver.pose == pytest.approx(kinematics.mirror(driver.pose, driver.controller.frame_size), abs=0.1)
    the_step(driver, "Move both wrists", start)
    key(driver, Qt.Key.Key_S)
    driver.drag(RIGHT_WRIST, 5, -10)
    assert driver.controller.undo_stack.undoText() == "Move right wrist"


def test_a_limb_is_copied_across_and_the_person_turned_around(driver):
    driver.drag(LEFT_WRIST, 12, -80)
    driver.canvas.skeleton.select(LEFT_WRIST)
    key(driver, Qt.Key.Key_M, SHIFT)
    assert driver.controller.undo_stack.undoText() == "Copy left arm across"
    size = driver.controller.frame_size
    assert driver.pose == pytest.approx(kinematics.mirror(driver.pose, size), abs=0.1)
    key(driver, Qt.Key.Key_T)
    assert driver.controller.undo_stack.undoText() == "Turn around"
    assert driver.pose[LEFT_ANKLE, 0] < driver.pose[FLIP[LEFT_ANKLE], 0] and driver.pose[NOSE, 2] == 0
    assert [chip.property("joint") for chip in driver.window.docks.joint.chips] == [0, 14, 15]
    driver.canvas.skeleton.select(NOSE)
    assert not driver.window.actions_by_id["copy_limb"].isEnabled()


def band_around(driver, joints) -> None:
    """Draw a rubber band around joints, from an empty place."""
    spots = [driver.at(joint) for joint in joints]
    room = 25
    start = QPointF(min(s.x() for s in spots) - room, min(s.y() for s in spots) - room)
    stop = QPointF(max(s.x() for s in spots) + room, max(s.y() for s in spots) + room)
    skeleton, corner = driver.canvas.skeleton, driver.canvas.to_pose(start)
    assert skeleton.joint_at(corner) < 0 and skeleton.bone_at(corner) is None
    sweep(driver, start, (start + stop) / 2, stop)


def test_a_band_chooses_joints_and_their_box_moves_turns_and_scales_them(driver):
    canvas, legs, start = driver.canvas, (9, 10, 12, 13), driver.pose.copy()
    band_around(driver, legs)
    assert canvas.skeleton.group.joints == legs
    assert driver.controller.undo_stack.count() == 0
    box = canvas.skeleton.group._box
    inside = canvas.to_widget((box.center().x(), box.center().y()))
    sweep(driver, inside, inside + QPointF(30, -9), inside + QPointF(60, -18))
    shift = np.array((60, -18)) / canvas.zoom
    assert driver.pose[list(legs), :2] - start[list(legs), :2] == pytest.approx(
        np.tile(shift, (4, 1)), abs=0.05
    )
    the_step(driver, "Move 4 joints", start)
    driver.controller.undo_stack.undo()

    corner, middle = canvas.to_widget(canvas.skeleton.group._box.bottomRight().toTuple()), inside
    sweep(driver, corner, middle + 1.5 * (corner - middle))
    spread = driver.pose[9, :2] - driver.pose[13, :2]
    assert spread == pytest.approx(1.5 * (start[9, :2] - start[13, :2]), abs=0.05)
    the_step(driver, "Scale 4 joints", start)
    driver.controller.undo_stack.undo()

    knob = canvas.to_widget(canvas.skeleton.group._knob(canvas.zoom).toTuple())
    sweep(driver, knob, QPointF(inside.x() + (inside.y() - knob.y()), inside.y()))
    assert driver.pose[9, :2] - driver.pose[13, :2] == pytest.approx(
        np.array([[0, -1], [1, 0]]) @ (start[9, :2] - start[13, :2]), abs=0.5
    ), "a quarter turn clockwise"
    the_step(driver, "Rotate 4 joints", start)
    key(driver, Qt.Key.Key_Escape)
    assert not canvas.skeleton.group.joints and not canvas.skeleton.group._box_item.isVisible()


def test_the_joint_panel_says_what_is_in_the_box(driver):
    words, skeleton = driver.window.docks.joint._name, driver.canvas.skeleton
    skeleton.select(LEFT_WRIST)
    assert words.text() == "Left wrist"
    band_around(driver, (9, 10, 12, 13))
    assert words.text() == "4 joints in a box: arrows move them"
    driver.controller.posing.set_shown(9, False)
    assert words.text() == "3 joints in a box: arrows move them", "one that is hidden leaves it"
    key(driver, Qt.Key.Key_Escape)
    assert words.text().startswith("No joint chosen")


def test_ctrl_a_takes_the_whole_person_and_a_hidden_joint_leaves_the_box(driver):
    start = driver.pose.copy()
    key(driver, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert driver.canvas.skeleton.group.joints == tuple(range(18))
    between = (driver.at(3) + driver.at(8)) / 2
    sweep(driver, between, between + QPointF(12, 6))
    the_step(driver, "Move the person", start)
    driver.controller.posing.set_shown(NOSE, False)
    assert NOSE not in driver.canvas.skeleton.group.joints


def test_a_ghost_of_the_pose_before_is_seen_during_a_drag_only(driver):
    at, ghost = driver.at(LEFT_WRIST), driver.canvas.skeleton.ghost
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, at + QPointF(40, -60))
    assert ghost.isVisible()
    assert ghost.path().boundingRect().right() == pytest.approx(driver.canvas.to_pose(at)[0], abs=0.1)
    driver.mouse(RELEASE, at + QPointF(40, -60))
    assert not ghost.isVisible()
    driver.mouse(PRESS, driver.at(LEFT_WRIST))
    key(driver, Qt.Key.Key_Escape)
    assert not ghost.isVisible()


def test_a_band_around_one_joint_or_none_is_no_group(driver):
    band_around(driver, (LEFT_ANKLE,))
    assert driver.canvas.skeleton.group.joints == ()
    spot = driver.canvas.to_widget((5.0, 5.0))
    driver.mouse(PRESS, spot)
    driver.mouse(RELEASE, spot)
    assert not driver.canvas.band.on and driver.controller.undo_stack.count() == 0


def tip_at(driver, spot: QPointF) -> str:
    """What a hand reads that comes to rest here."""
    driver.mouse(MOVE, spot, Qt.MouseButton.NoButton)
    return tip_of_resting(driver, spot)


def tip_of_resting(driver, spot: QPointF) -> str:
    """What a hand reads that rests here and has not moved."""
    QToolTip.hideText()
    viewport, at = driver.canvas.viewport(), spot.toPoint()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
    return QToolTip.text()


def test_a_joint_tells_its_name_to_a_hand_that_rests_on_it(driver):
    assert tip_at(driver, driver.at(LEFT_WRIST)) == "Left wrist, seen"
    assert QToolTip.isVisible()
    driver.canvas.skeleton.select(LEFT_WRIST)
    driver.window.actions_by_id["toggle_joint"].trigger()
    assert tip_of_resting(driver, driver.at(LEFT_WRIST)) == "Left wrist, hidden", "as it is now"
    assert tip_at(driver, driver.at(LEFT_WRIST)) == "Left wrist, hidden"
    tip_at(driver, driver.canvas.to_widget((5.0, 5.0)))
    driver.until(lambda: not QToolTip.isVisible())


def test_a_bone_no_body_has_is_told_softly(driver):
    bone = next(item for item in driver.canvas.skeleton.item.bones if item.ends == (LEFT_ELBOW, LEFT_WRIST))
    assert not bone.strain
    driver.drag(LEFT_WRIST, 40, 40, keys=Qt.KeyboardModifier.ControlModifier)
    assert bone.strain
    assert tip_at(driver, (driver.at(LEFT_ELBOW) + driver.at(LEFT_WRIST)) / 2) == (
        "Longer than on a body of this size"
    )
    driver.until_full()
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, driver.pose), "told, not forbidden"
