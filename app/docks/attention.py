"""The attention dock: the maps of the present engine, each kind in its own picture.

It knows kinds of maps, never engines: what there is to choose from comes from the engine's `MapInfo`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.docks.mapchoice import MapChoice, choices_of, first_shown
from app.docks.mapsview import MapsView
from app.docks.origins import OriginView
from app.docks.regions import MaskView, RegionsView
from app.docks.textures import TexturesView
from engine.api import CORRESPONDENCE, DISTRIBUTION, FLOW, MASK, PARSING, MapInfo, Maps


class AttentionPanel(QWidget):
    """The choice of a map, and the view that draws its kind."""

    wanted_changed = Signal(bool)

    def __init__(self):
        super().__init__()
        self._choices: tuple[MapChoice, ...] = ()
        self._last: tuple[np.ndarray, Maps] | None = None
        self.textures = TexturesView()
        self.origins = OriginView()
        self.regions = RegionsView()
        self.masks = MaskView()
        self._views: dict[str, MapsView] = {
            DISTRIBUTION: self.textures,
            CORRESPONDENCE: self.origins,
            FLOW: self.origins,
            PARSING: self.regions,
            MASK: self.masks,
        }
        self._shown: MapsView = self.textures
        row = QHBoxLayout()
        row.setSpacing(6)
        self._caption = QLabel("Layer")
        self._caption.setProperty("role", "muted")
        row.addWidget(self._caption)
        self.layer = QComboBox()
        self.layer.setAccessibleName("Layer of attention")
        self.layer.setToolTip("Rows of the map, and which of the level's two passes")
        self.layer.currentIndexChanged.connect(self._choose)
        row.addWidget(self.layer, 1)
        row.addWidget(self.textures.caption)
        row.addWidget(self.textures.channel, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 2, 14, 12)
        column.setSpacing(8)
        column.addLayout(row)
        for view in (self.textures, self.origins, self.regions, self.masks):
            view.setVisible(view is self._shown)
            column.addWidget(view, 1)
        self._empty = QLabel("The maps come with the first picture.")
        self._empty.setProperty("role", "muted")
        column.addWidget(self._empty)
        self.refresh_theme()

    @property
    def maps(self) -> Maps:
        """Those of the last frame that had some."""
        return self._last[1] if self._last else Maps()

    def set_maps(self, maps: Sequence[MapInfo]) -> None:
        """What the engine can show."""
        self._choices = choices_of(maps)
        self._last = None
        self._empty.show()
        self.layer.blockSignals(True)
        self.layer.clear()
        self.layer.addItems([choice.title for choice in self._choices])
        self.layer.setCurrentIndex(first_shown(self._choices))
        self.layer.blockSignals(False)
        self._caption.setText("Layer" if {each.kind for each in self._choices} <= {DISTRIBUTION} else "Map")
        self._choose()

    def _choose(self) -> None:
        if not self._choices:
            return
        choice = self._choices[max(0, self.layer.currentIndex())]
        self._shown = self._views[choice.kind]
        for view in dict.fromkeys(self._views.values()):
            view.setVisible(view is self._shown)
        for field in (self.textures.caption, self.textures.channel):
            field.setVisible(self._shown is self.textures)
        self._shown.choose(choice.info)
        if self._last:
            self._shown.show_frame(*self._last)

    def show_reference(self, rgb_HWC: np.ndarray) -> None:
        for view in (self.textures, self.origins):
            view.show_reference(rgb_HWC)

    def show_frame(self, rgb_HWC: np.ndarray, maps: Maps | None) -> None:
        """A new result, with its maps if it has any."""
        if maps is not None:
            self._last = rgb_HWC, maps
            self._empty.hide()
            self._shown.show_frame(rgb_HWC, maps)

    def refresh_theme(self) -> None:
        for view in dict.fromkeys(self._views.values()):
            view.refresh_theme()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        super().showEvent(event)
        self.wanted_changed.emit(True)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        super().hideEvent(event)
        self.wanted_changed.emit(False)
