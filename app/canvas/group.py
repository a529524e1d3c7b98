"""Several joints chosen as one, in a box with handles: what is drawn, and what the hand hits."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from app.canvas.items import OutlineItem
from app.drags import MOVE, ROTATE, SCALE
from engine.pose.groups import box_of

ROOM = 16.0  # widget px from the outermost joints to the box
HANDLE = 5.0  # widget px, half a side of a corner's handle
KNOB = 26.0  # widget px from the box up to the knob that turns it
REACH = 11.0  # widget px, how near to a handle is on it

Place = tuple[float, float]


class Group:
    """The box on a scene whose units are pose px. joints: those chosen, none or two at least."""

    def __init__(self, scene: QGraphicsScene):
        self.joints: tuple[int, ...] = ()
        self._box = QRectF()
        self._box_item = OutlineItem("accent", Qt.PenStyle.SolidLine)
        self._box_item.setZValue(3)
        scene.addItem(self._box_item)

    def choose(self, joints: tuple[int, ...], pose_18x3: np.ndarray, zoom: float) -> None:
        """Put the box around these joints; fewer than two are no group."""
        self.joints = joints if len(joints) > 1 else ()
        self.show_pose(pose_18x3, zoom)

    def show_pose(self, pose_18x3: np.ndarray, zoom: float) -> None:
        """Draw the box where its joints are now, at `zoom` widget px a pose px."""
        self.joints = tuple(joint for joint in self.joints if pose_18x3[joint, 2] > 0)
        if len(self.joints) < 2:
            self.joints = ()
            self._box_item.hide()
            return
        least, most = box_of(pose_18x3, self.joints).tolist()
        room = ROOM / zoom
        self._box = QRectF(QPointF(*least), QPointF(*most)).adjusted(-room, -room, room, room)
        path = QPainterPath()
        path.addRect(self._box)
        path.moveTo(self._box.center().x(), self._box.top())
        path.lineTo(self._knob(zoom))
        path.addEllipse(self._knob(zoom), HANDLE / zoom, HANDLE / zoom)
        for corner in self._corners():
            path.addRect(QRectF(corner, corner).adjusted(*(side * HANDLE / zoom for side in (-1, -1, 1, 1))))
        self._box_item.setPath(path)
        self._box_item.show()

    def handle_at(self, at: Place, zoom: float) -> str:
        """What a hand does that takes the box there: one of MOVE, ROTATE, SCALE, "" beside it."""
        if not self.joints:
            return ""
        x, y = at
        if math.hypot(x - self._knob(zoom).x(), y - self._knob(zoom).y()) * zoom <= REACH:
            return ROTATE
        if any(math.hypot(x - spot.x(), y - spot.y()) * zoom <= REACH for spot in self._corners()):
            return SCALE
        return MOVE if self._box.contains(x, y) else ""

    def _corners(self) -> tuple[QPointF, ...]:
        box = self._box
        return box.topLeft(), box.topRight(), box.bottomLeft(), box.bottomRight()

    def _knob(self, zoom: float) -> QPointF:
        return QPointF(self._box.center().x(), self._box.top() - KNOB / zoom)
