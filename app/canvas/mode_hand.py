"""Mouse and keys as a mode is told of them, where the canvas is not the skeleton's."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from app.canvas.pointer import Cursor, Touch
from app.modes.mode import XY, Mode

ARROWS: dict[int, XY] = {
    Qt.Key.Key_Left: (-1.0, 0.0), Qt.Key.Key_Right: (1.0, 0.0),
    Qt.Key.Key_Up: (0.0, -1.0), Qt.Key.Key_Down: (0.0, 1.0),
}  # fmt: skip
# Many window managers keep a drag with Alt for themselves: it moves the window.
REMOVING = Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.ControlModifier


class ModeHand:
    """mode: who is told, None: nobody."""

    def __init__(self) -> None:
        self.mode: Mode | None = None

    def hover(self, touch: Touch) -> Cursor | None:
        if self.mode is None:
            return None
        self.mode.hovered(touch.xy)
        return Cursor.ArrowCursor

    def press(self, touch: Touch) -> Cursor | None:
        if self.mode is None or not touch.left:
            return None
        self.mode.pressed(touch.xy, touch.holds(Qt.KeyboardModifier.ShiftModifier), touch.holds(REMOVING))
        return Cursor.ArrowCursor

    def move(self, touch: Touch) -> None:
        self.hover(touch)

    def release(self) -> None:
        if self.mode is not None:
            self.mode.released()

    def cancel(self) -> bool:
        return False  # what a press does is undone as a step

    def leave(self) -> None:
        """The pointer is elsewhere."""
        if self.mode is not None:
            self.mode.hovered(None)

    def wheeled(self, steps: float) -> bool:
        return self.mode is not None and self.mode.wheeled(steps)

    def key(self, event: QKeyEvent) -> bool:
        """Whether the mode has used the key."""
        mode, key = self.mode, event.key()
        if mode is None:
            return False
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return mode.entered()
        if key in ARROWS:
            return mode.arrowed(ARROWS[key], bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        number = key - Qt.Key.Key_0
        alt = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        return alt and 1 <= number <= 9 and mode.numbered(number)
