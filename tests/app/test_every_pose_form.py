"""Every pose file of `data/poses`, by every way into the real window and by `--pose`."""

from __future__ import annotations

import numpy as np
import pytest
from loose_forms import FORMS
from pose_cases import ABSENT, CASES, ELSEWHERE, FILES, OF_A_FRAME, REFUSED, SIZE, TRUTH, kind_of
from test_window_files import drop, shelf_names
from test_window_poses import choose, paste
from tool_forms import CANVAS

from app.dialogs import people
from engine.cli.inputs import read_target_pose
from engine.errors import InputError
from engine.framing import to_frame
from engine.pose.formats import OpenPhoto

MEDIAN = 0.3  # px of the frame, 0.12 % of its height


@pytest.fixture(params=list(TRUTH))
def canvas(request) -> str:
    """The kind of canvas that files were made for."""
    return request.param


@pytest.fixture
def driver(open_window, photo, standing, canvas, monkeypatch):
    """A window with a photo of the canvas that the files were made for."""
    driver = open_window(pose=standing * np.float32([3, 2.5, 1]))
    drop(driver, [photo("own.png", size=TRUTH[canvas][1])])
    driver.until(lambda: "own.png" in shelf_names(driver))
    monkeypatch.setattr(people, "ask", lambda parent, file, proposed: 1)
    return driver


def own_photo(driver):
    look = driver.controller.document.look
    return look.photo(look.person).reference


def ways(driver, name: str, monkeypatch) -> dict:
    """How a pose file comes into the window; what is no text cannot be pasted."""
    path = CASES / name
    choose(monkeypatch, path)
    found = {
        "drop": lambda: drop(driver, [path]),
        "dialog": driver.window.actions_by_id["import_pose"].trigger,
        "argument": lambda: driver.window.opening.open_all([path]),
    }
    if path.suffix != ".npy":
        found["paste"] = lambda: paste(driver, path.read_text())
    return found


def test_every_form_comes_to_its_place_by_every_way(driver, canvas, monkeypatch):
    """One file after the other in one window, whose pose is its own again before the next."""
    reference, own = own_photo(driver), driver.pose.copy()
    wanted = to_frame(TRUTH[canvas][0], OpenPhoto.of(reference, SIZE).matrix_2x3)
    names = [name for name in FILES if kind_of(name) == canvas]
    assert names
    for name in names:
        asked = read_target_pose(str(CASES / name), SIZE, reference, 1)
        for way, bring in ways(driver, name, monkeypatch).items():
            steps = driver.controller.undo_stack.index()
            bring()
            driver.until(lambda steps=steps: driver.controller.undo_stack.index() > steps)
            np.testing.assert_array_equal(driver.pose, asked, err_msg=f"{name}, {way}")
            driver.window.actions_by_id["undo"].trigger()
            np.testing.assert_array_equal(driver.pose, own, err_msg=f"{name}, {way}")
        there = asked[:, 2] > 0
        assert set(np.flatnonzero(~there).tolist()) <= set(ABSENT.get(name, ())), name
        there[ELSEWHERE.get(name, [])] = False
        if there.any() and not name.startswith(OF_A_FRAME):
            assert np.median(np.hypot(*(asked[there, :2] - wanted[there]).T)) < MEDIAN, name


@pytest.mark.parametrize("canvas", ["portrait"], indirect=True)
def test_what_is_no_pose_is_the_same_sentence_by_every_way(driver, canvas, monkeypatch):
    assert {kind_of(name) for name in REFUSED} == {canvas}
    own = driver.pose.copy()
    for name, sentence in REFUSED.items():
        for way, bring in ways(driver, name, monkeypatch).items():
            for toast in driver.window.centre.notices.toasts:
                toast.dismiss()
            bring()
            driver.until(lambda sentence=sentence: any(sentence in said for said in driver.sentences))
            np.testing.assert_array_equal(driver.pose, own, err_msg=f"{name}, {way}")
        with pytest.raises(InputError) as caught:
            read_target_pose(str(CASES / name), SIZE, own_photo(driver), 1)
        assert sentence in str(caught.value)


ENDINGS = {
    "a fence": ".md", "JavaScript": ".js", "Python": ".py", "Markdown": ".md", "YAML": ".yaml",
    "TOML": ".toml", "pos_x": ".csv", "label studio, csv": ".csv", "label studio, tsv": ".tsv",
    "opencv, xml": ".xml",
}  # fmt: skip


def test_loose_forms_come_to_one_place_by_every_way(open_window, photo, standing, tmp_path, monkeypatch):
    driver = open_window(pose=standing * np.float32([3, 2.5, 1]))
    drop(driver, [photo("own.png", size=CANVAS)])
    driver.until(lambda: "own.png" in shelf_names(driver))
    own = driver.pose.copy()
    for form, (text, _) in FORMS.items():
        path = tmp_path / f"pose{ENDINGS.get(form, '.txt')}"
        path.write_text(text)
        asked = read_target_pose(str(path), SIZE, own_photo(driver), 1)
        choose(monkeypatch, path)
        for way, bring in {
            "drop": lambda path=path: drop(driver, [path]),
            "dialog": driver.window.actions_by_id["import_pose"].trigger,
            "argument": lambda path=path: driver.window.opening.open_all([path]),
            "paste": lambda text=text: paste(driver, text),
        }.items():
            steps = driver.controller.undo_stack.index()
            bring()
            driver.until(lambda steps=steps: driver.controller.undo_stack.index() > steps)
            np.testing.assert_array_equal(driver.pose, asked, err_msg=f"{form}, {way}")
            driver.window.actions_by_id["undo"].trigger()
            np.testing.assert_array_equal(driver.pose, own)
