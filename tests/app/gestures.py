"""Everything a hand can do to the document, by real events: a function a gesture, with chance in its details.
What has a key of the window is called by its action: tooltips take the keys away on the offscreen platform.

A gesture takes the driver of a window and a `random.Random`; it leaves no button held, and the window in
Pose.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QWidget

from app.files.intake import PHOTO_KEY
from engine.pose.formats import openpose_dict
from engine.pose.skeleton import LIMBS, NECK

PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton
ARROWS = (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down)

Gesture = Callable[..., None]
GESTURES: dict[str, Gesture] = {}


def gesture(function: Gesture) -> Gesture:
    GESTURES[function.__name__.replace("_", " ")] = function
    return function


def key(driver, key: Qt.Key, held=NONE, on: QWidget | None = None) -> None:
    QTest.keyClick(on or driver.canvas, key, held)


def sweep(driver, start: QPointF, *stops: QPointF, held=NONE) -> None:
    """One drag over positions in the canvas."""
    driver.mouse(PRESS, start, keys=held)
    for stop in stops:
        driver.mouse(MOVE, stop, keys=held)
    driver.mouse(RELEASE, stops[-1], keys=held)


def shown(driver) -> list[int]:
    """The joints that are seen, in the frame: the others cannot be taken."""
    height, width = driver.controller.frame_size
    x, y, state = driver.pose.T
    return np.flatnonzero((state > 0) & (x >= 0) & (y >= 0) & (x < width) & (y < height)).tolist()


def some_joint(driver, hand: random.Random) -> int:
    """A joint that is seen and chosen; every window has one, or hidden ones come back first."""
    if not shown(driver):
        press_action(driver, "reset_pose")
    joint = hand.choice(shown(driver) or [NECK])
    driver.canvas.skeleton.select(joint)
    return joint


def way(driver, hand: random.Random, far: float = 40.0) -> QPointF:
    """Some px of the frame, in those of the widget."""
    return QPointF(hand.uniform(-far, far), hand.uniform(-far, far)) * driver.canvas.zoom


def press_action(driver, name: str) -> None:
    driver.window.actions_by_id[name].trigger()


def drop(driver, mime: QMimeData, at: QPoint) -> None:
    """Let something go over the window."""
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(driver.window, QDragEnterEvent(at, copy, mime, LEFT, NONE))
    QApplication.sendEvent(driver.window, QDropEvent(at.toPointF(), copy, mime, LEFT, NONE))


def over_canvas(driver, side: float) -> QPoint:
    """A spot of the canvas, `side` of its width from the left, in the window."""
    centre = driver.window.centre
    return centre.mapTo(driver.window, QPoint(int(side * centre.width()), centre.height() // 2))


def cards(driver) -> list:
    return driver.window.docks.shelf.cards


def lenders(driver) -> list:
    """Cards of others than the person."""
    return [card for card in cards(driver) if not card.is_person]


def slide(slider, hand: random.Random) -> None:
    """Move a slider by its keys, there and perhaps back."""
    slider.setFocus()
    for _ in range(hand.randint(1, 4)):
        QTest.keyClick(slider, hand.choice((Qt.Key.Key_PageUp, Qt.Key.Key_PageDown, Qt.Key.Key_Right)))


def take_one(views, hand: random.Random) -> None:
    """Choose one of a list's entries, and take it by Return."""
    views.setFocus()
    views.setCurrentRow(hand.randrange(views.count()))
    QTest.keyClick(views, Qt.Key.Key_Return)


# The skeleton.


@gesture
def pull_a_joint(driver, hand):
    at, to = driver.at(some_joint(driver, hand)), way(driver, hand)
    sweep(driver, at, at + to * 0.5, at + to)


@gesture
def pull_a_joint_alone(driver, hand):
    at, to = driver.at(some_joint(driver, hand)), way(driver, hand)
    sweep(driver, at, at + to, held=CTRL)


@gesture
def pull_a_joint_along_lines(driver, hand):
    at, to = driver.at(some_joint(driver, hand)), way(driver, hand)
    sweep(driver, at, at + to * 0.5, at + to, held=SHIFT)


