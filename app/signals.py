"""Signals that end the program: the first asks it to close, the next ones end it, whatever it is on."""

from __future__ import annotations

import ctypes
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
    own, and the second ends the process from there. Where even that thread stands still, because something
    holds Python's lock, the signal after one that nobody heard goes the system's own way, which is to end.
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
        self._handlers: dict[int, int] = {}  # addresses of Python's own
        for number in ENDING:
            signal.signal(number, lambda *_: None)  # a handler there must be; what it does is done below
            self._hear_once(number)
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
            self._hear_once(number[0])
            self._asked.emit()

    def _hear_once(self, number: int) -> None:
        """Python's C handler gets the next signal of this number, the system's default those after it.

        By a call of glibc's; elsewhere Python's handler stays for all.
        """
        libc = ctypes.CDLL(None)
        if not hasattr(libc, "sysv_signal"):
            return
        for call in (libc.signal, libc.sysv_signal):
            call.argtypes, call.restype = (ctypes.c_int, ctypes.c_void_p), ctypes.c_void_p
        if number not in self._handlers:
            self._handlers[number] = libc.signal(number, int(signal.SIG_DFL))
        libc.sysv_signal(number, self._handlers[number])

    def stop(self) -> None:
        """Leave signals to the system again."""
        for number in ENDING:
            signal.signal(number, signal.SIG_DFL)
        if os.name == "posix":
            signal.set_wakeup_fd(self._before)
            os.close(self._told)  # the thread reads the end of it, and ends
