"""What of a scene a view shows: zoom, pan, and all of it as large as fits."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QMargins, QObject, QPointF, QRectF, Signal
from PySide6.QtWidgets import QGraphicsView

ZOOM_LIMITS = (0.1, 32.0)  # device px a photo px; a large photo that is fitted may be smaller
FIT_MARGINS = (28, 28, 28, 60)  # widget px around the fitted picture; the status pill has its place below


class Camera(QObject):
    """view: whose transform this is. box: what is to be fitted, in scene units."""

    zoomed = Signal(float)

    def __init__(self, view: QGraphicsView, box: Callable[[], QRectF]):
        super().__init__(view)
        self._view, self._box = view, box
        self.fitted = True
        self._photo_pixel = 1.0

    @property
    def zoom(self) -> float:
        """Widget px a scene unit."""
        return self._view.transform().m11()

    @property
    def actual_size(self) -> float:
        """The zoom at which a pixel of the photo is one of the screen's."""
        return 1.0 / (self._photo_pixel * self._view.devicePixelRatioF())

    @property
    def magnification(self) -> float:
        """Device px a photo px."""
        return self.zoom / self.actual_size

    def set_photo_pixel(self, size: float) -> None:
        """How many scene units a pixel of the photo is."""
        if size != self._photo_pixel:
            self._photo_pixel = size
            self._set_zoom(self.zoom)
            if self.fitted:
                self.fit()

    def magnify(self, magnification: float) -> None:
        """So many device px a photo px, about the middle."""
        self.zoom_to(magnification * self.actual_size)

    @property
    def all_seen(self) -> bool:
        """Whether the view shows all of it."""
        shown = self._view.viewportTransform().mapRect(self._box())
        return QRectF(self._view.viewport().rect()).contains(shown)

    @property
    def fit_zoom(self) -> float:
        """The zoom at which all of it fits without margins."""
        box, room = self._box(), self._view.viewport().rect()
        return min(room.width() / max(box.width(), 1), room.height() / max(box.height(), 1))

    def fit(self) -> None:
        """All of it, as large as fits; it stays fitted when the window changes."""
        box = self._box()
        room = self._view.viewport().rect().marginsRemoved(QMargins(*FIT_MARGINS))
        if box.isEmpty() or room.width() < 8 or room.height() < 8:
            return
        self.fitted = True
        self._set_zoom(min(room.width() / box.width(), room.height() / box.height()))
        off = (self._middle() - QRectF(room).center()) / self.zoom
        self._view.centerOn(box.center() + off)

    def zoom_to(self, zoom: float, at: QPointF | None = None) -> None:
        """Set the zoom, keeping the scene point under `at` (widget px; the middle if None) in its place."""
        at = self._middle() if at is None else at
        before = self.scene_at(at)
        self.fitted = False
        self._set_zoom(zoom)
        drift = self.scene_at(at) - before
        self._view.centerOn(self.scene_at(self._middle()) - drift)

    def pan(self, shift: QPointF) -> None:
        """Move what is shown by so many widget px."""
        self.fitted = False
        self._view.centerOn(self.scene_at(self._middle() - shift))

    def scene_at(self, at: QPointF) -> QPointF:
        """Widget px to scene units."""
        inverse, _ = self._view.viewportTransform().inverted()
        return inverse.map(at)

    def _set_zoom(self, zoom: float) -> None:
        low, high = (limit * self.actual_size for limit in ZOOM_LIMITS)
        zoom = min(max(zoom, min(low, self.fit_zoom / 2)), max(high, self.fit_zoom))
        self._view.resetTransform()
        self._view.scale(zoom, zoom)
        self.zoomed.emit(zoom)

    def _middle(self) -> QPointF:
        # QRect.center() is off by half a pixel; centerOn is not.
        return QPointF(self._view.viewport().width() / 2, self._view.viewport().height() / 2)
