"""What makes a place, as bars: number, name, share. A click chooses one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import plain, theme

ROW = 29  # px
BAR = 5  # px, how thick
DISC = 16  # px, of the number
LEFT = DISC + 8
GAP = 10  # px between a name and what it does


@dataclass(frozen=True)
class Bar:
    """words: what it is; brief: the same where there is no room for all of them. share: 0 to 1. colour: of
    its number here and of its ring on the canvas. does: what it does in this picture, "" if nobody knows."""

    words: str
    share: float
    colour: str
    chosen: bool = False
    does: str = ""
    brief: str = ""

    @property
    def tip(self) -> str:
        return f"{self.words}; does here: {self.does}" if self.does else self.words


class Bars(QWidget):
    """Room for `most` bars, so that nothing below it moves; for half of them where that is short."""

    chosen = Signal(int)  # which bar, from 0
    room_changed = Signal()

    def __init__(self, most: int):
        super().__init__()
        self.bars: tuple[Bar, ...] = ()
        self._most = self.room = most  # room: for how many
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.make_room(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName("What makes this place")

    def make_room(self, enough: bool) -> None:
        """For all bars, or for the strongest half."""
        before, self.room = self.room, self._most if enough else self._most // 2
        self.setFixedHeight(ROW * self.room)
        if self.room != before:
            self.room_changed.emit()

    def show_bars(self, bars: Sequence[Bar]) -> None:
        if tuple(bars) == self.bars:
            return  # nothing to paint
        self.bars = tuple(bars)
        self.setAccessibleDescription("; ".join(f"{bar.words}, {bar.share:.0%}" for bar in bars))
        self.update()

    def bar_at(self, position: QPointF) -> int:
        """Which bar is at a widget position, -1 for none."""
        place = int(position.y() // ROW)
        return place if 0 <= place < len(self.bars) else -1

    def row(self, place: int) -> QRectF:
        """Where a bar is, widget px."""
        return QRectF(0, place * ROW, self.width(), ROW)

    def written(self) -> list[str]:
        """What stands in the rows: all words, or the brief ones in every row if there is no room in one."""
        metrics = QFontMetricsF(self.font())
        whole = all(metrics.horizontalAdvance(bar.words) <= self._width(bar) for bar in self.bars)
        return [bar.words if whole or not bar.brief else bar.brief for bar in self.bars]

    def _width(self, bar: Bar) -> float:
        """What a bar's words have room for."""
        does = QFontMetricsF(self.font()).horizontalAdvance(bar.does) + GAP if bar.does else 0.0
        return self._end() - LEFT - does

    def _end(self) -> float:
        return self.width() - QFontMetricsF(self.font()).horizontalAdvance("100 %") - 6

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for place, (bar, words) in enumerate(zip(self.bars, self.written(), strict=True)):
            self._paint(painter, self.row(place), place + 1, bar, words)

    def _paint(self, painter: QPainter, box: QRectF, number: int, bar: Bar, words: str) -> None:
        present, metrics = theme.colours(), QFontMetricsF(self.font())
        painter.setPen(Qt.PenStyle.NoPen)
        if bar.chosen:
            painter.setBrush(theme.colour(present.accent_soft))
            painter.drawRoundedRect(box.adjusted(-2, 1, 2, -1), 6, 6)
        disc = QRectF(box.left() + 3, box.top() + 4, DISC, DISC)
        painter.setBrush(theme.colour(bar.colour))
        painter.drawEllipse(disc)
        painter.setPen(theme.ink_on(bar.colour))
        painter.drawText(disc, Qt.AlignmentFlag.AlignCenter, str(number))
        left = box.left() + LEFT
        value = f"{bar.share:.0%}"
        baseline = box.top() + 4 + metrics.ascent()
        painter.setPen(theme.colour(present.muted))
        painter.drawText(QPointF(self._end() - metrics.horizontalAdvance(bar.does), baseline), bar.does)
        painter.setPen(theme.colour(present.text))
        line = metrics.elidedText(words, Qt.TextElideMode.ElideMiddle, self._width(bar))
        painter.drawText(QPointF(left, baseline), line)
        painter.drawText(QPointF(box.right() - metrics.horizontalAdvance(value) - 2, baseline), value)
        groove = QRectF(left, box.bottom() - BAR - 3, box.right() - left - 2, BAR)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(present.hover))
        painter.drawRoundedRect(groove, BAR / 2, BAR / 2)
        painter.setBrush(theme.colour(bar.colour))
        groove.setWidth(max(BAR, groove.width() * min(bar.share, 1.0)))
        painter.drawRoundedRect(groove, BAR / 2, BAR / 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        place = self.bar_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0:
            self.chosen.emit(place)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.bar_at(event.pos().toPointF())
            words = self.bars[place].tip if place >= 0 else ""
            QToolTip.showText(event.globalPos(), plain.words(words), self)
            return True
        return super().event(event)
