"""Whose a press on the canvas is: the first's that takes it, who then has the drag until it ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget

Cursor = Qt.CursorShape


@dataclass(frozen=True, eq=False)
class Touch:
    """Where the mouse is, in widget px (`at`) and in pose px (`xy`), with which button and keys."""

    at: QPointF
    xy: tuple[float, float]
    button: Qt.MouseButton
    keys: Qt.KeyboardModifier

    @property
    def left(self) -> bool:
        return self.button == Qt.MouseButton.LeftButton

    def holds(self, key: Qt.KeyboardModifier) -> bool:
        return bool(self.keys & key)


class Taker(Protocol):
    """Somebody who may take what the mouse does."""

    def hover(self, touch: Touch) -> Cursor | None:
        """Show what a press would do here. The cursor that says so, None: it would be somebody else's."""

    def press(self, touch: Touch) -> Cursor | None:
        """Begin a drag. The cursor while it lasts, None: it is somebody else's."""

    def move(self, touch: Touch) -> None: ...

    def release(self) -> None: ...

    def cancel(self) -> bool:
        """Take the drag back; False if there was nothing to be taken back."""


class Pointer:
    """takers: in the order in which they are asked. viewport: wears the cursor."""

    def __init__(self, viewport: QWidget, takers: Sequence[Taker]):
        self._viewport, self._takers = viewport, takers
        self._taker: Taker | None = None
        self._button = Qt.MouseButton.NoButton

    def press(self, touch: Touch) -> None:
        if self._taker is not None:
            if touch.button != self._button:
                return  # another button during a drag
            self._taker.release()  # the one before was let go elsewhere
            self._taker = None
        for taker in self._takers:
            cursor = taker.press(touch)
            if cursor is not None:
                self._taker, self._button = taker, touch.button
                self._viewport.setCursor(cursor)
                return

    def move(self, touch: Touch) -> None:
        if self._taker is not None:
            self._taker.move(touch)
        else:
            self._hover(touch)

    def release(self, touch: Touch) -> None:
        if self._taker is not None and touch.button == self._button:
            taker, self._taker = self._taker, None
            taker.release()
        if self._taker is None:
            self._hover(touch)

    def cancel(self) -> bool:
        """End the drag where it began; False if there was none."""
        if self._taker is None or not self._taker.cancel():
            return False
        self._taker = None
        self._viewport.unsetCursor()
        return True

    def _hover(self, touch: Touch) -> None:
        shapes = (taker.hover(touch) for taker in self._takers)
        self._viewport.setCursor(next((shape for shape in shapes if shape is not None), Cursor.ArrowCursor))
