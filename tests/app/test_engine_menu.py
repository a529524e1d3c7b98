"""The engines in the box, chosen from a real menu; and that a photo is looked at for a person only once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_engine import FAKE, OTHER_MAPS, FakeEngine
from inspecting import inspect

from app.docks.layout import Docks
from app.pose_pictures import DrawSmall
from engine.errors import InputError


@pytest.fixture
def box(tmp_path):
    """Two engines whose weights are there, and one that was not delivered."""
    regions = FakeEngine(
        "regions", "Regions", "Swaps by region.", tmp_path / "regions.safetensors", OTHER_MAPS
    )
    regions.weights.touch()
    return FAKE, regions, FakeEngine("lost", "Lost", "Nobody knows.", tmp_path / "lost.safetensors")


def entries(driver) -> list:
    [menu] = [action.menu() for action in driver.window.menuBar().actions() if action.text() == "E&ngine"]
    return menu.actions()


def entry(driver, title: str):
    return next(action for action in entries(driver) if action.text().startswith(title))


def marked(driver) -> list[str]:
    return [action.text().split("\t")[0] for action in entries(driver) if action.isChecked()]


def test_every_engine_says_what_it_is_good_for_and_the_one_that_draws_is_marked(open_window, box):
    driver = open_window(box=box)
    assert [action.text() for action in entries(driver)[:3]] == [
        "Fake\tTests windows.",
        "Regions\tSwaps by region.",
        "Lost\tNobody knows.",
    ]
    assert [action.isEnabled() for action in entries(driver)[:3]] == [True, True, False]
    assert marked(driver) == ["Fake"]


def test_an_engine_is_taken_and_remembered_and_the_default_is_a_way_back(open_window, box, settings):
    driver = open_window(box=box)
    entry(driver, "Regions").trigger()
    driver.until(lambda: driver.backend.session.engine == "regions" and marked(driver) == ["Regions"])
    driver.until_full()
    assert settings.weights == box[1].weights
    assert "Drawing with regions now." in driver.sentences
    entry(driver, "Fake").trigger()
    driver.until(lambda: driver.backend.session.engine == "fake" and settings.weights is None)
    assert marked(driver) == ["Fake"]


def test_an_engine_that_does_not_open_is_not_marked(open_window, box, settings):
    driver = open_window(box=box)
    driver.backend.fault = InputError("regions.safetensors is damaged.")
    entry(driver, "Regions").trigger()
    driver.until(lambda: "regions.safetensors is damaged." in driver.sentences)
    assert marked(driver) == ["Fake"] and settings.weights is None
    driver.until_full()


def test_weights_of_ones_own_mark_no_engine(open_window, box, tmp_path):
    own = tmp_path / "own.safetensors"
    own.touch()
    driver = open_window(box=(FakeEngine("fake", "Fake", "Tests windows.", own), *box[1:]))
    assert marked(driver) == ["Fake"]
    driver.backend.box = box
    driver.window.engines.use(own)
    driver.until(lambda: marked(driver) == [])


def test_the_dock_follows_the_engine(open_window, box):
    driver = open_window(box=box)
    docks: Docks = inspect(driver).window.docks
    panel = docks.inspector
    titles = lambda: [panel.layer.itemText(i) for i in range(panel.layer.count())]  # noqa: E731
    assert [title[-4:-1] for title in titles()] == ["32a", "32b", "64a"] and panel.tiles.isVisible()
    entry(driver, "Regions").trigger()
    driver.until(lambda: titles() == ["Regions", "Correspondence", "Flow", "Mask"])
    driver.until(panel.legend.isVisible)
    assert not panel.tiles.isVisible() and not panel.texture.isVisible()


@pytest.mark.parametrize("found", [True, False], ids=["a person", "nobody"])
def test_a_photo_is_looked_at_for_a_person_once_also_when_the_weights_change(
    open_window, photo, standing, box, found
):
    driver = open_window(pose=standing if found else None, box=box)
    assert driver.backend.looked == 0, "the sample brings its pose"
    driver.controller.photos.open_photo(photo("shirt.png"), "shirt.png", "garment")
    if not found:
        driver.until(lambda: driver.controller.draft is not None)
        driver.window.centre.banner.button("Use as it is").click()
    driver.until(lambda: driver.controller.document.look.borrow)
    key = driver.controller.document.look.borrow.key
    driver.controller.borrowing.borrow(key, 0.5)
    driver.until_full()
    assert driver.backend.looked == 1
    for title in ("Regions", "Fake"):
        before = driver.backend.session
        entry(driver, title).trigger()
        driver.until(lambda before=before: driver.backend.session is not before)
        driver.until_full()
        [mix] = driver.backend.session.log[-1].mixes
        known = driver.backend.session.references[mix.reference]
        assert (known.keypoints_18x3 is not None) == found
        assert known.image_HWC.shape == (256, 176, 3)
    assert driver.backend.looked == 1
    assert np.array_equal(driver.controller.document.look.photo(key).reference.image_HWC, known.image_HWC)


def test_small_pictures_asked_for_while_the_engine_changes_are_drawn_by_the_next_one(
    open_window, box, monkeypatch
):
    driver = open_window(box=(box[0], replace(box[1], levels=(256,))))
    driver.until_full()
    pictures, controller = driver.window.pose_library.pictures, driver.controller
    session, submit, small = driver.backend.session, controller.worker.submit, []

    def submitting(job) -> None:
        submit(job)
        if isinstance(job, DrawSmall):
            small.append(job)

    monkeypatch.setattr(controller.worker, "submit", submitting)
    begun = session.begun
    session.gate.clear()
    controller.frames.ask(at_rest=True)
    driver.until(lambda: session.begun > begun)  # a picture that comes while the engine changes
    driver.backend.opening.clear()
    entry(driver, "Regions").trigger()
    pictures.rest_ms = 1
    driver.window.docks.poses.whole.click()
    session.gate.set()
    driver.until(lambda: small)
    drawn = []
    pictures.drawn.connect(lambda name, _picture: drawn.append(name))
    driver.backend.opening.set()
    driver.until(lambda: drawn)
    assert drawn[0] == small[0].pose.name
    driver.until(lambda: any(each.level == 256 for each in driver.backend.session.log))
    assert driver.backend.session.engine == "regions"
    assert not any("level" in sentence for sentence in driver.sentences)


def test_small_pictures_show_what_was_painted(open_window, standing):
    driver = open_window(pose=standing)
    pictures = driver.window.pose_library.pictures
    driver.until_full()
    pictures.rest_ms = 1
    driver.controller.painting.begin("top", (60.0, 60.0), 5.0, 256)
    driver.controller.painting.end()
    driver.until(lambda: any(each.level == 64 and each.strokes for each in driver.backend.session.log))
