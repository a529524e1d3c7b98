"""The hand that moves what is shown: with Space or the middle button, and on empty ground."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, Qt

from app.canvas.camera import Camera
from app.canvas.pointer import Cursor, Touch


class Panning:
    """wanted: whether the hand moves the picture where and how the mouse is."""

    def __init__(self, camera: Camera, wanted: Callable[[Touch], bool]):
        self._camera, self._wanted = camera, wanted
        self._from = QPointF()

    def hover(self, touch: Touch) -> Cursor | None:
        return Cursor.OpenHandCursor if self._wanted(touch) else None

    def press(self, touch: Touch) -> Cursor | None:
        self._from = touch.at
        wanted = touch.button == Qt.MouseButton.MiddleButton or (touch.left and self._wanted(touch))
        return Cursor.ClosedHandCursor if wanted else None

    def move(self, touch: Touch) -> None:
        self._camera.pan(touch.at - self._from)
        self._from = touch.at

    def release(self) -> None:
        pass

    def cancel(self) -> bool:
        return False
