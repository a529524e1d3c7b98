"""Small things that float over the canvas: the status pill, the first hint, the spinner's line."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app import theme
from app.status import Status

FROM_JOINT = 20.0  # px from a joint's middle to the hint: its ring has room between them
ROLE = {
    "waking": "busy", "live": "good", "catching up": "busy", "full": "good", "short": "bad",
    "missing": "bad", "error": "bad",
}  # fmt: skip


class Hud(QWidget):
    """A pill at the lower edge: a dot, whether the picture is live, and its figures."""

    def __init__(self, parent: QWidget):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._status = Status()
        self._busy = ""
        self.setAccessibleName("Render status")

    def show_status(self, status: Status) -> None:
        self._status = status
        self._refresh()

    def show_busy(self, doing: str) -> None:
        self._busy = doing
        self._refresh()

    @property
    def text(self) -> str:
        """All it says, as one line."""
        parts = [self._status.word, *self._status.figures]
        if self._busy:
            parts.append(f"{self._busy} …")
        return "   ".join(parts)

    def _refresh(self) -> None:
        self.setAccessibleDescription(self.text)
        self.update()

    def fit(self, width: int) -> None:
        """Be as wide as the words, and no wider than this."""
        wanted = self.sizeHint()
        self.resize(min(wanted.width(), width), wanted.height())

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = QFontMetricsF(self.font())
        return QSize(int(metrics.horizontalAdvance(self.text)) + 44, int(metrics.height()) + 14)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        present = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme.colour(present.line), 1.0))
        painter.setBrush(theme.colour(present.panel, 0.94))
        painter.drawRoundedRect(box, box.height() / 2, box.height() / 2)
        middle = box.center().y()
        painter.setPen(Qt.PenStyle.NoPen)
        dot = theme.colour(getattr(present, ROLE[self._status.state]))
        painter.setBrush(dot)
        painter.drawEllipse(QPointF(17, middle), 4.2, 4.2)
        metrics = QFontMetricsF(self.font())
        baseline = middle + (metrics.ascent() - metrics.descent()) / 2
        x = 30.0
        painter.setPen(theme.colour(present.text))
        shown = metrics.elidedText(self.text, Qt.TextElideMode.ElideRight, self.width() - x - 8)
        word, rest = shown[: len(self._status.word)], shown[len(self._status.word) :]
        painter.drawText(QPointF(x, baseline), word)
        painter.setPen(theme.colour(present.muted))
        painter.drawText(QPointF(x + metrics.horizontalAdvance(word), baseline), rest)


class CoachMark(QWidget):
    """One hint with a pointer, at a joint; gone with the first drag. Left of it where the room ends."""

    def __init__(self, parent: QWidget, text: str):
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = text
        self._on_left = False
        self.adjustSize()

    def sizeHint(self) -> QSize:  # noqa: N802
        metrics = QFontMetricsF(self.font())
        return QSize(int(metrics.horizontalAdvance(self._text)) + 40, int(metrics.height()) + 18)

    def point_at(self, spot: QPointF) -> None:
        """Place the bubble so that its tip lies beside a joint that is there, in px of the parent."""
        x = spot.x() + FROM_JOINT
        parent = self.parentWidget()
        on_left = parent is not None and x + self.width() > parent.width()
        if on_left != self._on_left:
            self._on_left = on_left
            self.update()
        x = spot.x() - FROM_JOINT - self.width() if on_left else x
        self.move(int(x), int(spot.y() - self.height() / 2))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        present = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        room = (0.5, 9.5) if self._on_left else (9.5, 0.5)
        box = QRectF(self.rect()).adjusted(room[0], 0.5, -room[1], -0.5)
        path = QPainterPath()
        path.addRoundedRect(box, 8, 8)
        end, base = (self.width() - 1, box.right() - 1) if self._on_left else (1, box.left() + 1)
        tip = QPainterPath(QPointF(end, box.center().y()))
        tip.lineTo(base, box.center().y() - 7)
        tip.lineTo(base, box.center().y() + 7)
        tip.closeSubpath()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.colour(present.accent))
        painter.drawPath(path.united(tip))
        painter.setPen(theme.colour(present.on_accent))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._text)
