"""Exported pictures opened: the whole look is back, its photos found by their hash or asked for once."""

from __future__ import annotations

import shutil
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from app.files import exported
from engine import photos
from engine.export import AS_DRAWN, ExportOptions

LEFT_WRIST = 7


@pytest.fixture
def options():
    """How the picture is exported: with the names of its photos."""
    return ExportOptions(names=True)


@pytest.fixture
def picture(open_window, photo, standing, tmp_path, options):
    """A picture exported by a window of its own into a folder without the photos, and its look in words."""
    driver = open_window(pose=standing)
    for path, role in ((photo("ada.png", top=(9, 99, 9)), "person"), (photo("linen.png"), "garment")):
        known = len(driver.controller.document.look.photos)
        driver.controller.photos.open_photo(path, path.name, role)
        driver.until(lambda known=known: len(driver.controller.document.look.photos) == known + 1)
    driver.controller.borrowing.borrow(driver.controller.document.look.borrow.key, 0.35)
    driver.drag(LEFT_WRIST, 10, -40)
    driver.until_full()
    path = tmp_path / "exported" / "her.png"
    path.parent.mkdir()
    driver.window.saving.save_picture(path, options)
    driver.until(path.is_file)
    driver.until(lambda: not driver.controller.photos.saving)
    driver.window.throw_away()
    return path, in_words(driver)


def in_words(driver) -> tuple:
    look = driver.controller.document.look
    return (
        look.pose.tobytes(),
        look.name_of(look.person),
        look.photo(look.person).key,
        look.name_of(look.borrow.key) if look.borrow else "",
        look.borrow and look.borrow.amount,
    )


@pytest.fixture
def asked(monkeypatch):
    """What was asked for; `answers` says what with, by the photo's name."""
    titles, answers = [], {}

    def answer(parent, title, *rest):
        titles.append(title)
        return str(answers.get(title.removeprefix("Where is ").removesuffix("?"), "")), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    return titles, answers


def test_beside_its_photos_a_picture_reopens_wholly_as_one_step(picture, open_window, photo, asked, standing):
    path, wanted = picture
    for name in ("ada.png", "linen.png"):
        shutil.copy(path.parents[1] / name, path.parent)
    driver = open_window(pose=standing)
    before = in_words(driver)
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert in_words(driver) == wanted and asked[0] == []
    assert driver.controller.undo_stack.undoText() == "Take the look of her.png"
    driver.until_full()
    with Image.open(path) as image:
        assert np.array_equal(np.asarray(image), driver.controller.frames.still)
    assert driver.backend.looked == 0
    driver.window.actions_by_id["undo"].trigger()
    assert in_words(driver) == before


def test_open_in_the_menu_opens_the_whole_look_too(picture, open_window, asked, monkeypatch):
    path, wanted = picture
    for name in ("ada.png", "linen.png"):
        shutil.copy(path.parents[1] / name, path.parent)
    driver = open_window()
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    driver.window.actions_by_id["open_person"].trigger()
    driver.until(lambda: driver.controller.undo_stack.count())
    assert driver.controller.undo_stack.undoText() == "Take the look of her.png"
    assert in_words(driver) == wanted


def test_photos_called_alike_are_asked_for_by_what_is_of_them(picture, open_window, asked):
    path, _ = picture
    look = exported.read(path)
    alike = replace(look, photos=tuple(replace(photo, name="front.jpg") for photo in look.photos))
    driver = open_window()
    for name in ("ada.png", "linen.png"):
        shutil.move(path.parents[1] / name, path.parents[1] / f"moved {name}")
    asked[1]["front.jpg, the photo of the person"] = path.parents[1] / "moved ada.png"
    driver.window.opening._pictured.take(alike, path)
    driver.until(lambda: driver.controller.undo_stack.count())
    assert asked[0] == ["Where is front.jpg, the photo of the person?"], "the other lies beside it"


