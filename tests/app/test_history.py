"""History as it should be: what is a step and what is none, and that the way back is the way there."""

from __future__ import annotations

import gc
from dataclasses import dataclass

import numpy as np
import pytest
from fake_engine import SIZE, FakeBackend
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from app import drags, history, posing
from app.controller import Controller
from app.document import Document, Look, Photo, same_look
from app.shelving import Shelving
from app.worker import RenderWorker
from engine.api import Reference
from engine.look import SourcePhoto
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import JOINTS, NOBODY

NOSE, LEFT_WRIST = 0, 7
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
RIGHT, UP = Qt.Key.Key_Right, Qt.Key.Key_Up


def steps(driver) -> list[str]:
    stack = driver.controller.undo_stack
    return [stack.text(place) for place in range(stack.count())]


def test_moments_of_a_gesture_leave_nothing_behind(qapp):
    """Hours of dragging are millions of movements of the mouse."""
    document, stack = Document(), QUndoStack()
    stack.setUndoLimit(5)

    def kept() -> list[history.LookCommand]:
        gc.collect()
        commands = [each for each in gc.get_objects() if issubclass(type(each), history.LookCommand)]
        return [each for each in commands if each.document is document]

    pose, texts = t_pose(SIZE), []
    stack.undoTextChanged.connect(texts.append)
    for turn in range(20):
        gesture = history.new_gesture()
        for moment in range(1, 5):
            pose = pose + np.float32(1)
            history.do(stack, history.ChangePose(document, f"Move {turn}.{moment}", pose, gesture))
        assert texts[-1] == stack.undoText() == f"Move {turn}.4"
    assert [stack.text(place) for place in range(stack.count())] == [f"Move {i}.4" for i in range(15, 20)]
    assert len(kept()) == 5
    stack.clear()
    assert not kept()


# Keys.


@pytest.mark.parametrize("joint", range(18), ids=JOINTS)
def test_shift_and_an_arrow_move_the_joint_by_10_px_and_nothing_else(open_window, joint):
    driver = open_window()
    driver.canvas.setFocus()
    driver.canvas.skeleton.select(joint)
    wanted = driver.pose.copy()
    for key, shift in ((RIGHT, (10, 0)), (UP, (0, -10))):
        wanted[joint, :2] += shift
        QTest.keyClick(driver.canvas, key, SHIFT)
        assert np.array_equal(driver.pose, wanted)
    assert driver.canvas.skeleton.selected == joint


def test_nudges_in_a_row_are_one_step_until_the_hand_rests(open_window, monkeypatch):
    driver, clock = open_window(), [100.0]
    monkeypatch.setattr(posing.time, "monotonic", lambda: clock[0])
    driver.canvas.setFocus()
    driver.canvas.skeleton.select(LEFT_WRIST)
    start = driver.pose.copy()
    for _ in range(5):
        QTest.keyClick(driver.canvas, RIGHT)
        clock[0] += posing.NUDGE_REST_S
    assert steps(driver) == ["Move left wrist"]
    clock[0] += 0.1
    QTest.keyClick(driver.canvas, RIGHT)
    assert len(steps(driver)) == 2
    driver.canvas.skeleton.select(NOSE)
    QTest.keyClick(driver.canvas, RIGHT)
    QTest.keyClick(driver.canvas, RIGHT, SHIFT)
    QTest.keyClick(driver.canvas, RIGHT, SHIFT)
    assert steps(driver)[2:] == ["Move nose", "Move nose"]
    for _ in range(4):
        QTest.keyClick(driver.window, Qt.Key.Key_Z, CTRL)
    assert np.array_equal(driver.pose, start)


def test_nudges_do_not_join_across_something_else(open_window):
    driver = open_window()
    driver.canvas.setFocus()
    driver.canvas.skeleton.select(NOSE)
    QTest.keyClick(driver.canvas, RIGHT)
    QTest.keyClick(driver.window, Qt.Key.Key_M)
    QTest.keyClick(driver.canvas, RIGHT)
    assert steps(driver) == ["Move nose", "Mirror the pose", "Move nose"]


