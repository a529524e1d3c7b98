"""Longer work for the render thread, as small frozen orders: `run` is called there with the worker.

Each says in `doing` what it does, to complete "Something went wrong while ...".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from app.backend import Backend
from app.document import Photo
from app.session_host import SessionHost
from app.wishes import Wish
from engine import provenance
from engine.api import RenderRequest
from engine.errors import InputError
from engine.export import AS_DRAWN, ExportOptions, exported
from engine.look import LookDocument, SourcePhoto
from engine.pose.formats import PoseFile

if TYPE_CHECKING:
    from app.ahead import Ahead

PERSON, GARMENT, TARGET_POSE = "person", "garment", "pose"
CORRECTED = "corrected"  # a photo of the shelf, turned or with another skeleton, instead of itself


class RenderThread(Protocol):
    """What a job finds on the thread it runs on."""

    backend: Backend
    host: SessionHost

    @property
    def ahead(self) -> Ahead: ...

    def open(self, weights: Path | None) -> bool: ...


class WorkerJob(Protocol):
    """An order. doing: what it does; run: does it, its value goes back to the window."""

    @property
    def doing(self) -> str: ...

    def run(self, worker: RenderThread) -> object: ...


@dataclass(frozen=True, eq=False)
class NoPerson:
    """A photo in which no person was found, or could be looked for; `reason` is a sentence.

    data: the bytes of its file. rgb_HWC: what they show.
    """

    data: bytes
    rgb_HWC: np.ndarray
    reason: str


@dataclass(frozen=True, eq=False)
class SeveralPeople:
    """A photo in which several people were found: their poses [18, 3] in its px. data, rgb_HWC: as above."""

    data: bytes
    rgb_HWC: np.ndarray
    poses: tuple[np.ndarray, ...]


@dataclass(frozen=True, eq=False)
class EncodePhoto:
    """Read a photo, find the person, frame and encode it.

    source: path, bytes of a picture file, or uint8 RGB. role: PERSON, GARMENT or CORRECTED. pose: [18, 3] in
    photo px, NOBODY to use the whole photo; None: a person is looked for, here and nowhere else. quarters: by
    which it is turned clockwise first. replaces: key of the photo it is instead of. alone: whether the user
    says that it shows a garment with nobody in it, or that somebody wears it; None: it is looked at. wish:
    what is to be taken from it once it is on the shelf. Value: Photo, NoPerson, SeveralPeople, or for a
    person the PoseFile of a skeleton picture.
    """

    source: Path | bytes | np.ndarray
    name: str
    role: str = PERSON
    pose: np.ndarray | None = None
    quarters: int = 0
    replaces: str = ""
    alone: bool | None = None
    wish: Wish = field(default_factory=Wish)

    @property
    def doing(self) -> str:
        return f"reading {self.name}"

    def run(self, worker: RenderThread) -> Photo | NoPerson | SeveralPeople | PoseFile:
        data = self._data()
        rgb = worker.backend.read_photo(data, self._label)
        if self.quarters:
            rgb = np.ascontiguousarray(np.rot90(rgb, -self.quarters))
            data = _as_png(rgb)
        pose = self.pose
        if pose is None:
            found = self._look_for_people(worker.backend, data, rgb)
            if not isinstance(found, np.ndarray):
                return found
            pose = found
        if not worker.host.awake:
            raise InputError(f"{self.name} cannot be used yet: the engine is not awake.")
        return Photo(SourcePhoto.of(self.name, data, pose), worker.host.encode(rgb, pose))

    def _look_for_people(
        self, backend: Backend, data: bytes, rgb: np.ndarray
    ) -> np.ndarray | NoPerson | SeveralPeople | PoseFile:
        """The pose of the only person, or in a garment without anybody; or what else there is.

        Who opens a person is believed first: one who is cut off at neck and knee looks like a garment alone.
        """
        told = self.alone is True
        pose = None
        if told or (self.role != PERSON and self.alone is None):
            pose = backend.pose_in_garment(rgb, told=told)
        if pose is not None:
            return pose
        if told:
            raise InputError(f"No garment can be told from the rest of {self.name}.")
        if not (capability := backend.detection()).available:
            return NoPerson(data, rgb, f"People cannot be found here: {capability.reason}.")
        people = backend.detect_people(rgb)
        if len(people) > 1:
            return SeveralPeople(data, rgb, tuple(people))
        if people:
            return people[0]
        if not (capability := backend.detection()).available:  # it turned out so
            return NoPerson(data, rgb, f"People cannot be found here: {capability.reason}.")
        if self.role == PERSON and (pose := backend.pose_in_garment(rgb)) is not None:
            return pose
        from engine.pose.formats.pictures import people_in_pixels

        drawn = people_in_pixels(rgb, self.name) if self.role == PERSON else None
        return drawn or NoPerson(data, rgb, f"I could not find a person in {self.name}.")

    def _data(self) -> bytes:
        if isinstance(self.source, Path):
            from engine import photos

            return photos.read_bytes(self.source)
        return self.source if isinstance(self.source, bytes) else _as_png(self.source)

    @property
    def _label(self) -> str:
        return self.source.name if isinstance(self.source, Path) else self.name


@dataclass(frozen=True, eq=False)
class ReadForDraft:
    """Read a photo of the shelf, for its skeleton to be laid on it. Value: uint8 RGB."""

    photo: Photo

    @property
    def doing(self) -> str:
        return f"reading {self.photo.name}"

    def run(self, worker: RenderThread) -> np.ndarray:
        return worker.backend.read_photo(self.photo.source.data or b"", self.photo.name)


def _as_png(rgb_HWC: np.ndarray) -> bytes:
    from engine import photos

    return photos.png_bytes(rgb_HWC)


@dataclass(frozen=True, eq=False)
class EncodeLook:
    """Encode the photos of a look. name: of its file. Value: {id in the look: Photo}."""

    look: LookDocument
    name: str

    @property
    def doing(self) -> str:
        return f"opening {self.name}"

    def run(self, worker: RenderThread) -> dict[str, Photo]:
        if not worker.host.awake:
            raise InputError(f"{self.name} cannot be opened: the engine is not awake.")
        if not self.look.person:
            raise InputError(f"{self.name} shows nobody.")
        return {photo.id: self._photo(worker, photo) for photo in self.look.all_photos}

    def _photo(self, worker: RenderThread, source: SourcePhoto) -> Photo:
        if source.data is None:
            raise InputError(f"{self.name} does not hold {source.name} itself.")
        rgb = worker.backend.read_photo(source.data, source.name)
        return Photo(source, worker.host.encode(rgb, source.pose_18x3))


@dataclass(frozen=True, eq=False)
class SavePicture:
    """Render the exact picture and write it as PNG. Value: the path."""

    request: RenderRequest
    path: Path
    texts: dict[str, str] = field(default_factory=dict)
    options: ExportOptions = AS_DRAWN

    @property
    def doing(self) -> str:
        return f"saving {self.path.name}"

    def run(self, worker: RenderThread) -> Path:
        if not worker.host.awake:
            raise InputError(f"{self.path.name} cannot be drawn: the engine is not awake.")
        frame, options = worker.host.respond(self.request), self.options
        alone = options.transparent and not options.pose_only
        size, pose = frame.image.shape[:2], self.request.keypoints_18x3
        matte = worker.backend.person_alone(frame.finest, pose, size) if alone else None
        picture = exported(frame.finest, pose, size, options, matte)
        worker.backend.write_png(self.path, picture, self.texts | provenance.png_texts())
        return self.path


@dataclass(frozen=True, eq=False)
class LeaveRefining:
    """Refine the garment of this word no further."""

    word: str
    doing = "leaving a garment as it is"

    def run(self, worker: RenderThread) -> None:
        worker.host.leave_refining(self.word)


@dataclass(frozen=True, eq=False)
class OpenWeights:
    """Open another weights file, None for the one in the box; told by `opened` or `open_failed`."""

    path: Path | None

    @property
    def doing(self) -> str:
        return f"opening {self.path.name if self.path else 'the weights in the box'}"

    def run(self, worker: RenderThread) -> None:
        worker.open(self.path)
