"""Garbage is collected on the window's thread only: elsewhere it could destroy Qt objects."""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

from app.controller import Controller


class Collector(QObject):
    """Turns the automatic collection off and, once there is an engine or none, does it from a timer, by the
    same thresholds. Before, libraries are read on another thread, and a turn through all that they make would
    hold the window up for as long as half a second.
    """

    def __init__(self, controller: Controller, every_ms: int = 1000):
        super().__init__(controller)
        gc.disable()
        self._timer = QTimer(self, interval=every_ms)
        self._timer.timeout.connect(self.collect)
        controller.engine_awake.connect(self._keep)
        controller.engine_missing.connect(self._keep)

    def _keep(self) -> None:
        """What there is by now stays, libraries above all: no later collection goes through it. Once; from
        here on what comes is collected."""
        if not self._timer.isActive():
            gc.freeze()
            self._timer.start()

    def collect(self) -> None:
        """Collect the oldest generation that is over its threshold."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation] > 0:
                gc.collect(generation)
                return

    def stop(self) -> None:
        """Back to the automatic collection."""
        self._timer.stop()
        gc.enable()
