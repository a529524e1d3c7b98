"""Inspect by keys: the pointer, the pictures, the bars; evidence while a key is held, in every mode."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from fake_engine import PIECES_HW, SIZE
from inspecting import click, inspect, move, pick
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.editing.evidence import by_garment
from engine.inspecting import choices as views
from engine.inspecting.values import RESULT

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def window(open_window):
    driver = inspect(open_window())
    pick(driver.window.docks.inspector.layer, "Layer of 64 rows, first pass (64a)")
    driver.canvas.setFocus()
    return driver


def mode(driver):
    return driver.window.inspecting


def at(driver) -> tuple[float, float]:
    """Where is pointed, px of the frame."""
    x, y = mode(driver).inspection.aim.at
    return x * SIZE[1], y * SIZE[0]


# The pointer.


def test_arrows_point_from_the_middle_on_and_enter_holds(window):
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    assert at(window) == pytest.approx((88, 128)) and window.canvas.maps.cross.isVisible()
    assert window.window.docks.inspector.bars.bars and window.window.docks.inspector.read_out.text()
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    QTest.keyClick(window.canvas, Qt.Key.Key_Up, SHIFT)
    assert at(window) == pytest.approx((89, 118))
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    assert mode(window).pinned
    for _ in range(40):
        QTest.keyClick(window.canvas, Qt.Key.Key_Left, SHIFT)
    assert at(window) == pytest.approx((0, 118), abs=0.01) and mode(window).pinned, "not beyond the edge"
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    assert mode(window).inspection.aim.at is None


def test_tab_goes_to_the_peak_on_the_other_picture_and_on_from_the_last(window):
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    peak = mode(window).inspection.parts[0].peak
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert mode(window).inspection.aim.picture == 0 and mode(window).inspection.aim.at == peak
    assert "of Ada" in window.window.docks.inspector.headline.text() and window.canvas.hasFocus()
    QTest.keyClick(window.canvas, Qt.Key.Key_Backtab)
    assert mode(window).inspection.aim.picture == RESULT
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    QTest.keyClick(window.canvas, Qt.Key.Key_Tab)
    assert not window.canvas.hasFocus(), "behind the last picture comes the panel"


def test_alt_and_a_number_choose_the_texture_of_that_bar(window):
    QTest.keyClick(window.canvas, Qt.Key.Key_Right)
    second = mode(window).inspection.parts[1].channel
    QTest.keyClick(window.canvas, Qt.Key.Key_2, ALT)
    assert mode(window).inspection.aim.channel == second
    assert [bar.chosen for bar in window.window.docks.inspector.bars.bars[:2]] == [False, True]


def test_who_chooses_a_texture_holds_the_place_that_is_pointed_at(window):
    QTest.keyClick(window.canvas, Qt.Key.Key_Escape)
    QTest.keyClick(window.canvas, Qt.Key.Key_Period)
    QTest.keyClick(window.canvas, Qt.Key.Key_Return)
    assert not mode(window).pinned, "nothing is pointed at"
    move(window, (0.5, 0.4))
    place, second = mode(window).inspection.aim.at, mode(window).inspection.parts[1].channel
    QTest.keyClick(window.canvas, Qt.Key.Key_2, ALT)
    move(window, (0.1, 0.1))
    assert mode(window).pinned and mode(window).inspection.aim.at == place
    assert mode(window).inspection.aim.channel == second


def test_a_mouse_in_the_panel_leaves_the_keyboard_with_the_canvas(window):
    panel = window.window.docks.inspector
    click(window, (0.5, 0.4))
    for widget in (panel.tools.solo, panel.scale.opacity, panel.scale.levels, panel.tiles, panel.bars):
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        assert window.canvas.hasFocus(), widget.accessibleName()
    for box in (panel.layer, panel.view, panel.order, panel.tools.scope, panel.scale.colour_map):
        assert (
            not box.focusPolicy() & Qt.FocusPolicy.ClickFocus and box.focusPolicy() & Qt.FocusPolicy.TabFocus
        )


def test_whoever_goes_back_to_the_pose_can_hold_a_key_at_once(window):
    window.window.docks.inspector.view.setFocus()
    QTest.keyClick(window.window, Qt.Key.Key_1)
    assert window.canvas.hasFocus()
    QTest.keyPress(window.canvas, Qt.Key.Key_I)
    window.until(window.canvas.maps.heats[RESULT].isVisible)
    QTest.keyRelease(window.canvas, Qt.Key.Key_I)


def test_what_is_held_is_there_when_the_mode_comes_back_and_what_was_pointed_at_is_not(window):
    move(window, (0.5, 0.4))
    QTest.keyClick(window.window, Qt.Key.Key_2)
    inspect(window)
    assert mode(window).inspection.aim.at is None and not window.canvas.maps.cross.isVisible()
    click(window, (0.5, 0.4))
    held = mode(window).inspection.aim
    QTest.keyClick(window.window, Qt.Key.Key_1)
    inspect(window)
    assert mode(window).pinned and mode(window).inspection.aim == held


def test_no_press_of_a_key_means_two_things(open_window):
    """`Shift+.` and `>` are one press on most keyboards: Qt calls that ambiguous and does nothing."""
    signs = dict(zip("`1234567890-=[]\\;',./", '~!@#$%^&*()_+{}|:"<>?', strict=True))
    actions = open_window().window.actions_by_id.values()
    keys = [key.toString() for action in actions for key in action.shortcuts()]
    pressed = [
        key[:-1].replace("Shift+", "") + signs[key[-1]] if "Shift+" in key and key[-1] in signs else key
        for key in keys
    ]
    assert "Shift+." in keys and len(pressed) == len(set(pressed))


# Evidence.


@pytest.mark.parametrize("key", [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3])
def test_a_held_key_shows_what_is_copied_with_a_number_a_garment_in_every_mode(open_window, key):
    driver = open_window()
    QTest.keyClick(driver.window, key)
    driver.until_full()
    driver.canvas.setFocus()
    QTest.keyPress(driver.canvas, Qt.Key.Key_E)
    labels = driver.canvas.maps.labels
    driver.until(lambda: any(label.isVisible() for label in labels))
    shown = mode(driver).inspection
    assert shown.view == views.EVIDENCE and driver.canvas.maps.heats[RESULT].isVisible()
    copied = by_garment(1 - shown.painting.result.pixels, PIECES_HW)
    assert {label.words for label in labels} == {
        f"{word} {copied[word]:.0%} copied" for word in ("face", "top", "trousers")
    }
    colours_hw4 = driver.canvas.maps.heats[RESULT]._colours
    invented_hw = shown.painting.result.pixels
    assert np.ptp(colours_hw4[invented_hw < 0.01][:, :3]) < 8, "pale where copied"
    assert np.ptp(colours_hw4[invented_hw > 0.99][:, :3], axis=1).min() > 150, "saturated where invented"
    [top] = [label for label in labels if label.words.startswith("top")]
    row, column = int(top.pos().y() * 128 / SIZE[0]), int(top.pos().x() * 88 / SIZE[1])
    assert PIECES_HW[row, column] == 3
    QTest.keyRelease(driver.canvas, Qt.Key.Key_E)
    driver.until(lambda: not mode(driver).glancing)
    assert not any(label.isVisible() for label in labels)
    assert driver.canvas.maps.heats[RESULT].isVisible() == (key == Qt.Key.Key_3)
    assert mode(driver).view == views.TEXTURE


def test_numbers_do_not_cover_each_other_at_any_zoom(open_window):
    canvas = open_window().canvas
    maps = canvas.maps
    near = [((0.5, 0.30), "hair 86% copied"), ((0.5, 0.28), "face 9% copied"), ((0.55, 0.31), "arms")]
    maps.label(near)
    for times in (1.0, 0.5, 12.0, 0.1):
        canvas.camera.zoom_to(times * canvas.zoom)
        boxes = [
            item.deviceTransform(canvas.viewportTransform()).mapRect(item.boundingRect())
            for item in maps.labels
        ]
        assert boxes[1].top() < boxes[0].top() < boxes[2].top()
        assert not any(one.intersects(other) for n, one in enumerate(boxes) for other in boxes[:n])
        for box, ((_, y), _) in zip(boxes, near, strict=True):  # and none is farther off than it must be
            off = box.center().y() - canvas.to_widget((0.0, y * SIZE[0])).y()
            assert -1 < off < 2 * box.height() + 3


def test_a_key_that_repeats_is_held_until_it_is_let_go_for_good(open_window):
    driver = open_window()
    driver.canvas.setFocus()
    told = []
    driver.canvas.weighed.connect(told.append)
    QTest.keyPress(driver.canvas, Qt.Key.Key_E)
    for _ in range(30):  # as a window system sends them: some told as repeated, some not
        QTest.keyRelease(driver.canvas, Qt.Key.Key_E)
        QTest.keyPress(driver.canvas, Qt.Key.Key_E)
        repeat(driver.canvas, Qt.Key.Key_E)
    driver.until(lambda: any(label.isVisible() for label in driver.canvas.maps.labels))
    assert told == [True] and mode(driver).glancing
    QTest.keyRelease(driver.canvas, Qt.Key.Key_E)
    driver.until(lambda: told == [True, False])
    assert not mode(driver).glancing and not driver.canvas.maps.heats[RESULT].isVisible()


def test_a_key_that_is_still_held_when_the_canvas_has_the_keyboard_again_shows_again(open_window):
    driver = open_window()
    told = []
    driver.canvas.weighed.connect(told.append)
    driver.canvas.setFocus()
    QTest.keyPress(driver.canvas, Qt.Key.Key_E)
    driver.canvas.clearFocus()
    assert told == [True, False], "whoever has the keyboard now is told of the release, not the canvas"
    driver.canvas.setFocus()
    repeat(driver.canvas, Qt.Key.Key_E)
    assert told == [True, False, True]


def repeat(widget, key: Qt.Key) -> None:
    """What a window system sends while a key is held."""
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress):
        QApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "e", True))


# Where detail is copied from, late maps, and looks.


def test_the_trace_rings_where_detail_is_copied_from(window):
    pick(window.window.docks.inspector.view, views.TRACE)
    mirrored_2HW = np.stack(np.meshgrid(np.linspace(1, 0, SIZE[1]), np.linspace(0, 1, SIZE[0])))
    tell(window, mirrored_2HW.astype(np.float32), np.full(SIZE, 0.75, np.float32))
    click(window, (0.25, 0.5))
    detail = mode(window).inspection.detail
    assert detail.photo == 0 and detail.share == 0.75 and detail.at == pytest.approx((0.75, 0.5), abs=0.01)
    white, orange = [ring for ring in window.canvas.maps.peaks if ring.isVisible()]
    box = window.canvas.maps.photos[0].sceneBoundingRect()
    assert orange.pos().x() == pytest.approx(box.x() + detail.at[0] * box.width(), abs=0.5)
    assert window.window.docks.inspector.origin.text().startswith("75% of it is the photo's own")
    tell(window, mirrored_2HW.astype(np.float32), np.full(SIZE, 0.01, np.float32))
    assert mode(window).inspection.detail is None
    assert "no detail of a photo is copied" in window.window.docks.inspector.origin.text()
    pick(window.window.docks.inspector.view, views.TEXTURE)
    assert not window.window.docks.inspector.origin.isVisible()


def tell(driver, detail_2HW: np.ndarray, photo_HW: np.ndarray) -> None:
    """The maps that are shown, with these values."""
    subject = mode(driver).inspection.subject
    photos = (replace(subject.photos[0], detail_2HW=detail_2HW),)
    mode(driver)._subject = replace(subject, photos=photos, photo_HW=photo_HW)
    mode(driver)._refresh()


def test_maps_that_stay_behind_their_picture_are_marked_until_they_come(window):
    move(window, (0.5, 0.4))
    heat = window.canvas.maps.heats[RESULT]
    window.controller.frames.mapped.disconnect(mode(window)._on_maps)
    window.controller.posing.place(7, (30.0, 60.0))
    window.until(lambda: heat.opacity() < 0.5)
    window.until_full()
    window.controller.frames.mapped.connect(mode(window)._on_maps)
    window.controller.posing.place(7, (32.0, 60.0))
    window.until(lambda: heat.opacity() == 1.0)


def test_a_look_of_the_strip_is_compared_with(window):
    panel = window.window.docks.inspector
    kept = window.window.snapshots.take()
    window.controller.posing.place(7, (30.0, 60.0))
    window.until_full()
    pick(panel.view, views.CHANGE)
    [action] = [each for each in panel.looks.menu().actions() if each.text() == kept.name]
    action.trigger()
    window.until(lambda: mode(window).inspection.painting.result is not None)
    over = mode(window).inspection.painting.result
    small_HWC = kept.still_HWC.reshape(SIZE[0], 2, SIZE[1], 2, 3).mean((1, 3))
    expected = np.abs(mode(window).inspection.subject.result - small_HWC).mean(2) / 255
    np.testing.assert_allclose(over.pixels, expected, atol=0.01)
    assert over.words == f"Difference to {kept.name.lower()}, 0 to 1" and over.pixels.max() > 0.05