def test_ctrl_z_after_typing_a_number_undoes_the_move(open_window):
    driver = open_window()
    driver.window.activateWindow()
    driver.canvas.skeleton.select(LEFT_WRIST)
    start = driver.pose.copy()
    field = driver.window.docks.joint.findChild(QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "120")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert driver.pose[LEFT_WRIST, 0] == 120 and field.hasFocus()
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert np.array_equal(driver.pose, start)
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL | SHIFT)
    assert driver.pose[LEFT_WRIST, 0] == 120
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Z, CTRL)
    assert driver.pose[LEFT_WRIST, 0] == 120, "what is being typed is the field's own"


# Looking.


def test_looking_at_a_thumbnail_leaves_no_step_and_destroys_none(open_window, photo, standing):
    driver = open_window(pose=standing)
    for name, colour in (("linen.png", (200, 9, 9)), ("wool.png", (9, 9, 200))):
        driver.controller.photos.open_photo(photo(name, top=colour), name, "garment")
        driver.until(lambda name=name: any(p.name == name for p in driver.controller.document.look.photos))
    shelf, keys = driver.window.docks.shelf, {p.name: p.key for p in driver.controller.document.look.photos}
    shelf.slider.setValue(40)
    driver.drag(LEFT_WRIST, 5, -20)
    driver.window.actions_by_id["undo"].trigger()
    before, look = steps(driver), driver.controller.document.look
    for name, value in (("linen.png", 0), ("wool.png", 40), ("linen.png", 0)):
        [card] = [card for card in shelf.cards if card.key == keys[name]]
        QTest.mouseClick(card, Qt.MouseButton.LeftButton)
        assert card.property("chosen") and shelf.slider.value() == value
    assert steps(driver) == before and driver.controller.document.look is look
    assert driver.window.actions_by_id["redo"].isEnabled()
    shelf.slider.setValue(25)
    assert driver.controller.document.look.borrow.key == keys["linen.png"]
    assert steps(driver)[-1] == "Mix in 25 % of linen.png"
    driver.window.actions_by_id["undo"].trigger()
    assert shelf.slider.value() == 40, "the slider speaks of what is mixed in again"


def test_the_mark_in_the_library_follows_undo(open_window):
    driver = open_window()
    grid = driver.window.docks.poses.grid

    def marked() -> list[int]:
        return [index.row() for index in grid.selectedIndexes()]

    assert marked() == []
    for row in (2, 5):
        grid.scrollToItem(grid.item(row))
        QTest.mouseClick(
            grid.viewport(), Qt.MouseButton.LeftButton, pos=grid.visualItemRect(grid.item(row)).center()
        )
    driver.drag(LEFT_WRIST, 5, 5)
    assert marked() == [] and driver.window.docks.poses.caption.text() == "Click a pose to take it."
    seen = []
    for verb in ("undo", "undo", "undo", "redo", "redo", "redo"):
        driver.window.actions_by_id[verb].trigger()
        seen.append(marked())
    assert seen == [[5], [2], [], [2], [5], []]


# Anything in any order.


