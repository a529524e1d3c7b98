"""Textures changed by hand, in the window: one step each, asked of the engine, kept in a look."""

from __future__ import annotations

import json

import numpy as np
import pytest
from fake_engine import PIECES_HW
from inspecting import inspect, pick
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest

from app.files.look_jobs import document_of, look_of
from app.requests import request_of
from engine.api import DISTRIBUTION, SlotChange
from engine.cv import cv2
from engine.inspecting.doing import makers
from engine.look import ChangedTexture
from engine.look.checks import Damage
from engine.look.sections import from_json, to_json

SLEEVE, COLLAR = ("64a", 7), ("128b", 2)


def steps(driver) -> list[str]:
    stack = driver.controller.undo_stack
    return [stack.text(place) for place in range(stack.count())]


@pytest.fixture
def driver(open_window, photo, standing):
    driver = open_window(pose=standing)
    driver.controller.photos.open_photo(photo("linen.png", top=(200, 9, 9)), "linen.png", "garment")
    driver.until(lambda: any(p.name == "linen.png" for p in driver.controller.document.look.photos))
    driver.controller.undo_stack.clear()
    return driver


def asked(driver) -> tuple[SlotChange, ...]:
    driver.until_full()
    return driver.backend.session.log[-1].changes


def test_each_change_is_a_step_that_the_engine_is_asked_for(driver):
    textures = driver.controller.textures
    textures.set_muted([SLEEVE], True)
    assert asked(driver) == (SlotChange("64a", 7, 0.0),)
    textures.set_muted([SLEEVE], False)
    assert asked(driver) == ()
    linen = next(p.key for p in driver.controller.document.look.photos if p.name == "linen.png")
    textures.take([SLEEVE, COLLAR], linen)
    assert asked(driver) == (SlotChange("64a", 7, 1.0, linen), SlotChange("128b", 2, 1.0, linen))
    textures.set_solo([COLLAR], True)
    assert asked(driver)[-1] == SlotChange("128b", 2, 1.0, linen, True)
    textures.reset([SLEEVE])
    textures.reset()
    assert steps(driver) == [
        "Mute texture 8 of 64a",
        "Hear texture 8 of 64a",
        "Take 2 textures from linen.png",
        "Solo texture 3 of 128b",
        "Reset texture 8 of 64a",
        "Reset all textures",
    ]
    for _ in range(3):
        driver.window.actions_by_id["undo"].trigger()
    assert {each.photo for each in driver.controller.document.look.textures} == {linen}


def test_a_slide_is_one_step_and_one_that_ends_where_it_began_is_none(driver):
    textures = driver.controller.textures
    for values in ((0.8, 0.3, 0.5), (0.7, 0.5)):
        textures.begin_slide()
        for value in values:
            textures.set_scale([SLEEVE], value, sliding=True)
    assert steps(driver) == ["Scale texture 8 of 64a to 50 %"]
    assert textures.of(SLEEVE).scale == 0.5 and textures.of(COLLAR) == ChangedTexture(*COLLAR)
    textures.set_scale([SLEEVE], 0.5)
    assert len(steps(driver)) == 1, "nothing changed"


def test_what_is_of_the_person_is_not_taken_and_goes_with_its_photo(driver):
    textures, look = driver.controller.textures, driver.controller.document.look
    textures.take([SLEEVE], look.person)
    assert driver.controller.document.look.textures == ()
    linen = next(p.key for p in look.photos if p.name == "linen.png")
    textures.take([SLEEVE], linen)
    textures.set_scale([COLLAR], 2.0)
    driver.controller.shelving.remove(linen)
    assert driver.controller.document.look.textures == (ChangedTexture("128b", 2, scale=2.0),)
    assert asked(driver) == (SlotChange("128b", 2, 2.0),)


