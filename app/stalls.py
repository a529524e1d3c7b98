"""How the window keeps up while a hand pulls and pictures are drawn: what `bench` tells of it.

The pointer goes by the clock, not by what the window has time for, so a stall is counted for every place that
the hand was at meanwhile. Run as a module, in a process of its own, this prints one JSON object.
"""

from __future__ import annotations

import json
import math
import os
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.status import Status
from app.window import MainWindow
from engine.pose.skeleton import LEFT_WRIST

RATE = 60.0  # places of the pointer a second, as a mouse tells them
SECONDS = 12.0  # some dozens of frames, and what is done once in ten seconds
TICK_MS = 2  # how finely the window's thread is watched
INSPECTED = 16.0  # seconds after these, with Inspect closed and open in turns
TURN = 2.0  # seconds: the machine is as busy in one as in the next
TURNS, REACH = 0.5, 24.0  # the wrist goes round so often a second, on a circle of so many px


class Watch(QObject):
    """Drags the left wrist once the first exact picture is there, and notes when things happen.

    delays_s: from when the pointer was at a place until the skeleton was painted there. gaps_s: between two
    turns of the event loop; busy_s: what the window's thread itself did of it. frames: pictures shown
    meanwhile. After that, closed, opened: pictures shown while Inspect was so; mapped: maps with it open.
    """

    done = Signal()

    def __init__(self, window: MainWindow):
        super().__init__(window)
        self._canvas, self._pose = window.centre.canvas, window.controller.pose
        self.delays_s: list[float] = []
        self.gaps_s: list[float] = []
        self.busy_s: list[float] = []
        self.frames = self.closed = self.opened = self.mapped = 0
        self._began = self._last = self._last_busy = 0.0
        self._sent = 0
        self._over = False  # whether Inspect is opened and closed from here on
        self._due: list[float] = []  # when the pointer was where the skeleton is not painted yet
        self._painted = False
        self._start = QPointF()
        self._timer = QTimer(self, interval=TICK_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        window.controller.frames.status_changed.connect(self._on_status)
        window.controller.frames.shown.connect(self._on_frame)
        window.controller.frames.mapped.connect(self._on_maps)
        self._window = window

    def _on_status(self, status: Status) -> None:
        if status.state == "full" and not self._began:
            self._began = self._last = time.perf_counter()
            self._last_busy = time.thread_time()
            pose = self._window.controller.pose
            self._start = self._canvas.to_widget(tuple(pose[LEFT_WRIST, :2].tolist()))
            self._canvas.viewport().installEventFilter(self)
            self._send(QEvent.Type.MouseButtonPress, 0.0)
            self._timer.start()

    def _on_frame(self, _frame: object) -> None:
        if not self._began:
            return
        if not self._over:
            self.frames += 1
        elif self._window.inspecting.on:
            self.opened += 1
        else:
            self.closed += 1

    def _on_maps(self, _frame: object) -> None:
        self.mapped += self._over and self._window.inspecting.on

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        self._painted |= event.type() == QEvent.Type.Paint
        return False

    def _tick(self) -> None:
        now = time.perf_counter()
        at = now - self._began
        if not self._over:
            self._note(now)
        self._over = at >= SECONDS
        if self._over and bool((at - SECONDS) // TURN % 2) != self._window.inspecting.on:
            switch = self._window.modes
            (switch.pose if self._window.inspecting.on else switch.inspect)()
        if at >= SECONDS + INSPECTED:
            self._timer.stop()
            self._send(QEvent.Type.MouseButtonRelease, at)
            self.done.emit()
            return
        places = int(at * RATE)
        if places > self._sent:
            if not self._over:
                self._due += [self._began + place / RATE for place in range(self._sent + 1, places + 1)]
            self._sent = places
            self._send(QEvent.Type.MouseMove, places / RATE)

    def _note(self, now: float) -> None:
        busy = time.thread_time()
        self.gaps_s.append(now - self._last)
        self.busy_s.append(busy - self._last_busy)
        self._last, self._last_busy = now, busy
        if self._painted:
            self.delays_s += [now - due for due in self._due]
            self._due, self._painted = [], False

    def _send(self, kind: QEvent.Type, at_s: float) -> None:
        turn, reach = 2 * math.pi * TURNS * at_s, REACH * self._canvas.zoom
        spot = self._start + QPointF(math.sin(turn), math.cos(turn) - 1) * reach
        viewport = self._canvas.viewport()
        left, none = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton
        own = none if kind == QEvent.Type.MouseMove else left
        held = none if kind == QEvent.Type.MouseButtonRelease else left
        keys = Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(viewport, QMouseEvent(kind, spot, viewport.mapToGlobal(spot), own, held, keys))

    def result(self) -> dict[str, float]:
        """ms from the pointer to the painted skeleton, the longest stall in ms, pictures a second. busy: what
        is the window's own of it; on a machine that others use too the rest is waiting for a processor.
        inspected_drag: how many pictures come with Inspect open for one with it closed."""
        p50, p95 = (float(np.percentile(self.delays_s, share)) for share in (50, 95))
        return {
            "pointer_p50_ms": round(1e3 * p50, 1),
            "pointer_p95_ms": round(1e3 * p95, 1),
            "longest_stall_ms": round(1e3 * max(self.gaps_s), 1),
            "stalls_over_50_ms": sum(gap > 0.05 for gap in self.gaps_s),
            "longest_busy_ms": round(1e3 * max(self.busy_s), 1),
            "frames_per_s": round(self.frames / SECONDS, 1),
            "inspected_drag": round(self.opened / max(self.closed, 1), 2),
            "inspected_frames_per_s": round(self.opened / (INSPECTED / 2), 1),
            "maps_per_s": round(self.mapped / (INSPECTED / 2), 1),
        }


def main() -> int:
    """Open the window as it starts, drag, and print what was noted."""
    from app import collector, display, theme
    from app.launch import before_torch
    from app.settings import Settings

    before_torch()
    if not display.there():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    application = QApplication(sys.argv[:1])
    with tempfile.TemporaryDirectory() as folder:
        os.environ["POSELOOM_HOME"] = folder
        settings = Settings(Path(folder) / "window.ini")
        theme.apply(application, settings.theme)
        window = MainWindow(settings=settings)
        keeper = collector.Collector(window.controller)
        window.resize(1440, 900)
        watch = Watch(window)
        watch.done.connect(window.throw_away)
        watch.done.connect(application.quit)
        window.show()
        window.start()
        application.exec()
        keeper.stop()
    print(json.dumps(watch.result()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
