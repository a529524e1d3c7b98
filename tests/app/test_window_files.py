"""Photos, poses and pictures in and out of the real window."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton

from app.choices import named_poses
from app.files import intake
from app.fitting import ENOUGH_ANCHORS
from app.jobs import TARGET_POSE
from engine.pose import formats

LEFT_WRIST = 7
NO_BUTTON, NO_KEYS = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier


def drop(driver, paths, side: float = 0.25):
    """Drag files over the window and let them go at `side` of the canvas's width."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window, copy = driver.window, Qt.DropAction.CopyAction
    canvas = driver.canvas
    where = (
        canvas.mapTo(window, canvas.rect().topLeft())
        + QPointF(side * canvas.width(), 0.5 * canvas.height()).toPoint()
    )
    QApplication.sendEvent(window, QDragEnterEvent(where, copy, mime, Qt.MouseButton.LeftButton, NO_KEYS))
    assert window.centre.overlay.isVisible()
    QApplication.sendEvent(window, QDragMoveEvent(where, copy, mime, Qt.MouseButton.LeftButton, NO_KEYS))
    QApplication.sendEvent(
        window, QDropEvent(where.toPointF(), copy, mime, Qt.MouseButton.LeftButton, NO_KEYS)
    )
    assert not window.centre.overlay.isVisible()


def test_the_shelf_is_a_place_to_drop_garments(open_window, photo, standing):
    driver = open_window(pose=standing)
    window, copy = driver.window, Qt.DropAction.CopyAction
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photo("linen.png")))])
    where = window.docks.shelf.mapTo(window, window.docks.shelf.rect().center())
    QApplication.sendEvent(window, QDragEnterEvent(where, copy, mime, Qt.MouseButton.LeftButton, NO_KEYS))
    QApplication.sendEvent(
        window, QDropEvent(where.toPointF(), copy, mime, Qt.MouseButton.LeftButton, NO_KEYS)
    )
    driver.until(lambda: "linen.png" in shelf_names(driver))
    assert driver.controller.document.look.borrow.key != driver.controller.document.look.person


def shelf_names(driver) -> list[str]:
    return [photo.name for photo in driver.controller.document.look.photos]


@pytest.mark.parametrize("side", [0.25, 0.75], ids=["person", "garment"])
def test_a_garment_with_nobody_in_it_goes_on_the_shelf_wherever_it_is_dropped(
    open_window, photo, standing, side
):
    driver = open_window(pose=standing, in_garment=standing * np.float32([0.9, 0.9, 1.0]))
    person = driver.controller.document.look.person
    driver.backend.pose = None  # nobody is found in it
    drop(driver, [photo("shirt.png")], side)
    driver.until(lambda: "shirt.png" in shelf_names(driver))
    assert driver.controller.document.look.person == person
    assert driver.sentences == [
        "shirt.png shows a garment alone and is on the shelf. Click what it is to replace, then it."
    ]
    driver.window.actions_by_id["undo"].trigger()
    assert shelf_names(driver) == [driver.controller._sample.name]


def test_who_is_opened_as_a_person_is_one_though_it_looks_like_a_garment(open_window, photo, standing):
    driver = open_window(pose=standing, in_garment=standing * np.float32([0.9, 0.9, 1.0]))
    drop(driver, [photo("cut.png")], side=0.25)
    driver.until(lambda: "cut.png" in shelf_names(driver))
    look = driver.controller.document.look
    assert look.photo(look.person).name == "cut.png"


def test_a_photo_dropped_on_new_person_is_detected_framed_and_posed(open_window, photo, standing):
    pose = standing * np.float32([1.1, 1.1, 1.0])
    driver = open_window(pose=pose)
    drop(driver, [photo("ada.png")], side=0.25)
    driver.until(lambda: "ada.png" in shelf_names(driver))
    look = driver.controller.document.look
    assert look.photo(look.person).name == "ada.png"
    assert np.array_equal(driver.pose, look.photo(look.person).reference.keypoints_18x3)
    driver.until_full()
    assert driver.backend.session.log[-1].identity == look.person
    driver.window.actions_by_id["undo"].trigger()
    assert shelf_names(driver) == [driver.controller._sample.name]