def test_a_look_keeps_them(driver):
    textures, controller = driver.controller.textures, driver.controller
    linen = next(p.key for p in controller.document.look.photos if p.name == "linen.png")
    textures.take([SLEEVE], linen)
    textures.set_muted([COLLAR], True)
    look = controller.document.look
    document = from_json(to_json(document_of(look, controller.size, controller.facts)))
    photos = {photo.source.id: photo for photo in look.photos}
    back = look_of(document, photos, controller.size)
    assert back.textures == look.textures
    assert request_of(back, 0).changes == request_of(look, 0).changes


# With the hand, in Inspect.


@pytest.fixture
def inspecting(driver):
    inspect(driver)
    pick(driver.window.docks.inspector.layer, "Layer of 64 rows, first pass (64a)")
    driver.controller.undo_stack.clear()
    return driver


def test_the_tools_change_the_texture_that_is_chosen(inspecting):
    panel, textures = inspecting.window.docks.inspector, inspecting.controller.textures
    tools, slot = panel.tools, ("64a", inspecting.window.inspecting.inspection.aim.channel)
    assert tools.isVisible() and not tools.mute.isChecked() and tools.scale.value() == 100
    QTest.mouseClick(tools.mute, Qt.MouseButton.LeftButton)
    assert textures.of(slot).muted and asked(inspecting) == (SlotChange(*slot, 0.0),)
    QTest.mouseClick(tools.mute, Qt.MouseButton.LeftButton)
    tools.scale.setFocus()
    QTest.keyClick(tools.scale, Qt.Key.Key_Home)
    assert textures.of(slot).scale == 0.0
    [linen] = [action for action in tools.take.menu().actions() if action.text() == "linen.png"]
    linen.trigger()
    assert textures.of(slot).photo and inspecting.controller.undo_stack.count() == 4
    for _ in range(2):
        inspecting.window.actions_by_id["undo"].trigger()
    assert tools.scale.value() == 100 and textures.of(slot) == ChangedTexture(*slot)
    inspecting.window.inspecting.step_texture(1)
    QTest.mouseClick(tools.solo, Qt.MouseButton.LeftButton)
    assert not textures.of(slot).solo and len(inspecting.controller.document.look.textures) == 1


def test_all_that_make_a_garment_are_changed_as_one_step(inspecting):
    tools, mode = inspecting.window.docks.inspector.tools, inspecting.window.inspecting
    maps = mode.inspection.subject.photos[0].maps.of(DISTRIBUTION)
    word = mode.doing.word
    assert str(mode.doing) in inspecting.window.docks.inspector.texture.text()
    pick(tools.scope, f"All that make the {word or 'background'}")
    QTest.mouseClick(tools.mute, Qt.MouseButton.LeftButton)
    wanted = makers(maps, PIECES_HW, word) or [("64a", mode.inspection.aim.channel)]
    found = {(each.layer, each.texture) for each in inspecting.controller.document.look.textures}
    assert found == set(wanted) and inspecting.controller.undo_stack.count() == 1


def test_the_tools_show_whatever_is_other_than_before(inspecting):
    tools, photos = inspecting.window.docks.inspector.tools, inspecting.controller.document.look.photos
    plain = ChangedTexture(*SLEEVE)
    for told in (True, False):
        tools.show_texture(plain, "", photos, False)
        tools.show_texture(plain, "", photos, told)
        assert tools._reset_all.isEnabled() == told
        tools.show_texture(plain, "", photos, told, hers=told)
        assert tools.take.isEnabled() == told
        tools.show_texture(plain._replace(scale=0.5 + told), "", photos, told, hers=told)
        assert tools.scale.value() == 50 + 100 * told and tools._scaled.text() == f"{50 + 100 * told}%"


def test_a_click_that_changes_nothing_leaves_the_tools_as_it_is(inspecting, monkeypatch):
    tools = inspecting.window.docks.inspector.tools
    for name in ("linen.png", "linen.png"):  # the second time it is taken from there already
        own, linen = tools.take.menu().actions()
        assert own.isChecked() != linen.isChecked()
        next(each for each in (own, linen) if each.text() == name).trigger()
        own, linen = tools.take.menu().actions()
        assert linen.isChecked() and not own.isChecked()
    assert len(steps(inspecting)) == 1
    monkeypatch.setattr(inspecting.window.inspecting, "inspection", None)  # nothing is chosen any more
    for button in (tools.mute, tools.solo):
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        assert not button.isChecked()
    assert len(steps(inspecting)) == 1