@dataclass(frozen=True)
class Hands:
    """The controller of a window, its engine never woken, with three photos on the shelf."""

    controller: Controller

    @property
    def look(self) -> Look:
        return self.controller.document.look

    def key(self, place: int) -> str:
        return self.look.photos[place % len(self.look.photos)].key

    def drag(self, joint: int, mode: str, path: list[tuple[float, float]], cancelled: bool) -> None:
        hand = self.controller.posing
        hand.grab(joint, mode, (50.0, 50.0))
        for spot in path:
            hand.pull(spot)
        hand.cancel() if cancelled else hand.let_go()

    def slide(self, place: int, amounts: list[float]) -> None:
        self.controller.borrowing.begin_slide()
        for amount in amounts:
            self.controller.borrowing.borrow(self.key(place), amount, sliding=True)

    def take(self, name: str, shift: float) -> None:
        pose = t_pose(SIZE) + np.float32((shift, shift, 0))
        history.do(
            self.controller.undo_stack, history.TakePose(self.controller.document, pose, name, library=name)
        )

    def shelve(self, number: int) -> None:
        history.do(
            self.controller.undo_stack, history.ShelvePhoto(self.controller.document, some_photo(number))
        )

    def open(self, number: int) -> None:
        command = history.OpenPerson(
            self.controller.document, some_photo(number), t_pose(SIZE) + np.float32(0)
        )
        history.do(self.controller.undo_stack, command)

    def back(self, count: int) -> None:
        for _ in range(count):
            self.controller.undo_stack.undo()

    def forth(self, count: int) -> None:
        for _ in range(count):
            self.controller.undo_stack.redo()


def some_photo(number: int) -> Photo:
    image = np.full((*SIZE, 3), number, np.uint8)
    source = SourcePhoto.of(f"{number}.png", bytes([number]), NOBODY)
    return Photo(source, Reference(f"key {number}", image, t_pose(SIZE)))


joints = st.integers(0, 17)
spots = st.tuples(st.floats(-50, 250), st.floats(-50, 300))
few = st.integers(0, 3)
shares = st.floats(0, 1)
moves = st.one_of(
    st.tuples(
        st.just(Hands.drag),
        joints,
        st.sampled_from((drags.LIMB, drags.FREE, drags.WHOLE)),
        st.lists(spots, max_size=4),
        st.booleans(),
    ),
    st.tuples(st.just("nudge"), joints, st.tuples(st.floats(-10, 10), st.floats(-10, 10)), st.booleans()),
    st.tuples(st.just("place"), joints, spots),
    st.tuples(st.just("set_shown"), joints, st.booleans()),
    st.tuples(st.sampled_from(("show_all", "mirror", "reset"))),
    st.tuples(st.just(Hands.slide), few, st.lists(shares, max_size=4)),
    st.tuples(st.just(Hands.take), st.sampled_from(("Walking", "Running")), st.floats(0, 5)),
    st.tuples(st.just(Hands.shelve), st.integers(0, 6)),
    st.tuples(st.just(Hands.open), st.integers(0, 6)),
    st.tuples(st.just(Shelving.remove), few),
    st.tuples(st.just(Shelving.make_person), few),
    st.tuples(st.just(Hands.back), few),
    st.tuples(st.just(Hands.forth), few),
)


def do(hands: Hands, verb, *given) -> None:
    if isinstance(verb, str):
        getattr(hands.controller.posing, verb)(*given)
    elif verb in (Shelving.remove, Shelving.make_person):
        verb(hands.controller.shelving, hands.key(*given))
    else:
        verb(hands, *given)


@given(sequence=st.lists(moves, max_size=25))
def test_undo_to_the_start_and_redo_to_the_end_give_the_same_documents(qapp, sequence):
    worker = RenderWorker(FakeBackend())
    controller = Controller(worker, SIZE)
    shelf = tuple(map(some_photo, range(3)))
    controller.document.open(photos=shelf, person=shelf[0].key, pose=t_pose(SIZE))
    hands, stack = Hands(controller), controller.undo_stack
    start = hands.look
    for move in sequence:
        do(hands, *move)
    end, place = hands.look, stack.index()
    back = [end]
    while stack.canUndo():
        stack.undo()
        back.append(hands.look)
    assert same_look(hands.look, start) and not controller.document.changed
    forth = [hands.look]
    while stack.index() < place:
        stack.redo()
        forth.append(hands.look)
    assert len(back) == len(forth) == place + 1
    for one, other in zip(back, reversed(forth), strict=True):
        assert same_look(one, other)
    for one, other in zip(forth, forth[1:], strict=False):
        assert not same_look(one, other), "a step that changes nothing is none"
    while stack.canRedo():
        stack.redo()