def test_a_garment_is_mixed_in_by_one_slider_in_one_step(open_window, photo, standing):
    driver = open_window(pose=standing)
    person = driver.controller.document.look.person
    drop(driver, [photo("linen.png")], side=0.75)
    driver.until(lambda: "linen.png" in shelf_names(driver))
    look = driver.controller.document.look
    assert look.person == person and look.borrow.amount == 0
    driver.until_full()
    before = driver.controller.frames.still.copy()
    slider = driver.window.docks.shelf.slider
    slider.setSliderDown(True)
    for value in (10, 35, 60):
        slider.setValue(value)
    slider.setSliderDown(False)
    driver.until_full()
    [mix] = driver.backend.session.log[-1].mixes
    assert mix.coefficients == pytest.approx(0.6)
    assert not np.array_equal(driver.controller.frames.still, before)
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == [
        "Put linen.png on the shelf",
        "Mix in 60 % of linen.png",
    ]
    driver.window.actions_by_id["undo"].trigger()
    assert slider.value() == 0
    driver.until_full()
    assert np.array_equal(driver.controller.frames.still, before)


def test_cards_choose_the_person_and_leave_the_shelf(open_window, photo, standing):
    driver = open_window(pose=standing)
    drop(driver, [photo("linen.png")], side=0.75)
    driver.until(lambda: "linen.png" in shelf_names(driver))
    key = driver.controller.document.look.borrow.key
    pose = driver.pose.copy()
    driver.controller.shelving.make_person(key)
    driver.until_full()
    assert driver.backend.session.log[-1].identity == key
    assert np.array_equal(driver.pose, pose)
    driver.controller.shelving.remove(key)
    assert "linen.png" in shelf_names(driver), "the person's own photo stays"
    driver.window.actions_by_id["undo"].trigger()
    driver.controller.shelving.remove(key)
    assert "linen.png" not in shelf_names(driver)
    assert driver.controller.document.look.borrow is None
    driver.window.actions_by_id["undo"].trigger()
    assert driver.controller.document.look.borrow is not None


def test_where_nobody_is_found_the_skeleton_is_laid_by_hand(open_window, photo):
    driver = open_window(pose=None)
    pose_before = driver.pose.copy()
    drop(driver, [photo("drawing.png", size=(600, 500))])
    driver.until(lambda: driver.controller.draft is not None)
    banner, use = driver.window.centre.banner, driver.window.centre.banner.button("Use this pose")
    assert banner.isVisible() and "could not find a person in drawing.png" in banner.text
    assert not use.isEnabled()
    assert not driver.window.actions_by_id["save_picture"].isEnabled(), "the person is not on screen"
    assert driver.canvas.picture.pixmap().height() == 600
    asked = driver.controller.frames._asked
    for count, joint in enumerate((0, 7, 4, 13), 1):
        driver.drag(joint, 4.0 * count, 3.0)
    assert driver.controller.frames._asked == asked, "the person behind the photo is not drawn again"
    assert driver.controller.undo_group.undoText().startswith("Move")
    driver.window.actions_by_id["undo"].trigger()
    assert f"{ENOUGH_ANCHORS - 1} placed" in banner.text
    driver.window.actions_by_id["redo"].trigger()
    assert use.isEnabled()
    laid = driver.pose.copy()
    use.click()
    driver.until(lambda: "drawing.png" in shelf_names(driver))
    assert not banner.isVisible()
    scale = min(256 / 600, 176 / 500)
    assert driver.pose[:, :2] == pytest.approx(laid[:, :2] * scale, abs=0.01)
    driver.window.actions_by_id["undo"].trigger()
    assert np.array_equal(driver.pose, pose_before)


def test_a_garment_with_nobody_in_it_can_be_used_as_it_is(open_window, photo):
    driver = open_window(pose=None)
    drop(driver, [photo("shirt.png")], side=0.75)
    driver.until(lambda: driver.controller.draft is not None)
    driver.window.centre.banner.button("Use as it is").click()
    driver.until(lambda: "shirt.png" in shelf_names(driver))
    key = driver.controller.document.look.borrow.key
    driver.controller.borrowing.borrow(key, 0.5)
    driver.until_full()
    assert driver.backend.session.log[-1].mixes[0].reference == key
    drop(driver, [photo("drawing.png", top=(1, 2, 3))], side=0.25)
    driver.until(lambda: driver.controller.draft is not None)
    assert driver.window.centre.banner.button("Use as it is") is None, "a person needs a pose"


