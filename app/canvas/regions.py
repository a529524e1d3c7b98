"""The outline of a region over the picture, and what a brush that is down has painted so far."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF
from PySide6.QtWidgets import QGraphicsPathItem, QStyleOptionGraphicsItem, QWidget

from app import theme

STROKE_ALPHA = 0.5


class RegionItem(QGraphicsPathItem):
    """Closed lines of constant width on a dark halo, faintly filled. quiet: thinner, for a pointer."""

    def __init__(self, quiet: bool = False):
        super().__init__()
        self._quiet = quiet
        self._ink = ""
        self.setZValue(0.8 if quiet else 0.9)
        self.hide()

    @property
    def ink(self) -> str:
        """The colour it is drawn in."""
        return self._ink or theme.colours().accent

    def show_lines(self, lines: list[np.ndarray], box: QRectF, ink: str = "") -> None:
        """Lines of points [N, 2] from 0 to 1 across `box`; none hides it. ink: another colour than the
        window's own."""
        self._ink = ink
        path = QPainterPath()
        for line in lines:
            points = line * (box.width(), box.height()) + (box.x(), box.y())
            path.addPolygon(QPolygonF([QPointF(float(x), float(y)) for x, y in points]))
            path.closeSubpath()
        self.setPath(path)
        self.setVisible(bool(lines))

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self.path().boundingRect().adjusted(-6, -6, 6, 6)  # its pens are cosmetic

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        present, ratio = theme.colours(), painter.device().devicePixelRatioF()
        width = (1.4 if self._quiet else 2.4) * ratio
        painter.fillPath(self.path(), theme.colour(self.ink, 0.06 if self._quiet else 0.12))
        for colour, thickness in (
            (theme.colour(present.halo, 0.6), 1.8 * width),
            (theme.colour(self.ink, 0.8 if self._quiet else 1.0), width),
        ):
            pen = QPen(colour, thickness)
            pen.setCosmetic(True)
            painter.strokePath(self.path(), pen)


class StrokeItem(QGraphicsPathItem):
    """A stroke as the hand draws it: the picture that has it comes later."""

    def __init__(self):
        super().__init__()
        self.setZValue(0.85)
        self.hide()

    def show_stroke(self, points: Sequence[tuple[float, float]], radius: float, ink: str) -> None:
        """points, radius: px of the frame; no points hide it."""
        path = QPainterPath()
        if points:
            path.moveTo(*points[0])
            for point in (*points[1:], points[-1]):
                path.lineTo(*point)
        pen = QPen(theme.colour(ink, STROKE_ALPHA), 2 * radius)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        self.setPen(pen)
        self.setPath(path)
        self.setVisible(bool(points))
