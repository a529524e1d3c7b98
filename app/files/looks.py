"""The file that the look is kept in: saved, opened, restored, and asked about before it goes away."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from app.controller import Controller
from app.dialogs import restore, unsaved
from app.document import Look, Photo
from app.file_thread import FileThread
from app.files.look_jobs import (
    FindJournals,
    LookRead,
    ReadJournal,
    ReadLook,
    RemoveJournal,
    WriteLook,
    document_of,
    facts_differ,
    look_of,
    snapshots_of,
)
from app.files.naming import ask_file_name
from app.jobs import EncodeLook, WorkerJob
from app.notify import Notices
from app.settings import Settings
from app.trouble import Trouble
from engine.look import SUFFIX
from engine.look.journal import LeftBehind

LOOK_FILTER = f"Looks (*{SUFFIX})"


@dataclass(frozen=True, eq=False)
class _Arriving:
    """A look on its way in. path: where it is saved. left: the journal it is from. instead_of: the look that
    it may take the place of. pictures: of its pins, once it was read.
    """

    path: Path | None
    left: LeftBehind | None
    instead_of: Look
    pictures: tuple[np.ndarray, ...] = ()


class LookFiles(QObject):
    """window: parent of the dialogs. `path`: where the look is saved, None where nowhere yet."""

    settled = Signal()  # the name or the star may be another
    restored = Signal(object)  # LeftBehind, once the window shows it

    def __init__(
        self,
        window: QWidget,
        controller: Controller,
        files: FileThread,
        notices: Notices,
        settings: Settings,
    ):
        super().__init__(window)
        self.path: Path | None = None
        self._window, self._controller, self._files = window, controller, files
        self._notices, self._settings = notices, settings
        self._document = controller.document
        self._after_saving: dict[WriteLook, Callable[[], object]] = {}
        self._arriving: dict[object, _Arriving] = {}
        files.done.connect(self._on_done)
        files.failed.connect(self._on_failed)
        controller.worker.job_done.connect(self._on_encoded)
        controller.worker.job_failed.connect(self._on_failed)

    # What the window says.

    @property
    def name(self) -> str:
        """What people call the look: its file, else its person."""
        if self.path is not None:
            return self.path.name
        person = self._document.look.photo(self._document.look.person)
        return person.name if person else "Untitled"

    # Saving.

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save where it was saved before, or ask where. then: called once it is saved."""
        if self.path is None:
            self.save_as(then)
        else:
            self._write(self.path, then=then)

    def save_as(self, then: Callable[[], object] | None = None) -> None:
        path = self._ask("Save the look as")
        if path:
            self._write(path, then=then)

    def save_copy(self) -> None:
        """Save elsewhere, and go on with the file there was."""
        path = self._ask("Save a copy of the look")
        if path:
            self._write(path, copy=True)

    def _ask(self, title: str) -> Path | None:
        if not self._document.look.person:
            self._notices.show("info", "There is nobody to be saved yet: the engine is not awake.")
            return None
        suggested = f"{Path(self.name).stem}{SUFFIX}"
        return ask_file_name(self._window, self._settings, "look", title, LOOK_FILTER, suggested)

    def _write(self, path: Path, then: Callable[[], object] | None = None, copy: bool = False) -> None:
        c, look = self._controller, self._document.look
        job = WriteLook(
            path, document_of(look, c.size, c.facts), look, self._document.pins, c.frames.still, copy
        )
        if then is not None:
            self._after_saving[job] = then
        self._files.submit(job)

    # Opening.

    def may_go(self, then: Callable[[], object]) -> bool:
        """Whether the look may go away now; asks where it is not saved. `then` is called once it was saved
        first."""
        if not self._document.changed:
            return True
        answer = unsaved.ask(self._window, self.name)
        if answer == unsaved.SAVE:
            self.save(then)
        return answer == unsaved.DISCARD

    def new(self) -> None:
        """Begin anew, as the first start does."""
        sample = self._controller.photos.sample
        if sample is None:  # nothing is asked, or thrown away, for what cannot come
            self._notices.show("info", "A new look can begin as soon as the engine has read the sample.")
        elif self.may_go(self.new):
            self._controller.begin_anew(sample)
            self.path = None
            self.settled.emit()

    def open(self, path: Path) -> None:
        """Open a look instead of the present one."""
        if self.may_go(lambda: self.open(path)):
            self._order(ReadLook(path), _Arriving(path, None, self._document.look))

    def find_left_behind(self, folder: Path) -> None:
        """Ask what shall become of what was not saved when the program was ended."""
        self._files.submit(FindJournals(folder))

    def _offer(self, left: list[LeftBehind]) -> None:
        if left:
            throw_away = lambda each: self._files.submit(RemoveJournal(each))  # noqa: E731
            restore.RestoreDialog(self._window, left, self._take_up, throw_away).open()

    def _take_up(self, left: LeftBehind) -> None:
        if self.may_go(lambda: self._take_up(left)):
            self._order(ReadJournal(left), _Arriving(left.saved_as, left, self._document.look))
        else:
            left.release()

    def _order(self, job: ReadLook | ReadJournal, arriving: _Arriving) -> None:
        self._arriving[job] = arriving
        self._files.submit(job)

    def _adopt(self, job: EncodeLook, photos: Mapping[str, Photo], arriving: _Arriving) -> None:
        """Show a look that was read and encoded, unless something was done meanwhile that is not saved."""
        present, c = self._document.look, self._controller
        if present is not arriving.instead_of and not self.may_go(
            lambda: self._adopt(job, photos, replace(arriving, instead_of=self._document.look))
        ):
            return
        self.path = arriving.path
        look = look_of(job.look, photos, c.size)
        pins = snapshots_of(job.look, arriving.pictures, photos, c.size)
        c.open_look(look, arriving.left is None, pins)
        if arriving.left is not None:
            self.restored.emit(arriving.left)
        elif arriving.path is not None:
            self._settings.add_recent(arriving.path)
        if facts_differ(job.look, self._controller.facts):
            before = job.look.drawn_by.weights
            self._notices.show("info", f"{before} drew {job.name}; these weights draw it otherwise.")
        if unknown := ", ".join(look.kept.sections):
            self._notices.show(
                "info", f"{job.name} also says {unknown}, which is not known here; it is kept."
            )
        self.settled.emit()

    # What comes back from the threads.

    def _on_done(self, job: object, value: object) -> None:
        if isinstance(job, WriteLook):
            self._written(job)
        elif isinstance(job, FindJournals) and isinstance(value, list):
            self._offer(value)
        elif isinstance(job, (ReadLook, ReadJournal)) and isinstance(value, LookRead):
            arriving = self._arriving.pop(job)
            name = arriving.path.name if arriving.path else "what was not saved"
            encode = EncodeLook(value.document, name)
            self._arriving[encode] = replace(arriving, pictures=value.pictures_HWC)
            self._controller.photos.encode(encode)

    def _written(self, job: WriteLook) -> None:
        if not job.copy:
            self.path = job.path
            self._document.mark_saved(job.look, job.pins)
            self._settings.add_recent(job.path)
        self._notices.show("good", f"Saved {job.path.name}.")
        self.settled.emit()
        if then := self._after_saving.pop(job, None):
            then()

    def _on_encoded(self, job: WorkerJob, value: object) -> None:
        if isinstance(job, EncodeLook) and isinstance(value, dict) and job in self._arriving:
            self._adopt(job, value, self._arriving.pop(job))

    def _on_failed(self, job: object, trouble: Trouble) -> None:
        arriving = self._arriving.pop(job, None)
        if arriving is not None and arriving.left is not None:
            arriving.left.release()
        if isinstance(job, WriteLook):
            self._after_saving.pop(job, None)
        if not isinstance(job, EncodeLook):  # of which the importer told
            self._notices.show("error", trouble.sentence, trouble.details)
