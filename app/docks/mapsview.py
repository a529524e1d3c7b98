"""What every picture of maps in the dock has in common."""

from __future__ import annotations

import numpy as np
from PySide6.QtWidgets import QWidget

from engine.api import MapInfo, Maps


class MapsView(QWidget):
    """Draws one kind of map, and keeps no frame beyond the choice of another."""

    def choose(self, info: MapInfo) -> None:
        """Show this map from now on; a frame follows."""
        raise NotImplementedError

    def show_reference(self, rgb_HWC: np.ndarray) -> None:
        """The photo of the person; for views that show one."""

    def show_frame(self, rgb_HWC: np.ndarray, maps: Maps) -> None:
        """A new result with its maps; the chosen one may be missing, where a preview stopped below it."""
        raise NotImplementedError

    def refresh_theme(self) -> None:
        """Take the colours of the present theme."""
        raise NotImplementedError
