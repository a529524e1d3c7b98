"""Looks saved and opened in the real window: names, stars, questions, and that all of it comes back."""

from __future__ import annotations

import zipfile
from dataclasses import fields, replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from app import history
from app.dialogs import unsaved
from app.document import Look, Worn, same_look
from engine.errors import InputError
from engine.look import read_look, write_look

LEFT_WRIST = 7
ASK = unsaved.ask  # as it is outside of tests
CTRL = Qt.KeyboardModifier.ControlModifier


def in_words(look: Look) -> dict:
    """A look as plain values: what two windows must agree on."""
    values = {each.name: getattr(look, each.name) for each in fields(Look)}
    values["pose"] = look.pose.tobytes()
    values["photos"] = [(photo.name, photo.key, photo.source.id, photo.source.data) for photo in look.photos]
    return values


@pytest.fixture
def save_to(monkeypatch):
    """Answer the next dialogs for a name with this path; "" is Cancel."""

    def answer(path) -> None:
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a, **k: (str(path), ""))

    return answer


@pytest.fixture
def dressed(open_window, photo, standing):
    """A window with a person of her own, a garment mixed in, one worn, and a joint moved."""
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo("ada.png", top=(9, 99, 9)), "ada.png")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    driver.controller.photos.open_photo(photo("linen.png"), "linen.png", "garment")
    driver.until(lambda: len(driver.controller.document.look.photos) == 3)
    document = driver.controller.document
    driver.controller.borrowing.borrow(document.look.borrow.key, 0.35)
    worn = Worn("top", document.look.borrow.key, 0.7, locked=True)
    history.do(driver.controller.undo_stack, history.LookCommand(document, "Wear it", outfit=(worn,)))
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until_full()
    return driver


def star(driver) -> bool:
    return driver.window.isWindowModified()


def test_ctrl_s_asks_once_where_and_the_title_tells_name_and_star(dressed, tmp_path, save_to):
    driver, path = dressed, tmp_path / "Ada in linen.look"
    assert driver.window.windowTitle() == "ada.png[*] – Poseloom" and star(driver)
    save_to(path)
    QTest.keyClick(driver.window, Qt.Key.Key_S, CTRL)
    driver.until(lambda: "Saved Ada in linen.look." in driver.sentences)
    assert driver.window.windowTitle() == "Ada in linen.look[*] – Poseloom" and not star(driver)
    driver.drag(LEFT_WRIST, 5, 5)
    assert star(driver)
    driver.window.actions_by_id["undo"].trigger()
    assert not star(driver), "what was undone is as it was saved"
    driver.window.actions_by_id["redo"].trigger()
    save_to("")
    before = path.read_bytes()
    QTest.keyClick(driver.window, Qt.Key.Key_S, CTRL)
    driver.until(lambda: not star(driver))
    assert path.read_bytes() != before
    assert np.array_equal(read_look(path).pose_18x3, driver.pose)


def test_all_of_a_look_comes_back_in_another_window(dressed, open_window, tmp_path, save_to):
    path = tmp_path / "a.look"
    save_to(path)
    dressed.window.actions_by_id["save"].trigger()
    dressed.until(path.is_file)
    wanted, still = in_words(dressed.controller.document.look), dressed.controller.frames.still.copy()
    other = open_window(files=[path], awake=False)
    other.until(lambda: other.window.windowTitle().startswith("a.look"))
    other.until_full()
    assert in_words(other.controller.document.look) == wanted
    assert np.array_equal(other.controller.frames.still, still)
    assert other.backend.looked == 0, "nobody is looked for in a photo whose pose is known"
    assert not star(other) and not other.window.actions_by_id["undo"].isEnabled()


def test_the_photos_are_in_the_file_as_they_were_given(dressed, photo, tmp_path, save_to):
    path = tmp_path / "a.look"
    save_to(path)
    dressed.window.actions_by_id["save"].trigger()
    dressed.until(path.is_file)
    originals = {photo("linen.png").read_bytes(), photo("ada.png", top=(9, 99, 9)).read_bytes()}
    with zipfile.ZipFile(path) as made:
        held = {made.read(name) for name in made.namelist() if name.startswith("photos/")}
        thumbnail = made.open("Thumbnails/thumbnail.png")
        assert max(Image.open(thumbnail).size) == 256
    assert originals < held


