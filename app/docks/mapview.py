"""A picture under a heat map, with the map's scale beneath."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app import theme


def heat_table() -> np.ndarray:
    """uint8 RGBA [256, 4]: a perceptual map, faint where the attention is little."""
    table = pg.colormap.get("inferno").getLookupTable(nPts=256, alpha=True)
    table[:, 3] = np.linspace(70, 245, 256).astype(table.dtype)
    return table


class ScaleBar(QWidget):
    """The heat map's colours from 0 to `top`."""

    def __init__(self, top: str):
        super().__init__()
        self._top = top
        self.setFixedHeight(self.fontMetrics().height() + 2)
        self._bar = QImage(256, 1, QImage.Format.Format_RGB32)
        for x, (r, g, b, _) in enumerate(heat_table()):
            self._bar.setPixelColor(x, 0, QColor(int(r), int(g), int(b)))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(theme.colour(theme.colours().muted))
        metrics, box = self.fontMetrics(), self.rect()
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0")
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._top)
        left, right = metrics.horizontalAdvance("0") + 6, metrics.horizontalAdvance(self._top) + 6
        painter.drawImage(QRectF(left, box.height() / 2 - 3, box.width() - left - right, 6), self._bar)


class MapView(QWidget):
    """A picture with a map over it and a caption; tells where the hand asks, points and passes.

    top: the end of the heat map's scale, "" for a view that shows none.
    """

    asked = Signal(float, float, QPoint)  # x, y in parts of the picture; where to answer, on the screen
    pointed = Signal(float, float)
    hovered = Signal(float, float)

    def __init__(self, title: str, top: str = ""):
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        caption = QLabel(title)
        caption.setProperty("role", "muted")
        column.addWidget(caption)
        self.plot = pg.GraphicsView()
        self.plot.setAccessibleName(title)
        self.plot.setMinimumHeight(120)
        self.plot.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.plot.viewport().installEventFilter(self)
        self.plot.viewport().setMouseTracking(True)
        self.box = pg.ViewBox(
            lockAspect=True, enableMouse=False, enableMenu=False, invertY=True, defaultPadding=0.0
        )
        self.plot.setCentralItem(self.box)
        self.picture = pg.ImageItem(axisOrder="row-major")
        self.heat = pg.ImageItem(axisOrder="row-major")
        self.heat.setLookupTable(heat_table())
        self.box.addItem(self.picture)
        self.box.addItem(self.heat)
        self.marker = pg.ScatterPlotItem(size=13, symbol="+", pxMode=True)
        self.box.addItem(self.marker)
        column.addWidget(self.plot, 1)
        self.scale_bar = ScaleBar(top)
        kept = self.scale_bar.sizePolicy()
        kept.setRetainSizeWhenHidden(True)  # views beside each other stay level
        self.scale_bar.setSizePolicy(kept)
        self.scale_bar.setVisible(bool(top))
        column.addWidget(self.scale_bar)

    def show_picture(self, rgb_HWC: np.ndarray) -> None:
        """The picture beneath."""
        self.picture.setImage(rgb_HWC, autoLevels=False, levels=(0, 255))
        height, width = rgb_HWC.shape[:2]
        frame = QRectF(0, 0, width, height)
        self.picture.setRect(frame)
        self.heat.setRect(frame)
        self.box.setRange(frame, padding=0.0)

    def show_map(self, map_hw: np.ndarray) -> None:
        """The heat map above, values 0 to 1."""
        self._lay(map_hw, (0.0, 1.0))

    def show_colours(self, rgba_hw4: np.ndarray) -> None:
        """Colours above, uint8."""
        self.heat.setLookupTable(None)
        self._lay(rgba_hw4, (0, 255))

    def _lay(self, image: np.ndarray, levels: tuple[float, float]) -> None:
        self.heat.setImage(image, autoLevels=False, levels=levels)
        if self.picture.image is not None:
            height, width = self.picture.image.shape[:2]
            self.heat.setRect(QRectF(0, 0, width, height))

    def mark(self, x: float, y: float) -> None:
        """Put a cross at a place of the picture, x and y from 0 to 1."""
        if self.picture.image is not None:
            height, width = self.picture.image.shape[:2]
            self.marker.setData([x * width], [y * height])

    def place_at(self, position: QPointF) -> tuple[float, float] | None:
        """Where a position of the plot is in the picture, x and y from 0 to 1; None beside it."""
        if self.picture.image is None:
            return None
        height, width = self.picture.image.shape[:2]
        at = self.box.mapSceneToView(self.plot.mapToScene(position.toPoint()))
        x, y = at.x() / width, at.y() / height
        return (x, y) if 0 <= x < 1 and 0 <= y < 1 else None

    def eventFilter(self, plot: QObject, event: QEvent) -> bool:  # noqa: N802
        kind = event.type()
        if isinstance(event, QHelpEvent) and kind == QEvent.Type.ToolTip:
            place = self.place_at(QPointF(event.pos()))
            if place is not None:
                self.asked.emit(*place, event.globalPos())
                return True
        elif isinstance(event, QMouseEvent) and (place := self.place_at(event.position())) is not None:
            if kind == QEvent.Type.MouseButtonPress and event.button() == Qt.MouseButton.LeftButton:
                self.pointed.emit(*place)
                return True
            if kind == QEvent.Type.MouseMove:
                self.hovered.emit(*place)
        return super().eventFilter(plot, event)

    def refresh_theme(self) -> None:
        self.plot.setBackground(theme.colours().desk)
        self.marker.setPen(pg.mkPen(theme.colours().accent, width=2))
