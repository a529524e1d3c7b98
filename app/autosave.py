"""What is not saved is kept beside the program, so that whatever ends it costs seconds, not work."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from app.controller import Controller
from app.document import Look, Snapshot
from app.file_thread import FileThread
from app.files.look_jobs import RemoveJournal, WriteJournal, document_of
from app.files.looks import LookFiles
from app.trouble import Trouble
from engine.look.journal import Journal, LeftBehind

PROMISED_MS = 20_000  # of work that a kill may cost at most
WRITING_MS = 2_000  # of these for the writing


class AutoSave(QObject):
    """Writes the journal some time after the first change, when the window loses the focus, and on `keep`."""

    def __init__(
        self,
        window: QWidget,
        controller: Controller,
        looks: LookFiles,
        files: FileThread,
        folder: Path,
        after_ms: int = PROMISED_MS - WRITING_MS,
    ):
        super().__init__(window)
        self._controller, self._looks, self._files = controller, looks, files
        self._document = controller.document
        self._journal = Journal(folder)
        # What the journal holds, or soon will.
        self._kept: tuple[Look, tuple[Snapshot, ...]] | None = None
        self._takes_over: LeftBehind | None = None
        self.timer = QTimer(self, singleShot=True, interval=after_ms)
        self.timer.timeout.connect(self.keep)
        self._document.listen(lambda _changed: self._on_change())
        looks.settled.connect(self._on_change)
        looks.restored.connect(self._take_over)
        files.failed.connect(self._on_failed)
        window.installEventFilter(self)

    def keep(self) -> None:
        """Write what is not saved now."""
        self.timer.stop()
        c, look, pins = self._controller, self._document.look, self._document.pins
        if not look.person or not self._document.changed or (look, pins) == self._kept:
            return
        document = document_of(look, c.size, c.facts)
        self._files.submit(
            WriteJournal(self._journal, document, pins, c.frames.still, self._looks.path, self._takes_over)
        )
        self._kept, self._takes_over = (look, pins), None

    def forget(self) -> None:
        """There is nothing to be kept: it is saved, or was thrown away."""
        self.timer.stop()
        for journal in (self._takes_over, self._journal if self._kept is not None else None):
            if journal is not None:
                self._files.submit(RemoveJournal(journal))
        self._kept = self._takes_over = None

    def _take_over(self, left: LeftBehind) -> None:
        """The window goes on with this one; it stays until our own journal is written."""
        self._takes_over = left
        self.timer.start()

    def _on_change(self) -> None:
        if not self._document.changed:
            self.forget()
        elif not self.timer.isActive():
            self.timer.start()

    def _on_failed(self, job: object, trouble: Trouble) -> None:
        if isinstance(job, WriteJournal):
            self._kept, self._takes_over = None, job.takes_over

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if event.type() == QEvent.Type.WindowDeactivate:
            self.keep()
        return False