def test_laying_by_hand_can_be_given_up(open_window, photo):
    driver = open_window(pose=None)
    pose, names = driver.pose.copy(), shelf_names(driver)
    drop(driver, [photo("drawing.png")])
    driver.until(lambda: driver.controller.draft is not None)
    driver.drag(0, 5, 5)
    driver.window.centre.banner.button("Cancel").click()
    assert np.array_equal(driver.pose, pose) and shelf_names(driver) == names
    assert not driver.window.actions_by_id["undo"].isEnabled()
    assert driver.canvas.picture.pixmap().deviceIndependentSize().height() == 256


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.png", b"this is no picture"),
        ("cut.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"),
        ("empty.webp", b""),
        (
            "cut.png",
            b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x01\x00\x00\x00\x01\x00\x08\x02\x00\x00\x00",
        ),
        ("broken.json", b"{"),
        ("people.json", b'{"people": []}'),
        ("photo.docx", b"PK\x03\x04"),
    ],
)
def test_bad_files_are_one_plain_sentence_and_nothing_is_lost(open_window, tmp_path, name, content, standing):
    driver = open_window(pose=standing)
    before = driver.pose.copy(), shelf_names(driver), driver.controller.undo_stack.count()
    path = tmp_path / name
    path.write_bytes(content)
    drop(driver, [path])
    driver.until(lambda: driver.sentences)
    [sentence] = driver.sentences
    assert name in sentence and "\n" not in sentence and "Traceback" not in sentence
    [toast] = driver.window.centre.notices.toasts
    assert not toast.findChildren(QPushButton), "a bad file has no details to copy"
    assert np.array_equal(driver.pose, before[0])
    assert (shelf_names(driver), driver.controller.undo_stack.count()) == before[1:]
    driver.drag(LEFT_WRIST, 5, -30)
    driver.until_full()


def test_a_pose_with_17_joints_is_told(open_window, tmp_path):
    driver = open_window()
    start = driver.pose.copy()
    short = tmp_path / "short.json"
    short.write_text(json.dumps({"people": [{"pose_keypoints_2d": [1.0] * 51}]}))
    drop(driver, [short])
    assert "17" in driver.sentences[0]
    assert np.array_equal(driver.pose, start)


def test_a_joint_that_is_no_number_is_told_and_changes_nothing(open_window, tmp_path, standing):
    driver = open_window()
    start = driver.pose.copy()
    points = standing.copy()
    points[LEFT_WRIST, 0] = np.nan
    path = tmp_path / "nan.json"
    path.write_text(json.dumps({"people": [{"pose_keypoints_2d": points.ravel().tolist()}]}))
    drop(driver, [path])
    assert "nan.json holds NaN" in driver.sentences[0] and np.array_equal(driver.pose, start)


def test_a_pose_comes_back_as_it_was_exported(open_window, tmp_path, monkeypatch):
    driver = open_window()
    driver.drag(LEFT_WRIST, 10, -60)
    driver.controller.posing.set_shown(0, False)
    wanted = driver.pose.copy()
    path = tmp_path / "pose.json"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a, **k: (str(path), ""))
    driver.window.actions_by_id["export_pose"].trigger()
    driver.window.actions_by_id["reset_pose"].trigger()
    assert not np.allclose(driver.pose, wanted)
    driver.window.actions_by_id["import_pose"].trigger()
    there = wanted[:, 2] > 0
    assert driver.pose[there] == pytest.approx(wanted[there], abs=0.01)
    assert driver.pose[0, 2] == 0
    assert driver.controller.undo_stack.undoText() == "Take the pose of pose.json"


def test_the_exported_picture_is_exact_and_brings_its_pose_back(open_window, tmp_path):
    driver = open_window()
    driver.drag(LEFT_WRIST, 10, -60)
    driver.until_full()
    wanted = driver.pose.copy()
    path = tmp_path / "ada in Öl.png"
    driver.window.saving.save_picture(path)
    driver.until(path.is_file)
    driver.until(lambda: f"Saved {path.name}." in driver.sentences)
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), driver.controller.frames.still)
        assert image.text["parameters"].startswith("Poseloom; person: ")
        assert json.loads(image.text["poseloom"])["version"] == 1
    driver.window.actions_by_id["reset_pose"].trigger()
    drop(driver, [path])
    assert driver.pose == pytest.approx(wanted, abs=0.01)


