"""Files that never answer, and files that say too much: the window goes on."""

from __future__ import annotations

import io
import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from PySide6.QtCore import QMimeData

from app.files import exported, intake, poses, reading, samples
from engine.errors import InputError
from engine.pngtext import MOST_BYTES, read_texts
from engine.pose import formats

TORTURE = Path(__file__).parents[1] / "data" / "torture"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
@pytest.mark.parametrize("name", ["pose.json", "export.png", "photo.jpg"])
def test_a_pipe_is_told_and_the_window_goes_on(open_window, tmp_path, name, standing):
    os.mkfifo(tmp_path / name)
    driver = open_window(files=[tmp_path / name], pose=standing)
    driver.until(lambda: any(f"{name} is not an ordinary file" in said for said in driver.sentences))
    driver.drag(7, 5, -30)
    driver.until_full()


def test_a_drive_that_never_answers_does_not_hold_the_window(open_window, tmp_path, monkeypatch, standing):
    """The pose comes when the drive wakes up; until then everything else goes on."""
    wake, read_people = threading.Event(), formats.read_people

    def sleeping(path):
        wake.wait(60)
        return read_people(path)

    monkeypatch.setattr(formats, "read_people", sleeping)
    wanted = standing.copy()
    wanted[7, :2] = (150, 40)
    formats.write_openpose(tmp_path / "pose.json", wanted, (256, 176))
    driver = open_window()
    driver.window.opening.take(intake.of_file(tmp_path / "pose.json"))
    assert "pose.json takes its time to be read." in driver.sentences
    driver.drag(7, 5, -30)
    driver.until_full()
    wake.set()
    driver.until(lambda: np.allclose(driver.pose, wanted, atol=0.01))


def test_the_box_on_a_drive_that_never_answers_does_not_hold_the_window(open_window, monkeypatch):
    """Neither the first sample nor another one nor a pose of the library is waited for."""
    wake, load, read_pose = threading.Event(), samples.load, poses.read_pose
    monkeypatch.setattr(samples, "load", lambda *entry: wake.wait(60) and load(*entry))
    monkeypatch.setattr(poses, "read_pose", lambda *given: wake.wait(60) and read_pose(*given))
    driver = open_window(awake=False)
    person, pose = samples.listed()[1], poses.listed()[3]
    driver.window.opening.take_library_pose(pose)
    assert driver.sentences == [f"{pose.name} takes its time to be read."]
    assert driver.controller.facts is None
    wake.set()
    driver.until_full()
    driver.until(lambda: driver.controller.document.look.library == pose.name)
    wake.clear()
    driver.window.opening.open_sample(person)
    assert f"{person[0]} takes its time to be read." in driver.sentences
    wake.set()
    driver.until(lambda: driver.window.windowTitle().startswith(person[0]))


def test_what_a_dead_drive_holds_is_judged_by_its_name(monkeypatch):
    never = threading.Event()
    monkeypatch.setattr(intake, "read_texts", lambda path: never.wait(60) and {})
    things = intake.of_files([Path("a.png"), Path("b.json"), Path("c.JPG")])
    assert [thing.kind for thing in things] == [intake.PHOTO, intake.POSE, intake.PHOTO]
    never.set()
    assert reading.at_once(lambda: 1 // 0, "otherwise") == "otherwise"


@pytest.mark.parametrize("name", ["ex_deep.png", "ex_mix_amount.png", "ex_person_null.png"])
def test_damaged_parameters_are_one_sentence_and_change_nothing(open_window, name):
    driver = open_window()
    before, count = driver.pose.copy(), driver.controller.undo_stack.count()
    driver.window.opening.take(intake.of_file(TORTURE / name))
    driver.until(lambda: driver.sentences)
    assert driver.sentences == [f"{name} says it was made here, but its parameters are damaged."]
    assert np.array_equal(driver.pose, before) and driver.controller.undo_stack.count() == count


@pytest.mark.parametrize("name", ["cv1e-300.json", "canvas_63451308.json"])
def test_numbers_that_are_none_never_enter_the_document(open_window, name):
    driver = open_window()
    driver.window.opening.take(intake.of_file(TORTURE / name))
    driver.until(lambda: driver.sentences or driver.controller.undo_stack.count())
    assert np.isfinite(driver.pose).all()
    driver.until_full()
    with pytest.raises(InputError, match="there holds a position that is not a number"):
        driver.controller.posing.take(np.full((18, 3), np.inf), "there")


def test_a_deep_text_on_the_clipboard_is_nothing_to_paste():
    mime = QMimeData()
    for text in ((TORTURE / "clipboard-deep.txt").read_text(), "/" + "a" * 100_000, "\0", "["):
        mime.setText(text)
        assert intake.of_mime(mime) == []


def png(texts: dict[str, str], zipped: bool = False) -> bytes:
    info, buffer = PngImagePlugin.PngInfo(), io.BytesIO()
    for key, text in texts.items():
        info.add_itxt(key, text, zip=zipped)
    Image.new("RGB", (40, 40)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


@pytest.mark.parametrize("zipped", [False, True])
def test_texts_of_a_picture_are_what_pillow_wrote_up_to_a_limit(tmp_path, zipped):
    path, texts = tmp_path / "a.png", {"poseloom": '{"a": "Öl 麻"}', "other": "x" * 5000}
    path.write_bytes(png(texts, zipped))
    assert read_texts(path) == texts
    path.write_bytes(png({"large": "x" * (MOST_BYTES + 1), "small": "y"}, zipped))
    assert read_texts(path) == {"small": "y"}
    path.write_bytes(png(dict.fromkeys("abc", "x" * (MOST_BYTES // 2)), zipped))
    assert sum(map(len, read_texts(path).values())) <= MOST_BYTES


def test_other_kinds_of_text_and_damage(tmp_path):
    path, info = tmp_path / "a.png", PngImagePlugin.PngInfo()
    info.add_text("plain", "grün")
    info.add_text("packed", "y" * 3000, zip=True)
    Image.new("RGB", (40, 40)).save(path, pnginfo=info)
    assert read_texts(path) == {"plain": "grün", "packed": "y" * 3000}
    whole = path.read_bytes()
    for at in range(8, len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
        assert set(read_texts(path)) <= {"plain", "packed"}
        path.write_bytes(whole[:at])
        assert set(read_texts(path)) <= {"plain", "packed"}
    path.write_bytes(b"no PNG")
    assert read_texts(path) == {}


def test_parameters_are_of_the_kinds_they_say(tmp_path):
    pose = {"people": []}
    path = tmp_path / "a.png"
    path.write_bytes(png({exported.KEY: json.dumps({"pose": pose})}))
    assert exported.parameters(path) == {"pose": pose, "person": {"name": "", "key": ""}, "mix": None}
    for odd in ({"pose": None}, {"pose": pose, "person": 5}, {"pose": pose, "person": {"key": []}},
                {"pose": pose, "mix": 5}, {"pose": pose, "mix": {"amount": 1e300}},
                {"pose": pose, "mix": {"amount": "x"}},
                {"pose": pose, "mix": {"amount": float("nan")}}, {}, [], 5):  # fmt: skip
        path.write_bytes(png({exported.KEY: json.dumps(odd)}))
        with pytest.raises(InputError, match="its parameters are damaged"):
            exported.parameters(path)
