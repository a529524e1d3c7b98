"""Pictures of the real window in every state, to be looked at one by one; no test.

PYTHONPATH=. python tests/looking/states.py FOLDER [--size 1024x700] [--only WORD]
(with QT_SCALE_FACTOR=2 as on large screens)

Drives the window with the engine in the box by its own actions and events. Menus and dialogs stand where they
stand on the screen.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QMouseEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from app import theme
from app.dialogs import unsaved
from app.files import intake, samples
from app.files.look_jobs import document_of
from app.settings import Settings
from app.window import MainWindow
from engine.api import Frame, RenderRequest
from engine.errors import DeviceLost, OutOfMemory
from engine.look import write_look
from engine.look.journal import SECTION
from engine.photos import thumbnail
from engine.pose import formats

PATIENCE_S = 60.0
LEFT_WRIST = 7
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
PRESS, MOVE, RELEASE = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


class Hands:
    """The window, and what a user does to it."""

    def __init__(self, window: MainWindow, folder: Path):
        self.window, self.controller, self.folder = window, window.controller, folder
        self.canvas, self.docks = window.centre.canvas, window.docks

    def wait(self, seconds: float = 0.3, until: Callable[[], object] = lambda: False) -> None:
        end = time.monotonic() + seconds
        while time.monotonic() < end and not until():
            QTest.qWait(5)  # which also deletes what is to be deleted later

    def full(self) -> None:
        """Until the exact picture is there."""
        self.wait(0.1)
        self.wait(PATIENCE_S, lambda: self.controller.frames.status.state == "full")
        self.wait(0.2)

    def do(self, name: str) -> None:
        self.window.actions_by_id[name].trigger()
        self.wait(0.2)

    def at(self, joint: int) -> QPointF:
        return self.canvas.to_widget(tuple(self.controller.pose[joint, :2].tolist()))

    def mouse(self, kind: QEvent.Type, at: QPointF, held: Qt.KeyboardModifier = NONE) -> None:
        viewport = self.canvas.viewport()
        own = Qt.MouseButton.NoButton if kind == MOVE else LEFT
        down = Qt.MouseButton.NoButton if kind == RELEASE else LEFT
        QApplication.sendEvent(viewport, QMouseEvent(kind, at, viewport.mapToGlobal(at), own, down, held))

    def hover(self, at: QPointF) -> None:
        viewport, none = self.canvas.viewport(), Qt.MouseButton.NoButton
        QApplication.sendEvent(viewport, QMouseEvent(MOVE, at, viewport.mapToGlobal(at), none, none, NONE))
        self.wait(0.3)

    def click(self, xy: tuple[float, float]) -> None:
        """At a place of the frame."""
        self.mouse(PRESS, self.canvas.to_widget(xy))
        self.mouse(RELEASE, self.canvas.to_widget(xy))
        self.wait(0.3)

    def pull(self, joint: int, dx: float, dy: float, let_go: bool = True) -> None:
        start, way = self.at(joint), QPointF(dx, dy) * self.canvas.zoom
        self.mouse(PRESS, start)
        for step in range(1, 7):
            self.mouse(MOVE, start + way * step / 6)
            self.wait(0.05)
        if let_go:
            self.mouse(RELEASE, start + way)
            self.full()
        else:
            self.wait(1.0)

    def shelve(self, name: str, role: str) -> None:
        """A photo of the box."""
        entry = next(each for each in samples.listed(kind=role) if each[0] == name)
        count = len(self.controller.document.look.photos)
        self.window.opening.open_sample(entry, role)
        self.wait(PATIENCE_S, lambda: len(self.controller.document.look.photos) > count)
        self.full()

    def menu(self, widget: QWidget, at: QPoint) -> None:
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
        QApplication.sendEvent(widget, event)
        self.wait(0.3)

    def shoot(self, name: str) -> None:
        """What of the screen belongs to the program, as one picture."""
        self.wait(0.3)
        ratio = self.window.devicePixelRatioF()
        picture = QPixmap(self.window.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.black)
        with QPainter(picture) as painter:
            painter.drawPixmap(0, 0, self.window.grab())
            origin = self.window.mapToGlobal(QPoint())
            for other in QApplication.topLevelWidgets():
                if other.isVisible() and other is not self.window:
                    painter.drawPixmap(other.mapToGlobal(QPoint()) - origin, other.grab())
        picture.save(str(self.folder / f"{name}.png"))
        print(name, flush=True)

    def put_away(self) -> None:
        """Menus, dialogs, notices and what is chosen; back in Pose with the first look."""
        for other in QApplication.topLevelWidgets():
            if other is not self.window and isinstance(other, (QDialog, QMenu)) and other.isVisible():
                other.close()
        for toast in list(self.window.centre.notices.toasts):
            toast.close()
        self.controller.photos.leave_draft()
        self.window.modes.pose()
        QTest.keyClick(self.canvas, Qt.Key.Key_Escape)
        self.wait(0.2)


State = Callable[[Hands], None]
STATES: dict[str, State] = {}


def state(function: State) -> State:
    """Register a state by the name of its function; it is put away afterwards."""
    STATES[function.__name__] = function
    return function


# What states need of others, where they are looked at alone.


def with_garments(hands: Hands) -> None:
    """Five garments on the shelf."""
    if len(hands.controller.document.look.photos) < 6:
        for name in [entry[0] for entry in samples.listed(kind="garment")][:5]:
            hands.shelve(name, "garment")


def with_a_step(hands: Hands) -> None:
    """Something was done."""
    if not hands.controller.undo_stack.canUndo():
        hands.pull(LEFT_WRIST, 30, -90)


# Pose.


@state
def pose(hands: Hands) -> None:
    hands.full()


@state
def pose_drag(hands: Hands) -> None:
    hands.pull(LEFT_WRIST, 30, -90, let_go=False)
    hands.shoot("pose_drag_held")
    hands.mouse(RELEASE, hands.at(LEFT_WRIST))
    hands.full()
    hands.canvas.skeleton.select(LEFT_WRIST)


@state
def pose_box(hands: Hands) -> None:
    hands.do("select_all")


@state
def pose_hidden(hands: Hands) -> None:
    for joint in (14, 16, 10):
        hands.canvas.skeleton.select(joint)
        hands.do("toggle_joint")
    hands.full()


@state
def pose_menu(hands: Hands) -> None:
    with_a_step(hands)
    hands.menu(hands.canvas.viewport(), hands.at(LEFT_WRIST).toPoint())


@state
def pose_library(hands: Hands) -> None:
    grid = hands.docks.poses.grid
    QTest.mouseMove(grid.viewport(), grid.visualItemRect(grid.item(4)).center())
    hands.wait(0.5)
    hands.full()
    hands.wait(6.0)


@state
def proportions(hands: Hands) -> None:
    hands.docks.panels[7].show()
    hands.shoot("proportions_shown")
    hands.docks.panels[7].hide()


@state
def pixels(hands: Hands) -> None:
    hands.canvas.camera.magnify(32.0)


@state
def panels_hidden(hands: Hands) -> None:
    with_a_step(hands)
    hands.canvas.camera.fit()
    hands.do("toggle_panels")
    hands.shoot("panels_are_hidden")
    hands.do("toggle_panels")


# The shelf.


@state
def shelf(hands: Hands) -> None:
    with_garments(hands)
    card = hands.docks.shelf.cards[1]
    QTest.mouseClick(card, LEFT)
    hands.docks.shelf.slider.setValue(60)
    hands.full()


@state
def shelf_rename(hands: Hands) -> None:
    with_garments(hands)
    hands.docks.shelf.cards[1].rename()


@state
def shelf_menu(hands: Hands) -> None:
    with_garments(hands)
    card = hands.docks.shelf.cards[1]
    hands.menu(card, card.rect().center())


@state
def drop_photo(hands: Hands) -> None:
    hands.window.centre.overlay.open_for(intake.PHOTO)
    hands.shoot("drop_a_photo")
    hands.window.centre.overlay.open_for("")
    hands.shoot("drop_what_cannot_be_read")
    hands.window.centre.overlay.hide()


@state
def nobody_found(hands: Hands) -> None:
    wall = QPixmap(400, 560)
    wall.fill(Qt.GlobalColor.darkCyan)
    with tempfile.TemporaryDirectory() as folder:
        wall.save(f"{folder}/wall.png")
        hands.window.opening.take(intake.of_file(Path(folder) / "wall.png"))
        hands.wait(PATIENCE_S, lambda: hands.controller.draft is not None)


@state
def several_people(hands: Hands) -> None:
    two = QPixmap(700, 500)
    two.fill(Qt.GlobalColor.lightGray)
    with QPainter(two) as painter:
        for place, (_, image, _) in enumerate(samples.listed()[:2]):
            painter.drawPixmap(20 + 340 * place, 0, QPixmap(str(image)).scaledToHeight(500))
    with tempfile.TemporaryDirectory() as folder:
        two.save(f"{folder}/two.png")
        hands.window.opening.take(intake.of_file(Path(folder) / "two.png"))
        hands.wait(30.0, lambda: hands.window.findChild(QDialog) is not None)


@state
def not_to_be_read(hands: Hands) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "broken.json").write_text("{")
        hands.window.opening.take(intake.of_file(Path(folder) / "broken.json"))
        hands.wait(5.0, lambda: hands.window.centre.notices.toasts)


# Dress.


@state
def dress(hands: Hands) -> None:
    with_garments(hands)
    hands.do("dress_mode")
    hands.full()
    hands.shoot("dress_at_first")
    hands.hover(hands.canvas.to_widget((88.0, 100.0)))
    hands.wait(3.0)
    hands.shoot("dress_pointed")
    hands.click((88.0, 100.0))
    hands.wait(2.0)
    hands.shoot("dress_chosen")
    hands.window.hands.use_garment(hands.docks.shelf.cards[2].key)
    hands.wait(PATIENCE_S, lambda: hands.controller.document.look.outfit)
    hands.full()


@state
def dress_brush(hands: Hands) -> None:
    hands.do("dress_mode")
    hands.full()
    hands.do("brush")
    hands.hover(hands.canvas.to_widget((88.0, 100.0)))


# Inspect.


@state
def inspect(hands: Hands) -> None:
    hands.do("inspect_mode")
    hands.wait(PATIENCE_S, lambda: hands.window.inspecting.inspection is not None)
    hands.full()
    hands.shoot("inspect_at_first")
    hands.hover(hands.canvas.to_widget((88.0, 100.0)))
    hands.click((88.0, 100.0))
    hands.wait(1.0)


# Beside.


@state
def compare(hands: Hands) -> None:
    with_a_step(hands)
    hands.do("toggle_reference")
    for way in ("slider", "beside", "flip"):
        hands.shoot(f"compare_{way}")
        hands.do("compare_way")
    hands.do("toggle_reference")


@state
def looks(hands: Hands) -> None:
    hands.pull(LEFT_WRIST, -20, 40)
    hands.wait(2.5)
    hands.do("pin_look")
    hands.do("mirror")
    hands.full()
    hands.wait(2.5)


@state
def dialogs(hands: Hands) -> None:
    names = ("palette", "show_keys", "change_keys", "show_model", "licences", "about", "export_options")
    for name in (*names, "contact_sheet", "in_between"):
        hands.do(name)
        hands.wait(0.5)
        hands.shoot(f"dialog_{name}")
        hands.put_away()


@state
def question(hands: Hands) -> None:
    def look() -> None:
        hands.shoot("question_unsaved")
        QApplication.activeModalWidget().close()

    QTimer.singleShot(600, look)
    unsaved.ask(hands.window, "linen.look")


@state
def menus(hands: Hands) -> None:
    bar = hands.window.menuBar()
    for action in bar.actions():
        corner = bar.mapToGlobal(bar.actionGeometry(action).bottomLeft())
        action.menu().popup(corner)
        hands.shoot(f"menu_{action.text().replace('&', '').lower()}")
        action.menu().close()


@state
def light(hands: Hands) -> None:
    hands.window.themes.choose("light")
    hands.full()
    hands.shoot("light_pose")
    hands.do("dress_mode")
    hands.click((88.0, 100.0))
    hands.full()
    hands.shoot("light_dress")
    hands.do("inspect_mode")
    hands.full()
    hands.shoot("light_inspect")
    hands.window.themes.choose("dark")


@state
def other_weights_missing(hands: Hands) -> None:
    hands.controller.open_weights(Path("nowhere.safetensors"))
    hands.wait(5.0, lambda: hands.window.centre.notices.toasts)


# What goes wrong.


@state
def people_in_a_pose_file(hands: Hands) -> None:
    poses = [hands.controller.pose * (s, s, 1) + (x, 20, 0) for s, x in ((0.9, 0), (0.7, 60), (0.5, 10))]
    people = [formats.openpose_dict(pose, hands.controller.size)["people"][0] for pose in poses]

    def look() -> None:
        hands.shoot("people_in_a_pose_file_asked")
        QApplication.activeModalWidget().close()

    QTimer.singleShot(900, look)
    hands.window.opening.take(intake.Intake(intake.POSE, "three.json", json.dumps({"people": people})))


@state
def left_behind(hands: Hands) -> None:
    """What another window kept that was killed."""
    with_a_step(hands)
    c, folder = hands.controller, Path(os.environ["POSELOOM_HOME"]) / "another"
    folder.mkdir()
    document = document_of(c.document.look, c.size, c.facts)
    journal = {SECTION: {"path": "linen.look"}}
    write_look(folder / "1-2.look", replace(document, thumbnail=thumbnail(c.frames.still), others=journal))
    hands.window.looks.find_left_behind(folder)
    hands.wait(5.0, lambda: hands.window.findChild(QDialog) is not None)


class Failing:
    """A session whose pictures fail as this says."""

    def __init__(self, session: object, error: Exception, below: int = 0):
        self._session, self._error, self._below = session, error, below

    def __getattr__(self, name: str) -> object:
        return getattr(self._session, name)

    def frames(self, request: RenderRequest) -> Iterator[Frame]:
        if request.level is None or request.level > self._below:
            raise self._error
        yield from self._session.frames(request)


def failing(hands: Hands, error: Exception, below: int = 0) -> None:
    host = hands.controller.worker.host
    host._session = Failing(host._session, error, below)
    hands.pull(LEFT_WRIST, -10, 30, let_go=False)
    hands.mouse(RELEASE, hands.at(LEFT_WRIST))
    hands.wait(20.0, lambda: hands.window.centre.notices.toasts)
    hands.wait(2.0)


@state
def memory_short(hands: Hands) -> None:
    failing(hands, OutOfMemory("not enough memory on cpu"), below=hands.controller.facts.levels[0])
    hands.controller.worker.host._session = hands.controller.worker.host._session._session


@state
def memory_gone(hands: Hands) -> None:
    failing(hands, OutOfMemory("not enough memory on cpu"))
    hands.controller.worker.host._session = hands.controller.worker.host._session._session


@state
def fault_of_ours(hands: Hands) -> None:
    failing(hands, ZeroDivisionError("division by zero"))
    hands.controller.worker.host._session = hands.controller.worker.host._session._session


@state
def card_lost(hands: Hands) -> None:
    failing(hands, DeviceLost("CUDA error: unspecified launch failure"))
    hands.shoot("card_is_lost")
    hands.full()


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("folder", type=Path)
    asked.add_argument("--size", default="1440x900")
    asked.add_argument("--only", default="", help="states whose names hold this word")
    options = asked.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    options.folder.mkdir(parents=True, exist_ok=True)
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as home:
        os.environ["POSELOOM_HOME"] = home
        theme.apply(application, "dark")
        window = MainWindow(settings=Settings(Path(home) / "window.ini"))
        window.resize(*(int(side) for side in options.size.split("x")))
        window.show()
        window.start()
        hands = Hands(window, options.folder)
        hands.shoot("waking")
        hands.full()
        for name, show in STATES.items():
            if options.only in name:
                show(hands)
                hands.shoot(name)
                hands.put_away()
        window.throw_away()
        if options.only in "no_weights":
            show_without_weights(Path(home), options)
    return 0


def show_without_weights(home: Path, options: argparse.Namespace) -> None:
    """A window whose first weights cannot be read."""
    window = MainWindow(settings=Settings(home / "window.ini"), weights=Path("nowhere.safetensors"))
    window.resize(*(int(side) for side in options.size.split("x")))
    window.show()
    window.start()
    hands = Hands(window, options.folder)
    hands.wait(PATIENCE_S, lambda: hands.controller.frames.status.state == "missing")
    hands.shoot("no_weights")
    window.throw_away()


if __name__ == "__main__":
    sys.exit(main())
