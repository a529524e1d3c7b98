"""The short demo: a drag made of real mouse events on the real window, and pictures of it.

Also what `--screenshot` uses. It waits for pictures, not for time, so it shows the same on a slow machine.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import QBuffer, QEvent, QIODevice, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication

from app.status import Status
from app.window import MainWindow
from engine.animation import write_gif
from engine.api import Frame
from engine.cli import WRONG_USE
from engine.errors import InputError
from engine.files import make_folder, write_whole

FRAMES = 30
PATIENCE_MS = 120_000
FRAME_PATIENCE_MS = 3_000
SETTLE_MS = 400  # the attention maps and the layout settle with the next turns of the event loop
WRIST = 7
GIF_WIDTH = 340
GIF_RATE = 1000 / 60  # pictures a second
GIF_MARGIN = 24


class Player(QObject):
    """Plays once the first exact picture is there, saves, and closes the window. `outcome`: exit code."""

    def __init__(self, window: MainWindow, folder: Path | None, screenshot: Path | None):
        super().__init__(window)
        self.window = window
        self.folder = folder or Path()
        self._plays = folder is not None
        self.screenshot = screenshot
        self.outcome = 1
        self._step = -1
        self._saving = False
        self._pictures: list[np.ndarray] = []
        self._start = QPointF()
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE_MS)
        self._patience.timeout.connect(lambda: self._give_up("the engine did not answer"))
        self._patience.start()
        self._frame_patience = QTimer(self, singleShot=True, interval=FRAME_PATIENCE_MS)
        self._frame_patience.timeout.connect(self._advance)
        window.controller.status_changed.connect(self._on_status)
        window.controller.frame_shown.connect(self._on_frame)

    def _on_status(self, status: Status) -> None:
        if self._step > FRAMES:
            self._save_at_rest(status)
        elif self._step < 0 and status.state in ("full", "missing"):
            self._step = 0
            if status.state == "missing":
                self._frame_patience.setInterval(30)  # only the skeleton will move
            QTimer.singleShot(SETTLE_MS, lambda: self._try(self._begin))

    def _try(self, step: Callable[[], None]) -> None:
        """Where a picture cannot be written it ends, as a command would."""
        try:
            step()
        except InputError as error:
            print(f"poseloom: {error}", file=sys.stderr, flush=True)
            self._finish(WRONG_USE)

    def _begin(self) -> None:
        if self.screenshot:
            self._save_window(self.screenshot)
        if not self._plays:
            self._finish(0)
            return
        self.window.centre.coach.hide()
        self._save_window(self.folder / "window-before.png")
        canvas = self.window.centre.canvas
        pose = self.window.controller.pose
        self._start = canvas.to_widget((float(pose[WRIST, 0]), float(pose[WRIST, 1])))
        self._send(QEvent.Type.MouseButtonPress, self._start, Qt.MouseButton.LeftButton)
        self._advance()

    def _on_frame(self, frame: Frame) -> None:
        if 0 < self._step <= FRAMES:
            QTimer.singleShot(15, self._advance)

    def _advance(self) -> None:
        self._frame_patience.stop()
        if self._step < 0 or self._step > FRAMES:
            return
        if self._step:
            self._pictures.append(self._grab())
        if self._step == FRAMES:
            self._end_drag()
            return
        self._step += 1
        self._send(QEvent.Type.MouseMove, self._spot(self._step / FRAMES), Qt.MouseButton.NoButton)
        self._frame_patience.start()

    def _spot(self, t: float) -> QPointF:
        """An arc from the hanging hand, out to the side and above the head."""
        zoom = self.window.centre.canvas.zoom
        ease = 0.5 - 0.5 * math.cos(math.pi * t)
        return self._start + QPointF(34 * zoom * math.sin(math.pi * ease * 0.75), -112 * zoom * ease)

    def _end_drag(self) -> None:
        self._step += 1
        self._send(QEvent.Type.MouseButtonRelease, self._spot(1.0), Qt.MouseButton.LeftButton)
        self._save_at_rest(self.window.controller.status)

    def _save_at_rest(self, status: Status) -> None:
        if status.state not in ("live", "catching up") and not self._saving:
            self._saving = True
            QTimer.singleShot(SETTLE_MS, lambda: self._try(self._save_all))

    def _save_all(self) -> None:
        self._save_window(self.folder / "window-after.png")
        gif = self.folder / "drag.gif"
        first, *rest = self._pictures
        write_gif(gif, [first, *rest, *reversed(rest)], GIF_RATE)
        print(f"  {gif}", flush=True)
        self._finish(0)

    def _grab(self) -> np.ndarray:
        canvas = self.window.centre.canvas
        around = canvas.mapFromScene(canvas.picture.sceneBoundingRect()).boundingRect()
        around = around.adjusted(-GIF_MARGIN, -GIF_MARGIN, GIF_MARGIN, GIF_MARGIN) & canvas.rect()
        image = canvas.grab(around).toImage().convertToFormat(QImage.Format.Format_RGB888)
        image = image.scaledToWidth(GIF_WIDTH, Qt.TransformationMode.SmoothTransformation)
        rows_HS = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
        return rows_HS[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()

    def _save_window(self, path: Path) -> None:
        make_folder(path.parent)
        told = QBuffer()
        told.open(QIODevice.OpenModeFlag.WriteOnly)
        self.window.grab().save(told, "PNG")
        write_whole(path, bytes(told.data().data()))
        print(f"  {path}", flush=True)

    def _send(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton) -> None:
        viewport = self.window.centre.canvas.viewport()
        held = (
            Qt.MouseButton.NoButton if kind == QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        )
        event = QMouseEvent(kind, at, viewport.mapToGlobal(at), button, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, event)

    def _give_up(self, why: str) -> None:
        print(f"The demo was not played: {why}.", flush=True)
        self._finish(1)

    def _finish(self, outcome: int) -> None:
        self.outcome = outcome
        self._patience.stop()
        self.window.throw_away()
        QGuiApplication.quit()
