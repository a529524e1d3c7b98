"""Another picture over the canvas' own, all of it or up to a line that is drawn along."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QStyleOptionGraphicsItem, QWidget

from app import theme
from app.canvas.items import PictureItem
from app.canvas.pointer import Cursor, Touch

REACH = 9.0  # widget px, how near to the line is on it
GRIP = 7.0  # widget px, half of the grip in its middle

XY = tuple[float, float]


class ComparedItem(PictureItem):
    """split: where the line is, 0 to 1 across the picture; None: there is none, all of it is seen."""

    def __init__(self) -> None:
        super().__init__()
        self.split: float | None = None
        self.setZValue(0.5)
        self.hide()

    def set_split(self, split: float | None) -> None:
        self.split = None if split is None else min(max(split, 0.0), 1.0)
        self.update()

    def grips(self, xy: XY, zoom: float) -> bool:
        """Whether the line is under this place of the picture, at `zoom` widget px a picture px."""
        if self.split is None or not self.isVisible():
            return False
        return abs(xy[0] - self.split * self.boundingRect().width()) * zoom <= REACH

    def draw_along(self, xy: XY) -> None:
        """The line follows the hand."""
        self.set_split(xy[0] / max(self.boundingRect().width(), 1e-6))

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.split is None:
            super().paint(painter, option, widget)
            return
        box = self.boundingRect()
        x = box.left() + self.split * box.width()
        painter.save()
        painter.setClipRect(QRectF(box.left(), box.top(), x - box.left(), box.height()))
        super().paint(painter, option, widget)
        painter.restore()
        present = theme.colours()
        for colour, width in ((theme.colour(present.halo, 0.6), 4.0), (theme.colour(present.accent), 2.0)):
            pen = QPen(colour, width)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        unit = 1.0 / painter.worldTransform().m11()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(present.accent))
        painter.drawEllipse(QPointF(x, box.center().y()), GRIP * unit, GRIP * unit)


class LineHand:
    """Draws the line of a compared picture along. zoom: called for widget px a picture px."""

    def __init__(self, compared: ComparedItem, zoom: Callable[[], float]):
        self._compared, self._zoom = compared, zoom

    def hover(self, touch: Touch) -> Cursor | None:
        return Cursor.SplitHCursor if self._compared.grips(touch.xy, self._zoom()) else None

    def press(self, touch: Touch) -> Cursor | None:
        return self.hover(touch) if touch.left else None

    def move(self, touch: Touch) -> None:
        self._compared.draw_along(touch.xy)

    def release(self) -> None:
        pass

    def cancel(self) -> bool:
        return False
