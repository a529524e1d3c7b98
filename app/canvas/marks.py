"""Marks of constant size on the canvas while it is inspected: captions, the cross, rings at peaks."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app import theme

PULSE_MS = 90  # between two steps of it
PULSE_STEPS = 14  # then the rings rest: whoever looks has seen them, and nothing is painted for nobody
RING = 9.0  # widget px, the radius at rest
BADGE = QRectF(4.0, -15.0, 13.0, 13.0)  # widget px, where the ring's number stands
CAPTION_ROOM = 24.0  # widget px above a picture


class CaptionItem(QGraphicsItem):
    """A line of words above a picture, no wider than it is on the screen."""

    def __init__(self):
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self._width = 0.0  # scene units
        self.words = ""

    def show_words(self, words: str, box: QRectF) -> None:
        """Above `box`, in scene units; no words hide it."""
        self.prepareGeometryChange()
        self.words, self._width = words, box.width()
        self.setPos(box.topLeft())
        self.setVisible(bool(words))

    def _room(self) -> float:
        scene = self.scene()
        views = scene.views() if scene is not None else []
        return self._width * (views[0].transform().m11() if views else 1.0)

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF(0, -CAPTION_ROOM, max(self._room(), 1.0), CAPTION_ROOM)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        metrics = QFontMetricsF(painter.font())
        line = metrics.elidedText(self.words, Qt.TextElideMode.ElideRight, self._room())
        painter.setPen(theme.colour(theme.colours().text))
        painter.drawText(QPointF(0, -7), line)


class CrossItem(QGraphicsItem):
    """Where is pointed; in a ring where it is pinned."""

    def __init__(self):
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.pinned = False

    def show_pinned(self, pinned: bool) -> None:
        self.pinned = pinned
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF(-15, -15, 30, 30)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        present = theme.colours()
        for colour, width in ((theme.colour(present.halo, 0.8), 4.0), (theme.colour(present.centre), 1.8)):
            painter.setPen(QPen(colour, width))
            for x, y in ((1, 0), (-1, 0), (0, 1), (0, -1)):
                painter.drawLine(QLineF(4 * x, 4 * y, 11 * x, 11 * y))
            if self.pinned:
                painter.drawEllipse(QPointF(), 7.5, 7.5)


class PeakItem(QGraphicsItem):
    """A ring, with its number where that is not 0; `swell` from 0 to 1 lets it grow and fade."""

    def __init__(self):
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self._rank, self._colour = 1, theme.colours().centre
        self.swell = 0.0

    def show_peak(self, rank: int, colour: str) -> None:
        self._rank, self._colour = rank, colour
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return QRectF(-24, -24, 48, 48)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        halo, colour = theme.colour(theme.colours().halo, 0.75), theme.colour(self._colour)
        for ink, width in ((halo, 4.4), (colour, 2.2)):  # hollow: the map's own peak is inside
            painter.setPen(QPen(ink, width))
            painter.drawEllipse(QPointF(), RING, RING)
        if self._rank:
            self._paint_badge(painter)
        if self.swell:
            colour.setAlphaF(1.0 - self.swell)
            painter.setPen(QPen(colour, 2.0))
            painter.drawEllipse(QPointF(), RING + 12 * self.swell, RING + 12 * self.swell)

    def _paint_badge(self, painter: QPainter) -> None:
        font = QFont(painter.font())
        font.setBold(True)
        font.setPixelSize(10)
        painter.setFont(font)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(self._colour))
        painter.drawEllipse(BADGE)
        painter.setPen(theme.colour(theme.colours().halo))
        painter.drawText(BADGE, Qt.AlignmentFlag.AlignCenter, str(self._rank))
        painter.setBrush(Qt.BrushStyle.NoBrush)


class Pulse:
    """Lets rings swell twice, then leaves them alone."""

    def __init__(self, parent: QObject):
        self._items: Sequence[PeakItem] = ()
        self._step = 0
        self._timer = QTimer(parent)
        self._timer.setInterval(PULSE_MS)
        self._timer.timeout.connect(self._next)

    @property
    def running(self) -> bool:
        return self._timer.isActive()

    def start(self, items: Sequence[PeakItem]) -> None:
        self._items, self._step = items, 0
        if items:
            self._timer.start()
        else:
            self._timer.stop()

    def _next(self) -> None:
        self._step += 1
        resting = self._step >= PULSE_STEPS
        for item in self._items:
            item.swell = 0.0 if resting else (2 * self._step / PULSE_STEPS) % 1.0
            item.update()
        if resting:
            self._timer.stop()