@gesture
def pull_the_person(driver, hand):
    at = driver.at(some_joint(driver, hand))
    sweep(driver, at, at + way(driver, hand, 15.0), held=ALT)


@gesture
def pull_a_bone(driver, hand):
    ends = [bone for bone in LIMBS if set(bone) <= set(shown(driver))]
    if ends:
        one, other = hand.choice(ends)
        at = (driver.at(one) + driver.at(other)) / 2
        sweep(driver, at, at + way(driver, hand, 20.0))


@gesture
def pull_and_let_it_be(driver, hand):
    at = driver.at(some_joint(driver, hand))
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, at + way(driver, hand))
    key(driver, Qt.Key.Key_Escape)
    driver.mouse(RELEASE, at)


@gesture
def bend_while_pulling(driver, hand):
    at, to = driver.at(some_joint(driver, hand)), way(driver, hand)
    driver.mouse(PRESS, at)
    driver.mouse(MOVE, at + to)
    press_action(driver, "flip_limb")
    driver.mouse(RELEASE, at + to)


@gesture
def draw_a_band(driver, hand):
    spots = [driver.at(joint) for joint in shown(driver)] or [QPointF(60, 60)]
    left, top = min(s.x() for s in spots) - 25, min(s.y() for s in spots) - 25
    right, bottom = max(s.x() for s in spots) + 25, max(s.y() for s in spots) + 25
    sweep(driver, QPointF(left, top), QPointF(hand.uniform(left + 40, right), bottom), held=SHIFT)


@gesture
def work_a_box(driver, hand):
    """Move, turn or scale all of the person."""
    press_action(driver, "select_all")
    group = driver.canvas.skeleton.group
    if len(group.joints) < 2:
        return
    spots = (group._box.center(), group._box.bottomRight(), group._knob(driver.canvas.zoom))
    at = driver.canvas.to_widget(hand.choice(spots).toTuple())
    sweep(driver, at, at + way(driver, hand, 12.0))
    key(driver, Qt.Key.Key_Escape)


@gesture
def double_click_a_joint(driver, hand):
    at = driver.at(some_joint(driver, hand))
    driver.mouse(QEvent.Type.MouseButtonDblClick, at)
    driver.mouse(RELEASE, at)


@gesture
def nudge(driver, hand):
    some_joint(driver, hand)
    for _ in range(hand.randint(1, 3)):
        key(driver, hand.choice(ARROWS), hand.choice((NONE, SHIFT, ALT)))


@gesture
def walk_the_joints(driver, hand):
    for _ in range(hand.randint(1, 4)):
        key(driver, Qt.Key.Key_Tab)


@gesture
def hide_a_joint(driver, hand):
    some_joint(driver, hand)
    press_action(driver, "toggle_joint")


@gesture
def bring_a_chip_back(driver, hand):
    chips = driver.window.docks.joint.chips
    if chips:
        QTest.mouseClick(hand.choice(chips), LEFT)


@gesture
def type_a_number(driver, hand):
    some_joint(driver, hand)
    field = driver.window.docks.joint._x
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, driver.window.locale().toString(hand.uniform(5, 170), "f", 1))
    QTest.keyClick(field, Qt.Key.Key_Return)


@gesture
def press_a_key_of_the_pose(driver, hand):
    some_joint(driver, hand)
    held = {"show_all_joints", "flip_limb", "copy_limb", "mirror", "turn_around", "reset_pose"}
    press_action(driver, hand.choice(sorted(held)))


@gesture
def pull_both_sides(driver, hand):
    press_action(driver, "symmetric")
    pull_a_joint(driver, hand)
    press_action(driver, "symmetric")


@gesture
def change_proportions(driver, hand):
    slide(hand.choice(list(driver.window.docks.proportions.sliders.values())), hand)


@gesture
def take_a_library_pose(driver, hand):
    take_one(driver.window.docks.poses.grid, hand)


@gesture
def paste_a_pose(driver, hand):
    pose = driver.pose.copy()
    pose[:, :2] += hand.uniform(-8, 8)
    if (pose[:, 2] > 0).sum() >= 8:
        text = json.dumps(openpose_dict(pose, driver.controller.frame_size))
        QGuiApplication.clipboard().setText(text)
        press_action(driver, "paste")


