"""Correspondence and flow: where in the reference the place of the result under the hand comes from."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout

from app.docks.map_values import origin_of
from app.docks.mapsview import MapsView
from app.docks.mapview import MapView
from engine.api import MapInfo, Maps, NamedMap

FIRST_PLACE = (0.5, 0.4)  # until the hand points: about the chest of a person who stands in the middle


class OriginView(MapsView):
    """The hand moves over the result; the reference shows where that place was read."""

    def __init__(self):
        super().__init__()
        self._info: MapInfo | None = None
        self._maps = Maps()
        self._frame = (1, 1)
        self._place = FIRST_PLACE
        pictures = QHBoxLayout(self)
        pictures.setContentsMargins(0, 0, 0, 0)
        pictures.setSpacing(8)
        self.reference = MapView("Comes from here", "peak")
        self.result = MapView("Point at a place")
        pictures.addWidget(self.reference)
        pictures.addWidget(self.result)
        self.result.hovered.connect(self._point)
        self.result.pointed.connect(self._point)
        self.result.plot.setCursor(Qt.CursorShape.CrossCursor)

    def choose(self, info: MapInfo) -> None:
        self._info, self._maps = info, Maps()

    def show_reference(self, rgb_HWC: np.ndarray) -> None:
        self.reference.show_picture(rgb_HWC)

    def show_frame(self, rgb_HWC: np.ndarray, maps: Maps) -> None:
        self._maps, self._frame = maps, rgb_HWC.shape[:2]
        self.result.show_picture(rgb_HWC)
        self._refresh()

    def _point(self, x: float, y: float) -> None:
        self._place = x, y
        self._refresh()

    def _chosen(self) -> NamedMap | None:
        info = self._info
        named = (each for each in self._maps if info and (each.kind, each.name) == (info.kind, info.name))
        return next(named, None)

    def _refresh(self) -> None:
        named = self._chosen()
        if named is not None:
            self.reference.show_map(origin_of(named, *self._place, self._frame))
            self.result.mark(*self._place)

    def refresh_theme(self) -> None:
        self.reference.refresh_theme()
        self.result.refresh_theme()