def test_a_name_of_your_own_is_kept_with_the_weights(inspecting, monkeypatch):
    panel, mode = inspecting.window.docks.inspector, inspecting.window.inspecting
    monkeypatch.setattr("app.dialogs.name.ask", lambda *_: "<b>my sleeve</b>")
    panel.tools.name_wanted.emit()
    assert "“&lt;b&gt;my sleeve&lt;/b&gt;”" in panel.texture.text()
    sha, channel = inspecting.controller.facts.weights["sha256"], mode.inspection.aim.channel
    assert inspecting.window.settings.texture_name(sha, "64a", channel) == "<b>my sleeve</b>"
    assert inspecting.window.settings.texture_name("f" * 64, "64a", channel) == ""
    mode.step_texture(1)
    assert "my sleeve" not in panel.texture.text()
    mode.step_texture(-1)
    assert "my sleeve" in panel.texture.text()
    tip = panel.tiles._words(channel)
    assert tip == f"Texture {channel + 1}: <b>my sleeve</b>"
    inspecting.window.settings.set_texture_name(sha, "64a", channel, "")
    assert inspecting.window.settings.texture_name(sha, "64a", channel) == ""


def test_a_colour_is_asked_for_and_all_that_make_a_garment_have_it(inspecting, monkeypatch):
    tools, mode = inspecting.window.docks.inspector.tools, inspecting.window.inspecting
    slot = ("64a", mode.inspection.aim.channel)
    asked_from, shown = [], mode.inspection
    small_hwC = cv2.resize(shown.subject.result, shown.maps_Khw.shape[:0:-1], interpolation=cv2.INTER_AREA)
    share_hw1 = shown.maps_Khw[slot[1]][..., None]
    here = QColor(*np.rint((small_hwC * share_hw1).sum((0, 1)) / share_hw1.sum()).astype(int).tolist())

    def choose(before, *_):
        asked_from.append(before.name())
        return QColor("#c81e0f")

    monkeypatch.setattr("app.texture_hands.QColorDialog.getColor", choose)
    QTest.mouseClick(tools.recolour, Qt.MouseButton.LeftButton)
    assert asked(inspecting) == (SlotChange(*slot, colour=(200, 30, 15)),)
    assert steps(inspecting) == [f"Recolour texture {slot[1] + 1} of 64a to #c81e0f"]
    look = inspecting.controller.document.look
    document = from_json(to_json(document_of(look, inspecting.controller.size, inspecting.controller.facts)))
    assert document.textures[0].colour == "#c81e0f"
    QTest.mouseClick(tools.recolour, Qt.MouseButton.LeftButton)
    assert asked_from == [here.name(), "#c81e0f"] and len(steps(inspecting)) == 1, "the same again is no step"
    monkeypatch.setattr("app.texture_hands.QColorDialog.getColor", lambda *_: QColor())
    QTest.mouseClick(tools.recolour, Qt.MouseButton.LeftButton)
    assert len(steps(inspecting)) == 1, "the hand thought better of it"
    inspecting.window.actions_by_id["undo"].trigger()
    assert inspecting.controller.document.look.textures == ()


@pytest.mark.parametrize("colour", ["red", "#12345", "#12345G", 7, "#1234567"])
def test_a_look_with_a_colour_that_is_none_is_refused(driver, colour):
    driver.controller.textures.set_colour([SLEEVE], "#c81e0f")
    controller = driver.controller
    text = json.dumps(to_json(document_of(controller.document.look, controller.size, controller.facts)))
    with pytest.raises(Damage):
        from_json(json.loads(text.replace('"#c81e0f"', json.dumps(colour))))
