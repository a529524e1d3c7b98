"""What the canvas asks of a mode. Positions are x, y px of the shown frame."""

from __future__ import annotations

from typing import Protocol

XY = tuple[float, float]


class Mode(Protocol):
    """Takes what the hand does to the canvas, in place of the skeleton. What answers with bool says whether
    the mode has used it."""

    def hovered(self, xy: XY | None) -> None:
        """The pointer is here, None: it has left."""

    def pressed(self, xy: XY, add: bool, remove: bool) -> None:
        """The left button; add, remove: Shift, Alt or Ctrl."""

    def released(self) -> None:
        """The left button, after `pressed`."""

    def wheeled(self, steps: float) -> bool: ...

    def escaped(self) -> bool: ...

    def entered(self) -> bool:
        """The Enter key."""

    def arrowed(self, step: XY, far: bool) -> bool:
        """An arrow key, as a step of one px; far: with Shift."""

    def tabbed(self, forward: bool) -> bool: ...

    def numbered(self, number: int) -> bool:
        """A number from 1 to 9, with Alt."""
