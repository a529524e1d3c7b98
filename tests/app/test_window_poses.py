"""Poses of other programs in and out of the real window, by every way there is."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from bones_drawn import draw_bones
from PIL import Image
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from test_window_files import drop, shelf_names

from app.dialogs import people
from app.files import saving
from engine.errors import InputError
from engine.pose import formats

CASES = Path(__file__).parents[1] / "data" / "poses"
LANDSCAPE = json.loads((CASES / "TRUTH.json").read_text())["landscape"]["xy"]
SIZE = (256, 176)


def paste(driver, text: str) -> None:
    mime = QMimeData()
    mime.setText(text)
    QGuiApplication.clipboard().setMimeData(mime)
    driver.window.actions_by_id["paste"].trigger()


def choose(monkeypatch, path: Path, kind: str = "") -> None:
    for name in ("getOpenFileName", "getSaveFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *a, **k: (str(path), kind))


def test_a_pose_lies_on_the_photo_where_its_maker_saw_it(open_window, photo, standing):
    driver = open_window(pose=standing * np.float32([3, 2.5, 1]))
    drop(driver, [photo("wide.png", size=(720, 1280))])
    driver.until(lambda: "wide.png" in shelf_names(driver))
    drop(driver, [CASES / "04_openpose_scale01_nocanvas_landscape.json"])
    np.testing.assert_allclose(driver.pose[:, :2], np.array(LANDSCAPE) * 176 / 1280, atol=0.01)
    assert any("taken as large as the open photo" in sentence for sentence in driver.sentences)


@pytest.mark.parametrize(
    "name",
    [
        "49_deepfashion_table_head_one.csv",
        "52_nted_official.txt",
        "56_tuples.txt",
        "22_coco_results_list.json",
    ],
)
def test_all_ways_in_agree(open_window, monkeypatch, name):
    driver = open_window()
    path = CASES / name
    drop(driver, [path])
    taken = driver.pose.copy()
    assert driver.controller.undo_stack.undoText() == f"Take the pose of {name}"
    choose(monkeypatch, path)
    ways = (
        lambda: paste(driver, path.read_text()),
        driver.window.actions_by_id["import_pose"].trigger,
        lambda: driver.window.opening.open_all([path]),
    )
    for way in ways:
        driver.window.actions_by_id["reset_pose"].trigger()
        assert not np.array_equal(driver.pose, taken)
        way()
        np.testing.assert_array_equal(driver.pose, taken)


def test_of_several_people_one_is_chosen(open_window, monkeypatch):
    driver = open_window()
    asked = []
    monkeypatch.setattr(people, "ask", lambda parent, file, proposed: asked.append(proposed) or 2)
    drop(driver, [CASES / "18_two_people.json"])
    photo = driver.controller.document.look.photo(driver.controller.document.look.person).reference
    file = formats.read_people(CASES / "18_two_people.json")
    expected = formats.take(file, SIZE, formats.OpenPhoto.of(photo, SIZE), 2).pose_18x3
    np.testing.assert_array_equal(driver.pose, expected)
    assert asked == [1]
    monkeypatch.setattr(people, "ask", lambda *_: None)
    steps = driver.controller.undo_stack.count()
    drop(driver, [CASES / "18_two_people.json"])
    assert driver.controller.undo_stack.count() == steps


def test_the_dialog_shows_everybody(open_window, monkeypatch):
    driver = open_window()
    file = formats.read_people(CASES / "50_deepfashion_table_many.csv")
    shown = []

    def answer(dialog):
        shown.extend(dialog.findChild(people.QListWidget).item(i).text() for i in range(3))
        dialog.findChild(people.QListWidget).setCurrentRow(2)
        return True

    monkeypatch.setattr(people.QDialog, "exec", answer)
    assert people.ask(driver.window, file, 1) == 3
    assert shown == ["1, picture 1", "2, picture 2", "3, picture 3"]
    picture = people.sketch(file.people[0].pose_18x3).toImage()
    colours = {picture.pixelColor(x, y).name() for x in range(96) for y in range(96)}
    assert {"#ff0000", "#00ff00"} <= colours


def test_a_skeleton_picture_is_a_pose_and_no_person(open_window, tmp_path, standing):
    driver = open_window(pose=None)
    wanted = standing * np.float32([3, 3, 1])
    Image.fromarray(draw_bones(np.zeros((768, 528, 3), np.uint8), [wanted])).save(tmp_path / "bones.png")
    before = shelf_names(driver)
    drop(driver, [tmp_path / "bones.png"])
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Take the pose of bones.png")
    assert shelf_names(driver) == before and driver.controller.draft is None
    there = driver.pose[:, 2] > 0
    np.testing.assert_allclose(driver.pose[there, :2], standing[there, :2], atol=1)


def test_a_skeleton_picture_and_a_pose_given_at_the_start(open_window, tmp_path, standing):
    path = tmp_path / "bones.png"
    drawn = draw_bones(np.zeros((768, 528, 3), np.uint8), [standing * np.float32([3, 3, 1])])
    Image.fromarray(drawn).save(path)
    driver = open_window(files=[path, CASES / "52_nted_official.txt"], awake=False, pose=None)
    driver.until(lambda: driver.controller.undo_stack.count() == 2)
    stack = driver.controller.undo_stack
    assert [stack.text(i) for i in range(2)] == [
        "Take the pose of bones.png", "Take the pose of 52_nted_official.txt"
    ]  # fmt: skip


def test_a_photo_is_asked_for_its_pose(open_window, photo, standing, monkeypatch):
    driver = open_window(pose=standing * np.float32([1.1, 1.1, 1]))
    before = shelf_names(driver)
    choose(monkeypatch, photo("ada.png", size=(300, 220)))
    driver.window.actions_by_id["import_pose"].trigger()
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Take the pose of ada.png")
    assert shelf_names(driver) == before


@pytest.mark.parametrize("name", ["59_walk.bvh", "12_comfy_animal.json", "90_canvas_of_nothing.json"])
def test_what_cannot_be_read_is_told(open_window, name):
    driver = open_window()
    before = driver.pose.copy()
    drop(driver, [CASES / name])
    assert driver.sentences[0].startswith(name) and np.array_equal(driver.pose, before)


def test_a_clipboard_of_brackets_is_a_sentence(open_window):
    driver = open_window()
    before = driver.pose.copy()
    paste(driver, "[" * 200_000)
    assert driver.sentences[0].startswith("There is nothing to paste") and np.array_equal(driver.pose, before)


def test_a_pose_goes_out_on_the_canvas_that_is_chosen(open_window, photo, standing, tmp_path, monkeypatch):
    driver = open_window(pose=standing * np.float32([3, 2.5, 1]))
    drop(driver, [photo("wide.png", size=(720, 1280))])
    driver.until(lambda: "wide.png" in shelf_names(driver))
    driver.until_full()
    scale = 176 / 1280
    rows, columns = driver.controller.frames.still.shape[:2]
    expected = {
        saving.ON_PHOTO: ((720, 1280), 1 / scale),
        saving.ON_FRAME: (SIZE, 1.0),
        saving.ON_PICTURE: ((rows, columns), rows / 256),
    }
    for number, (kind, (size, factor)) in enumerate(expected.items()):
        path = tmp_path / f"{number}.json"
        choose(monkeypatch, path, kind)
        driver.window.actions_by_id["export_pose"].trigger()
        content = json.loads(path.read_text())
        assert (content["canvas_height"], content["canvas_width"]) == size
        numbers = np.array(content["people"][0]["pose_keypoints_2d"]).reshape(18, 3)
        there = driver.pose[:, 2] > 0
        np.testing.assert_allclose(numbers[there, :2], driver.pose[there, :2] * factor, atol=0.01)
        drop(driver, [path])  # and each comes back to where it was
        np.testing.assert_allclose(driver.pose[there, :2] * factor, numbers[there, :2], atol=0.01)


def test_what_came_with_a_pose_goes_out_with_it(open_window, photo, standing, tmp_path, monkeypatch):
    driver = open_window(pose=standing * np.float32([3, 2.5, 1]))
    drop(driver, [photo("tall.png", size=(1024, 768))])
    driver.until(lambda: "tall.png" in shelf_names(driver))
    source = json.loads((CASES / "07_controlnet_pixels_hands_face.json").read_text())
    source |= {"tool": "of mine", "version": 7}
    source["people"][0] |= {"note": {"kept": [1]}, "canvas_of_mine": None}
    path = tmp_path / "in.json"
    path.write_text(json.dumps(source))
    drop(driver, [path])
    choose(monkeypatch, tmp_path / "out.json", saving.ON_PHOTO)
    driver.window.actions_by_id["export_pose"].trigger()
    out = json.loads((tmp_path / "out.json").read_text())
    assert out["tool"] == "of mine" and out["version"] == 7
    [before], [after] = source["people"], out["people"]
    for key in before.keys() - {"pose_keypoints_2d"}:
        assert after[key] == before[key], key
    choose(monkeypatch, tmp_path / "frame.json", saving.ON_FRAME)
    driver.window.actions_by_id["export_pose"].trigger()
    [framed] = json.loads((tmp_path / "frame.json").read_text())["people"]
    hand, there = (np.array(p["hand_left_keypoints_2d"]).reshape(-1, 3) for p in (framed, before))
    np.testing.assert_allclose(
        hand[:, :2], there[:, :2] * (256 / 1024 if 768 * 256 / 1024 <= 176 else 176 / 768), atol=0.01
    )
    driver.window.actions_by_id["reset_pose"].trigger()
    driver.window.actions_by_id["export_pose"].trigger()
    assert "note" not in json.loads((tmp_path / "frame.json").read_text())["people"][0]


def test_a_photo_waits_for_weights_that_work(open_window, photo, standing):
    fault = InputError("own.safetensors is not a network of this program.")
    driver = open_window(awake=False, fault=fault, files=[photo("ada.png")], pose=standing)
    driver.until(lambda: any("ada.png waits until there are weights" in each for each in driver.sentences))
    driver.backend.fault = None
    driver.window.engines.use_default()
    driver.until(lambda: "ada.png" in shelf_names(driver))
    driver.until_full()
