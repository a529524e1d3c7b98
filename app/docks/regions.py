"""Parsing maps and masks: what the engine takes each place of the result for."""

from __future__ import annotations

import html

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel, QToolTip, QVBoxLayout

from app import plain, theme
from app.docks.map_values import region_picture, shares_at
from app.docks.mapsview import MapsView
from app.docks.mapview import MapView
from engine.api import MapInfo, Maps

LEAST_NAMED = 0.002  # of the picture: a region smaller than that is not in the legend


class RegionsView(MapsView):
    """A parsing map in the colours of its regions, with their names."""

    def __init__(self):
        super().__init__()
        self._info: MapInfo | None = None
        self._maps = Maps()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        self.result = MapView("Drawn as")
        self.result.asked.connect(self._answer)
        column.addWidget(self.result, 1)
        self.legend = QLabel()
        self.legend.setWordWrap(True)
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        column.addWidget(self.legend)

    def choose(self, info: MapInfo) -> None:
        self._info, self._maps = info, Maps()

    def show_frame(self, rgb_HWC: np.ndarray, maps: Maps) -> None:
        self._maps = maps
        self.result.show_picture(rgb_HWC)
        parsing_Khw = self._parsing()
        if parsing_Khw is None:
            return
        self.result.show_colours(region_picture(parsing_Khw, theme.region_colours(len(parsing_Khw))))
        there = np.bincount(parsing_Khw.argmax(axis=0).ravel(), minlength=len(parsing_Khw))
        shown = [k for k in range(1, len(there)) if there[k] >= LEAST_NAMED * there.sum()]
        self.legend.setText(" &nbsp; ".join(map(self._entry, shown)))

    def _parsing(self) -> np.ndarray | None:
        return self._maps.of(self._info.kind).get(self._info.name) if self._info else None

    def _entry(self, region: int) -> str:
        red, green, blue, _ = theme.region_colours(region + 1)[region]
        words = html.escape(self._name_of(region)).replace(" ", "&nbsp;")
        return f"<span style='color:rgb({red},{green},{blue})'>■</span>&nbsp;{words}"

    def _name_of(self, region: int) -> str:
        return (self._info.channel_name(region) if self._info else None) or f"region {region + 1}"

    def _answer(self, x: float, y: float, where: QPoint) -> None:
        """Tell which region this place is, and how sure that is."""
        parsing_Khw = self._parsing()
        if parsing_Khw is not None:
            shares = shares_at(parsing_Khw, x, y)
            most = int(shares.argmax())
            words = f"{self._name_of(most).capitalize()}, {100 * shares[most]:.0f} %"
            QToolTip.showText(where, plain.words(words), self.result)

    def refresh_theme(self) -> None:
        self.result.refresh_theme()


class MaskView(MapsView):
    """A mask over the result, 0 to 1."""

    def __init__(self):
        super().__init__()
        self._info: MapInfo | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.result = MapView("Mask", "1")
        column.addWidget(self.result)

    def choose(self, info: MapInfo) -> None:
        self._info = info

    def show_frame(self, rgb_HWC: np.ndarray, maps: Maps) -> None:
        self.result.show_picture(rgb_HWC)
        mask_Khw = maps.of(self._info.kind).get(self._info.name) if self._info else None
        if mask_Khw is not None:
            self.result.show_map(mask_Khw[0])

    def refresh_theme(self) -> None:
        self.result.refresh_theme()
