"""The engines in the box as a choice in a menu: each with what it is good for, in a line."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.backend import ShippedEngine


class EngineEntries:
    """At the top of a menu that has other entries. use: called with the weights of the chosen engine."""

    def __init__(self, menu: QMenu, engines: Sequence[ShippedEngine], use: Callable[[Path], None]):
        group = QActionGroup(menu)
        first = menu.actions()[0]
        self._actions: dict[Path, QAction] = {}
        for engine in engines:
            action = QAction(f"{engine.title}\t{engine.good_for}", group)
            action.setStatusTip(engine.good_for)
            action.setCheckable(True)
            action.setEnabled(engine.weights.is_file())
            action.triggered.connect(lambda _on=False, weights=engine.weights: use(weights))
            self._actions[engine.weights] = action
        menu.insertActions(first, list(self._actions.values()))

    def mark(self, weights: str) -> None:
        """Check the engine whose weights draw; none where they are the user's own."""
        for path, action in self._actions.items():
            action.setChecked(str(path) == weights)
