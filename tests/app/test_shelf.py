"""Photos on the shelf, in the real window: dragged, renamed, moved, turned, their skeletons put right."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QPushButton

from app.dialogs.which import PeopleInPhoto
from app.docks.cards import name_parts
from app.draft_banner import TURN, USE_POSE
from app.files.intake import PHOTO_KEY

LEFT_WRIST = 7
KEEP = "Keep the pose of before"


@pytest.fixture
def driver(open_window, photo, standing):
    driver = open_window(pose=standing)
    for name, top in (("linen.png", (180, 60, 60)), ("coat.v2.png", (30, 90, 40))):
        driver.controller.photos.open_photo(photo(name, top=top), name, "garment")
        driver.until(lambda name=name: name in names(driver))
    return driver


def names(driver) -> list[str]:
    return [photo.name for photo in driver.controller.document.look.photos]


def key_of(driver, name: str) -> str:
    return next(photo.key for photo in driver.controller.document.look.photos if photo.name == name)


def card(driver, name: str):
    return next(card for card in driver.window.docks.shelf.cards if card.key == key_of(driver, name))


def let_go(driver, name: str, where: QPoint) -> None:
    """Drop a card at a place of the window."""
    mime = QMimeData()
    mime.setData(PHOTO_KEY, key_of(driver, name).encode())
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(driver.window, QDragEnterEvent(where, copy, mime, left, none))
    QApplication.sendEvent(driver.window, QDropEvent(where.toPointF(), copy, mime, left, none))


def on_canvas(driver, side: float) -> QPoint:
    overlay = driver.window.centre.overlay
    spot = QPoint(int(side * driver.window.centre.width()), driver.window.centre.height() // 2)
    return overlay.mapTo(driver.window, spot)


def toast_button(driver, label: str) -> QPushButton:
    buttons = [b for t in driver.window.centre.notices.toasts for b in t.findChildren(QPushButton)]
    return next(button for button in buttons if button.text() == label)


def test_a_card_begins_a_drag_that_names_its_photo(driver, monkeypatch):
    dragged = []
    monkeypatch.setattr(
        "app.docks.cards.QDrag.exec",
        lambda drag, action: dragged.append(bytes(drag.mimeData().data(PHOTO_KEY))),
    )
    linen = card(driver, "linen.png")
    QTest.mousePress(linen, Qt.MouseButton.LeftButton, pos=QPoint(20, 20))
    QTest.mouseMove(linen, QPoint(24, 22))
    assert not dragged
    QTest.mouseMove(linen, QPoint(50, 60))
    assert dragged == [key_of(driver, "linen.png").encode()]
    QTest.mouseRelease(linen, Qt.MouseButton.LeftButton, pos=QPoint(50, 60))
    assert driver.window.docks.shelf._chosen != key_of(driver, "linen.png"), (
        "what was dragged was not clicked"
    )


def test_a_card_let_go_on_the_canvas_becomes_the_person_lends_or_poses(driver):
    own = driver.controller.document.look.photo(key_of(driver, "linen.png")).reference.keypoints_18x3
    driver.drag(LEFT_WRIST, 10, -30)
    moved = driver.pose.copy()
    let_go(driver, "linen.png", on_canvas(driver, 0.9))
    assert np.array_equal(driver.pose, own)
    assert driver.controller.document.look.person != key_of(driver, "linen.png")
    driver.controller.undo_stack.undo()
    let_go(driver, "linen.png", on_canvas(driver, 0.5))
    assert driver.window.docks.shelf._chosen == key_of(driver, "linen.png")
    let_go(driver, "linen.png", on_canvas(driver, 0.1))
    assert driver.controller.document.look.person == key_of(driver, "linen.png")
    assert np.array_equal(driver.pose, own)
    driver.controller.undo_stack.undo()
    assert np.array_equal(driver.pose, moved)


def test_whoever_becomes_the_person_comes_in_the_own_pose_and_it_is_said(driver, photo):
    """Opened or made the person on the shelf: the same rule, and the pose of before one click away."""
    driver.drag(LEFT_WRIST, 10, -30)
    moved = driver.pose.copy()
    driver.window.docks.shelf.person_wanted.emit(key_of(driver, "linen.png"))
    assert "linen.png is shown in the pose of the photo." in driver.sentences
    assert not np.array_equal(driver.pose, moved)
    toast_button(driver, KEEP).click()
    assert np.array_equal(driver.pose, moved)
    driver.controller.photos.open_photo(photo("new.png", top=(1, 2, 3)), "new.png")
    driver.until(lambda: "new.png is shown in the pose of the photo." in driver.sentences)
    assert not np.array_equal(driver.pose, moved)
    toast_button(driver, KEEP).click()
    assert np.array_equal(driver.pose, moved)
    assert driver.controller.document.look.person == key_of(driver, "new.png")


def test_nothing_is_offered_where_no_hand_had_made_the_pose(driver):
    driver.window.docks.shelf.person_wanted.emit(key_of(driver, "linen.png"))
    assert driver.sentences[-1:] != ["linen.png is shown in the pose of the photo."]


def test_a_photo_is_renamed_in_its_place(driver):
    linen = card(driver, "linen.png")
    linen.setFocus()
    QTest.keyClick(linen, Qt.Key.Key_F2)
    field = linen.findChild(QLineEdit)
    QTest.keyClicks(field, "the 1 shirt")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert "the 1 shirt.png" in names(driver) and "linen.png" not in names(driver)
    assert driver.controller.undo_stack.undoText() == "Rename linen.png to the 1 shirt.png"
    driver.controller.undo_stack.undo()
    linen = card(driver, "linen.png")
    QTest.keyClick(linen, Qt.Key.Key_F2)
    QTest.keyClicks(linen.findChild(QLineEdit), "never")
    QTest.keyClick(linen.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert "linen.png" in names(driver)


@pytest.mark.parametrize("name", ["linen.png", "the person"])
def test_f2_renames_the_card_that_was_just_clicked(driver, name):
    look = driver.controller.document.look
    name = look.name_of(look.person) if name == "the person" else name
    driver.window.activateWindow()
    driver.canvas.setFocus()
    QTest.mouseClick(card(driver, name), Qt.MouseButton.LeftButton)
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_F2)
    field = card(driver, name).findChild(QLineEdit)
    driver.until(lambda: field is QApplication.focusWidget())
    QTest.keyClicks(field, "hers")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert any(each.startswith("hers") for each in names(driver)) and name not in names(driver)
    driver.controller.undo_stack.undo()
    assert name in names(driver)


def choose(driver, name: str, entry: str) -> None:
    """Open the menu of a card by the right button and click an entry."""
    over = card(driver, name)
    at = over.rect().center()
    QApplication.sendEvent(over, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, over.mapToGlobal(at)))
    menu = over.findChild(QMenu)
    action = next(each for each in menu.actions() if each.text().split("\t")[0] == entry)
    assert action.isEnabled()
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())


def test_the_menu_of_a_card_does_all_that_is_done_with_photos(driver):
    """Renamed, turned, its skeleton put right, made the person, taken off: as the right button offers it."""
    own = names(driver)[0]
    choose(driver, "linen.png", "Rename")
    QTest.keyClicks(card(driver, "linen.png").findChild(QLineEdit), "never")
    QTest.keyClick(card(driver, "linen.png").findChild(QLineEdit), Qt.Key.Key_Escape)
    tall = driver.controller.document.look.photo(key_of(driver, "linen.png")).reference.photo_size
    choose(driver, "linen.png", "Turn the photo to the left")
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Turn linen.png")
    wide = driver.controller.document.look.photo(key_of(driver, "linen.png")).reference.photo_size
    assert wide == tall[::-1]
    choose(driver, "linen.png", "Correct the skeleton on the photo…")
    driver.until(lambda: driver.controller.draft is not None)
    driver.drag(LEFT_WRIST, 9, -12)
    right = driver.pose.copy()
    QTest.mouseClick(driver.window.centre.banner.button(USE_POSE), Qt.MouseButton.LeftButton)
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Correct linen.png")
    linen = driver.controller.document.look.photo(key_of(driver, "linen.png"))
    assert np.array_equal(linen.source.pose_18x3, right)
    choose(driver, "linen.png", "Make this the person")
    assert driver.controller.document.look.person == linen.key
    choose(driver, own, "Remove from the shelf")
    assert own not in names(driver)
    for _ in range(4):
        driver.window.actions_by_id["undo"].trigger()
    assert names(driver) == [own, "linen.png", "coat.v2.png"]
    assert driver.controller.document.look.name_of(driver.controller.document.look.person) == own
    assert driver.controller.undo_stack.undoText() == "Put coat.v2.png on the shelf"


@pytest.mark.parametrize(
    ("name", "parts"),
    [("linen.jpg", ("linen", ".jpg")), ("Ada", ("Ada", "")), ("coat 1.5", ("coat 1.5", "")), ("", ("", ""))],
)
def test_what_of_a_name_is_the_files_kind(name, parts):
    assert name_parts(name) == parts


def test_photos_change_their_places_by_keys_and_by_hand(driver):
    first = names(driver)[0]
    linen = card(driver, "linen.png")
    QTest.keyClick(linen, Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert names(driver) == [first, "coat.v2.png", "linen.png"]
    QTest.keyClick(card(driver, "linen.png"), Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier)
    assert driver.controller.undo_stack.undoText() == "Move linen.png on the shelf"
    front = card(driver, first)
    let_go(driver, "linen.png", front.mapTo(driver.window, front.rect().center()))
    assert names(driver) == ["linen.png", first, "coat.v2.png"]
    driver.controller.undo_stack.undo()
    driver.controller.undo_stack.undo()
    assert names(driver) == [first, "linen.png", "coat.v2.png"]


def test_delete_takes_a_photo_off_and_undo_brings_it_back(driver):
    QTest.keyClick(card(driver, "coat.v2.png"), Qt.Key.Key_Delete)
    assert "coat.v2.png" not in names(driver)
    driver.controller.undo_stack.undo()
    assert "coat.v2.png" in names(driver)


def test_a_new_photo_is_scrolled_to(driver, photo):
    shelf = driver.window.docks.shelf
    for number in range(6):
        name = f"more{number}.png"
        driver.controller.photos.open_photo(photo(name, top=(number, 9, 200)), name, "garment")
        driver.until(lambda name=name: name in names(driver))
    last = card(driver, "more5.png")
    driver.until(lambda: last.visibleRegion().boundingRect().height() == last.height())
    assert shelf._scroll.verticalScrollBar().value() > 0


def test_who_sees_better_says_whether_somebody_is_in_a_garment(driver, standing):
    def linen():
        return driver.controller.document.look.photo(key_of(driver, "linen.png"))

    assert not linen().reference.alone
    choose(driver, "linen.png", "Nobody wears this: a garment alone")
    driver.until(lambda: "No garment can be told from the rest of linen.png." in driver.sentences)
    inside = standing * np.float32([0.9, 0.9, 1.0])
    driver.backend.if_told = driver.backend.session.in_garment = inside
    choose(driver, "linen.png", "Nobody wears this: a garment alone")
    driver.until(lambda: linen().reference.alone)
    assert np.array_equal(linen().source.pose_18x3, inside)
    assert driver.controller.undo_stack.undoText() == "Correct linen.png"
    choose(driver, "linen.png", "Somebody wears this")
    driver.until(lambda: not linen().reference.alone)
    assert not np.array_equal(linen().source.pose_18x3, inside)
    driver.controller.undo_stack.undo()
    assert linen().reference.alone


@pytest.mark.parametrize(
    "entry",
    [
        "Nobody wears this: a garment alone",
        "Turn the photo to the left",
        "Correct the skeleton on the photo…",
    ],
)
def test_a_photo_that_is_not_here_says_so_whatever_it_is_to_be_read_for(driver, entry):
    look = driver.controller.document.look
    gone = [
        replace(photo, source=replace(photo.source, data=None)) if photo.name == "linen.png" else photo
        for photo in look.photos
    ]
    driver.controller.document.settle(photos=tuple(gone))
    choose(driver, "linen.png", entry)
    assert "linen.png itself is not here: open its file again." in driver.sentences


def test_a_photo_on_its_side_is_turned_and_looked_at_again(driver):
    before = driver.controller.document.look.photo(key_of(driver, "linen.png"))
    looked = driver.backend.looked
    driver.window.docks.shelf.turn_wanted.emit(before.key, 1)
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Turn linen.png")
    after = driver.controller.document.look.photo(key_of(driver, "linen.png"))
    assert after.reference.photo_size == before.reference.photo_size[::-1]
    assert driver.backend.looked == looked + 1
    assert driver.controller.document.look.borrow is None or driver.controller.document.look.photo(
        driver.controller.document.look.borrow.key
    )
    driver.controller.undo_stack.undo()
    assert driver.controller.document.look.photo(before.key) is before


def test_a_photo_that_lies_on_its_side_is_offered_to_be_turned(open_window, photo, standing):
    lying = np.stack([standing[:, 1], 176 - standing[:, 0], standing[:, 2]], axis=1)  # its head on the left
    driver = open_window(pose=lying)
    driver.controller.photos.open_photo(photo("side.png", size=(176, 256)), "side.png")
    driver.until(lambda: "side.png lies on its side." in driver.sentences)
    toast = next(t for t in driver.window.centre.notices.toasts if t.sentence.startswith("side.png"))
    driver.window.centre.notices.show("info", "told")
    told = driver.window.centre.notices.toasts[-1]
    assert toast._clock.interval() > 2 * told._clock.interval(), "there is time to take it up"
    driver.backend.pose = standing
    driver.backend.session.detect = lambda _rgb: standing
    next(button for button in toast.findChildren(QPushButton) if button.text() == "Turn it").click()
    driver.until(lambda: driver.controller.undo_stack.undoText() == "Turn side.png")
    look = driver.controller.document.look
    assert look.photo(look.person).reference.photo_size == (256, 176)
    assert np.array_equal(driver.pose, look.photo(look.person).reference.keypoints_18x3), "the pose follows"
    driver.controller.photos.open_photo(photo("upright.png", top=(1, 2, 3)), "upright.png")
    driver.until(lambda: "upright.png" in names(driver))
    assert not any("upright.png lies" in sentence for sentence in driver.sentences)


def test_where_nobody_is_found_the_photo_can_be_turned(driver, photo):
    driver.backend.pose = None
    driver.controller.photos.open_photo(photo("lying.png", top=(7, 7, 7), size=(200, 300)), "lying.png")
    driver.until(lambda: driver.controller.draft is not None)
    driver.backend.pose = np.array(driver.pose)
    turn = driver.window.centre.banner.button(TURN)
    turn.setFocus()
    QTest.mouseClick(turn, Qt.MouseButton.LeftButton)
    assert driver.canvas.hasFocus() and not driver.canvas._ringed, "nobody came by keys"
    driver.until(lambda: "lying.png" in names(driver))
    assert driver.controller.document.look.person == key_of(driver, "lying.png")
    size = driver.controller.document.look.photo(key_of(driver, "lying.png")).reference.photo_size
    assert size == (300, 200)


def test_a_skeleton_is_put_right_on_the_photo_and_the_pose_follows(driver):
    look = driver.controller.document.look
    person = look.photo(look.person)
    driver.window.docks.shelf.correct_wanted.emit(person.key)
    driver.until(lambda: driver.controller.draft is not None)
    assert np.array_equal(driver.pose, person.source.pose_18x3)
    before = driver.pose.copy()
    driver.drag(LEFT_WRIST, 12, -20)
    others = [joint for joint in range(18) if joint != LEFT_WRIST]
    assert np.array_equal(driver.pose[others], before[others]), "nothing follows"
    right = driver.pose.copy()
    driver.window.centre.banner.button(USE_POSE).click()
    driver.until(lambda: driver.controller.undo_stack.undoText() == f"Correct {person.name}")
    look = driver.controller.document.look
    assert len(look.photos) == 3 and look.photos[0].key == look.person != person.key
    assert np.array_equal(look.photo(look.person).source.pose_18x3, right)
    assert np.array_equal(driver.pose, look.photo(look.person).reference.keypoints_18x3)
    driver.controller.undo_stack.undo()
    assert driver.controller.document.look.person == person.key


def test_which_of_several_people_is_asked_on_the_photo(open_window, photo, standing):
    left, right = (standing * np.float32([0.5, 0.5, 1]) + np.float32([x, 20, 0]) for x in (0, 90))
    driver = open_window(crowd=(left, right))
    driver.controller.photos.open_photo(photo("two.png"), "two.png")
    driver.until(lambda: driver.window.findChild(PeopleInPhoto) is not None)
    people = driver.window.findChild(PeopleInPhoto)
    assert people.box(0).center().x() < people.box(1).center().x()
    QTest.mouseClick(people, Qt.MouseButton.LeftButton, pos=people.box(1).center().toPoint())
    driver.until(lambda: "two.png" in names(driver))
    assert np.array_equal(driver.controller.document.look.photos[-1].source.pose_18x3, right)


# The canvas.


def test_a_hundred_per_cent_is_one_pixel_of_the_photo(driver, photo):
    driver.controller.photos.open_photo(photo("large.png", size=(1024, 704)), "large.png")
    driver.until(lambda: "large.png" in names(driver))
    QTest.keyClick(driver.window, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert driver.window.zoom_label.text() == "100 %"
    ratio = driver.canvas.devicePixelRatioF()
    assert driver.canvas.zoom * ratio == pytest.approx(1024 / 256), "four photo px a frame px"
    driver.canvas.camera.magnify(1000.0)
    assert driver.window.zoom_label.text() == "3200 %"
    driver.canvas.camera.magnify(0.0001)
    fitted = driver.canvas.camera.magnification
    QTest.keyClick(driver.window, Qt.Key.Key_0, Qt.KeyboardModifier.ControlModifier)
    assert fitted <= driver.canvas.camera.magnification


def test_a_drag_on_empty_ground_pans_once_the_picture_is_larger_than_the_window(driver):
    canvas, start = driver.canvas, driver.pose.copy()
    canvas.camera.zoom_to(canvas.zoom * 6)
    corner = QPointF(15, 15)
    under = canvas.to_pose(corner)
    assert canvas.skeleton.joint_at(under) < 0 and canvas.skeleton.bone_at(under) is None
    driver.mouse(QEvent.Type.MouseButtonPress, corner)
    driver.mouse(QEvent.Type.MouseMove, corner + QPointF(40, 25))
    driver.mouse(QEvent.Type.MouseButtonRelease, corner + QPointF(40, 25))
    assert canvas.to_pose(corner + QPointF(40, 25)) == pytest.approx(under, abs=0.6)
    assert np.array_equal(driver.pose, start)
    driver.mouse(QEvent.Type.MouseButtonPress, corner, keys=Qt.KeyboardModifier.ShiftModifier)
    assert canvas.band.on, "Shift draws the band all the same"
    driver.mouse(QEvent.Type.MouseButtonRelease, corner)


def test_the_hint_stays_at_its_joint_while_the_picture_is_moved(open_window):
    driver = open_window(hint_seen=False)
    driver.canvas.camera.zoom_to(driver.canvas.zoom * 2)
    coach, canvas = driver.window.centre.coach, driver.canvas
    for _ in range(3):
        apart = coach.pos() - driver.at(LEFT_WRIST).toPoint()
        middle = QPointF(canvas.viewport().width() / 2, canvas.viewport().height() / 2)
        driver.mouse(QEvent.Type.MouseButtonPress, middle, Qt.MouseButton.MiddleButton)
        driver.mouse(QEvent.Type.MouseMove, middle + QPointF(31, -17), Qt.MouseButton.MiddleButton)
        driver.mouse(QEvent.Type.MouseButtonRelease, middle + QPointF(31, -17), Qt.MouseButton.MiddleButton)
        now = coach.pos() - driver.at(LEFT_WRIST).toPoint()
        assert abs((now - apart).x()) <= 1 and abs((now - apart).y()) <= 1


def test_cards_of_photos_that_stay_are_not_made_anew(open_window, photo, standing):
    """With many photos on the shelf, each made some milliseconds of the window's thread."""
    driver = open_window(pose=standing)
    c, shelf, made = driver.controller, driver.window.docks.shelf, []
    for number in (1, 2, 3):
        name = f"{number}.png"
        c.photos.open_photo(photo(name, top=(number, 7, 7)), name, "garment")
        driver.until(lambda number=number: len(shelf.cards) == number + 1)
        made.append(list(shelf.cards))
    person, one, two, three = made[-1]
    assert all(earlier == made[-1][: len(earlier)] for earlier in made), "a new one comes behind the others"
    c.shelving.move_to(three.key, 2)
    assert shelf.cards[:2] == [person, one] and [card.key for card in shelf.cards[2:]] == [three.key, two.key]
    places = [shelf._grid.getItemPosition(shelf._grid.indexOf(card))[:2] for card in shelf.cards]
    assert places == [(0, 0), (0, 1), (1, 0), (1, 1)]
    c.shelving.rename(one.key, "another")
    assert shelf.cards[0] is person and "another" in shelf.cards[1].accessibleName()
    c.shelving.become(two.key)
    assert shelf.cards[0] is not person and shelf.cards[3].is_person
    c.shelving.remove(three.key)
    assert len(shelf.cards) == 3
    light = shelf.cards[1]
    driver.until(light.isVisible)
    light.setFocus()
    assert QApplication.focusWidget() is light
    driver.window.themes.choose("light")
    try:
        assert light not in shelf.cards and len(shelf.cards) == 3
        driver.until(shelf.cards[1].isVisible)
        assert QApplication.focusWidget() is shelf.cards[1], "the keyboard keeps its place"
    finally:
        driver.window.themes.choose("dark")