def test_photos_that_are_not_found_are_asked_for_once_by_name(picture, open_window, asked):
    path, wanted = picture
    titles, answers = asked
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.mkdir()
    for name in ("ada.png", "linen.png"):
        answers[name] = elsewhere / f"moved {name}"
        shutil.move(path.parents[1] / name, answers[name])
    driver = open_window()
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert titles == ["Where is ada.png?"], "what lies beside it is found with it"
    assert in_words(driver) == wanted


def test_each_photo_is_asked_for_where_they_lie_apart(picture, open_window, asked):
    path, wanted = picture
    titles, answers = asked
    for name in ("ada.png", "linen.png"):
        (path.parents[1] / f"of {name}").mkdir()
        answers[name] = shutil.move(path.parents[1] / name, path.parents[1] / f"of {name}" / name)
    driver = open_window()
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert titles == ["Where is ada.png?", "Where is linen.png?"]
    assert in_words(driver) == wanted


def test_another_photo_of_that_name_is_not_taken(picture, open_window, asked, photo):
    path, wanted = picture
    titles, answers = asked
    shutil.copy(path.parents[1] / "ada.png", path.parent)
    answers["linen.png"] = photo("linen.png", top=(1, 2, 3))  # another one now
    driver = open_window()
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert titles == ["Where is linen.png?"]
    assert "her.png was made with another photo called linen.png." in driver.sentences
    assert any("is taken without linen.png" in sentence for sentence in driver.sentences)
    assert in_words(driver) == (*wanted[:3], "", None)


def test_without_its_person_the_pose_is_taken(picture, open_window, asked, photo):
    path, wanted = picture
    for name in ("ada.png", "linen.png"):
        (path.parents[1] / name).unlink()
    driver = open_window()
    person = driver.controller.document.look.person
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert driver.pose.tobytes() == wanted[0] and driver.controller.document.look.person == person
    assert "Took the pose of her.png. Its person, ada.png, is not here." in driver.sentences
    assert asked[0] == ["Where is ada.png?"], "without her nothing is shown of the others"


@pytest.mark.parametrize("options", [AS_DRAWN], ids=["nameless"])
def test_photos_without_names_are_found_by_what_they_hold(picture, open_window, asked):
    path, wanted = picture
    assert all(name.encode() not in path.read_bytes() for name in ("ada.png", "linen.png"))
    for name in ("ada.png", "linen.png"):
        shutil.move(path.parents[1] / name, path.parent / name)
    (path.parent / "pipe.png").mkdir()  # what is no photo is passed by
    driver = open_window()
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert in_words(driver) == wanted and asked[0] == []


@pytest.mark.parametrize("options", [AS_DRAWN], ids=["nameless"])
def test_photos_without_names_are_asked_for_by_what_is_of_them(picture, open_window, asked, photo):
    path, wanted = picture
    titles, answers = asked
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.mkdir()
    answers["the photo of the person"] = shutil.move(path.parents[1] / "ada.png", elsewhere)
    answers["the photo that is mixed in"] = photo("other.png", top=(1, 2, 3))
    (path.parents[1] / "linen.png").unlink()
    driver = open_window()
    driver.window.opening.open_all([path])
    driver.until(lambda: driver.controller.undo_stack.count())
    assert titles == ["Where is the photo of the person?", "Where is the photo that is mixed in?"]
    assert in_words(driver) == (wanted[0], "ada.png", wanted[2], "", None)
    assert driver.sentences == [
        "her.png was made with another photo than other.png.",
        "her.png is taken without the photo that is mixed in, which is not here.",
    ]


@pytest.mark.parametrize("text", ["{", '{"look": {"person": "nobody"}}', '{"look": 5}', '{"pose": 1e999}'])
def test_damaged_pictures_are_told_and_change_nothing(open_window, tmp_path, text):
    path = tmp_path / "x.png"
    photos.write_png(path, np.zeros((64, 64, 3), np.uint8), {"poseloom": text})
    driver = open_window()
    look = driver.controller.document.look
    driver.window.opening.open_all([path])
    assert driver.sentences == ["x.png says it was made here, but its parameters are damaged."]
    assert driver.controller.document.look is look
