"""The people and garments in the box, and the menus that open them."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from app.files import samples
from app.jobs import GARMENT, PERSON
from engine.pose import kinematics

NEVER_TRAINED_ON = 1_000_000


@pytest.mark.parametrize("kind", [PERSON, GARMENT])
def test_what_is_in_the_box(kind):
    entries = samples.listed(kind=kind)
    assert len(entries) == 12
    for entry in entries:
        sample = samples.load(*entry)
        assert sample.rgb_HWC.shape == (512, 352, 3)
        there = sample.pose_18x3[sample.pose_18x3[:, 2] > 0, :2]
        assert len(there) >= 8
        assert (there >= 0).all()
        assert (there < (352, 512)).all()


def test_a_sample_is_shown_first_as_fine_as_its_reference_will_be():
    """Of a far larger photo four times the frame, which is the most that references keep."""
    size = (256, 176)
    large = np.zeros((2048, 1408, 3), np.uint8)
    pose_18x3 = kinematics.t_pose(size) * np.float32((8, 8, 1))
    assert samples.SamplePhoto("a", large, pose_18x3).in_frame(size)[0].shape == (1024, 704, 3)


def test_the_box_is_small_labelled_and_held_out():
    index = json.loads((samples.SAMPLES / "index.json").read_text())["samples"]
    named = {"index.json"} | {entry[key] for entry in index for key in ("image", "pose", "parsing")}
    files = list(samples.SAMPLES.iterdir())
    assert {file.name for file in files} == named
    assert sum(file.stat().st_size for file in files) < 3_500_000
    for entry in index:
        assert entry["person"] >= NEVER_TRAINED_ON
        parsing = np.asarray(Image.open(samples.SAMPLES / entry["parsing"]))
        assert parsing.shape == (512, 352)
        assert parsing.dtype == np.uint8
        assert 0.04 < (parsing > 0).mean() < 0.9
        assert parsing.max() < 8


def test_the_window_opens_with_the_first_person():
    first = samples.first((256, 176))
    assert first.name == samples.listed()[0][0]
    assert (first.pose_18x3[:, 2] > 0).sum() >= 16  # from head to foot


def _entry(driver, title: str, name: str):
    files = next(action.menu() for action in driver.window.menuBar().actions() if "File" in action.text())
    box = next(action.menu() for action in files.actions() if action.text().replace("&", "") == title)
    return next(action for action in box.actions() if action.text() == name)


def test_a_sample_garment_joins_the_shelf(open_window):
    driver = open_window()
    person, name = driver.controller.document.look.person, samples.listed(kind=GARMENT)[0][0]
    _entry(driver, "Add a sample garment", name).trigger()
    driver.until(lambda: len(driver.window.docks.shelf.cards) == 2)
    look = driver.controller.document.look
    assert look.person == person
    assert look.photo(look.borrow.key).name == name
    driver.window.actions_by_id["undo"].trigger()
    assert len(driver.window.docks.shelf.cards) == 1


def test_a_sample_person_takes_the_stage(open_window):
    driver = open_window()
    name = samples.listed()[3][0]
    _entry(driver, "Open a sample", name).trigger()
    driver.until(lambda: driver.window.windowTitle().startswith(name))
