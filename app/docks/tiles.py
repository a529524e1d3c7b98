"""All channels of a layer as one picture of tiles; a click chooses one."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from app import plain, theme

MOST_ROWS = 32
GAP = 1
LEAST = 56  # px of height


def thinned(maps_Khw: np.ndarray) -> np.ndarray:
    """Maps of no more rows than a tile can show."""
    step = max(1, math.ceil(maps_Khw.shape[1] / MOST_ROWS))
    return maps_Khw[:, ::step, ::step]


def atlas(maps_Khw: np.ndarray, columns: int) -> np.ndarray:
    """uint8 [rows * (h + GAP), columns * (w + GAP)]: channel k in row k // columns; 1 to 255 is the peak, 0
    lies between them."""
    count, height, width = maps_Khw.shape
    rows = math.ceil(count / columns)
    sheet = np.zeros((rows, columns, height + GAP, width + GAP), np.uint8)
    peak = max(float(maps_Khw.max()), 1e-9)
    tiles = sheet.reshape(-1, height + GAP, width + GAP)[:, :height, :width]
    tiles[count:] = 1
    tiles[:count] = 1 + (254 * (maps_Khw / peak) ** 0.7).astype(np.uint8)
    return sheet.transpose(0, 2, 1, 3).reshape(rows * (height + GAP), columns * (width + GAP))


class TileGrid(QWidget):
    """Paints the atlas in the theme's accent; tells which channel was clicked. `words` says what one is."""

    chosen = Signal(int)

    def __init__(self, words: Callable[[int], str]):
        super().__init__()
        self._words = words
        self._maps: np.ndarray | None = None
        self._order: list[int] = []
        self._place: dict[int, int] = {}
        self._atlas: QImage | None = None
        self._colours = self._colour_table()
        self._count = 0
        self._columns = 8
        self._rows = 1
        self._channel = 0
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(LEAST)
        self.setAccessibleName("Shares of all neural textures of the layer")
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:  # noqa: N802
        return QSize(260, LEAST)  # they take what room there is; a panel that scrolls asks for this

    def show_maps(self, maps_Khw: np.ndarray, channel: int, order_K: np.ndarray | None = None) -> None:
        """Show the maps [K, h, w] of a layer with one channel marked. order: channels, the first first; by
        their number where it is left out."""
        order = list(range(len(maps_Khw))) if order_K is None else order_K.tolist()
        columns = self._best_columns(maps_Khw.shape)
        if self._channel != channel:
            self._channel = channel
            self.update()
        if maps_Khw is self._maps and (order, columns) == (self._order, self._columns):
            return  # a pointer moves on more often than a picture
        self._maps, self._order, self._columns = maps_Khw, order, columns
        self._place = {k: place for place, k in enumerate(self._order)}
        self._count = maps_Khw.shape[0]
        self._rows = math.ceil(self._count / self._columns)
        pixels = np.ascontiguousarray(atlas(thinned(maps_Khw)[order], columns))
        height, width = pixels.shape
        image = QImage(pixels.data, width, height, width, QImage.Format.Format_Indexed8)
        image.setColorTable(self._colours)
        self._atlas = image.copy()
        self.update()

    def _best_columns(self, shape: tuple[int, int, int]) -> int:
        """The number of columns that makes the tiles largest in the room there is."""
        count, height, width = shape
        room_w, room_h = max(self.width(), 1), max(self.height(), 1)
        return max(
            range(1, count + 1),
            key=lambda c: min(room_w / (c * width), room_h / (math.ceil(count / c) * height)),
        )

    def _colour_table(self) -> list[int]:
        """From nothing to the peak, behind the colour between the tiles."""
        none, most = theme.colour(theme.colours().raised), theme.colour(theme.colours().accent)
        ends = (none.red(), most.red()), (none.green(), most.green()), (none.blue(), most.blue())
        mixed = [theme.colour(theme.colours().line).rgb()]
        for i in range(255):
            r, g, b = (round(low + i / 254 * (high - low)) for low, high in ends)
            mixed.append(0xFF000000 | r << 16 | g << 8 | b)
        return mixed

    def refresh_theme(self) -> None:
        self._colours = self._colour_table()
        if self._atlas is not None:
            self._atlas.setColorTable(self._colours)
        self.update()

    def _frame(self) -> QRectF:
        """Where the atlas is painted: as large as fits, its tiles' shape kept."""
        if self._atlas is None:
            return QRectF()
        scale = min(self.width() / self._atlas.width(), self.height() / self._atlas.height())
        width, height = self._atlas.width() * scale, self._atlas.height() * scale
        return QRectF((self.width() - width) / 2, 0, width, height)

    def tile(self, channel: int) -> QRectF:
        """Where this channel's tile is, widget px."""
        frame = self._frame()
        width, height = frame.width() / self._columns, frame.height() / self._rows
        row, column = divmod(self._place.get(channel, 0), self._columns)
        return QRectF(frame.x() + column * width, frame.y() + row * height, width, height)

    def channel_at(self, position: QPointF) -> int:
        """The channel under a widget position, -1 for none."""
        return next((k for k in range(self._count) if self.tile(k).contains(position)), -1)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        super().resizeEvent(event)
        if self._maps is not None and self._best_columns(self._maps.shape) != self._columns:
            self.show_maps(self._maps, self._channel, np.array(self._order))

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        if self._atlas is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(self._frame(), self._atlas)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.colour(theme.colours().text), 1.6))
        painter.drawRoundedRect(self.tile(self._channel).adjusted(0.5, 0.5, -1.0, -1.0), 2, 2)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        channel = self.channel_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and channel >= 0:
            self.chosen.emit(channel)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            channel = self.channel_at(event.pos().toPointF())
            words = self._words(channel) if channel >= 0 else ""
            QToolTip.showText(event.globalPos(), plain.words(words), self)
            return True
        return super().event(event)
