"""Pinned looks are kept with the look: in its file, in the journal, with their names, and beside undo."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QPushButton

from app.dialogs import name, unsaved
from app.dialogs.restore import RestoreDialog
from engine.look import read_look, write_look

LEFT_WRIST = 7
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def pinned(open_window, photo, standing):
    """A window with two pins: one of a person who has left the shelf since, and a later one."""
    driver = open_window(pose=standing)
    driver.window.snapshots._pause.setInterval(60_000)
    driver.controller.photos.open_photo(photo("ada.png", top=(9, 99, 9)), "ada.png")
    driver.until(lambda: len(driver.controller.document.look.photos) == 2)
    pin(driver)
    sample, ada = (each.key for each in driver.controller.document.look.photos)
    driver.controller.shelving.make_person(sample)
    driver.controller.shelving.remove(ada)
    driver.drag(LEFT_WRIST, 10, -40)
    pin(driver)
    return driver


def pin(driver) -> None:
    driver.until_full()
    driver.canvas.setFocus()
    QTest.keyClick(driver.canvas, Qt.Key.Key_P)
    assert driver.window.snapshots.present.pinned


def press_on(driver, row: int, key, monkeypatch, answer: str = "") -> None:
    monkeypatch.setattr(name, "ask", lambda *_: answer)
    shown = driver.window.docks.looks.row
    shown.setFocus()
    shown.setCurrentRow(row)
    QTest.keyClick(shown, key)


def save(driver, path, monkeypatch) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(path), ""))
    QTest.keyClick(driver.window, Qt.Key.Key_S, CTRL)
    driver.until(lambda: not driver.window.isWindowModified())


def kept(driver) -> list[tuple]:
    """What the strip shows, as plain values."""
    return [
        (
            each.number,
            each.name,
            each.pinned,
            [photo.source.id for photo in each.look.photos],
            each.look.photo(each.look.person).name,
            each.look.pose.tolist(),
            each.still_HWC.tobytes(),
        )
        for each in driver.window.snapshots.strip.snapshots
    ]


def test_pins_come_back_with_the_look_and_lead_back(pinned, open_window, tmp_path, monkeypatch):
    press_on(pinned, 1, Qt.Key.Key_F2, monkeypatch, "Ada, before")
    save(pinned, tmp_path / "a.look", monkeypatch)
    wanted = kept(pinned)
    assert [(number, name) for number, name, *_ in wanted] == [(1, "Ada, before"), (2, "Look 2")]
    other = open_window(files=[tmp_path / "a.look"], awake=False)
    other.until(lambda: other.window.windowTitle().startswith("a.look"))
    other.until_full()
    assert kept(other) == wanted
    assert not other.window.isWindowModified() and not other.controller.undo_stack.canUndo()
    row = other.window.docks.looks.row
    assert row.count() == 2 and row.currentRow() == 0, "the later one is what is shown"
    assert "Ada, before, pinned" in row.item(1).toolTip()
    other.until(lambda: row.visualItemRect(row.item(1)).x() > 30)
    QTest.mouseClick(row.viewport(), Qt.MouseButton.LeftButton, pos=row.visualItemRect(row.item(1)).center())
    look = other.controller.document.look
    assert look.photo(look.person).name == "ada.png" and len(look.photos) == 2
    assert other.controller.undo_stack.undoText() == "Take the look of Ada, before"
    other.until_full()
    assert other.controller.frames.still.tobytes() == wanted[0][-1], "the same picture is drawn again"


def test_a_new_look_gets_a_number_of_its_own_beside_pins_that_came_back(pinned, tmp_path, monkeypatch):
    save(pinned, tmp_path / "a.look", monkeypatch)
    press_on(pinned, 1, Qt.Key.Key_Delete, monkeypatch)
    monkeypatch.setattr(unsaved, "ask", lambda *_: unsaved.DISCARD)
    pinned.window.opening.open_all([tmp_path / "a.look"])
    pinned.until(lambda: not pinned.window.isWindowModified())
    pinned.until_full()
    pinned.drag(LEFT_WRIST, -6, 20)
    pin(pinned)
    assert [number for number, *_ in kept(pinned)] == [1, 2, 3]


def test_pinning_and_naming_are_no_steps_of_undo_but_are_not_lost_at_the_end(pinned, tmp_path, monkeypatch):
    save(pinned, tmp_path / "a.look", monkeypatch)
    steps, text = pinned.controller.undo_stack.index(), pinned.controller.undo_stack.undoText()
    asked = []
    monkeypatch.setattr(unsaved, "ask", lambda *_: asked.append(1) or unsaved.CANCEL)
    for row, key in ((0, Qt.Key.Key_P), (1, Qt.Key.Key_F2), (1, Qt.Key.Key_Delete)):
        press_on(pinned, row, key, monkeypatch, "Linen")
        assert pinned.window.isWindowModified(), "a star: other pins than in the file"
        pinned.window.close()
        assert asked and pinned.window.isVisible()
        save(pinned, tmp_path / "a.look", monkeypatch)
        asked.clear()
    assert pinned.controller.undo_stack.index() == steps and pinned.controller.undo_stack.undoText() == text
    assert read_look(tmp_path / "a.look").pins == ()
    press_on(pinned, 0, Qt.Key.Key_P, monkeypatch)
    assert pinned.window.isWindowModified()
    press_on(pinned, 0, Qt.Key.Key_P, monkeypatch)
    assert not pinned.window.isWindowModified(), "pinned and let go: as it was saved"


def test_what_was_not_saved_comes_back_with_its_pins(pinned, open_window, tmp_path, monkeypatch):
    save(pinned, tmp_path / "a.look", monkeypatch)
    press_on(pinned, 1, Qt.Key.Key_F2, monkeypatch, "Ada, before")
    pinned.window.autosave.keep()
    journals = pinned.window.journals
    pinned.until(lambda: list(journals.glob("*.look")))
    [path] = journals.glob("*.look")
    left = path.with_name("left.look")
    left.write_bytes(path.read_bytes())
    wanted = kept(pinned)
    other = open_window()
    other.window.offer_left_behind()
    other.until(lambda: other.window.findChildren(RestoreDialog))
    [dialog] = other.window.findChildren(RestoreDialog)
    next(each for each in dialog.findChildren(QPushButton) if each.text() == "Restore").click()
    other.until(lambda: kept(other)[:2] == wanted)
    assert other.window.isWindowModified()
    other.window.autosave.keep()
    other.until(lambda: not left.exists())
    own = [read_look(each) for each in journals.glob("*.look") if each != path]
    assert [pin.name for look in own for pin in look.pins] == ["Ada, before", ""]


def test_a_look_from_before_pins_opens_with_an_empty_strip_and_a_broken_picture_is_told(
    pinned, tmp_path, monkeypatch
):
    save(pinned, tmp_path / "a.look", monkeypatch)
    look = read_look(tmp_path / "a.look")
    [first, second] = look.pins
    write_look(tmp_path / "b.look", replace(look, pins=(first._replace(picture=b"none"), second)))
    pinned.window.opening.open_all([tmp_path / "b.look"])
    pinned.until(lambda: any("The picture of a pinned look in b.look" in each for each in pinned.sentences))
    assert len(kept(pinned)) == 2, "what was there is there"
    write_look(tmp_path / "c.look", replace(look, pins=()))
    pinned.window.opening.open_all([tmp_path / "c.look"])
    pinned.until(lambda: pinned.window.windowTitle().startswith("c.look"))
    assert kept(pinned) == []


def test_pins_are_carried_over_into_another_frame(pinned, tmp_path, monkeypatch):
    save(pinned, tmp_path / "a.look", monkeypatch)
    look = read_look(tmp_path / "a.look")
    [first, second] = look.pins
    large = first.look.pose_18x3 * np.array((2, 2, 1), np.float32)
    first = first._replace(look=replace(first.look, pose_18x3=large, frame=(512, 352)))
    write_look(tmp_path / "b.look", replace(look, pins=(first, second)))
    wanted = kept(pinned)
    pinned.window.opening.open_all([tmp_path / "b.look"])
    pinned.until(lambda: pinned.window.windowTitle().startswith("b.look"))
    assert kept(pinned)[:2] == wanted