def test_a_look_of_nobody_in_the_photo_and_one_laid_by_hand_come_back(open_window, photo, tmp_path, save_to):
    driver = open_window(pose=None)
    driver.controller.photos.open_photo(photo("shirt.png"), "shirt.png", "garment")
    driver.until(lambda: driver.controller.draft is not None)
    driver.window.centre.banner.button("Use as it is").click()
    driver.controller.photos.open_photo(photo("drawing.png", top=(1, 2, 3)), "drawing.png")
    driver.until(lambda: driver.controller.draft is not None)
    for count, joint in enumerate((0, 7, 4, 13), 1):
        driver.drag(joint, 4.0 * count, 3.0)
    driver.window.centre.banner.button("Use this pose").click()
    driver.until(lambda: len(driver.controller.document.look.photos) == 3)
    save_to(tmp_path / "a.look")
    driver.window.actions_by_id["save"].trigger()
    driver.until(lambda: not star(driver))
    wanted = in_words(driver.controller.document.look)
    driver.drag(LEFT_WRIST, 5, 5)
    driver.window.opening.open_all([tmp_path / "a.look"])
    driver.until(lambda: not star(driver))
    assert in_words(driver.controller.document.look) == wanted
    assert driver.controller.draft is None, "nobody is looked for again"


def test_save_as_goes_on_with_the_new_file_and_a_copy_does_not(dressed, tmp_path, save_to):
    driver = dressed
    for verb, name, title in (
        ("save", "one.look", "one.look"),
        ("save_as", "two", "two.look"),
        ("save_copy", "three.look", "two.look"),
    ):
        driver.drag(LEFT_WRIST, 3, 3)
        save_to(tmp_path / name)
        driver.window.actions_by_id[verb].trigger()
        driver.until(lambda name=name: (tmp_path / name).with_suffix(".look").is_file())
        driver.until(lambda name=name: f"Saved {name.removesuffix('.look')}.look." in driver.sentences)
        assert driver.window.windowTitle().startswith(title)
        assert star(driver) == (verb == "save_copy"), "a copy saves nothing of ours"


def test_edits_made_while_a_look_is_written_keep_their_star(dressed, tmp_path, save_to):
    driver = dressed
    save_to(tmp_path / "a.look")
    driver.window.actions_by_id["save"].trigger()
    driver.controller.posing.mirror()  # before the thread of files has answered
    driver.until(lambda: "Saved a.look." in driver.sentences)
    assert star(driver)
    assert not np.array_equal(read_look(tmp_path / "a.look").pose_18x3, driver.pose)


def test_what_cannot_be_written_is_told_and_stays_unsaved(dressed, tmp_path, save_to):
    save_to(tmp_path / "nowhere" / "a.look")
    dressed.window.actions_by_id["save"].trigger()
    dressed.until(lambda: any("a.look cannot be saved" in sentence for sentence in dressed.sentences))
    assert star(dressed) and dressed.window.looks.path is None


def test_nothing_is_asked_where_nothing_was_done(open_window, monkeypatch):
    monkeypatch.setattr(unsaved, "ask", lambda *a: pytest.fail("there is nothing to save"))
    driver = open_window()
    assert not star(driver)
    driver.drag(LEFT_WRIST, 5, 5)
    driver.window.actions_by_id["undo"].trigger()
    driver.window.close()
    assert not driver.window.isVisible()


@pytest.mark.parametrize("answer", ["Save", "Discard", "Cancel"])
def test_the_question_at_the_end(dressed, tmp_path, save_to, monkeypatch, answer):
    driver, path = dressed, tmp_path / "a.look"
    monkeypatch.setattr(unsaved, "ask", ASK)
    save_to(path)
    said = []

    def click() -> None:
        [box] = [w for w in QApplication.topLevelWidgets() if isinstance(w, QMessageBox) and w.isVisible()]
        said.append(box.text())
        box.button(getattr(QMessageBox.StandardButton, answer)).click()

    QTimer.singleShot(0, click)
    driver.window.close()
    assert said == ["Save the changes to ada.png?"]
    if answer == "Save":
        driver.until(lambda: not driver.window.isVisible())
        assert np.array_equal(read_look(path).pose_18x3, driver.pose)
    else:
        assert driver.window.isVisible() == (answer == "Cancel") and not path.exists()


def test_no_name_for_a_look_that_was_to_be_saved_keeps_the_window_open(dressed, save_to, monkeypatch):
    monkeypatch.setattr(unsaved, "ask", lambda *a: unsaved.SAVE)
    save_to("")
    dressed.window.close()
    assert dressed.window.isVisible() and star(dressed)
    monkeypatch.setattr(unsaved, "ask", lambda *a: unsaved.DISCARD)


def test_opening_another_look_asks_first(dressed, tmp_path, save_to, monkeypatch):
    driver, path = dressed, tmp_path / "a.look"
    save_to(path)
    driver.window.actions_by_id["save"].trigger()
    driver.until(lambda: not star(driver))
    wanted = in_words(driver.controller.document.look)
    driver.controller.posing.mirror()
    mirrored = driver.controller.document.look
    monkeypatch.setattr(unsaved, "ask", lambda *a: unsaved.CANCEL)
    driver.window.looks.open(path)
    assert driver.controller.document.look is mirrored
    monkeypatch.setattr(unsaved, "ask", lambda *a: unsaved.DISCARD)
    driver.window.looks.open(path)
    driver.until(lambda: not star(driver))
    assert in_words(driver.controller.document.look) == wanted