def test_a_picture_on_its_way_to_disk_is_written_before_the_window_is_gone(open_window, photo, tmp_path):
    driver = open_window(delay=0.2)
    driver.drag(LEFT_WRIST, 10, -60)
    driver.controller.photos.open_photo(photo(), "linen.png")
    driver.window.saving.save_picture(tmp_path / "last.png")
    driver.window.close()
    assert driver.window.stopped
    with Image.open(tmp_path / "last.png") as image:
        assert image.size == (352, 512)


@pytest.mark.parametrize(
    ("typed", "written"),
    [("coat v1.2", "coat v1.2.png"), ("coat.jpg", "coat.jpg.png"), ("coat.PNG", "coat.PNG")],
)
def test_a_picture_gets_the_ending_of_what_it_is(open_window, tmp_path, monkeypatch, typed, written):
    driver = open_window()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / typed), ""))
    driver.window.actions_by_id["save_picture"].trigger()
    driver.until(lambda: f"Saved {written}." in driver.sentences)
    assert [path.name for path in tmp_path.glob("coat*")] == [written]


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No])
def test_a_file_is_not_replaced_unasked(open_window, tmp_path, monkeypatch, answer):
    driver = open_window()
    (tmp_path / "pose.json").write_text("mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(tmp_path / "pose"), ""))
    monkeypatch.setattr(QMessageBox, "question", lambda *a, **k: answer)
    driver.window.actions_by_id["export_pose"].trigger()
    kept = (tmp_path / "pose.json").read_text() == "mine"
    assert kept == (answer == QMessageBox.StandardButton.No)


def test_a_place_that_cannot_be_written_to_is_told(open_window, tmp_path):
    driver = open_window()
    driver.window.saving.save_picture(tmp_path / "nowhere" / "x.png")
    driver.until(lambda: any("x.png" in sentence for sentence in driver.sentences))
    driver.window.saving.save_pose(tmp_path / "nowhere" / "pose.json")
    assert any("pose.json" in sentence for sentence in driver.sentences)


def test_copy_and_paste_carry_poses_and_pictures(open_window, standing):
    driver = open_window(pose=standing)
    driver.drag(LEFT_WRIST, 10, -60)
    wanted = driver.pose.copy()
    driver.window.actions_by_id["copy_pose"].trigger()
    driver.window.actions_by_id["mirror"].trigger()
    driver.window.actions_by_id["paste"].trigger()
    assert driver.pose == pytest.approx(wanted, abs=0.01)
    driver.window.actions_by_id["copy_picture"].trigger()
    driver.window.actions_by_id["paste"].trigger()
    driver.until(lambda: "pasted picture" in shelf_names(driver))
    mime = QMimeData()
    mime.setText("just words")
    QGuiApplication.clipboard().setMimeData(mime)
    driver.window.actions_by_id["paste"].trigger()
    assert any(sentence.startswith("There is nothing to paste") for sentence in driver.sentences)


def test_files_given_at_the_start_are_opened_when_the_engine_is_awake(open_window, photo, standing, tmp_path):
    pose = tmp_path / "arms.json"
    formats.write_openpose(pose, standing, (256, 176))
    driver = open_window(
        files=[photo("ada.png"), photo("linen.png", top=(20, 200, 40))], pose=standing, awake=False
    )
    driver.until(lambda: {"ada.png", "linen.png"} <= set(shelf_names(driver)))
    look = driver.controller.document.look
    assert look.photo(look.person).name == "ada.png"
    assert look.photo(look.borrow.key).name == "linen.png"


def test_a_pose_given_with_a_photo_is_taken_after_it(open_window, photo, standing, tmp_path):
    wanted = standing.copy()
    wanted[LEFT_WRIST, :2] = (150, 40)
    pose = tmp_path / "arms.json"
    formats.write_openpose(pose, wanted, (256, 176))
    driver = open_window(files=[pose, photo("ada.png")], pose=standing, awake=False)
    driver.until(lambda: "ada.png" in shelf_names(driver))
    driver.until_full()
    assert driver.pose == pytest.approx(wanted, abs=0.01)
    assert driver.controller.undo_stack.count() == 2


def test_dragging_something_unusable_is_answered_and_leaving_hides_the_places(open_window):
    driver = open_window()
    mime = QMimeData()
    mime.setText("hello")
    window, at = driver.window, driver.canvas.geometry().center()
    enter = QDragEnterEvent(at, Qt.DropAction.CopyAction, mime, NO_BUTTON, NO_KEYS)
    QApplication.sendEvent(window, enter)
    assert window.centre.overlay.isVisible() and window.centre.overlay.target_at(at) == ""
    window.centre.overlay.grab()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not window.centre.overlay.isVisible()


def test_a_photo_opened_while_another_is_laid_takes_its_place(open_window, photo, standing):
    driver = open_window(pose=None)
    drop(driver, [photo("drawing.png", size=(600, 500))])
    driver.until(lambda: driver.controller.draft is not None)
    driver.drag(0, 5, 5)
    driver.backend.pose = standing
    drop(driver, [photo("ada.png")])
    driver.until(lambda: "ada.png" in shelf_names(driver))
    assert driver.controller.draft is None and not driver.window.centre.banner.isVisible()
    assert driver.canvas.picture.pixmap().deviceIndependentSize().height() == 256
    assert any("drawing.png was put away" in sentence for sentence in driver.sentences)
    assert driver.window.actions_by_id["undo"].text().endswith("pen ada.png")


@pytest.mark.parametrize("found", [True, False], ids=["found", "laid by hand"])
def test_a_drag_does_not_go_on_upon_a_photo_that_arrives_under_it(open_window, photo, standing, found):
    driver = open_window(pose=standing if found else None)
    spot = driver.at(LEFT_WRIST)
    driver.mouse(QEvent.Type.MouseButtonPress, spot)
    driver.mouse(QEvent.Type.MouseMove, spot + QPointF(20, -30))
    driver.controller.photos.open_photo(photo("ada.png"), "ada.png")
    driver.until(lambda: driver.controller.draft is not None or "ada.png" in shelf_names(driver))
    arrived = driver.pose.copy()
    driver.mouse(QEvent.Type.MouseMove, spot + QPointF(40, -60))
    driver.mouse(QEvent.Type.MouseButtonRelease, spot + QPointF(40, -60))
    assert np.array_equal(driver.pose, arrived)


def test_reset_goes_back_to_the_start_once(open_window):
    driver = open_window()
    start, reset = driver.pose.copy(), driver.window.actions_by_id["reset_pose"]
    driver.drag(LEFT_WRIST, 10, -40)
    reset.trigger()
    reset.trigger()
    assert np.array_equal(driver.pose, start)
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(stack.count())] == ["Move left wrist", "Reset the pose"]


