"""A second picture beside the canvas, seen through the same camera: what is zoomed in one is in the other."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsScene, QGraphicsView

from app import theme
from app.canvas.items import PictureItem, to_pixmap
from app.canvas.view import CanvasView


class TwinView(QGraphicsView):
    """Wheel and drag on it are the canvas'."""

    def __init__(self, canvas: CanvasView):
        super().__init__()
        self._canvas = canvas
        self._pan_from: QPointF | None = None
        self.setScene(QGraphicsScene(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAcceptDrops(False)
        self.setAccessibleName("The picture that is compared with")
        self.picture = PictureItem()
        self.scene().addItem(self.picture)
        canvas.moved.connect(self.follow)
        canvas.zoom_changed.connect(self.follow)
        self.hide()

    def show_picture(self, rgb_HWC: np.ndarray, rows: int) -> None:
        """rows: of the frame that the canvas shows."""
        self.picture.setPixmap(to_pixmap(rgb_HWC, len(rgb_HWC) / rows))
        self.setBackgroundBrush(theme.colour(theme.colours().desk))
        self.show()
        self.follow()

    def follow(self) -> None:
        """Show the same part at the same zoom."""
        if not self.isHidden():
            canvas = self._canvas
            self.setSceneRect(canvas.sceneRect())
            self.setTransform(canvas.transform())
            middle = QRectF(canvas.viewport().rect()).center()
            self.centerOn(canvas.camera.scene_at(middle))
            self.picture.setTransformationMode(canvas.picture.transformationMode())

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        zoom = self._canvas.zoom * 1.15 ** (event.angleDelta().y() / 120.0)
        self._canvas.camera.zoom_to(zoom, event.position())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pan_from = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._pan_from is not None:
            self._canvas.camera.pan(event.position() - self._pan_from)
            self._pan_from = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._pan_from = None