def test_ctrl_n_begins_anew_and_asks_what_becomes_of_the_present_look(dressed, monkeypatch):
    answers, before = [unsaved.CANCEL, unsaved.DISCARD], dressed.controller.document.look
    monkeypatch.setattr(unsaved, "ask", lambda parent, name: answers.pop(0))
    QTest.keyClick(dressed.canvas, Qt.Key.Key_N, CTRL)
    assert dressed.controller.document.look is before
    QTest.keyClick(dressed.canvas, Qt.Key.Key_N, CTRL)
    look = dressed.controller.document.look
    assert not answers and [photo.key for photo in look.photos] == [look.person]
    assert np.array_equal(look.pose, look.photos[0].reference.keypoints_18x3)
    assert look.borrow is None and not look.outfit
    assert not dressed.controller.undo_stack.canUndo() and not dressed.controller.document.changed
    assert dressed.window.looks.path is None and not star(dressed)
    dressed.until_full()


def test_before_the_sample_is_there_a_new_look_throws_nothing_away_and_says_so(open_window, monkeypatch):
    driver = open_window(awake=False, fault=InputError("The weights are damaged."))
    driver.until(lambda: driver.controller.frames.status.state == "missing")
    driver.controller.posing.mirror()
    mirrored, asked = driver.controller.document.look, []
    monkeypatch.setattr(unsaved, "ask", lambda *a: asked.append(a) or unsaved.DISCARD)
    driver.window.looks.new()  # as between waking and the sample, when the action is there already
    assert driver.controller.document.look is mirrored and not asked
    assert "A new look can begin as soon as the engine has read the sample." in driver.sentences


def test_what_is_done_while_a_look_is_read_is_asked_about_too(dressed, tmp_path, save_to, monkeypatch):
    driver, path = dressed, tmp_path / "a.look"
    save_to(path)
    driver.window.actions_by_id["save"].trigger()
    driver.until(lambda: not star(driver))
    driver.window.looks.open(path)
    driver.controller.posing.mirror()
    mirrored, asked = driver.controller.document.look, []
    monkeypatch.setattr(unsaved, "ask", lambda *a: asked.append(a) or unsaved.CANCEL)
    driver.until(lambda: asked)
    assert driver.controller.document.look is mirrored
    monkeypatch.setattr(unsaved, "ask", lambda *a: unsaved.DISCARD)


def test_recent_looks_are_listed_and_one_that_has_gone_is_told(dressed, tmp_path, save_to, settings):
    driver = dressed
    for name in ("one.look", "two & three.look"):
        save_to(tmp_path / name)
        driver.window.actions_by_id["save_as"].trigger()
        driver.until(lambda name=name: f"Saved {name}." in driver.sentences)
    assert [path.name for path in settings.recent] == ["two & three.look", "one.look"]
    files = next(action.menu() for action in driver.window.menuBar().actions() if "File" in action.text())
    recent = next(action.menu() for action in files.actions() if action.text() == "Open &recent")
    recent.aboutToShow.emit()
    entries = recent.actions()
    assert [entry.text() for entry in entries] == ["two && three.look", "one.look"]
    (tmp_path / "one.look").unlink()
    entries[1].trigger()
    driver.until(lambda: any("There is no file" in sentence for sentence in driver.sentences))
    entries[0].trigger()
    driver.until(lambda: driver.controller.undo_stack.count() == 0)
    assert driver.window.windowTitle().startswith("two & three.look")


@pytest.mark.parametrize("stored", ["[", "{}", '["/x.look", 5]', "[" * 9999])
def test_recent_files_believe_nothing(settings, stored):
    settings._store.setValue("recent", stored)
    assert [str(path) for path in settings.recent] == (["/x.look"] if "x.look" in stored else [])


def test_a_damaged_look_is_one_sentence_and_nothing_is_lost(dressed, tmp_path):
    driver, path = dressed, tmp_path / "a.look"
    path.write_bytes(b"PK\x03\x04 is not enough")
    before = driver.controller.document.look
    driver.window.looks.open(path)
    wanted = "a.look is cut off or damaged: its end is missing."
    driver.until(lambda: wanted in driver.sentences)
    assert driver.controller.document.look is before


def test_what_this_version_does_not_know_is_written_back(dressed, tmp_path, save_to):
    driver, path = dressed, tmp_path / "a.look"
    save_to(path)
    driver.window.actions_by_id["save"].trigger()
    driver.until(path.is_file)
    look = read_look(path)
    write_look(path, replace(look, others={"swaps": [1]}, members={"sections/swaps/a": b"mask"}))
    driver.window.looks.open(path)
    driver.until(lambda: driver.controller.document.look.kept.sections)
    driver.drag(LEFT_WRIST, 5, 5)
    driver.window.actions_by_id["save"].trigger()
    driver.until(lambda: not star(driver))
    assert any("a.look also says swaps" in sentence for sentence in driver.sentences)
    again = read_look(path)
    assert again.others == {"swaps": [1]} and again.members == {"sections/swaps/a": b"mask"}
    assert not np.array_equal(again.pose_18x3, look.pose_18x3)


