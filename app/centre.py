"""The middle of the window: the canvas, what floats over it, and the banner above."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.canvas.hud import CoachMark, Hud
from app.canvas.twin import TwinView
from app.canvas.view import CanvasView
from app.files.drops import DropOverlay
from app.notify import Banner, Notices
from app.status import Status

COACHED_JOINTS = (7, 4, 6, 3, 0, 13, 10)  # the left wrist, or what is shown instead
MARGIN = 14  # px from the canvas' edge to the pill


class Centre(QWidget):
    """coached: whether the first hint is to be shown."""

    def __init__(self, coached: bool):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self.banner = Banner()
        self.canvas = CanvasView()
        column.addWidget(self.banner)
        self.twin = TwinView(self.canvas)
        pictures = QHBoxLayout()
        pictures.setSpacing(1)
        pictures.addWidget(self.twin, 1)
        pictures.addWidget(self.canvas, 1)
        column.addLayout(pictures, 1)
        self.hud = Hud(self)
        self.coach = CoachMark(self.canvas, "Pull me")
        self.coach.setVisible(coached)
        self.notices = Notices(self, self.hud)
        self.overlay = DropOverlay(self)
        self.setFocusProxy(self.canvas)  # who answered a notice goes on there
        self.canvas.zoom_changed.connect(self.place)
        self.canvas.moved.connect(self.point_coach)

    def asking(self) -> list[QWidget]:
        """What asks something of the user at the moment, or offers it."""
        return [*([self.banner] if self.banner.isVisible() else []), *self.notices.offers]

    def show_status(self, status: Status) -> None:
        self.hud.show_status(status)
        self.place()

    def show_busy(self, doing: str) -> None:
        self.hud.show_busy(doing)
        self.place()

    def place(self) -> None:
        """Put what floats where the canvas is now."""
        self.hud.fit(self.width() - 2 * MARGIN)
        self.hud.move(MARGIN, self.height() - self.hud.height() - MARGIN)
        self.point_coach()

    def point_coach(self) -> None:
        """Let the hint point at a joint that is shown."""
        pose = self.canvas.skeleton.pose
        if self.coach.isVisible():
            joint = next((joint for joint in COACHED_JOINTS if pose[joint, 2] > 0), COACHED_JOINTS[0])
            self.coach.point_at(self.canvas.to_widget(pose[joint, :2].tolist()))

    def refresh_theme(self) -> None:
        self.canvas.refresh_theme()
        self.hud.update()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        self.place()
