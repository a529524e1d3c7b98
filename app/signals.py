"""Signals that end the program: the first asks it to close, the next one ends it, whatever it is on."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Qt, Signal

from app import crash

ENDING = (signal.SIGINT, signal.SIGTERM)


class Endings(QObject):
    """Calls `close` on the window's thread at the first signal of `ENDING`.

    Python runs its handlers on the main thread when that comes by, which a thread that hangs in a system call
    never does. So the bytes by which Python's own C handler tells of signals are read on a thread of their
    own, and the second ends the process from there.
    """

    _asked = Signal()

    def __init__(self, close: Callable[[], object], parent: QObject):
        super().__init__(parent)
        self._asked.connect(close, Qt.ConnectionType.QueuedConnection)
        if os.name != "posix":  # no pipe can be woken there; the handlers run when the event loop does
            for number in ENDING:
                signal.signal(number, lambda *_: self._asked.emit())
            return
        self._heard, self._told = os.pipe()
        for end in (self._heard, self._told):
            os.set_blocking(end, end == self._heard)
        for number in ENDING:
            signal.signal(number, lambda *_: None)  # a handler there must be; what it does is done below
        self._before = signal.set_wakeup_fd(self._told, warn_on_full_buffer=False)
        threading.Thread(target=self._listen, name="signals", daemon=True).start()

    def _listen(self) -> None:
        asked = False
        while number := os.read(self._heard, 1):
            if number[0] not in ENDING:
                continue
            if asked:
                crash.log.warning("ended by a second signal, %d", number[0])
                os._exit(128 + number[0])
            asked = True
            self._asked.emit()

    def stop(self) -> None:
        """Leave signals to the system again."""
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        if os.name == "posix":
            signal.set_wakeup_fd(self._before)
            os.close(self._told)  # the thread reads the end of it, and ends