def test_a_look_in_another_frame_is_carried_over(dressed, tmp_path, save_to):
    driver, path = dressed, tmp_path / "a.look"
    save_to(path)
    driver.window.actions_by_id["save"].trigger()
    driver.until(path.is_file)
    look, before = read_look(path), driver.pose.copy()
    double = look.pose_18x3 * np.array((2, 2, 1), np.float32)
    write_look(path, replace(look, frame=(512, 352), pose_18x3=double))
    driver.controller.posing.mirror()
    driver.window.looks.open(path)
    driver.until(lambda: not star(driver))
    assert driver.pose == pytest.approx(before, abs=1e-3)


def test_other_weights_are_told(dressed, tmp_path, save_to):
    driver, path = dressed, tmp_path / "a.look"
    save_to(path)
    driver.window.actions_by_id["save"].trigger()
    driver.until(path.is_file)
    look = read_look(path)
    theirs = look.drawn_by._replace(weights="theirs.safetensors", sha256="f" * 64)
    write_look(path, replace(look, drawn_by=theirs))
    driver.window.looks.open(path)
    driver.until(lambda: any("theirs.safetensors drew a.look" in sentence for sentence in driver.sentences))


def test_a_look_waits_for_the_engine_and_is_told_when_there_is_none(open_window, tmp_path, dressed, save_to):
    path = tmp_path / "a.look"
    save_to(path)
    dressed.window.actions_by_id["save"].trigger()
    dressed.until(path.is_file)
    driver = open_window(awake=False, files=[path], fault=ValueError("broken"))
    driver.until(lambda: any("a.look waits until" in sentence for sentence in driver.sentences))
    assert not driver.window.actions_by_id["save"].isEnabled()


def test_the_library_pose_is_part_of_the_look(open_window, tmp_path, save_to):
    driver, path = open_window(), tmp_path / "a.look"
    grid = driver.window.docks.poses.grid
    grid.taken.emit(grid.item(2).data(Qt.ItemDataRole.UserRole))
    name = grid.item(2).toolTip()
    assert driver.controller.document.look.library == name
    save_to(path)
    driver.window.actions_by_id["save"].trigger()
    driver.until(path.is_file)
    assert read_look(path).library == name
    driver.drag(LEFT_WRIST, 5, 5)
    assert driver.controller.document.look.library == "", "it is no pose of the library any more"


def test_looks_are_the_same_by_value():
    pose = np.ones((18, 3), np.float32)
    assert same_look(Look(pose=pose), Look(pose=pose.copy()))
    assert not same_look(Look(pose=pose), Look(pose=pose + 1)) and not same_look(Look(), Look(person="a"))


def test_exports_with_options(dressed, tmp_path, save_to):
    from PySide6.QtWidgets import QCheckBox, QPushButton, QRadioButton

    from app.dialogs.export import ExportDialog

    driver = dressed
    height, width = driver.controller.frames.still.shape[:2]

    def export(name: str, *wanted: str) -> np.ndarray:
        save_to(tmp_path / name)
        driver.window.actions_by_id["export_options"].trigger()
        dialog = driver.window.findChildren(ExportDialog)[-1]
        boxes = [*dialog.findChildren(QRadioButton), *dialog.findChildren(QCheckBox)]
        for box in boxes:
            if isinstance(box, QCheckBox):
                box.setChecked(False)
        for word in wanted:
            next(box for box in boxes if word in box.text()).setChecked(True)
        next(each for each in dialog.findChildren(QPushButton) if each.text() == "Export…").click()
        driver.until(lambda: f"Saved {name}." in driver.sentences)
        with Image.open(tmp_path / name) as image:
            assert "poseloom" in image.text, "it reopens, however it was exported"
            return np.asarray(image)

    assert export("double.png", f"{2 * width} ×").shape == (2 * height, 2 * width, 3)
    alone = export("alone.png", f"{width} ×", "person alone")
    assert alone.shape == (height, width, 4)
    assert alone[0, 0, 3] == 0 and alone[height // 2, width // 2, 3] == 255
    bones = export("bones.png", "Only the skeleton")
    assert not bones[0, 0].any() and bones.any() and bones.shape == (height, width, 3)
    over = export("over.png", "With the skeleton")
    assert np.array_equal(over[0, 0], driver.controller.frames.still[0, 0])
    assert not np.array_equal(over, driver.controller.frames.still)
