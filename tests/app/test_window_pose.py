"""Posing in the real window with real mouse and key events."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFocusEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel

from engine.pose import kinematics
from engine.pose.skeleton import GUESSED, JOINTS, LIMBS, SEEN

LEFT_WRIST, LEFT_ELBOW, LEFT_SHOULDER, NOSE = 7, 6, 5, 0
CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier


def test_pulling_a_wrist_moves_bones_at_once_and_the_person_after_it(open_window):
    driver = open_window()
    start, before = driver.pose.copy(), driver.controller.frames.still.copy()
    spot = driver.at(LEFT_WRIST)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    driver.mouse(QEvent.Type.MouseMove, spot + QPointF(30, -60))
    item = driver.canvas.skeleton.item.joints[LEFT_WRIST]
    assert (item.pos().x(), item.pos().y()) == pytest.approx(driver.pose[LEFT_WRIST, :2], abs=1e-3)
    assert not np.array_equal(driver.pose, start)
    driver.mouse(QEvent.Type.MouseButtonRelease, spot + QPointF(30, -60))
    driver.until_full()
    assert not np.array_equal(driver.controller.frames.still, before)
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, driver.pose)
    assert driver.backend.session.log[-1].level is None


def test_the_joint_stays_under_the_hand_wherever_it_was_gripped(open_window):
    driver = open_window()
    grip, start = driver.at(LEFT_WRIST) + QPointF(5, -4), driver.pose.copy()
    driver.mouse(QEvent.Type.MouseButtonPress, grip)
    driver.mouse(QEvent.Type.MouseButtonRelease, grip)
    assert np.array_equal(driver.pose, start)
    assert driver.controller.undo_stack.count() == 0


@pytest.mark.parametrize("keys", [Qt.KeyboardModifier.NoModifier, CTRL], ids=["limb", "alone"])
def test_a_hidden_wrist_comes_out_by_short_pulls_too_and_hides_again_where_it_was(
    open_window, standing, photo, keys
):
    standing[LEFT_WRIST, 2] = GUESSED
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo("side.png"), "side.png", "person")
    driver.until(lambda: driver.controller.undo_stack.count() == 1)
    driver.until_full()
    home = driver.pose.copy()
    assert home[LEFT_WRIST, 2] == GUESSED
    states = []
    for _ in range(8):
        driver.drag(LEFT_WRIST, 0, -4, keys=keys)
        states.append(driver.pose[LEFT_WRIST, 2])
    assert states[0] == GUESSED and states[-1] == SEEN
    driver.drag(LEFT_WRIST, *(home[LEFT_WRIST, :2] - driver.pose[LEFT_WRIST, :2]), keys=keys)
    assert driver.pose[LEFT_WRIST, 2] == GUESSED
    driver.until_full()
    assert driver.backend.session.log[-1].keypoints_18x3[LEFT_WRIST, 2] == GUESSED


def test_bones_keep_their_length_unless_ctrl_frees_the_joint(open_window):
    driver = open_window()
    lengths = kinematics.bone_lengths(driver.pose)
    driver.drag(LEFT_ELBOW, 20, -30)
    assert kinematics.bone_lengths(driver.pose) == pytest.approx(lengths, abs=0.01)
    target = driver.pose[LEFT_WRIST, :2] + (8, 25)
    driver.drag(LEFT_WRIST, 8, 25, keys=CTRL)
    assert driver.pose[LEFT_WRIST, :2] == pytest.approx(target, abs=0.2)
    assert abs(kinematics.bone_lengths(driver.pose)[LIMBS.index((6, 7))] - lengths[5]) > 1


def test_alt_moves_the_whole_person(open_window):
    driver = open_window()
    start = driver.pose.copy()
    driver.drag(NOSE, 12, 5, keys=ALT)
    assert driver.pose[:, :2] - start[:, :2] == pytest.approx(np.tile((12, 5), (18, 1)), abs=0.2)
    assert driver.controller.undo_stack.undoText() == "Move the person"


def test_one_gesture_is_one_step_and_undo_redo_are_exact(open_window):
    driver = open_window()
    poses = [driver.pose.copy()]
    for joint, dx, dy in ((LEFT_WRIST, 10, -40), (LEFT_ELBOW, 5, -10), (NOSE, 3, 0)):
        driver.drag(joint, dx, dy, steps=9)
        poses.append(driver.pose.copy())
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == [
        "Move left wrist",
        "Move left elbow",
        "Move nose",
    ]
    for expected in reversed(poses[:-1]):
        driver.window.actions_by_id["undo"].trigger()
        assert np.array_equal(driver.pose, expected)
    assert not driver.window.actions_by_id["undo"].isEnabled()
    for expected in poses[1:]:
        QTest.keyClick(driver.window, Qt.Key.Key_Y, CTRL)
        assert np.array_equal(driver.pose, expected)
    driver.until_full()
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, poses[-1])


def test_a_drag_that_ends_where_it_began_is_no_step(open_window):
    driver = open_window()
    start = driver.pose.copy()
    spot = driver.at(LEFT_WRIST)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    for there in (QPointF(20, 20), QPointF(40, -10), QPointF(0, 0)):
        driver.mouse(QEvent.Type.MouseMove, spot + there)
    driver.mouse(QEvent.Type.MouseButtonRelease, spot)
    assert driver.pose == pytest.approx(start, abs=1e-2)


def test_escape_takes_the_drag_back(open_window):
    driver = open_window()
    start = driver.pose.copy()
    spot = driver.at(LEFT_WRIST)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    driver.mouse(QEvent.Type.MouseMove, spot + QPointF(40, -70))
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    assert np.array_equal(driver.pose, start)
    assert driver.controller.undo_stack.count() == 0
    driver.mouse(QEvent.Type.MouseMove, spot + QPointF(80, -90))
    assert np.array_equal(driver.pose, start)
    driver.mouse(QEvent.Type.MouseButtonRelease, spot)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    assert driver.controller.undo_stack.count() == 0, "nothing was moved, so nothing is a step"


def test_delete_hides_a_joint_and_its_bones_and_the_chip_brings_it_back(open_window):
    driver = open_window()
    driver.canvas.skeleton.select(LEFT_WRIST)
    QTest.keyClick(driver.canvas, Qt.Key.Key_Delete)
    assert driver.pose[LEFT_WRIST, 2] == 0
    assert not driver.canvas.skeleton.item.bones[LIMBS.index((6, 7))].isVisible()
    assert driver.canvas.skeleton.item.joints[LEFT_WRIST].isVisible()
    driver.until_full()
    assert driver.backend.session.log[-1].keypoints_18x3[LEFT_WRIST, 2] == 0
    [chip] = driver.window.docks.joint.chips
    chip.click()
    assert driver.pose[LEFT_WRIST, 2] > 0
    stack = driver.controller.undo_stack
    assert [stack.text(0), stack.text(1)] == ["Hide left wrist", "Show left wrist"]


def test_a_double_click_hides_and_shows(open_window):
    driver = open_window()
    for state in (0, 2):
        at = driver.at(LEFT_WRIST)
        driver.mouse(QEvent.Type.MouseButtonPress, at)
        driver.mouse(QEvent.Type.MouseButtonRelease, at)
        driver.mouse(QEvent.Type.MouseButtonDblClick, at)
        driver.mouse(QEvent.Type.MouseButtonRelease, at)
        assert driver.pose[LEFT_WRIST, 2] == state


def test_arrows_nudge_and_a_held_arrow_is_one_step(open_window):
    driver = open_window()
    driver.canvas.setFocus()
    driver.canvas.skeleton.select(NOSE)
    start = driver.pose[NOSE].copy()
    lengths = kinematics.bone_lengths(driver.pose)
    for _ in range(4):
        QTest.keyPress(driver.canvas, Qt.Key.Key_Right)
    QTest.keyRelease(driver.canvas, Qt.Key.Key_Right)
    assert driver.pose[NOSE, 0] > start[0] + 2
    assert kinematics.bone_lengths(driver.pose) == pytest.approx(lengths, abs=0.01)
    assert driver.controller.undo_stack.count() == 1
    QTest.keyClick(driver.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert driver.controller.undo_stack.count() == 2


def test_arrows_nudge_what_is_in_a_box_as_one_step(open_window):
    """As they are to each other, and the picture stays where it is."""
    driver = open_window()
    before, corner = driver.pose.copy(), driver.at(0)
    arm = (LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST)
    driver.canvas.skeleton.choose_group(arm)
    driver.canvas.setFocus()
    panel = driver.window.docks.joint
    assert any("3 joints in a box" in label.text() for label in panel.findChildren(QLabel))
    steps = driver.controller.undo_stack.index()
    QTest.keyClick(driver.canvas, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(driver.canvas, Qt.Key.Key_Up)
    wanted = before.copy()
    wanted[list(arm), :2] += (10, -1)
    np.testing.assert_allclose(driver.pose, wanted, atol=1e-3)
    assert driver.controller.undo_stack.index() == steps + 1
    assert driver.at(0) == corner
    assert driver.canvas.skeleton.group.joints == arm
    QTest.keyClick(driver.canvas, Qt.Key.Key_Escape)
    assert any("No joint chosen" in label.text() for label in panel.findChildren(QLabel))


def test_tab_goes_through_the_joints_and_leaves_behind_the_last(open_window):
    driver = open_window()
    driver.window.activateWindow()
    driver.canvas.setFocus()
    seen = []
    for _ in JOINTS:
        QTest.keyClick(driver.canvas, Qt.Key.Key_Tab)
        seen.append(driver.canvas.skeleton.selected)
    assert seen == list(range(18))
    QTest.keyClick(driver.canvas, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert driver.canvas.skeleton.selected == 16


def test_mirror_is_its_own_opposite_and_one_step(open_window):
    driver = open_window()
    driver.drag(LEFT_WRIST, 10, -50)
    start = driver.pose.copy()
    QTest.keyClick(driver.window, Qt.Key.Key_M)
    assert not np.allclose(driver.pose, start)
    assert driver.controller.undo_stack.undoText() == "Mirror the pose"
    QTest.keyClick(driver.window, Qt.Key.Key_M)
    assert driver.pose == pytest.approx(start, abs=1e-3)


def test_numbers_of_the_joint_dock_place_a_joint(open_window):
    driver = open_window()
    driver.canvas.skeleton.select(LEFT_ELBOW)
    field = driver.window.docks.joint._x
    field.selectAll()
    QTest.keyClicks(field, driver.window.locale().toString(111.5, "f", 1))
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert driver.pose[LEFT_ELBOW, 0] == pytest.approx(111.5)
    assert driver.controller.undo_stack.undoText() == "Move left elbow"


def test_the_wheel_zooms_at_the_pointer_and_fit_comes_back(open_window):
    driver = open_window()
    fitted = driver.canvas.zoom
    at = driver.at(LEFT_WRIST)
    under = driver.canvas.to_pose(at)
    for _ in range(5):
        event = QWheelEvent(
            at, driver.canvas.viewport().mapToGlobal(at), QPoint(), QPoint(0, 120),
            Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(driver.canvas.viewport(), event)
    assert driver.canvas.zoom > 1.8 * fitted
    assert driver.canvas.to_pose(at) == pytest.approx(under, abs=0.6)
    QTest.keyClick(driver.window, Qt.Key.Key_0, CTRL)
    assert driver.canvas.zoom == pytest.approx(fitted)


def test_space_and_the_middle_button_pan_without_touching_the_pose(open_window):
    driver = open_window()
    start = driver.pose.copy()
    for button in (Qt.MouseButton.MiddleButton, Qt.MouseButton.LeftButton):
        if button == Qt.MouseButton.LeftButton:
            QTest.keyPress(driver.canvas, Qt.Key.Key_Space)
        at, under = driver.at(NOSE), driver.canvas.to_pose(driver.at(NOSE))
        driver.mouse(QEvent.Type.MouseButtonPress, at, button)
        driver.mouse(QEvent.Type.MouseMove, at + QPointF(50, 30), button)
        driver.mouse(QEvent.Type.MouseButtonRelease, at + QPointF(50, 30), button)
        QTest.keyRelease(driver.canvas, Qt.Key.Key_Space)
        assert driver.canvas.to_pose(at + QPointF(50, 30)) == pytest.approx(under, abs=0.6)
    assert np.array_equal(driver.pose, start)


def test_the_first_drag_takes_the_hint_away_for_good(open_window, settings):
    driver = open_window(hint_seen=False)
    assert driver.window.centre.coach.isVisible()
    driver.drag(LEFT_WRIST, 5, -20)
    assert not driver.window.centre.coach.isVisible()
    assert settings.hint_seen


def test_the_hint_points_at_a_joint_that_is_there(open_window, standing):
    driver = open_window(hint_seen=False)
    bust = standing.copy()
    bust[[4, 6, 7]] = 0
    driver.controller.posing.take(bust, "bust")
    coach, elbow = driver.window.centre.coach, driver.at(3)
    assert 0 < coach.x() - elbow.x() < 40
    assert abs(coach.geometry().center().y() - elbow.y()) < 3


def test_every_hidden_joint_has_its_chip_in_sight(open_window, standing):
    driver = open_window()
    head = standing.copy()
    head[2:14] = 0
    driver.controller.posing.take(head, "head")
    panel = driver.window.docks.joint
    driver.until(lambda: all(panel.rect().contains(chip.geometry().translated(panel._chips.pos()))
                             for chip in panel.chips))  # fmt: skip
    assert len(panel.chips) == 12


def test_joints_can_be_dragged_before_the_engine_is_awake(open_window):
    driver = open_window(awake=False)
    driver.controller.facts = None
    driver.drag(LEFT_WRIST, 15, -45)
    dragged, place = driver.pose.copy(), driver.at(LEFT_WRIST)
    driver.until_full()
    assert np.array_equal(driver.pose, dragged)
    assert driver.at(LEFT_WRIST) == place, "what was made stands where the hand left it"
    height, width = driver.controller.size
    assert (dragged[:, :2] > 0).all() and (dragged[:, :2] < (width, height)).all()
    assert np.array_equal(driver.backend.session.log[-1].keypoints_18x3, dragged)


def test_the_sample_stands_in_the_frame_of_the_engine_from_the_start(open_window):
    """The skeleton does not jump when the engine has read the sample."""
    driver = open_window(awake=False)
    driver.controller.facts = None
    before, places = driver.pose.copy(), [driver.at(joint) for joint in range(18)]
    rows = len(driver.controller.frames.still)
    seen = driver.canvas.zoom * driver.controller.size[0]
    assert driver.canvas.camera.magnification == pytest.approx(seen / rows), "100 % is a px of the photo"
    driver.until(lambda: driver.controller.document.look.person)
    own = driver.controller.document.look.photos[0].own_pose(driver.controller.size)
    assert before == pytest.approx(own, abs=0.01)
    assert [driver.at(joint).toTuple() for joint in range(18)] == [
        pytest.approx(place.toTuple(), abs=0.1) for place in places
    ]


def test_the_trunk_is_a_handle_of_the_whole_person(open_window):
    driver = open_window()
    start = driver.pose.copy()
    middle = (driver.at(1) + driver.at(8)) / 2
    driver.mouse(QEvent.Type.MouseButtonPress, middle)
    driver.mouse(QEvent.Type.MouseMove, middle + QPointF(20, 10))
    driver.mouse(QEvent.Type.MouseButtonRelease, middle + QPointF(20, 10))
    shift = np.array([20, 10]) / driver.canvas.zoom
    assert driver.pose[:, :2] - start[:, :2] == pytest.approx(np.tile(shift, (18, 1)), abs=0.05)


def test_holding_backslash_shows_the_reference(open_window):
    driver = open_window()
    driver.canvas.setFocus()
    QTest.keyPress(driver.canvas, Qt.Key.Key_Backslash)
    assert driver.canvas.reference.isVisible()
    QTest.keyRelease(driver.canvas, Qt.Key.Key_Backslash)
    driver.until(lambda: not driver.canvas.held._held)
    assert not driver.canvas.reference.isVisible()


def test_the_reference_can_be_compared_until_something_changes(open_window):
    driver = open_window()
    compare, reference = driver.window.actions_by_id["toggle_reference"], driver.canvas.reference
    compare.trigger()
    assert reference.isVisible() and compare.isChecked()
    compare.trigger()
    assert not reference.isVisible()
    compare.trigger()
    QApplication.sendEvent(driver.canvas, QFocusEvent(QEvent.Type.FocusOut))
    assert reference.isVisible(), "opening a menu is no change"
    driver.drag(LEFT_WRIST, 5, -20)
    assert not reference.isVisible() and not compare.isChecked()


def test_a_joint_is_drawn_where_its_pixels_are(open_window):
    driver = open_window()
    driver.controller.posing.place(NOSE, (44.0, 64.0))
    frame = driver.canvas.picture.sceneBoundingRect()
    where = driver.canvas.skeleton.item.joints[NOSE].scenePos()
    assert where.x() / frame.width() == pytest.approx(44 / 176, abs=1e-6)
    assert where.y() / frame.height() == pytest.approx(64 / 256, abs=1e-6)
    assert driver.canvas.to_pose(driver.at(NOSE)) == pytest.approx((44.0, 64.0), abs=1e-6)


def test_a_joint_the_photo_did_not_show_comes_into_the_picture(open_window, standing):
    driver = open_window()
    close_up = standing * np.float32([1.6, 1.6, 1.0]) - np.float32([50, 0, 0])
    close_up[8:14] = 0
    driver.controller.posing.take(close_up, "close-up")
    driver.window.docks.joint.chips[0].click()
    torso = 1.6 * (standing[8, 1] - standing[1, 1])
    assert driver.pose[8, 1] - driver.pose[1, 1] == pytest.approx(torso, abs=1), "as large as the rest"
    driver.window.actions_by_id["show_all_joints"].trigger()
    x, y = driver.pose[8:14, 0], driver.pose[8:14, 1]
    assert (driver.pose[8:14, 2] > 0).all()
    assert ((x > 0) & (x < 176) & (y > 0) & (y < 256)).all()
