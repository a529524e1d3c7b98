"""The window under test: the real one, offscreen, with the fake engine and settings of its own."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))

import numpy as np
import pytest
from fake_engine import SIZE, FakeBackend
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

# Said by the offscreen platform about every window with a minimum size, every tooltip, and every menu.
HARMLESS = tuple(
    f"This plugin does not support {what}"
    for what in ("propagateSizeHints()", "raise()", "grabbing the keyboard")
)


@pytest.fixture(autouse=True)
def no_qt_warnings(request, qtlog):
    """A warning of Qt fails the test that caused it."""
    yield
    said = [str(record.message) for record in qtlog.records]
    said = [message for message in said if message not in HARMLESS]
    assert not said, f"Qt said: {said}"


@pytest.fixture(scope="session", autouse=True)
def no_question_waits_for_hands():
    """What is not saved is thrown away unasked, unless a test asks."""
    from app.dialogs import unsaved

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unsaved, "ask", lambda parent, name: unsaved.DISCARD)
        yield


@pytest.fixture(autouse=True)
def render_thread_is_measured(monkeypatch):
    """Coverage follows threads of Python; one that Qt starts has to be told."""
    from app.worker import RenderWorker

    run = RenderWorker.run

    def traced(self) -> None:
        sys.settrace(threading.gettrace())
        run(self)

    monkeypatch.setattr(RenderWorker, "run", traced)


@pytest.fixture
def settings(tmp_path):
    from app.settings import Settings

    return Settings(tmp_path / "window.ini")


class Driver:
    """A window and hands: positions are given in pose px."""

    def __init__(self, window, backend, qtbot):
        self.window = window
        self.backend = backend
        self.qtbot = qtbot
        self.controller = window.controller
        self.canvas = window.centre.canvas

    @property
    def pose(self) -> np.ndarray:
        return self.controller.pose

    @property
    def sentences(self) -> list[str]:
        """What the toasts say."""
        return [toast.sentence for toast in self.window.centre.notices.toasts]

    def at(self, joint: int) -> QPointF:
        """Where a joint is, in viewport px."""
        return self.canvas.to_widget(tuple(float(v) for v in self.pose[joint, :2]))

    def mouse(self, kind, at: QPointF, button=Qt.MouseButton.LeftButton, keys=Qt.KeyboardModifier.NoModifier):
        """One real mouse event on the viewport."""
        viewport = self.canvas.viewport()
        held = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else button
        own = Qt.MouseButton.NoButton if kind == QEvent.Type.MouseMove else button
        event = QMouseEvent(kind, at, viewport.mapToGlobal(at), own, held, keys)
        QApplication.sendEvent(viewport, event)

    def drag(self, joint: int, dx: float, dy: float, steps: int = 6, keys=Qt.KeyboardModifier.NoModifier):
        """Pull a joint by (dx, dy) pose px in some steps, events being processed in between."""
        start, zoom = self.at(joint), self.canvas.zoom
        self.mouse(QEvent.Type.MouseButtonPress, start, keys=keys)
        for step in range(1, steps + 1):
            spot = start + QPointF(dx * zoom * step / steps, dy * zoom * step / steps)
            self.mouse(QEvent.Type.MouseMove, spot, keys=keys)
            QApplication.processEvents()
        self.mouse(QEvent.Type.MouseButtonRelease, spot, keys=keys)

    def until(self, condition, timeout: int = 30_000) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=timeout)

    def until_full(self) -> None:
        """Until the exact picture of the newest request is shown."""
        self.until(lambda: self.controller.frames.status.state == "full")


@pytest.fixture
def open_window(qtbot, settings, tmp_path):
    """Factory: a shown window with the fake engine; every window is closed and its thread has ended."""
    from app import theme
    from app.window import MainWindow

    patched = pytest.MonkeyPatch()  # not the test's own, which it may undo
    patched.setenv("POSELOOM_HOME", str(tmp_path / "home"))
    application = QApplication.instance()
    # To dress the application costs a fifth of a window: only where another test dressed it otherwise.
    if theme.colours() is not theme.DARK or not application.styleSheet():
        theme.apply(application, "dark")
    windows = []

    def make(
        *, awake: bool = True, files=(), hint_seen: bool = True, backend=None, weights=None, **engine
    ) -> Driver:
        backend = backend or FakeBackend(**engine)
        settings.hint_seen = hint_seen
        window = MainWindow(backend, settings, weights)
        windows.append(window)
        window.pose_library.pictures.rest_ms = 1 << 30  # no test but its own waits for small pictures
        window.resize(1200, 800)
        window.show()
        qtbot.waitExposed(window)
        window.start([Path(file) for file in files])
        driver = Driver(window, backend, qtbot)
        if awake:
            driver.until_full()
        return driver

    yield make
    for window in windows:
        if window.isVisible():  # some tests close it themselves
            window.throw_away()
        assert not window.controller.worker.isRunning(), "the render thread is still running"
        window.deleteLater()
    patched.undo()
    QApplication.processEvents()


@pytest.fixture
def photo(tmp_path):
    """Factory: a picture file of one colour over another."""
    from PIL import Image

    def make(name: str = "linen.png", top=(180, 60, 60), bottom=(40, 60, 160), size=(300, 200)) -> Path:
        pixels = np.empty((*size, 3), np.uint8)
        pixels[: size[0] // 2], pixels[size[0] // 2 :] = top, bottom
        Image.fromarray(pixels).save(tmp_path / name)
        return tmp_path / name

    return make


@pytest.fixture
def standing():
    """A plain pose in the model frame."""
    from engine.pose.kinematics import t_pose

    return t_pose(SIZE)
