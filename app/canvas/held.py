"""Keys that show something as long as they are held."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent

# A key that repeats is let go and pressed again by the system. Qt tells that apart only where both events
# have arrived, which on a busy line they have not; a real finger takes longer than this to come back.
LET_GO_MS = 60


class HeldKeys(QObject):
    """tell: by key, who hears whether it is held. A list that it filters events of is not searched."""

    def __init__(self, tell: Mapping[int, Callable[[bool], object]], parent: QObject):
        super().__init__(parent)
        self._tell = tell
        self._held: set[int] = set()
        self._loose: set[int] = set()  # let go, perhaps to be pressed again at once
        self._waiting = QTimer(self, singleShot=True, interval=LET_GO_MS)
        self._waiting.timeout.connect(lambda: self._let_go(set(self._loose)))

    def pressed(self, event: QKeyEvent) -> bool:
        """Whether the key is one of these. One that repeats is held, whoever had its first event."""
        key, keys = event.key(), event.modifiers()
        if keys & Qt.KeyboardModifier.ControlModifier and not keys & Qt.KeyboardModifier.AltModifier:
            return False  # Ctrl+Z; with both it is a layout's third level
        self._loose.discard(key)
        if key in self._tell and key not in self._held:
            self._held.add(key)
            self._tell[key](True)
        return key in self._tell

    def released(self, event: QKeyEvent) -> None:
        if event.key() in self._held and not event.isAutoRepeat():
            self._loose.add(event.key())
            self._waiting.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        # By its type as well: Qt hands over a shortcut that is asked about as such an event too.
        pressed = event.type() == QEvent.Type.KeyPress
        return pressed and isinstance(event, QKeyEvent) and self.pressed(event)

    def let_go(self) -> None:
        """All of them, as when the keyboard is somebody else's now."""
        self._let_go(set(self._tell))

    def _let_go(self, keys: set[int]) -> None:
        self._loose -= keys
        for key in keys & self._held:
            self._held.discard(key)
            self._tell[key](False)
