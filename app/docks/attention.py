"""The attention dock: where a neural texture was gathered on the reference and is handed out on the result.

The two maps have different natures and different scales. Extraction (C̄e) is a softmax over positions: only
its shape means something, so every channel is shown relative to its own peak. Distribution (C̄d) is a softmax
over textures: its values are shares, shown from 0 to 1.
"""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QVBoxLayout, QWidget

from app import theme
from app.docks.tiles import TileGrid
from engine.api import AttentionMaps, Layer


def heat_table() -> np.ndarray:
    """uint8 RGBA [256, 4]: a perceptual map, faint where the attention is little."""
    table = pg.colormap.get("inferno").getLookupTable(nPts=256, alpha=True)
    table[:, 3] = np.linspace(70, 245, 256).astype(table.dtype)
    return table


def relative(map_hw: np.ndarray) -> np.ndarray:
    """A map divided by its own peak."""
    peak = float(map_hw.max())
    return map_hw / peak if peak > 0 else map_hw


def most_telling(maps_Khw: np.ndarray) -> int:
    """The channel whose share differs most from place to place: the one to show first."""
    return int(maps_Khw.reshape(len(maps_Khw), -1).std(axis=1).argmax())


class ScaleBar(QWidget):
    """The heat map's colours from 0 to `top`."""

    def __init__(self, top: str):
        super().__init__()
        self._top = top
        self.setFixedHeight(self.fontMetrics().height() + 2)
        self._bar = QImage(256, 1, QImage.Format.Format_RGB32)
        for x, (r, g, b, _) in enumerate(heat_table()):
            self._bar.setPixelColor(x, 0, QColor(int(r), int(g), int(b)))

    def paintEvent(self, event) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(theme.colour(theme.colours().muted))
        metrics, box = self.fontMetrics(), self.rect()
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "0")
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, self._top)
        left, right = metrics.horizontalAdvance("0") + 6, metrics.horizontalAdvance(self._top) + 6
        painter.drawImage(QRectF(left, box.height() / 2 - 3, box.width() - left - right, 6), self._bar)


class MapView(QWidget):
    """A picture with a heat map over it and a caption."""

    def __init__(self, title: str, top: str):
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
        self.box = pg.ViewBox(
            lockAspect=True, enableMouse=False, enableMenu=False, invertY=True, defaultPadding=0.0
        )
        self.plot.setCentralItem(self.box)
        self.picture = pg.ImageItem(axisOrder="row-major")
        self.heat = pg.ImageItem(axisOrder="row-major")
        self.heat.setLookupTable(heat_table())
        self.box.addItem(self.picture)
        self.box.addItem(self.heat)
        column.addWidget(self.plot, 1)
        self.scale_bar = ScaleBar(top)
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
        self.heat.setImage(map_hw, autoLevels=False, levels=(0.0, 1.0))
        if self.picture.image is not None:
            height, width = self.picture.image.shape[:2]
            self.heat.setRect(QRectF(0, 0, width, height))

    def refresh_theme(self) -> None:
        self.plot.setBackground(theme.colours().desk)


class AttentionPanel(QWidget):
    """Layer and channel choice, both maps, and all channels of the layer as tiles."""

    wanted_changed = Signal(bool)

    def __init__(self):
        super().__init__()
        self._maps: AttentionMaps | None = None
        self._result: np.ndarray | None = None
        self._layers: tuple[Layer, ...] = ()
        self._unseen = True  # nobody has chosen a texture of this layer yet
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 2, 14, 12)
        column.setSpacing(8)
        column.addLayout(self._choices())
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        self.reference = MapView("Gathered here", "peak")
        self.result = MapView("Handed out here", "1")
        pictures.addWidget(self.reference)
        pictures.addWidget(self.result)
        column.addLayout(pictures, 3)
        self.tiles = TileGrid()
        self.tiles.chosen.connect(lambda channel: self.channel.setValue(channel))
        column.addWidget(self.tiles, 2)
        self._empty = QLabel("The maps come with the first picture.")
        self._empty.setProperty("role", "muted")
        column.addWidget(self._empty)
        self.refresh_theme()

    def _choices(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        for text in ("Layer", "Texture"):
            caption = QLabel(text)
            caption.setProperty("role", "muted")
            row.addWidget(caption)
            if text == "Layer":
                self.layer = QComboBox()
                self.layer.setAccessibleName("Layer of attention")
                self.layer.setToolTip("Rows of the map, and which of the level's two passes")
                self.layer.currentIndexChanged.connect(self._layer_changed)
                row.addWidget(self.layer, 1)
            else:
                self.channel = QSpinBox()
                self.channel.setAccessibleName("Neural texture")
                self.channel.setToolTip("Which neural texture; the tiles below show them all")
                self.channel.setWrapping(True)
                self.channel.lineEdit().setTextMargins(6, 0, 0, 0)
                self.channel.valueChanged.connect(self._refresh)
                row.addWidget(self.channel, 1)
        return row

    def set_layers(self, layers: tuple[Layer, ...]) -> None:
        """What the network has; the finest layer whose map is still quick to read is chosen."""
        self._layers = layers
        self.layer.blockSignals(True)
        self.layer.clear()
        for layer in layers:
            self.layer.addItem(layer.name, layer.name)
        self.layer.setCurrentIndex(max(0, len(layers) // 2))
        self.layer.blockSignals(False)
        self._layer_changed()

    def _layer_changed(self) -> None:
        if self._layers:
            last = self._layers[max(0, self.layer.currentIndex())].channels - 1
            self.channel.setRange(0, last)
            self.channel.setSuffix(f" of {last}")
        self._unseen = True
        self._refresh()

    def show_reference(self, rgb_HWC: np.ndarray | None) -> None:
        if rgb_HWC is not None:
            self.reference.show_picture(rgb_HWC)

    def show_frame(self, rgb_HWC: np.ndarray, maps: AttentionMaps | None) -> None:
        """A new result, with its maps if it has any."""
        if maps is None:
            return
        self._result, self._maps = rgb_HWC, maps
        self._refresh()

    def _refresh(self) -> None:
        name = self.layer.currentData()
        ready = self._maps is not None and name in self._maps.extraction
        self._empty.setVisible(self._maps is None)
        if not ready:
            return
        channel = self.channel.value()
        extraction = self._maps.extraction[name][channel]
        self.reference.show_map(relative(extraction))
        self.reference.setToolTip(
            f"C̄e: where texture {channel} reads the reference, relative to its own peak "
            f"({float(extraction.max()):.1%} of its attention at one place)"
        )
        if name not in self._maps.distribution:  # a preview stopped below this layer
            return
        distribution = self._maps.distribution[name]
        if self._unseen:
            self._unseen = False
            self.channel.setValue(most_telling(distribution))
            channel = self.channel.value()
        self.result.show_picture(self._result)
        self.result.show_map(distribution[channel])
        self.result.setToolTip(
            f"C̄d: share of texture {channel} in the result, 0 to 1 "
            f"({float(distribution[channel].mean()):.1%} on average)"
        )
        self.tiles.show_maps(distribution, channel)

    def refresh_theme(self) -> None:
        for view in (self.reference, self.result):
            view.refresh_theme()
        self.tiles.refresh_theme()

    def showEvent(self, event) -> None:  # noqa: N802
        super().showEvent(event)
        self.wanted_changed.emit(True)

    def hideEvent(self, event) -> None:  # noqa: N802
        super().hideEvent(event)
        self.wanted_changed.emit(False)
