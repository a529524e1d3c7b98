"""Attention: where a neural texture was gathered on the reference and is handed out on the result.

The two maps have different natures and different scales. Extraction (C̄e) is a softmax over positions: only
its shape means something, so every channel is shown relative to its own peak. Distribution (C̄d) is a softmax
over textures: its values are shares, shown from 0 to 1.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSpinBox, QToolTip, QVBoxLayout

from app import plain
from app.docks.map_values import most_telling, relative, shares_at
from app.docks.mapsview import MapsView
from app.docks.mapview import MapView
from app.docks.tiles import TileGrid
from engine.api import DISTRIBUTION, EXTRACTION, MapInfo, Maps

TOLD = 3  # textures named for a place of the result
LEAST_TOLD = 0.005  # half a per cent is 0 % when it is rounded


class TexturesView(MapsView):
    """Both maps of the chosen texture, and all textures of the layer as tiles.

    caption, channel: the choice of the texture, to be laid beside that of the layer.
    """

    def __init__(self):
        super().__init__()
        self._layer: MapInfo | None = None
        self._maps = Maps()
        self._result_HWC: np.ndarray | None = None
        self._unseen = True  # nobody has chosen a texture of this layer yet
        self.caption = QLabel("Texture")
        self.caption.setProperty("role", "muted")
        self.channel = QSpinBox()
        self.channel.setAccessibleName("Neural texture")
        self.channel.setToolTip("Which neural texture; the tiles below show them all")
        self.channel.setWrapping(True)
        self.channel.lineEdit().setTextMargins(6, 0, 0, 0)
        self.channel.valueChanged.connect(self._refresh)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.name = plain.label()
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

    def choose(self, info: MapInfo) -> None:
        self._layer, self._maps = info, Maps()
        self.channel.setRange(1, info.channels)
        self.channel.setSuffix(f" of {info.channels}")
        self._unseen = True
        self._refresh()

    @property
    def texture(self) -> int:
        """The texture that is shown, counted from 0; people count from 1."""
        return self.channel.value() - 1

    def _choose(self, texture: int) -> None:
        self.channel.setValue(texture + 1)

    def _name_of(self, texture: int) -> str:
        return (self._layer.channel_name(texture) if self._layer else None) or ""

    def _words(self, texture: int) -> str:
        """Number and, where the weights tell it, purpose of a texture of the layer."""
        name = self._name_of(texture)
        return f"Texture {texture + 1}" + (f": {name}" if name else "")

    def _show_name(self) -> None:
        name = self._name_of(self.texture)
        self.name.setVisible(bool(name))
        self.name.setText(name[:1].upper() + name[1:])
        self.channel.setAccessibleDescription(name)

    def _values(self, kind: str) -> np.ndarray | None:
        return self._maps.of(kind).get(self._layer.name) if self._layer else None

    def _shares(self, x: float, y: float) -> np.ndarray | None:
        distribution_Khw = self._values(DISTRIBUTION)
        return None if distribution_Khw is None else shares_at(distribution_Khw, x, y)

    def _answer(self, x: float, y: float, where: QPoint) -> None:
        """Tell which textures make this place of the result."""
        shares = self._shares(x, y)
        if shares is not None:
            most = [k for k in shares.argsort()[::-1][:TOLD] if shares[k] >= LEAST_TOLD]
            lines = [f"{100 * shares[k]:.0f} %  {self._words(int(k))}" for k in most]
            words = "\n".join(["Made here of (click for the first)", *lines])
            QToolTip.showText(where, plain.words(words), self.result)

    def _choose_at(self, x: float, y: float) -> None:
        """Choose the texture that this place of the result has most of."""
        shares = self._shares(x, y)
        if shares is not None:
            self._choose(int(shares.argmax()))

    def show_reference(self, rgb_HWC: np.ndarray) -> None:
        self.reference.show_picture(rgb_HWC)

    def show_frame(self, rgb_HWC: np.ndarray, maps: Maps) -> None:
        self._result_HWC, self._maps = rgb_HWC, maps
        self._refresh()

    def _refresh(self) -> None:
        self._show_name()
        extraction_Khw, distribution_Khw = self._values(EXTRACTION), self._values(DISTRIBUTION)
        if extraction_Khw is not None:
            self._show_extraction(extraction_Khw[self.texture])
        if self._layer is None or self._result_HWC is None or distribution_Khw is None:
            return
        if self._unseen:
            self._unseen = False
            self._choose(most_telling(distribution_Khw, self._layer.channel_names))
        self.result.show_picture(self._result_HWC)
        self._show_distribution(distribution_Khw[self.texture])
        self.tiles.show_maps(distribution_Khw, self.texture)

    def _show_extraction(self, map_hw: np.ndarray) -> None:
        self.reference.show_map(relative(map_hw))
        self.reference.setToolTip(
            f"C̄e: where texture {self.texture + 1} reads the reference, relative to its own peak "
            f"({float(map_hw.max()):.1%} of its attention at one place)"
        )

    def _show_distribution(self, map_hw: np.ndarray) -> None:
        self.result.show_map(map_hw)
        self.result.setToolTip(
            f"C̄d: share of texture {self.texture + 1} in the result, 0 to 1 "
            f"({float(map_hw.mean()):.1%} on average)"
        )

    def refresh_theme(self) -> None:
        self.reference.refresh_theme()
        self.result.refresh_theme()
        self.tiles.refresh_theme()
