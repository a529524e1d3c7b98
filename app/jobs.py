"""Longer work for the render thread, as small frozen orders: `run` is called there with the worker.

Each says in `doing` what it does, to complete "Something went wrong while ...".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import numpy as np

from app.backend import Backend
from app.document import Photo
from app.session_host import SessionHost
from engine import provenance
from engine.api import RenderRequest
from engine.errors import InputError
from engine.export import AS_DRAWN, ExportOptions, exported
from engine.look import LookDocument, SourcePhoto
from engine.pose.formats import PoseFile

PERSON, GARMENT, TARGET_POSE = "person", "garment", "pose"


class RenderThread(Protocol):
    """What a job finds on the thread it runs on."""

    backend: Backend
    host: SessionHost

    def open(self, weights: Path | None) -> None: ...


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
class EncodePhoto:
    """Read a photo, find the person, frame and encode it.

    source: path, bytes of a picture file, or uint8 RGB. role: PERSON or GARMENT. pose: [18, 3] in photo px,
    NOBODY to use the whole photo; None: a person is looked for, here and nowhere else. Value: Photo,
    NoPerson, or for a person the PoseFile of a skeleton picture.
    """

    source: Path | bytes | np.ndarray
    name: str
    role: str = PERSON
    pose: np.ndarray | None = None

    @property
    def doing(self) -> str:
        return f"reading {self.name}"

    def run(self, worker: RenderThread) -> Photo | NoPerson | PoseFile:
        data = self._data()
        rgb = worker.backend.read_photo(data, self._label)
        pose = self.pose
        if pose is None:
            capability = worker.backend.detection()
            if not capability.available:
                return NoPerson(data, rgb, f"People cannot be found here: {capability.reason}.")
            pose = worker.backend.detect(rgb)
            capability = worker.backend.detection()
            if pose is None and not capability.available:  # it turned out so
                return NoPerson(data, rgb, f"People cannot be found here: {capability.reason}.")
            if pose is None:
                from engine.pose.formats.pictures import people_in_pixels

                drawn = people_in_pixels(rgb, self.name) if self.role == PERSON else None
                return drawn or NoPerson(data, rgb, f"I could not find a person in {self.name}.")
        if not worker.host.awake:
            raise InputError(f"{self.name} cannot be used yet: the engine is not awake.")
        return Photo(SourcePhoto.of(self.name, data, pose), worker.host.encode(rgb, pose))

    def _data(self) -> bytes:
        from engine import photos

        if isinstance(self.source, Path):
            return photos.read_bytes(self.source)
        return self.source if isinstance(self.source, bytes) else photos.png_bytes(self.source)

    @property
    def _label(self) -> str:
        return self.source.name if isinstance(self.source, Path) else self.name


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
        return {photo.id: self._photo(worker, photo) for photo in self.look.photos}

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
        matte = worker.backend.person_matte(frame.finest) if alone else None
        size = frame.image.shape[:2]
        picture = exported(frame.finest, self.request.keypoints_18x3, size, options, matte)
        worker.backend.write_png(self.path, picture, self.texts | provenance.png_texts())
        return self.path


@dataclass(frozen=True, eq=False)
class OpenWeights:
    """Open another weights file, None for the one in the box; told by `opened` or `open_failed`."""

    path: Path | None

    @property
    def doing(self) -> str:
        return f"opening {self.path.name if self.path else 'the weights in the box'}"

    def run(self, worker: RenderThread) -> None:
        worker.open(self.path)
