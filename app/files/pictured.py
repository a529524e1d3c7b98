"""The look inside an exported picture, opened wholly: its photos are found by hash, or asked for."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from app import history
from app.controller import Controller
from app.document import Photo
from app.file_thread import FileThread
from app.files import samples
from app.files.look_jobs import look_of
from app.jobs import GARMENT, PERSON, EncodeLook, WorkerJob
from app.notify import Notices
from app.settings import Settings
from engine.errors import InputError
from engine.look import LookDocument, SourcePhoto
from engine.look.exported import is_number

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"


MOST_TRIED = 300  # files of a folder: to read so many takes some seconds


@dataclass(frozen=True, eq=False)
class FindPhotos:
    """Look for the files of a look's photos by their hashes, whatever they are called now.

    wanted: the photos. folders: are looked through, and the box. chosen: the file that a hand chose for one
    of them, if one did: its folder is looked through alone. asked: ids of those that were asked for by now.
    Value: {id: photo with its bytes, called as its file is where the picture does not say}.
    """

    look: LookDocument
    name: str
    wanted: tuple[SourcePhoto, ...]
    folders: tuple[Path, ...]
    chosen: tuple[SourcePhoto, Path] | None = None
    asked: frozenset[str] = frozenset()

    @property
    def doing(self) -> str:
        return f"looking for the photos of {self.name}"

    def run(self) -> dict[str, SourcePhoto]:
        left, found = {photo.id: photo for photo in self.wanted}, {}
        for called, place in self._places():
            if not left:
                break
            data = _read(place)
            digest = hashlib.sha256(data).hexdigest()
            for photo in [photo for photo in left.values() if photo.sha256 == digest]:
                name = called if is_number(photo.name) else photo.name
                found[photo.id] = replace(left.pop(photo.id), name=name, data=data)
        return found

    def _places(self) -> Iterator[tuple[str, Path]]:
        """What a photo is called and where it may lie, the likeliest first."""
        names = [Path(photo.name).name for photo in self.wanted]
        box = []
        if self.chosen is not None:
            yield self.chosen[1].name, self.chosen[1]
        else:
            box = [(name, file) for role in (PERSON, GARMENT) for name, file, _ in samples.listed(kind=role)]
        yield from (entry for entry in box if entry[0] in names)
        yield from ((name, folder / name) for folder in self.folders for name in names if name)
        yield from (entry for entry in box if entry[0] not in names)
        kinds = {photo.suffix for photo in self.wanted} - {""}
        for folder in self.folders:
            alike = [file for file in _files(folder) if file.suffix.lower() in kinds]
            yield from ((file.name, file) for file in alike[:MOST_TRIED] if file.name not in names)


def _read(place: Path) -> bytes:
    """The bytes of a photo; none where it is not there, or is no file."""
    from engine.photos import read_bytes

    with suppress(InputError):
        return read_bytes(place)
    return b""


def _files(folder: Path) -> list[Path]:
    """What lies in a folder, the newest first."""
    with suppress(OSError):
        return sorted(folder.iterdir(), key=lambda file: -file.lstat().st_mtime)
    return []


class PicturedLooks(QObject):
    """window: parent of the dialogs. A look that was taken is one step of undo."""

    def __init__(
        self,
        window: QWidget,
        controller: Controller,
        files: FileThread,
        notices: Notices,
        settings: Settings,
    ):
        super().__init__(window)
        self._window, self._controller, self._files = window, controller, files
        self._notices, self._settings = notices, settings
        self._encoding: dict[WorkerJob, LookDocument] = {}  # and the whole look each is for
        files.done.connect(self._on_found)
        controller.worker.job_done.connect(self._on_encoded)
        controller.worker.job_failed.connect(lambda job, _trouble: self._encoding.pop(job, None))

    def take(self, look: LookDocument, picture: Path) -> None:
        """Take the look that this picture holds."""
        missing = self._missing(look)
        if missing:
            folders = (picture.parent, Path(self._settings.folder("photo")))
            self._files.submit(FindPhotos(look, picture.name, tuple(missing), folders))
        else:
            self._show(look, picture.name, {})

    def _missing(self, look: LookDocument) -> list[SourcePhoto]:
        return [photo for photo in look.photos if photo.id not in self._on_shelf()]

    def _on_shelf(self) -> dict[str, Photo]:
        return {photo.source.id: photo for photo in self._controller.document.look.photos}

    def _on_found(self, job: object, value: object) -> None:
        if not isinstance(job, FindPhotos) or not isinstance(value, dict):
            return
        look = replace(job.look, photos=tuple(value.get(photo.id, photo) for photo in job.look.photos))
        lacking = [photo for photo in self._missing(look) if photo.data is None]
        if job.chosen is not None and job.chosen[0].id not in value:
            wanted, file = job.chosen[0].name, job.chosen[1].name
            other = f"another photo called {file}" if file == wanted else f"another photo than {file}"
            said = f"{job.name} was made with {other}."
            self._notices.show("error", said)
        if not self._ask(look, job.name, lacking, job.asked):
            self._encode(look, job.name, lacking)

    def _ask(self, look: LookDocument, name: str, lacking: list[SourcePhoto], asked: frozenset[str]) -> bool:
        """Have a hand show where the next photo is, each once and the person's first; what lies beside it is
        found with it. Whether one was shown."""
        shown = [photo for photo in lacking if photo.id in _shown(look)]
        for photo in sorted(shown, key=lambda photo: photo.id != look.person):
            title = f"Where is {_called(photo, look)}?"
            if photo.id not in asked and (file := self._asked_for(title)):
                asked, chosen = asked | {photo.id}, (photo, file)
                self._files.submit(FindPhotos(look, name, tuple(lacking), (file.parent,), chosen, asked))
                return True
            asked |= {photo.id}
            if photo.id == look.person:
                break  # without the person nothing is shown of the others
        return False

    def _asked_for(self, title: str) -> Path | None:
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._settings.folder("photo"), PICTURES)
        if not name:
            return None
        self._settings.set_folder("photo", Path(name).parent)
        return Path(name)

    def _encode(self, look: LookDocument, name: str, lacking: list[SourcePhoto]) -> None:
        """Go on with the photos there are."""
        if look.person in {photo.id for photo in lacking} or not look.person:
            person = look.photo(look.person)
            self._controller.posing.take(look.pose_in(self._controller.size), name)
            who = "" if person is None or is_number(person.name) else f", {person.name},"
            whose = f"Its person{who} is not here." if person else "It shows nobody."
            self._notices.show("info", f"Took the pose of {name}. {whose}")
            return
        if lacking:
            names = list(dict.fromkeys(_called(photo, look) for photo in lacking))
            verb = "is" if len(names) == 1 else "are"
            self._notices.show("info", f"{name} is taken without {', '.join(names)}, which {verb} not here.")
        gone = {photo.id for photo in lacking}
        whole = replace(
            look,
            photos=tuple(photo for photo in look.photos if photo.id not in gone),
            outfit=tuple(worn for worn in look.outfit if worn.photo not in gone),
            textures=tuple(each for each in look.textures if each.photo not in gone),
            borrow=None if look.borrow is None or look.borrow.photo in gone else look.borrow,
        )
        job = EncodeLook(replace(whole, photos=tuple(self._missing(whole))), name)
        self._encoding[job] = whole
        self._controller.photos.encode(job)

    def _on_encoded(self, job: WorkerJob, value: object) -> None:
        if isinstance(job, EncodeLook) and isinstance(value, dict) and job in self._encoding:
            self._show(self._encoding.pop(job), job.name, value)

    def _show(self, document: LookDocument, name: str, encoded: dict[str, Photo]) -> None:
        c = self._controller
        if not document.person:
            self._encode(document, name, [])
            return
        look = look_of(document, {**self._on_shelf(), **encoded}, c.size)
        history.do(c.undo_stack, history.TakeLook(c.document, look, name))


def _called(photo: SourcePhoto, look: LookDocument) -> str:
    """What a photo is called where it is asked for: by its name, by what the look has of it, or by both where
    another one is called alike."""
    if is_number(photo.name):
        return _role(photo, look)
    alike = [each for each in look.photos if each.name == photo.name]
    return photo.name if len(alike) == 1 else f"{photo.name}, {_role(photo, look)}"


def _role(photo: SourcePhoto, look: LookDocument) -> str:
    parts = ["the person"] if photo.id == look.person else []
    parts += [f"the {worn.word}" for worn in look.outfit if worn.photo == photo.id]
    if parts:
        return f"the photo of {' and '.join(parts)}"
    return "the photo that is mixed in" if photo.id in _shown(look) else "a photo of its shelf"


def _shown(look: LookDocument) -> set[str]:
    """The ids of the photos that the picture shows something of."""
    mixed = [look.borrow.photo] if look.borrow is not None and look.borrow.amount > 0 else []
    taken = [each.photo for each in look.textures if each.photo and not each.muted]
    return {look.person, *mixed, *taken, *(worn.photo for worn in look.outfit if not worn.muted)}
