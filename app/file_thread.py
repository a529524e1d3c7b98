"""A thread for files, beside the engine's: what is saved never waits for a picture, nor a hand for a disk."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from PySide6.QtCore import QObject, Signal

from app.trouble import Trouble


class FileJob(Protocol):
    """An order. doing: to complete "Something went wrong while ..."; run: does it, its value goes back."""

    @property
    def doing(self) -> str: ...

    def run(self) -> object: ...


class FileThread(QObject):
    """Jobs run one after the other, in the order they were given."""

    done = Signal(object, object)  # job, its value
    failed = Signal(object, object)  # job, Trouble

    def __init__(self, parent: QObject | None = None):
        super().__init__(parent)
        self._pool = ThreadPoolExecutor(1, "files")

    def submit(self, job: FileJob) -> None:
        """Run the job; told by `done` or `failed`."""
        self._pool.submit(self._run, job)

    def finish(self) -> None:
        """Wait until everything that was submitted is done; nothing can be submitted any more."""
        self._pool.shutdown(wait=True)

    def _run(self, job: FileJob) -> None:
        try:
            value = job.run()
        except Exception as error:  # a job that fails is told, not fatal
            self.failed.emit(job, Trouble.of(error, job.doing))
        else:
            self.done.emit(job, value)
