"""Longer work for the render thread, as small frozen orders: `run` is called there with the worker.

Each says in `doing` what it does, to complete "Something went wrong while ...".
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from engine.api import Capability, Reference, RenderRequest
from engine.errors import InputError

PERSON, GARMENT, POSE = "person", "garment", "pose"


@dataclass(frozen=True, eq=False)
class NoPerson:
    """A photo in which no person was found, or could be looked for; `reason` is a sentence."""

    rgb_HWC: np.ndarray
    reason: str


@dataclass(frozen=True, eq=False)
class EncodePhoto:
    """Read a photo, find the person, frame and encode it.

    source: path, bytes of a picture file, or uint8 RGB. role: PERSON or GARMENT. pose: [18, 3] in photo px if
    known. whole: use the whole photo where there is none. Value: Reference, or NoPerson.
    """

    source: Path | bytes | np.ndarray
    name: str
    role: str = PERSON
    pose: np.ndarray | None = None
    whole: bool = False

    @property
    def doing(self) -> str:
        return f"reading {self.name}"

    def run(self, worker) -> Reference | NoPerson:
        rgb = self.source
        if not isinstance(rgb, np.ndarray):
            rgb = worker.backend.read_photo(rgb)
        pose = self.pose
        if pose is None and not self.whole:
            capability: Capability = worker.backend.detection()
            if not capability.available:
                return NoPerson(rgb, f"People cannot be found here: {capability.reason}.")
            pose = worker.backend.detect(rgb)
            if pose is None:
                return NoPerson(rgb, f"I could not find a person in {self.name}.")
        if worker.host.session is None:
            raise InputError(f"{self.name} cannot be used yet: the engine is not awake.")
        return worker.host.encode(rgb, pose)


@dataclass(frozen=True, eq=False)
class SavePicture:
    """Render the exact picture and write it as PNG. Value: the path."""

    request: RenderRequest
    path: Path
    texts: dict[str, str] = field(default_factory=dict)

    @property
    def doing(self) -> str:
        return f"saving {self.path.name}"

    def run(self, worker) -> Path:
        if worker.host.session is None:
            raise InputError(f"{self.path.name} cannot be drawn: the engine is not awake.")
        frame = worker.host.respond(self.request)
        worker.backend.write_png(self.path, frame.finest, self.texts)
        return self.path


@dataclass(frozen=True, eq=False)
class OpenWeights:
    """Open another weights file, None for the one in the box; told by `opened` or `open_failed`."""

    path: Path | None

    @property
    def doing(self) -> str:
        return f"opening {self.path.name if self.path else 'the weights in the box'}"

    def run(self, worker) -> None:
        worker.open(self.path)
