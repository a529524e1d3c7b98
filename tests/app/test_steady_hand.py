"""Shift, Alt and the wheel, and the keys that change what a drag does: the real window, real events."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.pose import groups, kinematics
from engine.pose.skeleton import LEFT_ELBOW, LEFT_SHOULDER, LEFT_WRIST, NOSE, RIGHT_WRIST

PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
EVERYBODY = tuple(range(18))


@pytest.fixture
def driver(open_window, standing):
    """A window whose person stands plainly; nothing to undo."""
    driver = open_window()
    driver.controller.document.settle(pose=standing)
    driver.canvas.setFocus()
    return driver


def angle(pose: np.ndarray, parent: int, joint: int) -> float:
    """Degrees of a bone, from x to the right, y down."""
    dx, dy = (pose[joint, :2] - pose[parent, :2]).tolist()
    return math.degrees(math.atan2(dy, dx))


def wheel(driver, steps: float, keys) -> None:
    """As the platforms send it: lying on its side while Alt is held."""
    at, turn = driver.at(NOSE), round(120 * steps)
    event = QWheelEvent(
        at, driver.canvas.viewport().mapToGlobal(at), QPoint(),
        QPoint(turn, 0) if keys & ALT else QPoint(0, turn),
        Qt.MouseButton.NoButton, keys, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(driver.canvas.viewport(), event)


def test_shift_keeps_a_pulled_wrist_on_a_line_that_is_drawn(driver):
    start, at = driver.pose.copy(), driver.at(LEFT_WRIST) + QPointF(2, 1)
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, at + QPointF(5, -60), keys=SHIFT)
    moved, guide = driver.pose[LEFT_WRIST, :2] - start[LEFT_WRIST, :2], driver.canvas.skeleton.guide
    assert moved == pytest.approx((0, -60 / driver.canvas.zoom), abs=0.3), "upright"
    assert guide.isVisible()
    box = guide.path().boundingRect()
    assert (box.left(), box.right()) == pytest.approx((start[LEFT_WRIST, 0],) * 2, abs=0.1)
    driver.mouse(MOVE, at + QPointF(5, -60))
    assert not guide.isVisible() and driver.pose[LEFT_WRIST, 0] != pytest.approx(start[LEFT_WRIST, 0])
    driver.mouse(MOVE, at + QPointF(40, -43), keys=SHIFT)
    driver.mouse(RELEASE, at + QPointF(40, -43), keys=SHIFT)
    dx, dy = (driver.pose[LEFT_WRIST, :2] - start[LEFT_WRIST, :2]).tolist()
    assert dx == pytest.approx(-dy, abs=0.3) and not guide.isVisible(), "a diagonal"
    assert driver.controller.undo_stack.count() == 1


@pytest.mark.parametrize("taken", ["elbow", "bone"])
def test_shift_turns_an_arm_to_steps_of_fifteen_degrees_of_the_frame(driver, taken):
    lengths, at = kinematics.bone_lengths(driver.pose), driver.at(LEFT_ELBOW)
    if taken == "bone":
        at = (at + driver.at(LEFT_SHOULDER)) / 2
    for shift in (QPointF(30, 0), QPointF(60, -40), QPointF(50, -90)):
        driver.mouse(PRESS, at)
        driver.mouse(MOVE, at + shift, keys=SHIFT)
        steps = angle(driver.pose, LEFT_SHOULDER, LEFT_ELBOW) / 15
        assert steps == pytest.approx(round(steps), abs=0.02)
        assert kinematics.bone_lengths(driver.pose) == pytest.approx(lengths, abs=0.01)
        QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
        driver.mouse(RELEASE, at)


def test_shift_turns_a_box_by_fifteen_degrees(driver):
    start = driver.pose.copy()
    driver.canvas.skeleton.choose_group((2, 3, 4))
    group, zoom = driver.canvas.skeleton.group, driver.canvas.zoom
    knob = driver.canvas.to_widget(group._knob(zoom).toTuple())
    driver.mouse(PRESS, knob)
    driver.mouse(MOVE, knob + QPointF(35, 0), keys=SHIFT)
    driver.mouse(RELEASE, knob + QPointF(35, 0), keys=SHIFT)
    turned = (angle(driver.pose, 2, 4) - angle(start, 2, 4)) / 15
    assert turned == pytest.approx(round(turned), abs=0.02) and round(turned) != 0


def test_alt_and_the_wheel_turn_the_person_as_one_step_and_do_not_zoom(driver):
    start, zoom = driver.pose.copy(), driver.canvas.zoom
    for _ in range(4):
        wheel(driver, 1, ALT)
    box = groups.box_of(start, EVERYBODY).mean(axis=0)
    wanted = groups.rotated(start, EVERYBODY, 12.0, (float(box[0]), float(box[1])))
    assert driver.pose == pytest.approx(wanted, abs=1e-3) and driver.canvas.zoom == zoom
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == ["Rotate the person"]
    stack.undo()
    assert np.array_equal(driver.pose, start)
    wheel(driver, -1, ALT | SHIFT)
    assert angle(driver.pose, 1, 0) - angle(start, 1, 0) == pytest.approx(-15, abs=0.1)
    wheel(driver, 1, ALT | SHIFT)
    assert driver.pose == pytest.approx(start, abs=1e-3)


def test_alt_and_the_wheel_turn_what_is_in_a_box_alone(driver):
    start = driver.pose.copy()
    driver.canvas.skeleton.choose_group((2, 3, 4))
    wheel(driver, 2, ALT)
    changed = np.flatnonzero(np.abs(driver.pose - start).max(axis=1) > 1e-3)
    assert set(changed) <= {2, 3, 4} and driver.controller.undo_stack.undoText() == "Rotate 3 joints"
    wheel(driver, 1, NONE)
    assert driver.controller.undo_stack.count() == 1, "without Alt the wheel zooms"


def test_l_lets_a_bone_stretch_and_carries_what_hangs_on_it(driver):
    start, lengths = driver.pose.copy(), kinematics.bone_lengths(driver.pose)
    QTest.keyClick(driver.canvas, Qt.Key.Key_L)
    driver.drag(LEFT_ELBOW, 20, 5)
    assert driver.pose[[6, 7], :2] - start[[6, 7], :2] == pytest.approx(np.tile((20, 5), (2, 1)), abs=0.2)
    changed = np.flatnonzero(np.abs(kinematics.bone_lengths(driver.pose) - lengths) > 0.5)
    assert changed.tolist() == [4], "the upper arm"
    QTest.keyClick(driver.canvas, Qt.Key.Key_L)
    stretched = kinematics.bone_lengths(driver.pose)
    driver.drag(LEFT_ELBOW, -5, -20)
    assert kinematics.bone_lengths(driver.pose) == pytest.approx(stretched, abs=0.01)


def test_k_turns_the_forearm_alone_on_both_sides_if_wanted(driver):
    start = driver.pose.copy()
    QTest.keyClick(driver.canvas, Qt.Key.Key_K)
    driver.drag(LEFT_WRIST, 25, -30)
    moved = np.flatnonzero(np.abs(driver.pose - start).max(axis=1) > 0.01)
    assert moved.tolist() == [LEFT_WRIST]
    assert kinematics.bone_lengths(driver.pose) == pytest.approx(kinematics.bone_lengths(start), abs=0.01)
    driver.controller.undo_stack.undo()
    QTest.keyClick(driver.canvas, Qt.Key.Key_S)
    driver.drag(LEFT_WRIST, 25, -30)
    moved = np.flatnonzero(np.abs(driver.pose - start).max(axis=1) > 0.01)
    assert moved.tolist() == [RIGHT_WRIST, LEFT_WRIST]
    QTest.keyClick(driver.canvas, Qt.Key.Key_K)
    driver.drag(LEFT_WRIST, 5, -40)
    assert abs(driver.pose[LEFT_ELBOW, 0] - start[LEFT_ELBOW, 0]) > 0.5, "bends again"


def test_z_shows_the_pose_before_the_last_drag_as_long_as_it_is_held(driver):
    ghost, before = driver.canvas.skeleton.ghost, driver.pose[LEFT_WRIST, :2].copy()
    driver.drag(LEFT_WRIST, 20, -60)
    assert not ghost.isVisible()
    QTest.keyPress(driver.canvas, Qt.Key.Key_Z)
    assert ghost.isVisible()
    assert ghost.path().boundingRect().right() == pytest.approx(before[0], abs=0.1)
    QTest.keyRelease(driver.canvas, Qt.Key.Key_Z)
    driver.until(lambda: not ghost.isVisible())
    QTest.keyPress(driver.canvas, Qt.Key.Key_Z, CTRL)
    assert not ghost.isVisible(), "that is undo"


def test_z_shows_the_pose_before_the_last_step_whatever_made_it(driver):
    ghost, start = driver.canvas.skeleton.ghost, driver.pose.copy()

    def seen() -> float:
        """The right end of the ghost while the key is held."""
        QTest.keyPress(driver.canvas, Qt.Key.Key_Z)
        right = ghost.path().boundingRect().right() if ghost.isVisible() else float("nan")
        QTest.keyRelease(driver.canvas, Qt.Key.Key_Z)
        driver.until(lambda: not driver.canvas.held._held)
        assert not ghost.isVisible()
        return right

    assert np.isnan(seen()), "nothing was done"
    driver.canvas.skeleton.select(LEFT_WRIST)
    for _ in range(3):
        QTest.keyClick(driver.canvas, Qt.Key.Key_Right)
    assert driver.pose[:, 0].max() > start[:, 0].max() + 1
    assert seen() == pytest.approx(start[:, 0].max(), abs=0.1)
    nudged = driver.pose[:, 0].max()
    driver.window.actions_by_id["mirror"].trigger()
    assert seen() == pytest.approx(nudged, abs=0.1)
    driver.window.actions_by_id["undo"].trigger()
    assert seen() == pytest.approx(start[:, 0].max(), abs=0.1)


def test_del_hides_all_in_a_box_as_one_step(driver):
    start = driver.pose.copy()
    driver.canvas.skeleton.choose_group((3, 4, 6))
    QTest.keyClick(driver.canvas, Qt.Key.Key_Delete)
    assert np.flatnonzero(driver.pose[:, 2] == 0).tolist() == [3, 4, 6]
    assert driver.controller.undo_stack.undoText() == "Hide 3 joints"
    assert not driver.canvas.skeleton.group.joints
    assert not driver.window.actions_by_id["toggle_joint"].isEnabled(), "nothing is chosen any more"
    driver.controller.undo_stack.undo()
    assert np.array_equal(driver.pose, start)


def test_a_second_button_during_a_drag_does_nothing(driver):
    at, zoom_at = driver.at(LEFT_WRIST), driver.canvas.to_pose(QPointF(5, 5))
    driver.mouse(PRESS, at)
    driver.mouse(PRESS, at, Qt.MouseButton.MiddleButton)
    driver.mouse(MOVE, at + QPointF(30, -30))
    driver.mouse(RELEASE, at, Qt.MouseButton.MiddleButton)
    driver.mouse(MOVE, at + QPointF(40, -50))
    driver.mouse(RELEASE, at + QPointF(40, -50))
    assert driver.canvas.to_pose(QPointF(5, 5)) == zoom_at, "it does not pan"
    assert driver.controller.undo_stack.count() == 1 and not driver.controller.posing.dragging


def test_a_button_let_go_elsewhere_ends_its_drag_with_the_next_press(driver):
    at = driver.at(LEFT_WRIST)
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, at + QPointF(20, -30))
    driver.mouse(PRESS, driver.at(NOSE))
    driver.mouse(MOVE, driver.at(NOSE) + QPointF(6, 0))
    driver.mouse(RELEASE, driver.at(NOSE))
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == ["Move left wrist", "Move nose"]


def test_escape_takes_a_band_back(driver):
    corner = driver.canvas.to_widget((2.0, 2.0))
    driver.mouse(PRESS, corner, keys=SHIFT)
    driver.mouse(MOVE, driver.canvas.to_widget((150.0, 200.0)), keys=SHIFT)
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    driver.mouse(RELEASE, driver.canvas.to_widget((150.0, 200.0)), keys=SHIFT)
    assert not driver.canvas.band.on and not driver.canvas.skeleton.group.joints


def test_f11_fills_the_screen_and_gives_it_back(driver):
    QTest.keyClick(driver.window, Qt.Key.Key_F11)
    assert driver.window.isFullScreen()
    QTest.keyClick(driver.window, Qt.Key.Key_F11)
    assert not driver.window.isFullScreen()


def test_ctrl_w_closes_and_asks_as_quitting_does(driver, monkeypatch):
    from app.dialogs import unsaved

    asked = []
    monkeypatch.setattr(unsaved, "ask", lambda parent, name: asked.append(name) or unsaved.CANCEL)
    driver.drag(LEFT_WRIST, 5, -20)
    QTest.keyClick(driver.window, Qt.Key.Key_W, CTRL)
    assert asked and driver.window.isVisible()


def test_ctrl_return_draws_exactly_while_the_hand_is_down(driver):
    at = driver.at(LEFT_WRIST)
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, at + QPointF(20, -30))
    QTest.keyClick(driver.window, Qt.Key.Key_Return, CTRL)
    driver.until(lambda: driver.backend.session.log[-1].level is None)
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, driver.pose)
    assert driver.controller.posing.dragging
    driver.mouse(RELEASE, at)
