"""A photo that is let go on what they wear in Dress: that comes from it, and the person stays."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from test_dress import FACE, SHIRT, TROUSERS, WALL, card, click, dressing, move, outfit

from app.document import Worn
from app.files.intake import PHOTO_KEY

__all__ = ["dressing"]  # a fixture
COPY, LEFT, NONE = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def spot(driver, xy) -> QPoint:
    """Pose px to px of the window."""
    return driver.canvas.viewport().mapTo(driver.window, driver.canvas.to_widget(xy).toPoint())


def files(*paths) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def hold(driver, mime: QMimeData, *places: QPoint) -> None:
    """Drag something into the window and over these places."""
    QApplication.sendEvent(driver.window, QDragEnterEvent(places[0], COPY, mime, LEFT, NONE))
    for place in places[1:]:
        QApplication.sendEvent(driver.window, QDragMoveEvent(place, COPY, mime, LEFT, NONE))


def let_go(driver, mime: QMimeData, place: QPoint) -> None:
    QApplication.sendEvent(driver.window, QDropEvent(place.toPointF(), COPY, mime, LEFT, NONE))


def names(driver) -> list[str]:
    return [photo.name for photo in driver.controller.document.look.photos]


def key_of(driver, name: str) -> str:
    return next(photo.key for photo in driver.controller.document.look.photos if photo.name == name)


def test_a_file_let_go_on_a_garment_is_where_that_comes_from(dressing, photo):
    person = dressing.controller.document.look.person
    mime = files(photo("jeans.png", top=(9, 9, 90)))
    hold(dressing, mime, spot(dressing, SHIRT), spot(dressing, TROUSERS))
    assert not dressing.window.centre.overlay.isVisible()  # what is aimed at is seen, and outlined
    box = dressing.canvas.pointed.path().boundingRect()
    assert dressing.canvas.pointed.isVisible() and box.center().y() == pytest.approx(TROUSERS[1], abs=20)
    let_go(dressing, mime, spot(dressing, TROUSERS))
    assert dressing.window.modes.dressing.choice == ("trousers",)
    click(dressing, FACE)  # while it is read: what is chosen now is another matter
    dressing.until(lambda: outfit(dressing) != ())
    assert outfit(dressing) == (Worn("trousers", key_of(dressing, "jeans.png")),)
    assert dressing.controller.document.look.person == person
    assert not any(sentence.startswith("jeans.png is on the shelf") for sentence in dressing.sentences)


def test_of_several_files_the_first_is_worn_and_the_others_wait_on_the_shelf(dressing, photo):
    mime = files(*(photo(name, top=(n, 9, 9)) for n, name in enumerate(("a.png", "b.png", "c.png"))))
    hold(dressing, mime, spot(dressing, SHIRT))
    let_go(dressing, mime, spot(dressing, SHIRT))
    dressing.until(lambda: names(dressing)[-1] == "c.png" and outfit(dressing) != ())
    dressing.until_full()
    assert outfit(dressing) == (Worn("top", key_of(dressing, "a.png")),)


def test_what_was_chosen_together_comes_together(dressing, photo):
    click(dressing, SHIRT)
    click(dressing, TROUSERS, Qt.KeyboardModifier.ShiftModifier)
    mime = files(photo("suit.png", top=(9, 9, 90)))
    hold(dressing, mime, spot(dressing, SHIRT))
    let_go(dressing, mime, spot(dressing, SHIRT))
    dressing.until(lambda: outfit(dressing) != ())
    key = key_of(dressing, "suit.png")
    assert outfit(dressing) == (Worn("top", key), Worn("trousers", key))


def test_let_go_on_the_wall_it_gives_what_is_chosen(dressing, photo):
    click(dressing, SHIRT)
    mime = files(photo("two.png", top=(90, 9, 9)))
    hold(dressing, mime, spot(dressing, WALL))
    assert not dressing.window.centre.overlay.isVisible()
    let_go(dressing, mime, spot(dressing, WALL))
    dressing.until(lambda: outfit(dressing) != ())
    assert outfit(dressing) == (Worn("top", key_of(dressing, "two.png")),)


def test_on_the_wall_the_places_are_shown_while_nothing_is_chosen_and_a_photo_is_the_next_person(
    dressing, photo
):
    overlay, mime = dressing.window.centre.overlay, files(photo("next.png", top=(9, 9, 90)))
    hold(dressing, mime, spot(dressing, SHIRT), spot(dressing, WALL))
    assert overlay.isVisible() and not dressing.canvas.pointed.isVisible()
    QApplication.sendEvent(dressing.window, QDragMoveEvent(spot(dressing, SHIRT), COPY, mime, LEFT, NONE))
    assert not overlay.isVisible() and dressing.canvas.pointed.isVisible()
    let_go(dressing, mime, spot(dressing, WALL))
    assert not overlay.isVisible()
    dressing.until(lambda: "next.png" in names(dressing))
    dressing.until_full()
    assert dressing.controller.document.look.person == key_of(dressing, "next.png") and outfit(dressing) == ()


def test_a_card_let_go_on_a_garment_gives_it_at_once(dressing):
    mime, key = QMimeData(), dressing.controller.document.look.photos[-1].key
    mime.setData(PHOTO_KEY, card(dressing, key).key.encode())
    hold(dressing, mime, spot(dressing, TROUSERS))
    let_go(dressing, mime, spot(dressing, TROUSERS))
    dressing.until(lambda: outfit(dressing) != ())
    assert outfit(dressing) == (Worn("trousers", key),)


def test_beside_the_canvas_and_in_pose_the_places_are_shown(dressing, photo):
    window, overlay = dressing.window, dressing.window.centre.overlay
    mime = files(photo("one.png", top=(9, 9, 90)))
    shelf = window.docks.shelf.mapTo(window, window.docks.shelf.rect().center())
    hold(dressing, mime, spot(dressing, SHIRT), shelf)
    assert overlay.isVisible() and not dressing.canvas.pointed.isVisible()
    hold(dressing, mime, shelf, spot(dressing, SHIRT))
    assert not overlay.isVisible() and dressing.canvas.pointed.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not dressing.canvas.pointed.isVisible()
    window.actions_by_id["pose_mode"].trigger()
    hold(dressing, mime, spot(dressing, SHIRT))
    assert overlay.isVisible()
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not overlay.isVisible()


def test_before_it_is_known_what_is_where_a_file_waits_for_that(open_window, photo, standing):
    """As where a machine is slow: never the next person for a garment."""
    driver = open_window(pose=standing, delay=0.05)
    driver.until_full()
    person = driver.controller.document.look.person
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    assert driver.window.modes.dressing._pieces_hw is None
    mime = files(photo("jeans.png", top=(9, 9, 90)))
    hold(driver, mime, spot(driver, TROUSERS))
    assert not driver.window.centre.overlay.isVisible()
    let_go(driver, mime, spot(driver, TROUSERS))
    driver.until(lambda: outfit(driver) != ())
    assert outfit(driver) == (Worn("trousers", key_of(driver, "jeans.png")),)
    assert driver.controller.document.look.person == person
    assert not driver.canvas.pointed.isVisible()  # nothing hovers any more


@pytest.mark.parametrize(
    ("xy", "words"), [(TROUSERS, ("trousers",)), (WALL, ())], ids=["on trousers", "wall"]
)
def test_let_go_early_with_the_brush_in_the_hand_it_begins_no_stroke(open_window, photo, standing, xy, words):
    driver = open_window(pose=standing)
    driver.until_full()
    driver.backend.session.gate.clear()  # no picture comes
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    QTest.keyClick(driver.window, Qt.Key.Key_B)
    mode, mime = driver.window.modes.dressing, files(photo("jeans.png", top=(9, 9, 90)))
    assert mode.brush.on and mode._pieces_hw is None
    hold(driver, mime, spot(driver, xy))
    let_go(driver, mime, spot(driver, xy))
    driver.backend.session.gate.set()
    driver.until(lambda: mode._pieces_hw is not None and "jeans.png" in names(driver))
    driver.until_full()
    driver.until(lambda: len(outfit(driver)) == len(words))
    move(driver, SHIRT)
    assert driver.controller.painting.stroke is None and mode.brush.on
    assert outfit(driver) == tuple(Worn(word, key_of(driver, "jeans.png")) for word in words)


def test_a_pose_is_taken_over_a_garment_too(dressing, tmp_path):
    path = tmp_path / "pose.json"
    path.write_text("{}")
    hold(dressing, files(path), spot(dressing, SHIRT))
    assert dressing.window.centre.overlay.isVisible() and not dressing.canvas.pointed.isVisible()


def test_of_a_photo_without_the_garment_a_sentence_is_told(dressing, photo):
    mime = files(photo("bright.png", top=(250, 250, 250)))
    hold(dressing, mime, spot(dressing, TROUSERS))
    let_go(dressing, mime, spot(dressing, TROUSERS))
    dressing.until(lambda: "bright.png shows no trousers that could be taken." in dressing.sentences)
    assert outfit(dressing) == ()


@pytest.fixture
def slowly(dressing, monkeypatch):
    """Photos are read only once this is set."""
    read, go = dressing.backend.read_photo, threading.Event()

    def waiting(data, name):
        assert go.wait(30)
        return read(data, name)

    monkeypatch.setattr(dressing.backend, "read_photo", waiting)
    yield go
    go.set()


def drop_on(driver, path, xy) -> None:
    mime = files(path)
    hold(driver, mime, spot(driver, xy))
    let_go(driver, mime, spot(driver, xy))


def until_shelved(driver, name: str) -> None:
    driver.until(lambda: name in names(driver))
    driver.until_full()


@pytest.mark.parametrize("way", ["card", "number", "enter", "card let go"])
def test_a_later_gesture_counts_and_not_the_photo_that_was_let_go_before_it_and_is_read_after_it(
    dressing, photo, slowly, way
):
    linen = dressing.controller.document.look.photos[-1].key
    drop_on(dressing, photo("jeans.png", top=(9, 9, 90)), TROUSERS)
    if way == "card let go":
        mime = QMimeData()
        mime.setData(PHOTO_KEY, linen.encode())
        hold(dressing, mime, spot(dressing, TROUSERS))
        let_go(dressing, mime, spot(dressing, TROUSERS))
    elif way == "card":
        QTest.mouseClick(card(dressing, linen), LEFT)
    elif way == "number":
        QTest.keyClick(dressing.canvas, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    else:
        QTest.keyClick(dressing.canvas, Qt.Key.Key_Return)
    dressing.controller.frames.ask()
    slowly.set()
    until_shelved(dressing, "jeans.png")
    assert outfit(dressing) == (Worn("trousers", linen),)
    assert any(sentence.startswith("jeans.png is on the shelf") for sentence in dressing.sentences)


def test_of_two_garments_let_go_for_one_photo_the_one_that_was_not_taken_elsewhere_still_comes(
    dressing, photo, slowly
):
    linen = dressing.controller.document.look.photos[-1].key
    click(dressing, SHIRT)
    click(dressing, TROUSERS, Qt.KeyboardModifier.ShiftModifier)
    drop_on(dressing, photo("suit.png", top=(9, 9, 90)), SHIRT)
    click(dressing, SHIRT)
    QTest.mouseClick(card(dressing, linen), LEFT)
    slowly.set()
    until_shelved(dressing, "suit.png")
    assert outfit(dressing) == (Worn("top", linen), Worn("trousers", key_of(dressing, "suit.png")))


def test_of_two_photos_let_go_on_one_garment_the_later_is_worn(dressing, photo, slowly):
    for name, top in (("one.png", (9, 9, 90)), ("two.png", (90, 9, 9))):
        drop_on(dressing, photo(name, top=top), TROUSERS)
    slowly.set()
    until_shelved(dressing, "two.png")
    assert outfit(dressing) == (Worn("trousers", key_of(dressing, "two.png")),)
    assert dressing.controller.undo_stack.undoText() == "Take the trousers from two.png"
    worn = [dressing.controller.undo_stack.text(n) for n in range(dressing.controller.undo_stack.count())]
    assert "Take the trousers from one.png" not in worn


def test_a_photo_added_for_what_is_chosen_does_not_replace_what_was_clicked_for_it_meanwhile(
    dressing, photo, slowly
):
    linen = dressing.controller.document.look.photos[-1].key
    click(dressing, SHIRT)
    dressing.controller.photos.open_photo(photo("coat.png", top=(10, 90, 20)), "coat.png", "garment")
    QTest.mouseClick(card(dressing, linen), LEFT)
    slowly.set()
    until_shelved(dressing, "coat.png")
    assert outfit(dressing) == (Worn("top", linen),)


def test_what_is_taken_off_while_another_is_read_stays_off(dressing, photo, slowly):
    slowly.set()
    dressing.until(lambda: dressing.controller.photos._under_way == [])
    click(dressing, TROUSERS)
    QTest.mouseClick(card(dressing, dressing.controller.document.look.photos[-1].key), LEFT)
    dressing.until(lambda: outfit(dressing) != ())
    slowly.clear()
    drop_on(dressing, photo("jeans.png", top=(9, 9, 90)), TROUSERS)
    QTest.mouseClick(dressing.window.docks.outfit.rows[0].off, LEFT)
    slowly.set()
    until_shelved(dressing, "jeans.png")
    assert outfit(dressing) == ()


def test_escape_gives_up_what_was_let_go_and_is_not_read_yet(dressing, photo, slowly):
    drop_on(dressing, photo("jeans.png", top=(9, 9, 90)), TROUSERS)
    QTest.keyClick(dressing.canvas, Qt.Key.Key_Escape)
    slowly.set()
    until_shelved(dressing, "jeans.png")
    assert outfit(dressing) == ()


def test_let_go_early_it_gives_what_it_was_let_go_on_also_where_another_garment_is_clicked_after_it(
    open_window, photo, standing
):
    driver = open_window(pose=standing)
    driver.until_full()
    driver.backend.session.gate.clear()  # no picture comes
    QTest.keyClick(driver.window, Qt.Key.Key_2)
    drop_on(driver, photo("jeans.png", top=(9, 9, 90)), TROUSERS)
    click(driver, SHIRT)
    driver.backend.session.gate.set()
    driver.until(lambda: outfit(driver) != ())
    driver.until_full()
    assert outfit(driver) == (Worn("trousers", key_of(driver, "jeans.png")),)
    assert driver.window.modes.dressing.choice == ("top",)