@gesture
def copy_and_paste_the_pose(driver, hand):
    press_action(driver, "copy_pose")
    press_action(driver, "paste")


@gesture
def turn_the_person_by_the_wheel(driver, hand):
    at = QPointF(hand.uniform(20, 300), hand.uniform(20, 300))
    for _ in range(hand.randint(1, 3)):
        event = QWheelEvent(
            at, at, QPoint(), QPoint(hand.choice((-120, 120)), 0), Qt.MouseButton.NoButton, ALT,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(driver.canvas.viewport(), event)


@gesture
def pull_a_bone_longer(driver, hand):
    press_action(driver, "keep_lengths")
    pull_a_joint(driver, hand)
    press_action(driver, "keep_lengths")


@gesture
def turn_forearm_or_shin_alone(driver, hand):
    press_action(driver, "bend_limbs")
    pull_a_joint(driver, hand)
    press_action(driver, "bend_limbs")


@gesture
def hide_a_box(driver, hand):
    some = shown(driver)
    if len(some) > 3:
        driver.canvas.skeleton.choose_group(tuple(sorted(hand.sample(some, 2))))
        press_action(driver, "toggle_joint")


# The shelf.


@gesture
def mix_in(driver, hand):
    if lenders(driver):
        QTest.mouseClick(hand.choice(lenders(driver)), LEFT)
        slide(driver.window.docks.shelf.slider, hand)


@gesture
def move_a_card(driver, hand):
    key(driver, hand.choice((Qt.Key.Key_Left, Qt.Key.Key_Right)), CTRL, on=hand.choice(cards(driver)))


@gesture
def rename_a_card(driver, hand):
    card = hand.choice(cards(driver))
    card.setFocus()
    key(driver, Qt.Key.Key_F2, on=card)
    field = card.findChild(QLineEdit)
    QTest.keyClicks(field, hand.choice(("coat", "linen", "x" * 40, "<b>&")))
    QTest.keyClick(field, Qt.Key.Key_Return)


@gesture
def remove_a_card(driver, hand):
    if len(cards(driver)) > 2:
        key(driver, Qt.Key.Key_Delete, on=hand.choice(lenders(driver)))


@gesture
def drop_a_card(driver, hand):
    """On the canvas: as the person, to be mixed in, or for its pose."""
    mime = QMimeData()
    mime.setData(PHOTO_KEY, hand.choice(cards(driver)).key.encode())
    drop(driver, mime, over_canvas(driver, hand.choice((0.1, 0.5, 0.9))))


def choose_of_card(driver, card, start: str) -> None:
    """An entry of the menu that a right click on a card opens; what it began is waited for."""
    middle = card.rect().center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, middle, card.mapToGlobal(middle))
    QApplication.sendEvent(card, event)
    menu = card.findChildren(QMenu)[-1]
    next(entry for entry in menu.actions() if entry.text().startswith(start)).trigger()
    menu.close()
    until_read(driver)


def until_read(driver) -> None:
    driver.until(lambda: not driver.controller.photos._under_way)


@gesture
def make_a_card_the_person(driver, hand):
    if lenders(driver):
        choose_of_card(driver, hand.choice(lenders(driver)), "Make this the person")


@gesture
def turn_a_card(driver, hand):
    choose_of_card(driver, hand.choice(cards(driver)), hand.choice(("Turn the photo to the r", "Turn the ")))


@gesture
def correct_a_skeleton(driver, hand):
    """Pull some joints on the photo itself, and use that."""
    choose_of_card(driver, hand.choice(cards(driver)), "Correct the skeleton")
    driver.until(lambda: driver.controller.draft)
    for _ in range(hand.randint(1, 2)):
        at = driver.at(hand.choice(shown(driver)))
        sweep(driver, at, at + way(driver, hand, 6.0))
    QTest.mouseClick(driver.window.centre.banner.button("Use this pose"), LEFT)
    until_read(driver)


