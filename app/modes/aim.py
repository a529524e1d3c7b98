"""A photo that hovers over the canvas while it dresses: what it would replace is outlined."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF
from PySide6.QtWidgets import QWidget

from app.canvas.view import CanvasView
from app.controller import Controller
from app.files.drops import Aimed
from app.modes.dress import DressMode


class Aim:
    """window: in whose px it is told where a photo is."""

    def __init__(self, window: QWidget, canvas: CanvasView, controller: Controller, dressing: DressMode):
        self._window, self._canvas = window, canvas
        self._controller, self._dressing = controller, dressing

    def __call__(self, at: QPoint | None, let_go: bool) -> Aimed | None:
        """What a photo that is here (None: nowhere) would replace, which is chosen where it is let go. None
        where a photo is something else than where a garment comes from: beside the canvas, in other modes,
        on the wall while nothing is chosen."""
        if not self._dressing.on or self._controller.draft:
            return None
        viewport = self._canvas.viewport()
        spot = None if at is None else viewport.mapFrom(self._window, at)
        if spot is None or not viewport.rect().contains(spot):
            self._dressing.hovered(None)
            return None
        wish = self._dressing.aimed(self._canvas.to_pose(QPointF(spot)), let_go)
        return None if wish is None else Aimed(wish)
