"""Looks read and written: orders for the thread of files, and what a look is in a file and in the window."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from app import document as app_document
from app.document import Borrow, Kept, Look, Photo, Snapshot
from app.worker import EngineFacts
from engine.look import Borrowed, DrawnBy, LookDocument, Worn, plain_pose, read_look, write_look
from engine.look.journal import Journal, LeftBehind, left_behind
from engine.look.pins import pinned


def document_of(look: Look, size: tuple[int, int], facts: EngineFacts | None) -> LookDocument:
    """The look as a file says it; size: the model frame (H, W) that its pose is in."""
    person, borrow = look.photo(look.person), look.borrow
    garment = look.photo(borrow.key) if borrow else None
    return LookDocument(
        photos=tuple(photo.source for photo in look.photos),
        person=person.source.id if person else "",
        pose_18x3=plain_pose(look.pose),
        frame=size,
        borrow=Borrowed(garment.source.id, borrow.amount) if garment and borrow else None,
        library=look.library,
        outfit=tuple(
            Worn(worn.word, photo.source.id, worn.strength, worn.muted, worn.locked)
            for worn in look.outfit
            if (photo := look.photo(worn.key))
        ),
        textures=tuple(
            each._replace(photo=photo.source.id if photo else "")
            for each in look.textures
            if (photo := look.photo(each.photo)) or not each.photo
        ),
        strokes=look.strokes,
        carried=look.carried,
        drawn_by=drawn_by(facts),
        others=look.kept.sections,
        members=look.kept.members,
    )


def drawn_by(facts: EngineFacts | None) -> DrawnBy:
    """What a look drawn by this engine says of it."""
    if facts is None:
        return DrawnBy()
    return DrawnBy(facts.engine, str(facts.weights.get("name", "")), str(facts.weights.get("sha256", "")))


def look_of(document: LookDocument, photos: Mapping[str, Photo], size: tuple[int, int]) -> Look:
    """The look in the window. photos: those of the document, encoded, by their ids in it."""
    shelf = {photos[source.id].key: photos[source.id] for source in document.photos}
    borrow = document.borrow
    return Look(
        photos=tuple(shelf.values()),
        person=photos[document.person].key if document.person else "",
        pose=document.pose_in(size),
        borrow=Borrow(photos[borrow.photo].key, borrow.amount) if borrow else None,
        library=document.library,
        carried=document.carried_in(size),
        outfit=tuple(
            app_document.Worn(worn.word, photos[worn.photo].key, worn.strength, worn.muted, worn.locked)
            for worn in document.outfit
        ),
        textures=tuple(
            each._replace(photo=photos[each.photo].key if each.photo else "") for each in document.textures
        ),
        strokes=document.strokes,
        kept=Kept(document.others, document.members),
    )


def snapshots_of(
    document: LookDocument,
    pictures_HWC: Iterable[np.ndarray],
    photos: Mapping[str, Photo],
    size: tuple[int, int],
) -> tuple[Snapshot, ...]:
    """The looks that are pinned in a file, in the window. pictures_HWC: of its pins, uint8 RGB."""
    kept = Kept(document.others, document.members)
    return tuple(
        Snapshot(number, replace(look_of(look, photos, size), kept=kept), picture, size, True, name)
        for (number, name, look, _), picture in zip(document.pins, pictures_HWC, strict=True)
    )


@dataclass(frozen=True, eq=False)
class WriteLook:
    """Write a look. look, pins: what it is in the window. still: the picture of it, uint8 RGB. copy: the
    window goes on with the file it had.
    """

    path: Path
    document: LookDocument
    look: Look
    pins: tuple[Snapshot, ...]
    still: np.ndarray
    copy: bool = False

    @property
    def doing(self) -> str:
        return f"saving {self.path.name}"

    def run(self) -> None:
        write_look(self.path, _whole(self.document, self.pins, self.still))


@dataclass(frozen=True, eq=False)
class LookRead:
    """A look as it was read. pictures_HWC: of its pins, uint8 RGB."""

    document: LookDocument
    pictures_HWC: tuple[np.ndarray, ...]

    @classmethod
    def of(cls, document: LookDocument, name: str) -> LookRead:
        """Raises InputError where the picture of a pin is none; name: of the file."""
        from engine.photos import read_photo

        label = f"The picture of a pinned look in {name}"
        return cls(document, tuple(read_photo(pin.picture, label) for pin in document.pins))


@dataclass(frozen=True, eq=False)
class ReadLook:
    """Read a look. Value: LookRead."""

    path: Path

    @property
    def doing(self) -> str:
        return f"opening {self.path.name}"

    def run(self) -> LookRead:
        return LookRead.of(read_look(self.path), self.path.name)


@dataclass(frozen=True, eq=False)
class WriteJournal:
    """Keep a look that is not saved, with its pins. saved_as: where it was saved last. takes_over: a journal
    that is not needed once this one is written.
    """

    journal: Journal
    document: LookDocument
    pins: tuple[Snapshot, ...]
    still: np.ndarray
    saved_as: Path | None
    takes_over: LeftBehind | None
    doing: str = "keeping what is not saved"

    def run(self) -> None:
        self.journal.write(_whole(self.document, self.pins, self.still), self.saved_as)
        if self.takes_over is not None:
            self.takes_over.remove()


@dataclass(frozen=True, eq=False)
class RemoveJournal:
    """Nothing is left to keep, or somebody decided."""

    journal: Journal | LeftBehind
    doing: str = "removing what was kept"

    def run(self) -> None:
        self.journal.remove()


@dataclass(frozen=True, eq=False)
class FindJournals:
    """Look for journals that were left behind. Value: list of LeftBehind."""

    folder: Path
    doing: str = "looking for work that was not saved"

    def run(self) -> list[LeftBehind]:
        return left_behind(self.folder)


@dataclass(frozen=True, eq=False)
class ReadJournal:
    """Read a journal that was left behind. Value: LookRead."""

    left: LeftBehind
    doing: str = "restoring what was not saved"

    def run(self) -> LookRead:
        return LookRead.of(self.left.read(), "what was not saved")


def _whole(document: LookDocument, pins: tuple[Snapshot, ...], still: np.ndarray) -> LookDocument:
    """The document with its pins and a thumbnail: pictures are made here, beside the window's thread."""
    from engine.photos import thumbnail

    kept = (pinned(pin.number, pin.called, document_of(pin.look, pin.frame, None), pin.png) for pin in pins)
    return replace(document, pins=tuple(kept), thumbnail=thumbnail(still))


def facts_differ(document: LookDocument, facts: EngineFacts | None) -> bool:
    """Whether other weights drew the look than draw now."""
    before, now = document.drawn_by.sha256, drawn_by(facts).sha256
    return bool(before and now and before != now)