def test_a_photos_own_pose_is_in_the_frame_of_the_weights_that_are_open(open_window, photo, standing):
    """It was framed for those of before: reset, "Make this the person", a drop and the chooser mean the same
    place of the photo."""
    driver = open_window(pose=standing)
    c = driver.controller
    c.photos.open_photo(photo("bright.png", top=(250, 250, 250)), "bright.png", "garment")
    driver.until(lambda: len(c.document.look.photos) == 2)
    sample, other = c.document.look.photos
    opened = driver.backend.open_session

    def twice_as_large(weights, device):
        session = opened(weights, device)
        session.size = (512, 352)
        return session

    driver.backend.open_session = twice_as_large
    c.open_weights(None)
    driver.until(lambda: c.size == (512, 352))
    twice = np.array((2, 2, 1), np.float32)
    c.posing.mirror()
    driver.window.actions_by_id["reset_pose"].trigger()
    np.testing.assert_array_equal(c.pose, sample.reference.keypoints_18x3 * twice)
    c.shelving.become(other.key)
    np.testing.assert_array_equal(c.pose, other.reference.keypoints_18x3 * twice)
    c.shelving.become(sample.key)
    assert not any("Keep the pose" in sentence for sentence in driver.sentences), "it was the photo's own"
    driver.window.opening.take(intake.Intake(intake.SHELVED, other.name, other.key), TARGET_POSE)
    np.testing.assert_array_equal(c.pose, other.reference.keypoints_18x3 * twice)
    poses = named_poses(c.document.look, c.size, c.frames.still, [], [])
    np.testing.assert_array_equal(poses[1].on(sample), sample.reference.keypoints_18x3 * twice)
