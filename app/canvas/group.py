"""Several joints chosen with a rubber band, in a box with handles: what is drawn, and what the hand hits."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsScene

from app import theme
from app.posing import MOVE, ROTATE, SCALE
from engine.pose.groups import box_of

ROOM = 16.0  # widget px from the outermost joints to the box
HANDLE = 5.0  # widget px, half a side of a corner's handle
KNOB = 26.0  # widget px from the box up to the knob that turns it
REACH = 11.0  # widget px, how near to a handle is on it

Place = tuple[float, float]


class Group:
    """The band and the box on a scene whose units are pose px. joints: those chosen, none or two at least."""

    def __init__(self, scene: QGraphicsScene):
        self.joints: tuple[int, ...] = ()
        self.banding = False
        self._start = QPointF()
        self._box = QRectF()
        self._band_item = QGraphicsPathItem()
        self._box_item = QGraphicsPathItem()
        for item in (self._band_item, self._box_item):
            item.setZValue(3)
            item.hide()
            scene.addItem(item)

    # The band.

    def begin_band(self, at: Place) -> None:
        self.banding, self._start = True, QPointF(*at)

    def pull_band(self, at: Place) -> None:
        path = QPainterPath()
        path.addRect(QRectF(self._start, QPointF(*at)).normalized())
        self._draw(self._band_item, path, Qt.PenStyle.DashLine)

    def end_band(self, pose_18x3: np.ndarray) -> tuple[int, ...]:
        """The joints shown that lie in the band."""
        inside = self._band_item.path().boundingRect() if self._band_item.isVisible() else QRectF()
        self.banding = False
        self._band_item.hide()
        return tuple(
            joint
            for joint, (x, y, state) in enumerate(pose_18x3.tolist())
            if state > 0 and inside.contains(x, y)
        )

    # The box.

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
        self._draw(self._box_item, path, Qt.PenStyle.SolidLine)

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

    def _draw(self, item: QGraphicsPathItem, path: QPainterPath, style: Qt.PenStyle) -> None:
        pen = QPen(theme.colour(theme.colours().accent), 1.6, style)
        pen.setCosmetic(True)
        item.setPen(pen)
        item.setPath(path)
        item.show()
