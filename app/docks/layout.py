"""Which panels stand around the canvas and where: hidden and brought back, remembered and reset."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtGui import QUndoGroup
from PySide6.QtWidgets import QMainWindow, QUndoView

from app.docks.inspector import InspectPanel
from app.docks.joint import JointPanel
from app.docks.outfit import OutfitPanel
from app.docks.panel import Panel
from app.docks.poses import PoseShelf
from app.docks.proportions import ProportionsPanel
from app.docks.shelf import Shelf
from app.docks.strip import LooksPanel
from app.files import poses

INSPECTOR = 324  # px wide


class Docks:
    """Builds the panels into a window. `panels`: their docks, those of the left side first and last."""

    def __init__(self, window: QMainWindow, undo_group: QUndoGroup):
        self._window = window
        self._open: list[Panel] = []
        self._first = QByteArray()
        self.shelf = Shelf()
        self.poses = PoseShelf(poses.listed())
        self.joint = JointPanel()
        self.inspector = InspectPanel()
        self.outfit = OutfitPanel()
        self.looks = LooksPanel()
        self.proportions = ProportionsPanel()
        self.history = QUndoView(undo_group)
        self.history.setEmptyLabel("Start")
        self.history.setAccessibleName("History")
        self.panels = [
            Panel("shelf", "References", self.shelf, window),
            Panel("joint", "Joint", self.joint, window),
            Panel("outfit", "Outfit", self.outfit, window),
            Panel("inspector", "Inspect", self.inspector, window),
            Panel("history", "History", self.history, window),
            Panel("poses", "Poses", self.poses, window),
            Panel("looks", "Looks", self.looks, window),
            Panel("proportions", "Proportions", self.proportions, window),
        ]
        left, right = [self.panels[0], self.panels[5]], self.panels[1:5]
        for panel in left:
            window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, panel)
        for panel in right:
            window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, panel)
        window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self.panels[7])
        self.panels[7].hide()  # wanted now and then: View opens it
        window.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        window.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.panels[6])
        window.resizeDocks([self.panels[6]], [128], Qt.Orientation.Vertical)
        window.resizeDocks([self.panels[0]], [228], Qt.Orientation.Horizontal)
        window.resizeDocks([self.panels[3]], [324], Qt.Orientation.Horizontal)
        window.resizeDocks(left, [420, 320], Qt.Orientation.Vertical)
        window.resizeDocks(right, [104, 200, 420, 200], Qt.Orientation.Vertical)
        self._inspect = self.panels[3]
        self._inspect.hide()
        self._made_room: list[Panel] = []
        self._width = INSPECTOR  # of the right side before the inspector took it

    def restore(self, layout: tuple[QByteArray, QByteArray] | None) -> None:
        """Take geometry and state of the last run, if there was one; `reset` comes back to the present."""
        self._first = self._window.saveState()
        if layout:
            self._window.restoreGeometry(layout[0])
            self._window.restoreState(layout[1])

    def reset(self) -> None:
        """Every panel where it stood at the first start."""
        for panel in self.panels:
            panel.setFloating(False)
            panel.setVisible(panel is not self.panels[7])
        self._window.restoreState(self._first)

    def inspect(self, on: bool) -> None:
        """The right side is the inspector's as long as that is on; then as it was."""
        # Whoever goes does so first: with room for both at once the window would grow, and stay so.
        if on:
            self._width = self.panels[1].width()
            self._made_room = [panel for panel in self.panels[1:3] + self.panels[4:5] if panel.isVisible()]
            for panel in self._made_room:
                panel.hide()
        self._inspect.setVisible(on)
        if not on:
            for panel in self._made_room:
                panel.show()
            self._window.resizeDocks(self._made_room[:1], [self._width], Qt.Orientation.Horizontal)
        else:
            self._window.resizeDocks([self._inspect], [INSPECTOR], Qt.Orientation.Horizontal)

    def hide_all(self, hide: bool) -> None:
        """Hide the panels that are open, or bring those back that were."""
        if hide:
            self._open = [panel for panel in self.panels if not panel.isHidden()]
        for panel in self._open:
            panel.setVisible(not hide)
