"""The rubber band that chooses joints."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from app.canvas.items import OutlineItem
from app.canvas.pointer import Cursor, Touch
from app.canvas.skeleton import Skeleton


class Band:
    """Drawn where nothing else takes the hand. on: whether it is being drawn."""

    def __init__(self, scene: QGraphicsScene, skeleton: Skeleton):
        self._skeleton = skeleton
        self.on = False
        self._start = QPointF()
        self._item = OutlineItem("accent", Qt.PenStyle.DashLine)
        self._item.setZValue(3)
        scene.addItem(self._item)

    def hover(self, touch: Touch) -> Cursor | None:
        return None

    def press(self, touch: Touch) -> Cursor | None:
        if not touch.left or not self._skeleton.shown:
            return None
        self.on, self._start = True, QPointF(*touch.xy)
        return Cursor.ArrowCursor

    def move(self, touch: Touch) -> None:
        path = QPainterPath()
        path.addRect(QRectF(self._start, QPointF(*touch.xy)).normalized())
        self._item.setPath(path)
        self._item.show()

    def release(self) -> None:
        """Choose the joints shown that lie in it."""
        inside = self._item.path().boundingRect() if self._item.isVisible() else QRectF()
        self.cancel()
        self._skeleton.choose_group(
            tuple(
                joint
                for joint, (x, y, state) in enumerate(self._skeleton.pose.tolist())
                if state > 0 and inside.contains(x, y)
            )
        )

    def cancel(self) -> bool:
        self.on = False
        self._item.hide()
        return True
