"""Marks of constant size on the canvas while it is inspected: captions, the cross, rings at peaks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QLineF, QObject, QPointF, QRectF, Qt, QTimer
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from app import theme

PULSE_MS = 90  # between two steps of it
PULSE_STEPS = 14  # then the rings rest: whoever looks has seen them, and nothing is painted for nobody
RING = 9.0  # widget px, the radius at rest
BADGE = QRectF(4.0, -15.0, 13.0, 13.0)  # widget px, where the ring's number stands
CAPTION_ROOM = 24.0  # widget px above a picture
BARB = 4.0  # frame px, of an arrow's head


class CaptionItem(QGraphicsItem):
    """A line of words above a picture, no wider than it is on the screen."""

    def __init__(self):
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self._width = 0.0  # scene units
        self.words = self._brief = ""

    def show_words(self, words: str, box: QRectF, brief: str) -> None:
        """Above `box`, in scene units; no words hide it. brief: instead, where there is no room for all."""
        if (words, brief, box.width(), box.topLeft()) == (self.words, self._brief, self._width, self.pos()):
            return
        self.prepareGeometryChange()
        self.words, self._brief, self._width = words, brief, box.width()
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
        room = self._room()
        words = self.words if metrics.horizontalAdvance(self.words) <= room else self._brief
        line = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter.setPen(theme.colour(theme.colours().text))
        painter.drawText(QPointF(0, -7), line)


class LabelItem(QGraphicsItem):
    """Words on a dark ground, in the middle of a place."""

    def __init__(self):
        super().__init__()
        self.setFlag(QGraphicsItem.GraphicsItemFlag.ItemIgnoresTransformations)
        self.words = ""

    def show_words(self, words: str) -> None:
        if words == self.words:
            return
        self.prepareGeometryChange()
        self.words = words
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        box = QFontMetricsF(QFont()).boundingRect(self.words).adjusted(-6, -3, 6, 3)
        box.moveCenter(QPointF())
        return box

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(QFont())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(theme.colours().halo, 0.75))
        painter.drawRoundedRect(self.boundingRect(), 5, 5)
        painter.setPen(theme.colour(theme.colours().centre))
        painter.drawText(self.boundingRect(), Qt.AlignmentFlag.AlignCenter, self.words)


class ArrowsItem(QGraphicsItem):
    """Arrows of constant width on a dark halo, in scene units."""

    def __init__(self):
        super().__init__()
        self._box = QRectF()
        self.lines: list[QLineF] = []

    def show_arrows(self, arrows_N4: np.ndarray | None, box: QRectF) -> None:
        """x, y, to x, to y from 0 to 1 across `box`; None hides it."""
        self.prepareGeometryChange()
        self.lines = []
        if arrows_N4 is not None:
            scaled = arrows_N4 * (box.width(), box.height(), box.width(), box.height())
            self.lines = [QLineF(*line).translated(box.topLeft()) for line in scaled.tolist()]
        self._box = box
        for line in self.lines:
            self._box = self._box.united(QRectF(line.p1(), line.p2()).normalized())
        self.setVisible(bool(self.lines))
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._box.adjusted(-8, -8, 8, 8)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = [part for line in self.lines for part in (line, *_barbs(line))]
        for ink, width in ((theme.colour(theme.colours().halo, 0.7), 3.2), (theme.colour(theme.ARROW), 1.3)):
            pen = QPen(ink, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLines(drawn)


def _barbs(line: QLineF) -> tuple[QLineF, QLineF]:
    """The two strokes of a head at the end of a line, no longer than a third of it."""
    found = []
    for turn in (150.0, -150.0):
        barb = QLineF(line.p2(), line.p2() + (line.p2() - line.p1()))
        barb.setAngle(line.angle() + turn)
        barb.setLength(min(BARB, line.length() / 3))
        found.append(barb)
    return found[0], found[1]


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
        painter.setPen(theme.ink_on(self._colour))
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
