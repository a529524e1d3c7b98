"""The crash guard: what goes wrong is written to a rotating log and told in the window."""

from __future__ import annotations

import faulthandler
import logging
import logging.handlers
import os
import sys
import threading
import traceback
from collections.abc import Callable
from io import TextIOWrapper
from pathlib import Path
from types import TracebackType

from app.last_run import Crash, Mark, crashed
from engine.traces import without_folders
from engine.version import VERSION

log = logging.getLogger("poseloom")
_mark: Mark | None = None


def log_folder() -> Path:
    """Where the logs are; made on first use."""
    from engine.paths import user_data

    folder = user_data() / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def open_log_folder() -> bool:
    """Show it in the system's own window of files; False where there is none."""
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    return QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder())))


class PrivateLog(logging.handlers.RotatingFileHandler):
    """Readable by the user alone; a link in place of the file is not written through."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
        descriptor = os.open(self.baseFilename, flags | getattr(os, "O_NONBLOCK", 0), 0o600)
        if os.name == "posix":
            os.fchmod(descriptor, 0o600)  # of a log that an earlier version began
        return open(descriptor, "a", encoding=self.encoding)


class PlainFormatter(logging.Formatter):
    """Names files without their folders: the log may be sent to strangers."""

    def format(self, record: logging.LogRecord) -> str:
        return without_folders(super().format(record))


def start_logging() -> Crash | None:
    """Five files of a megabyte, and Python's own trace where the process dies outright.

    Returns how the run before this one ended, if it ended badly; `end_logging` says that this one did well.
    """
    global _mark
    crash = None
    try:
        folder = log_folder()
        crash = crashed(folder)
        _mark = Mark(folder)
        handler: logging.Handler = PrivateLog(
            folder / "poseloom.log", maxBytes=1_000_000, backupCount=4, encoding="utf-8"
        )
        faulthandler.enable(_mark.file)
    except OSError as error:  # a full or read-only disk is no reason not to start
        handler = logging.StreamHandler()
        sys.stderr.write(f"No log can be written: {error}\n")
        faulthandler.enable()
    handler.setFormatter(PlainFormatter("%(asctime)s %(levelname)s %(threadName)s %(message)s"))
    log.addHandler(handler)
    log.setLevel(logging.INFO)
    log.info(
        "Poseloom %s started, pid %d, Python %s, %s",
        VERSION,
        os.getpid(),
        sys.version.split()[0],
        sys.platform,
    )
    return crash


def end_logging() -> None:
    """The run ends well: the next one has nothing to say about it."""
    faulthandler.disable()
    if _mark is not None:
        _mark.remove()


def guard(tell: Callable[[str, str], None]) -> None:
    """Catch what nobody caught, on any thread; `tell(sentence, details)` may be called from any."""

    def on_error(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        details = "".join(traceback.format_exception(kind, error, trace))
        log.error("unhandled\n%s", details)
        sentence = f"Something went wrong ({kind.__name__}). Your work is still here; the log tells more."
        if sys.__stderr__:
            sys.__stderr__.write(f"poseloom: {sentence}\n")
        tell(sentence, details)

    sys.excepthook = on_error
    threading.excepthook = lambda a: on_error(a.exc_type, a.exc_value, a.exc_traceback)


def log_qt_messages() -> None:
    """Qt's warnings go to the log, the bad ones to stderr too."""
    from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

    levels = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
        QtMsgType.QtCriticalMsg: logging.ERROR,
        QtMsgType.QtFatalMsg: logging.CRITICAL,
    }

    def handle(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        level = levels.get(kind, logging.WARNING)
        log.log(level, "Qt: %s", message)
        if level >= logging.ERROR and sys.__stderr__:
            sys.__stderr__.write(f"Qt: {message}\n")

    qInstallMessageHandler(handle)
