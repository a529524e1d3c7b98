"""The parts of the window and where they stand."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import (
    QLabel,
    QMenu,
    QSizePolicy,
    QToolBar,
    QToolButton,
    QUndoView,
    QVBoxLayout,
    QWidget,
)

from app import actions, icons, theme
from app.canvas.hud import CoachMark, Hud
from app.canvas.view import CanvasView
from app.docks.attention import AttentionPanel
from app.docks.joint import JointPanel
from app.docks.panel import Panel
from app.docks.poses import PoseShelf
from app.docks.shelf import Shelf
from app.files import poses, samples
from app.files.drops import DropOverlay
from app.jobs import GARMENT, PERSON
from app.notify import Banner, Notices


class Layout:
    """Mixed into the window, which provides controller, settings and the actions by id."""

    def _build_centre(self) -> None:
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.banner = Banner()
        self.canvas = CanvasView()
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        self.setCentralWidget(centre)
        self.hud = Hud(self.canvas)
        self.coach = CoachMark(self.canvas, "Pull me")
        self.coach.setVisible(not self.settings.hint_seen)
        self.notices = Notices(self.canvas, self.hud)
        self.overlay = DropOverlay(centre)

    def _build_panels(self) -> None:
        self.shelf = Shelf()
        self.poses = PoseShelf(poses.listed())
        self.joint = JointPanel()
        self.attention = AttentionPanel()
        self.history = QUndoView(self.controller.undo_group)
        self.history.setEmptyLabel("Start")
        self.history.setAccessibleName("History")
        sides = Qt.DockWidgetArea
        self.panels = [
            Panel("shelf", "References", self.shelf, self),
            Panel("joint", "Joint", self.joint, self),
            Panel("attention", "Attention", self.attention, self),
            Panel("history", "History", self.history, self),
            Panel("poses", "Poses", self.poses, self),
        ]
        left, right = (self.panels[0], self.panels[4]), self.panels[1:4]
        for panel in left:
            self.addDockWidget(sides.LeftDockWidgetArea, panel)
        for panel in right:
            self.addDockWidget(sides.RightDockWidgetArea, panel)
        self.resizeDocks([self.panels[0]], [228], Qt.Orientation.Horizontal)
        self.resizeDocks([self.panels[2]], [324], Qt.Orientation.Horizontal)
        self.resizeDocks(left, [420, 320], Qt.Orientation.Vertical)
        self.resizeDocks(right, [104, 520, 180], Qt.Orientation.Vertical)

    def _build_bars(self) -> None:
        menus = actions.fill_menus(self.menuBar(), self.actions_by_id)
        for title, name, kind in (
            ("Open a &sample", "person", PERSON),
            ("Add a sample g&arment", "garment", GARMENT),
        ):
            box = self._sample_menu(title, kind)
            box.setIcon(icons.icon(name))
            menus["&File"].insertMenu(self.actions_by_id["save_picture"], box)
        view = menus["&View"]
        view.addSeparator()
        for panel in self.panels:
            view.addAction(panel.toggleViewAction())
        view.addMenu(self._theme_menu())
        bar = QToolBar("Tools", self)
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        for place, group in enumerate(actions.TOOLBAR):
            if place:
                bar.addSeparator()
            for name in group:
                bar.addAction(self.actions_by_id[name])
        space = QWidget()
        space.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        bar.addWidget(space)
        save = self.actions_by_id["save_picture"]
        export = QToolButton()
        export.setIcon(icons.icon("export", "on_accent"))
        export.setText("Export")
        export.setToolTip(save.toolTip())
        export.clicked.connect(save.trigger)
        save.enabledChanged.connect(export.setEnabled)
        export.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        export.setProperty("primary", True)
        bar.addWidget(export)
        self.addToolBar(bar)
        self.zoom_label = QLabel("100 %")
        self.tip = QLabel(
            "Drag a joint, or a bone to move the person. Ctrl frees the joint, Del hides it, F1 tells more."
        )
        self.statusBar().addWidget(self.tip, 1)
        self.statusBar().addPermanentWidget(self.zoom_label)
        self.statusBar().setSizeGripEnabled(False)

    def _sample_menu(self, title: str, kind: str) -> QMenu:
        menu = QMenu(title, self)
        for entry in samples.listed(kind=kind):
            action = menu.addAction(entry[0])
            action.triggered.connect(lambda _on=False, entry=entry: self.open_sample(entry, kind))
        menu.setEnabled(not menu.isEmpty())
        return menu

    def _theme_menu(self) -> QMenu:
        menu = QMenu("&Theme", self)
        group = QActionGroup(self)
        for choice in (theme.SYSTEM, theme.DARK_NAME, theme.LIGHT_NAME):
            action = menu.addAction(choice.capitalize())
            action.setCheckable(True)
            action.setChecked(self.settings.theme == choice)
            action.triggered.connect(lambda _on=False, choice=choice: self.set_theme(choice))
            group.addAction(action)
        return menu
