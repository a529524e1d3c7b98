"""What the photos on the shelf can lend: asked of the worker once a photo."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.jobs import RenderThread, WorkerJob
from app.worker import RenderWorker
from engine.api import Reference
from engine.garments import BACKGROUND


@dataclass(frozen=True, eq=False)
class AskGarments:
    """What a photo can lend. Value: as `Session.garments`, and what is behind its person."""

    photo: Reference

    @property
    def doing(self) -> str:
        return "looking for garments"

    def run(self, worker: RenderThread) -> dict[str, str]:
        return worker.host.garments(self.photo) | {BACKGROUND: BACKGROUND}


@dataclass(frozen=True, eq=False)
class AskReads:
    """Where a photo's textures are gathered. Value: as `Session.reads`."""

    photo: Reference

    @property
    def doing(self) -> str:
        return "looking for textures"

    def run(self, worker: RenderThread) -> dict[str, np.ndarray]:
        return worker.host.reads(self.photo)


class Lending(QObject):
    """Answers are kept until the engine changes. submit: gives the worker a job."""

    answered = Signal(str)  # key of a photo
    read = Signal(str)  # likewise, whose textures are known now

    def __init__(self, worker: RenderWorker, submit: Callable[[WorkerJob], None], parent: QObject):
        super().__init__(parent)
        self._submit = submit
        self._known: dict[str, dict[str, str]] = {}
        self._reads: dict[str, dict[str, np.ndarray]] = {}
        self._asked: set[str] = set()
        self._looked: set[str] = set()
        worker.job_done.connect(self._on_done)
        worker.job_failed.connect(self._on_failed)

    def of(self, photo: Reference) -> dict[str, str] | None:
        """What the photo lends; None where that is not known yet, and then it is asked."""
        if photo.key not in self._known and photo.key not in self._asked:
            self._asked.add(photo.key)
            self._submit(AskGarments(photo))
        return self._known.get(photo.key)

    def reads(self, photo: Reference) -> dict[str, np.ndarray]:
        """Where its textures are gathered; nothing where that is not known yet, and then it is asked."""
        if photo.key not in self._reads and photo.key not in self._looked:
            self._looked.add(photo.key)
            self._submit(AskReads(photo))
        return self._reads.get(photo.key, {})

    def forget(self) -> None:
        """Ask anew: the engine has changed."""
        for kept in (self._known, self._reads, self._asked, self._looked):
            kept.clear()

    def _on_done(self, job: object, value: dict[str, Any]) -> None:
        if isinstance(job, AskReads):
            self._reads[job.photo.key] = value
            self.read.emit(job.photo.key)
        if isinstance(job, AskGarments):
            self._asked.discard(job.photo.key)
            self._known[job.photo.key] = value
            self.answered.emit(job.photo.key)

    def _on_failed(self, job: object) -> None:
        if isinstance(job, AskGarments):
            self._asked.discard(job.photo.key)
