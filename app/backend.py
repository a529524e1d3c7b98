"""The engine as the window sees it: a handful of calls, each importing what it needs when it is first used.

Nothing here is imported before the window is on screen; the worker thread makes the heavy calls. Tests hand
the window another object with the same methods.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from engine.api import Capabilities, Capability, Frame, MapInfo, Reference, RenderRequest, Settled
from engine.errors import InputError


class OpenSession(Protocol):
    """What the window needs of an `engine.session.Session`."""

    @property
    def engine(self) -> str: ...

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def levels(self) -> tuple[int, ...]: ...

    @property
    def maps(self) -> tuple[MapInfo, ...]: ...

    @property
    def device(self) -> str: ...

    @property
    def capabilities(self) -> Capabilities: ...

    @property
    def weights_info(self) -> Mapping[str, Any]: ...

    def add_reference(
        self, rgb_HWC: np.ndarray, pose: np.ndarray | None, alone: bool | None = None
    ) -> Reference: ...

    def garments(self, reference: Reference) -> dict[str, str]: ...

    def reads(self, reference: Reference) -> dict[str, np.ndarray]: ...

    def frames(self, request: RenderRequest) -> Iterator[Frame]: ...

    def prepare(self, request: RenderRequest) -> Iterator[None]: ...

    def settle(self, reference: str) -> Settled: ...

    def refine_part(self, request: RenderRequest) -> Settled: ...

    def close(self) -> None: ...


class ShippedEngine(Protocol):
    """What the window says of an engine in the box: an entry of `engine.models.registry`."""

    @property
    def name(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def good_for(self) -> str: ...

    @property
    def weights(self) -> Path: ...


class Backend(Protocol):
    """What the window needs of the engine's package."""

    def engines(self) -> Sequence[ShippedEngine]: ...

    def open_session(self, weights: Path | None, device: str) -> OpenSession: ...

    def detection(self) -> Capability: ...

    def detect(self, rgb_HWC: np.ndarray) -> np.ndarray | None: ...

    def detect_people(self, rgb_HWC: np.ndarray) -> list[np.ndarray]: ...

    def pose_in_garment(self, rgb_HWC: np.ndarray, told: bool = False) -> np.ndarray | None: ...

    def read_photo(self, data: bytes, name: str) -> np.ndarray: ...

    def person_alone(
        self, rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray, size: tuple[int, int]
    ) -> np.ndarray: ...

    def write_png(self, path: Path, rgb_HWC: np.ndarray, texts: dict[str, str]) -> None: ...


class EngineBackend:
    """The real engine."""

    def engines(self) -> Sequence[ShippedEngine]:
        """Those in the box, the default first; quick, and imports nothing heavy."""
        from engine.models.registry import DEFAULT, ENGINES

        return sorted(ENGINES.values(), key=lambda engine: engine.name != DEFAULT)

    def open_session(self, weights: Path | None, device: str) -> OpenSession:
        """An open session, warmed up. Raises InputError for missing or foreign weights."""
        from engine.session import Session

        session = Session.open(weights=weights, device=device, beside_window=True)
        session.warm_up()
        return session

    def detection(self) -> Capability:
        """Whether people can be found in photos on this machine."""
        from engine import detect

        return detect.available()

    def detect(self, rgb_HWC: np.ndarray) -> np.ndarray | None:
        """Pose [18, 3] in photo px, None where there is no person."""
        from engine.people import find_pose

        return find_pose(rgb_HWC)

    def detect_people(self, rgb_HWC: np.ndarray) -> list[np.ndarray]:
        """Poses [18, 3] in photo px of everybody, the most prominent first."""
        from engine.people import find_people

        return find_people(rgb_HWC)

    def pose_in_garment(self, rgb_HWC: np.ndarray, told: bool = False) -> np.ndarray | None:
        """Pose [18, 3] in photo px of a body that would fill the garment that a photo shows with nobody in
        it, None where it shows something else. told: the user says that it does."""
        from engine.flat_lays import garment_alone

        garment = garment_alone(rgb_HWC, told=told)
        return None if garment is None else garment.pose_18x3

    def read_photo(self, data: bytes, name: str) -> np.ndarray:
        """uint8 RGB of the bytes of a picture file. Raises InputError with its name."""
        from engine import photos

        return photos.read_photo(data, name)

    def person_alone(
        self, rgb_HWC: np.ndarray, keypoints_18x3: np.ndarray, size: tuple[int, int]
    ) -> np.ndarray:
        """How much of each pixel is the person, uint8 [H, W], who is in this pose in px of a frame of `size`.
        Raises InputError where nobody can tell."""
        from engine import parsing

        capability = parsing.available()
        if not capability.available:
            raise InputError(f"The person cannot be told from the background here: {capability.reason}.")
        from engine.compositing.alone import person_alone

        return person_alone(rgb_HWC, keypoints_18x3, size)

    def write_png(self, path: Path, rgb_HWC: np.ndarray, texts: dict[str, str]) -> None:
        """Write a PNG with iTXt entries. Raises InputError where it cannot be written."""
        from engine import photos

        photos.write_png(path, rgb_HWC, texts)
