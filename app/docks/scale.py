"""How maps are coloured: the colour map, the two levels as handles on its bar, opacity."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from app import theme
from app.docks.sliders import AmountSlider
from engine.inspecting.colouring import Scale

# Perceptual ones: as much lighter to the eye as the value is higher.
COLOUR_MAPS = {
    "Viridis": "viridis", "Inferno": "inferno", "Magma": "magma", "Cividis": "cividis", "Grey": "CET-L1",
}  # fmt: skip
FIRST = "Inferno"
NARROWEST = 0.02  # between the levels
KEY_STEP = 0.02
HANDLE = 5  # px, half its width
LOW = 9  # px, its height


@cache
def table_of(name: str) -> np.ndarray:
    """uint8 RGB [256, 3] of a colour map of `COLOUR_MAPS`."""
    table = pg.colormap.get(COLOUR_MAPS[name]).getLookupTable(nPts=256, alpha=False)
    return np.ascontiguousarray(table[:, :3], np.uint8)


class LevelBar(QWidget):
    """The colours from 0 to `top`, and a handle at each level. Left and right move the lower one, with Shift
    the upper one."""

    moved = Signal(float, float)  # low, high

    def __init__(self):
        super().__init__()
        self._table, self._top = table_of(FIRST), "1"
        self.low, self.high = 0.0, 1.0
        self._dragged = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Levels")
        self.setToolTip("Drag a handle: what lies below the left or above the right one has the end's colour")

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(200, 2 + 10 + LOW + 1 + self.fontMetrics().height() + 2)

    def show_scale(self, table_256x3: np.ndarray, top: str) -> None:
        """top: what the right end stands for, "" where there is no scale."""
        if table_256x3 is not self._table or top != self._top:
            self._table, self._top = table_256x3, top
            self.setEnabled(bool(top))
            self.update()

    def set_levels(self, low: float, high: float) -> None:
        """Keep them in order and apart."""
        self.low = min(max(low, 0.0), 1.0 - NARROWEST)
        self.high = min(max(high, self.low + NARROWEST), 1.0)
        self.setAccessibleDescription(f"From {self.low:.0%} to {self.high:.0%}")
        self.moved.emit(self.low, self.high)
        self.update()

    def bar(self) -> QRectF:
        """Where the colours are, widget px."""
        return QRectF(HANDLE + 1, 2, self.width() - 2 * HANDLE - 2, 10)

    def handle(self, level: float) -> QPointF:
        """The tip of a level's handle."""
        return QPointF(self.bar().left() + level * self.bar().width(), self.bar().bottom())

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter, present, bar = QPainter(self), theme.colours(), self.bar()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self._top else 0.35)
        levels = (np.linspace(0, 1, 256) - self.low) / (self.high - self.low)
        row = np.ascontiguousarray(self._table[(255 * levels.clip(0, 1)).astype(int)])
        painter.drawImage(bar, QImage(row.data, 256, 1, 768, QImage.Format.Format_RGB888))
        painter.setPen(theme.colour(present.muted))
        words = QRectF(0, bar.bottom() + LOW + 1, self.width(), self.fontMetrics().height())
        painter.drawText(words, Qt.AlignmentFlag.AlignLeft, "0")
        painter.drawText(words, Qt.AlignmentFlag.AlignRight, self._top)
        edge = present.accent if self.hasFocus() else present.text
        painter.setPen(QPen(theme.colour(present.panel), 1.0))
        painter.setBrush(QColor(edge))
        for level in (self.low, self.high):
            tip = self.handle(level)
            below = tip + QPointF(0, LOW)
            painter.drawPolygon(QPolygonF([tip, below - QPointF(HANDLE, 0), below + QPointF(HANDLE, 0)]))

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        away = {
            name: abs(event.position().x() - self.handle(level).x())
            for name, level in (("low", self.low), ("high", self.high))
        }
        self._dragged = min(away, key=lambda name: away[name])
        self._drag(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        if self._dragged:
            self._drag(event.position().x())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        self._dragged = ""

    def _drag(self, x: float) -> None:
        level = (x - self.bar().left()) / self.bar().width()
        if self._dragged == "low":
            self.set_levels(min(level, self.high - NARROWEST), self.high)
        else:
            self.set_levels(self.low, level)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        step = {Qt.Key.Key_Left: -KEY_STEP, Qt.Key.Key_Right: KEY_STEP}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.set_levels(self.low, self.high + step)
        else:
            self.set_levels(min(self.low + step, self.high - NARROWEST), self.high)


class ScalePanel(QWidget):
    """scale, table: as chosen; `changed` when they are others."""

    changed = Signal()

    def __init__(self):
        super().__init__()
        self.scale = Scale()
        self.levels = LevelBar()
        self.levels.moved.connect(self._level)
        self.colour_map = QComboBox()
        self.colour_map.addItems(list(COLOUR_MAPS))
        self.colour_map.setCurrentText(FIRST)
        self.colour_map.setAccessibleName("Colour map")
        self.colour_map.currentIndexChanged.connect(self._recolour)
        self.opacity = AmountSlider()
        self.opacity.setValue(round(100 * self.scale.opacity))
        self.opacity.setAccessibleName("Opacity of the map")
        self.opacity.setToolTip("At the right end the map alone, at the left end the picture alone")
        self.opacity.valueChanged.connect(self._fade)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.colour_map.setToolTip("Colour map: as much lighter to the eye as the value is higher")
        label = QLabel("Opacity")
        label.setProperty("role", "muted")
        label.setBuddy(self.opacity)
        row = QHBoxLayout()
        row.addWidget(self.colour_map, 1)
        row.addWidget(label)
        row.addWidget(self.opacity, 1)
        column.addLayout(row)
        column.addWidget(self.levels)

    @property
    def table(self) -> np.ndarray:
        """uint8 RGB [256, 3]."""
        return table_of(self.colour_map.currentText())

    def show_top(self, top: str, scaled: bool, own: np.ndarray | None = None) -> None:
        """What the end of the scale stands for, "" while nothing is laid over the pictures. scaled: not of
        what has colours of its own, and no scale. own: uint8 RGB [256, 3], the colours of what has its own
        and a scale."""
        self.levels.setVisible(scaled)
        self.colour_map.setVisible(scaled and own is None)
        self.levels.show_scale(self.table if own is None else own, top)
        self._top = top

    def _level(self, low: float, high: float) -> None:
        self.scale = replace(self.scale, low=low, high=high)
        self.changed.emit()

    def _fade(self, value: int) -> None:
        self.scale = replace(self.scale, opacity=value / 100)
        self.changed.emit()

    def _recolour(self) -> None:
        self.levels.show_scale(self.table, self._top)
        self.changed.emit()

    _top = "1"