@gesture
def drop_a_picture(driver, hand):
    """As a new person, or to be borrowed from."""
    picture = QImage(200, 300, QImage.Format.Format_RGB32)
    picture.fill(QColor(hand.randrange(256), hand.randrange(256), hand.randrange(256)))
    mime = QMimeData()
    mime.setImageData(picture)
    drop(driver, mime, over_canvas(driver, hand.choice((0.2, 0.8))))
    until_read(driver)


# Dress and Inspect.


def take_what_is_at(driver, hand, place):
    """Point at a place of the frame in Dress, and click a card that lights up, if one does."""
    press_action(driver, "dress_mode")
    driver.until(lambda: driver.window.modes.dressing._pieces_hw is not None)
    at = driver.canvas.to_widget(place)
    sweep(driver, at, at)
    if lenders(driver):
        QTest.mouseClick(hand.choice(lenders(driver)), LEFT)
        driver.until(lambda: not driver.window.modes.dressing.wishes.waiting)
    press_action(driver, "pose_mode")


@gesture
def take_a_garment(driver, hand):
    take_what_is_at(driver, hand, hand.choice(((88.0, 90.0), (88.0, 170.0))))


@gesture
def take_a_background(driver, hand):
    """A click on the wall, with nothing chosen, means the wall."""
    take_what_is_at(driver, hand, (hand.uniform(8.0, 24.0), hand.uniform(8.0, 60.0)))


@gesture
def paint_a_region(driver, hand):
    """A stroke of the brush over the person, or with Alt of the wall."""
    press_action(driver, "dress_mode")
    driver.until(lambda: driver.window.modes.dressing._pieces_hw is not None)
    press_action(driver, "brush")
    words = driver.window.docks.outfit.brush.words
    words.setCurrentIndex(hand.randrange(words.count()))
    words.activated.emit(words.currentIndex())
    start = driver.canvas.to_widget((88.0 + hand.uniform(-10, 10), hand.uniform(70, 180)))
    sweep(driver, start, start + way(driver, hand), held=hand.choice((NONE, ALT)))
    press_action(driver, "pose_mode")


@gesture
def change_the_outfit(driver, hand):
    rows = driver.window.docks.outfit.rows
    if rows:
        row = hand.choice(rows)
        part = hand.choice((row.mute, row.lock, row.forward, row.off, row.slider))
        slide(part, hand) if part is row.slider else QTest.mouseClick(part, LEFT)


@gesture
def change_a_texture(driver, hand):
    window = driver.window
    press_action(driver, "inspect_mode")
    driver.until(lambda: window.inspecting.photos)
    driver.until_full()
    for _ in range(hand.randint(1, 3)):
        press_action(driver, hand.choice(("next_texture", "previous_texture")))
    tools = window.docks.inspector.tools
    part = hand.choice((tools.mute, tools.solo, tools.scale))
    if part.isEnabled():
        slide(part, hand) if part is tools.scale else QTest.mouseClick(part, LEFT)
    press_action(driver, "pose_mode")


# What changes nothing, and what goes back.


@gesture
def zoom_and_pan(driver, hand):
    at = QPointF(hand.uniform(20, 300), hand.uniform(20, 300))
    event = QWheelEvent(
        at, at, QPoint(), QPoint(0, hand.choice((-240, 120))), Qt.MouseButton.NoButton, NONE,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(driver.canvas.viewport(), event)
    QTest.keyPress(driver.canvas, Qt.Key.Key_Space)
    sweep(driver, at, at + QPointF(30, 20))
    QTest.keyRelease(driver.canvas, Qt.Key.Key_Space)
    press_action(driver, "fit")


@gesture
def go_back_to_a_look(driver, hand):
    """Pin it, do something else, and take it from the strip."""
    driver.until_full()
    press_action(driver, "pin_look")
    pull_a_joint(driver, hand)
    take_one(driver.window.docks.looks.row, hand)


@gesture
def undo_some(driver, hand):
    for _ in range(hand.randint(1, 3)):
        press_action(driver, "undo")


@gesture
def redo_some(driver, hand):
    for _ in range(hand.randint(1, 3)):
        press_action(driver, "redo")
