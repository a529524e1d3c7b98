"""Keys that show something as long as they are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent


class HeldKeys:
    """tell: by key, who hears whether it is held."""

    def __init__(self, tell: Mapping[int, Callable[[bool], object]]):
        self._tell = tell
        self._held: set[int] = set()

    def pressed(self, event: QKeyEvent) -> bool:
        """Whether the key is one of these."""
        key, keys = event.key(), event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier and not keys & Qt.KeyboardModifier.AltModifier:
            return False  # Ctrl+Z; with both it is a layout's third level
        if key in self._tell and not event.isAutoRepeat() and key not in self._held:
            self._held.add(key)
            self._tell[key](True)
        return key in self._tell

    def released(self, event: QKeyEvent) -> None:
        if not event.isAutoRepeat():
            self._let_go({event.key()})

    def let_go(self) -> None:
        """All of them, as when the keyboard is somebody else's now."""
        self._let_go(set(self._tell))

    def _let_go(self, keys: set[int]) -> None:
        for key in keys & self._held:
            self._held.discard(key)
            self._tell[key](False)
