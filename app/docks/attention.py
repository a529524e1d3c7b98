"""The attention dock: where a neural texture was gathered on the reference and is handed out on the result.

The two maps have different natures and different scales. Extraction (C̄e) is a softmax over positions: only
its shape means something, so every channel is shown relative to its own peak. Distribution (C̄d) is a softmax
over textures: its values are shares, shown from 0 to 1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QToolTip, QVBoxLayout, QWidget

from app.docks.mapview import MapView
from app.docks.tiles import TileGrid
from engine.api import AttentionMaps, Layer
from engine.regions import REGIONS

BACKGROUND = REGIONS[0]
TOLD = 3  # textures named for a place of the result


def relative(map_hw: np.ndarray) -> np.ndarray:
    """A map divided by its own peak."""
    peak = float(map_hw.max())
    return map_hw / peak if peak > 0 else map_hw


def most_telling(maps_Khw: np.ndarray, names: Sequence[str] = ()) -> int:
    """The channel to show first: its share differs most from place to place, and is not that of the top and
    the sides of the picture, where the background is, nor the background's by its name.
    """
    rim = np.concatenate([maps_Khw[:, 0], maps_Khw[:, :, 0], maps_Khw[:, :, -1]], axis=1)
    telling = maps_Khw.std(axis=(1, 2)) - 2 * rim.mean(axis=1)
    behind = [k for k, name in enumerate(names) if name.startswith(BACKGROUND)]
    telling[behind] = -np.inf
    return int(telling.argmax())


def shares_at(maps_Khw: np.ndarray, x: float, y: float) -> np.ndarray:
    """Shares [K] of the textures at a place; x, y from 0 to 1 of the maps' width and height."""
    _, height, width = maps_Khw.shape
    return maps_Khw[:, min(int(y * height), height - 1), min(int(x * width), width - 1)]


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
        self.name = QLabel()
        self.name.setWordWrap(True)
        self.name.setToolTip("What training told this texture to carry; left and right are the person's")
        column.addWidget(self.name)
        pictures = QHBoxLayout()
        pictures.setSpacing(8)
        self.reference = MapView("Gathered here", "peak")
        self.result = MapView("Handed out here", "1")
        pictures.addWidget(self.reference)
        pictures.addWidget(self.result)
        column.addLayout(pictures, 3)
        self.result.asked.connect(self._answer)
        self.result.pointed.connect(self._choose_at)
        self.result.plot.setCursor(Qt.CursorShape.PointingHandCursor)
        self.tiles = TileGrid(self._words)
        self.tiles.chosen.connect(self._choose)
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
            count = self._layer.channels
            self.channel.setRange(1, count)
            self.channel.setSuffix(f" of {count}")
        self._unseen = True
        self._refresh()

    @property
    def _layer(self) -> Layer:
        return self._layers[max(0, self.layer.currentIndex())]

    @property
    def texture(self) -> int:
        """The texture that is shown, counted from 0; people count from 1."""
        return self.channel.value() - 1

    def _choose(self, texture: int) -> None:
        self.channel.setValue(texture + 1)

    def _words(self, texture: int) -> str:
        """Number and, where the weights tell it, purpose of a texture of the layer."""
        name = self._layer.texture_name(texture)
        return f"Texture {texture + 1}" + (f": {name}" if name else "")

    def _show_name(self) -> None:
        name = self._layer.texture_name(self.texture) if self._layers else None
        self.name.setVisible(bool(name))
        self.name.setText(name[:1].upper() + name[1:] if name else "")
        self.channel.setAccessibleDescription(name or "")

    def _shares(self, x: float, y: float) -> np.ndarray | None:
        maps = self._maps.distribution.get(self.layer.currentData()) if self._maps else None
        return None if maps is None else shares_at(maps, x, y)

    def _answer(self, x: float, y: float, where: QPoint) -> None:
        """Tell which textures make this place of the result."""
        shares = self._shares(x, y)
        if shares is not None:
            most = [k for k in shares.argsort()[::-1][:TOLD] if shares[k] >= 0.005]
            lines = [f"{100 * shares[k]:.0f} %  {self._words(int(k))}" for k in most]
            QToolTip.showText(where, "\n".join(["Made here of (click for the first)", *lines]), self.result)

    def _choose_at(self, x: float, y: float) -> None:
        """Choose the texture that this place of the result has most of."""
        shares = self._shares(x, y)
        if shares is not None:
            self._choose(int(shares.argmax()))

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
        self._show_name()
        name = self.layer.currentData()
        ready = self._maps is not None and name in self._maps.extraction
        self._empty.setVisible(self._maps is None)
        if not ready:
            return
        channel = self.texture
        extraction = self._maps.extraction[name][channel]
        self.reference.show_map(relative(extraction))
        self.reference.setToolTip(
            f"C̄e: where texture {channel + 1} reads the reference, relative to its own peak "
            f"({float(extraction.max()):.1%} of its attention at one place)"
        )
        if name not in self._maps.distribution:  # a preview stopped below this layer
            return
        distribution = self._maps.distribution[name]
        if self._unseen:
            self._unseen = False
            self._choose(most_telling(distribution, self._layer.texture_names))
            channel = self.texture
        self.result.show_picture(self._result)
        self.result.show_map(distribution[channel])
        self.result.setToolTip(
            f"C̄d: share of texture {channel + 1} in the result, 0 to 1 "
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
