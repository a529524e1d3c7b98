"""Proportions by sliders, as steps of undo: they count from one pose until something else changes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from app import history
from app.controller import Controller
from app.docks.proportions import ProportionsPanel
from engine.pose.proportions import with_proportions


class Proportioning:
    """Connects the panel with the pose."""

    def __init__(self, controller: Controller, panel: ProportionsPanel):
        self._controller, self._panel = controller, panel
        self._start: np.ndarray | None = None
        self._made: np.ndarray | None = None
        self._gesture = 0
        panel.began.connect(self._begin)
        panel.changed.connect(self._change)
        controller.pose_changed.connect(self._on_pose)

    def _begin(self) -> None:
        self._gesture = history.new_gesture()

    def _change(self, factors: Mapping[str, float]) -> None:
        c = self._controller
        if self._start is None:
            self._start = np.array(c.pose)
        pose = self._made = with_proportions(self._start, factors)
        history.do(c.stack, history.ChangePose(c.active, "Change proportions", pose, self._gesture))

    def _on_pose(self) -> None:
        if self._made is not None and not np.array_equal(self._controller.pose, self._made):
            self._start = self._made = None
            self._panel.reset()
