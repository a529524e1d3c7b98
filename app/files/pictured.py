"""The look inside an exported picture, opened wholly: its photos are found by hash, or asked for by name."""

from __future__ import annotations

import hashlib
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

PICTURES = "Pictures (*.png *.jpg *.jpeg *.webp *.bmp *.gif *.tif *.tiff);;All files (*)"


@dataclass(frozen=True, eq=False)
class FindPhotos:
    """Look for the files of photos: each among `places`, by its hash. Value: {id: photo with its bytes}."""

    look: LookDocument
    name: str
    places: dict[str, list[Path]]
    asked: bool = False

    @property
    def doing(self) -> str:
        return f"looking for the photos of {self.name}"

    def run(self) -> dict[str, SourcePhoto]:
        found = ((photo.id, self._found(photo)) for photo in self.look.photos if photo.id in self.places)
        return {photo_id: photo for photo_id, photo in found if photo is not None}

    def _found(self, photo: SourcePhoto) -> SourcePhoto | None:
        from engine.photos import read_bytes

        for place in self.places[photo.id]:
            try:
                data = read_bytes(place)
            except InputError:
                continue
            if hashlib.sha256(data).hexdigest() == photo.sha256:
                return replace(photo, data=data)
        return None


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
            places = {photo.id: self._places(photo, picture) for photo in missing}
            self._files.submit(FindPhotos(look, picture.name, places))
        else:
            self._show(look, picture.name, {})

    def _missing(self, look: LookDocument) -> list[SourcePhoto]:
        return [photo for photo in look.photos if photo.id not in self._on_shelf()]

    def _on_shelf(self) -> dict[str, Photo]:
        return {photo.source.id: photo for photo in self._controller.document.look.photos}

    def _places(self, photo: SourcePhoto, picture: Path) -> list[Path]:
        """Where a photo may lie: beside the picture, where photos were opened last, in the box."""
        folders = (picture.parent, Path(self._settings.folder("photo")))
        box = [entry for role in (PERSON, GARMENT) for entry in samples.listed(kind=role)]
        named = [file for name, file, _ in box if name == photo.name]
        return [*named, *(folder / Path(photo.name).name for folder in folders)]

    def _on_found(self, job: object, value: object) -> None:
        if not isinstance(job, FindPhotos) or not isinstance(value, dict):
            return
        look = replace(job.look, photos=tuple(value.get(photo.id, photo) for photo in job.look.photos))
        lacking = [photo for photo in self._missing(look) if photo.data is None]
        if job.asked:
            for photo in lacking:
                if job.places.get(photo.id):
                    chosen = job.places[photo.id][0].name
                    self._notices.show("error", f"{chosen} is not the photo {photo.name} of {job.name}.")
        elif wanted := [photo for photo in lacking if photo.id in _shown(look)]:
            places = {photo.id: self._asked_for(photo) for photo in wanted}
            self._files.submit(FindPhotos(look, job.name, places, asked=True))
            return
        self._encode(look, job.name, lacking)

    def _asked_for(self, photo: SourcePhoto) -> list[Path]:
        title, folder = f"Where is {photo.name}?", self._settings.folder("photo")
        name, _ = QFileDialog.getOpenFileName(self._window, title, folder, PICTURES)
        if name:
            self._settings.set_folder("photo", Path(name).parent)
        return [Path(name)] if name else []

    def _encode(self, look: LookDocument, name: str, lacking: list[SourcePhoto]) -> None:
        """Go on with the photos there are."""
        if look.person in {photo.id for photo in lacking} or not look.person:
            person = look.photo(look.person)
            self._controller.posing.take(look.pose_in(self._controller.size), name)
            whose = f"Its person, {person.name}, is not here." if person else "It shows nobody."
            self._notices.show("info", f"Took the pose of {name}. {whose}")
            return
        if lacking:
            names = ", ".join(photo.name for photo in lacking)
            self._notices.show("info", f"{name} is taken without {names}, which is not here.")
        gone = {photo.id for photo in lacking}
        whole = replace(
            look,
            photos=tuple(photo for photo in look.photos if photo.id not in gone),
            outfit=tuple(worn for worn in look.outfit if worn.photo not in gone),
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


def _shown(look: LookDocument) -> set[str]:
    """The ids of the photos that the picture shows something of."""
    mixed = [look.borrow.photo] if look.borrow is not None and look.borrow.amount > 0 else []
    return {look.person, *mixed, *(worn.photo for worn in look.outfit if not worn.muted)}
