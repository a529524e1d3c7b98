"""The engine as the window sees it: a handful of calls, each importing what it needs when it is first used.

Nothing here is imported before the window is on screen; the worker thread makes the heavy calls. Tests hand
the window another object with the same methods.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from engine.api import Capability


class Backend(Protocol):
    """What the window needs of an engine."""

    def open_session(self, weights: Path | None, device: str): ...

    def detection(self) -> Capability: ...

    def detect(self, rgb_HWC: np.ndarray) -> np.ndarray | None: ...

    def read_photo(self, source: Path | bytes) -> np.ndarray: ...

    def write_png(self, path: Path, rgb_HWC: np.ndarray, texts: dict[str, str]) -> None: ...


class EngineBackend:
    """The real engine."""

    def open_session(self, weights: Path | None, device: str):
        """An open `engine.session.Session`, warmed up. Raises InputError for missing or foreign weights."""
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
        from engine import detect

        return detect.detect_pose(rgb_HWC)

    def read_photo(self, source: Path | bytes) -> np.ndarray:
        """uint8 RGB of a picture file or its bytes. Raises InputError."""
        from engine import photos

        return photos.read_photo(source)

    def write_png(self, path: Path, rgb_HWC: np.ndarray, texts: dict[str, str]) -> None:
        """Write a PNG with iTXt entries. Raises InputError where it cannot be written."""
        from engine import photos

        photos.write_png(path, rgb_HWC, texts)
