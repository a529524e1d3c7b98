"""Whether the last run ended as it should: every run keeps a mark that only a good end takes away.

The mark is the file that Python's own trace goes to when the process dies outright, held locked as long as
the run lives. A mark that nobody holds is of a run that was killed or fell over.
"""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from PySide6.QtCore import Qt

from engine.errors import InputError
from engine.files import write_private
from engine.version import VERSION

if TYPE_CHECKING:
    from app.window import MainWindow

MOST_BYTES = 64_000  # of a trace that is kept: all threads of a deep recursion take some 20,000
LAST_LINES = 30  # of the log, in what is to be sent
_MARKS = "running-*.fault"
_PACKAGES = ("PySide6-Essentials", "torch", "numpy", "mediapipe")


@dataclass(frozen=True)
class Crash:
    """How an earlier run ended badly. trace: what Python saw of it; "" where it was ended from outside."""

    trace: str

    @property
    def sentence(self) -> str:
        what = "crashed" if self.trace else "was ended before it could close"
        return (
            f"Poseloom {what} last time. Its panels stand where they stood at first. To report it, copy the "
            "details, look through them, and send them with what you were doing."
        )


class Mark:
    """Held from the start of a run to its good end. file: for `faulthandler.enable`."""

    def __init__(self, folder: Path):
        self._path = folder / f"running-{os.getpid()}.fault"
        self._path.unlink(missing_ok=True)  # of a dead process that had our number
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self.file: TextIO = open(descriptor, "w", encoding="utf-8")  # noqa: SIM115 (held as long as we live)
        _lock(self.file.fileno())

    def remove(self) -> None:
        """The run ends as it should."""
        self.file.close()
        with suppress(OSError):
            self._path.unlink()


def crashed(folder: Path) -> Crash | None:
    """Take away the marks of runs that ended badly; their newest trace becomes fault.log. None: none did."""
    dead = [path for path in folder.glob(_MARKS) if _is_dead(path)]
    traces = []
    for path in sorted(dead, key=_age):
        with suppress(OSError):
            traces.append(_end_of(path, MOST_BYTES))
            path.unlink()
    if not traces:
        return None
    trace = next((trace for trace in reversed(traces) if trace.strip()), "")
    if trace:
        with suppress(InputError):
            write_private(folder / "fault.log", trace.encode())
    return Crash(trace)


def report(crash: Crash, folder: Path) -> str:
    """What to send: versions, the trace, and the end of the log, which names files by their names."""
    from engine.setup.guards import installed

    packages = ", ".join(f"{name} {installed(name)}" for name in _PACKAGES)
    lines: Iterable[str] = ()
    with suppress(OSError):
        lines = _end_of(folder / "poseloom.log", MOST_BYTES).splitlines()[-LAST_LINES:]
    head = f"Poseloom {VERSION}, Python {platform.python_version()}, {platform.platform()}\n{packages}"
    return "\n\n".join((head, crash.trace or "There is no trace.", "\n".join(lines)))


def tell(window: MainWindow, crash: Crash, report: str) -> None:
    """Say it at once, where even waking the engine may be what crashes, and again once that is over: until
    then Python is so busy that a notice may pass unseen."""
    controller = window.controller

    def say(*_: object) -> None:
        window.centre.notices.show("error", crash.sentence, report)

    say()
    for over in (controller.engine_awake, controller.engine_missing):
        over.connect(say, Qt.ConnectionType.SingleShotConnection)


def _is_dead(path: Path) -> bool:
    """Whether nobody holds the mark."""
    try:
        flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(path, os.O_RDWR | flags)
    except OSError:
        return False
    try:
        return stat.S_ISREG(os.fstat(descriptor).st_mode) and _lock(descriptor)
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> bool:
    """Lock the file until it is closed, by whatever end; whether that could be done."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _age(path: Path) -> float:
    with suppress(OSError):
        return path.stat().st_mtime
    return 0.0


def _end_of(path: Path, most: int) -> str:
    with path.open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - most))
        return file.read(most).decode("utf-8", "replace")
