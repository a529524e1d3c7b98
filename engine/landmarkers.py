"""Landmarkers of the MediaPipe Tasks library, offline: loaded when they are first asked, kept, and silent.

Each is an optional capability: one that is not there, does not load or fails finds nothing, and says why.
"""

from __future__ import annotations

import atexit
import importlib.util
import sys
import threading
from collections.abc import Callable
from contextlib import nullcontext
from functools import partial
from types import ModuleType
from typing import Any, TypeVar

import numpy as np

from engine import pose_model, quiet
from engine.api import Capability

Told = TypeVar("Told")

without_chatter = partial(quiet.without, quiet.DETECTOR)


class Landmarker:
    """One of them, by its name in the library and its bundle. May be asked from any thread."""

    def __init__(self, name: str, bundle: pose_model.Bundle, **options: Any) -> None:
        """options: as the library takes them for this one, but for its model."""
        self._name, self._bundle, self._options = name, bundle, options
        self._lock = threading.Lock()
        self._loaded: Any = None
        self._fault = ""
        self._quiet = False

    def available(self) -> Capability:
        """Whether it can be asked here, found out without loading anything."""
        if self._fault:
            return Capability(False, self._fault)
        if importlib.util.find_spec("mediapipe") is None:
            return Capability(False, "mediapipe is not installed, or has no wheel for this machine")
        if pose_model.find(self._bundle) is None:
            unprepared = f"the {self._bundle.finds} model was not prepared"
            return Capability(False, f"{unprepared} (python -m engine.pose_model fetches it)")
        return Capability(True)

    def look(self, square_SS3: np.ndarray, read: Callable[[Any], Told]) -> Told | None:
        """What `read` tells of the library's answer, which is the library's while it reads; None where this
        one cannot be asked: `available` says so from then on.

        square: uint8 RGB, its side a multiple of four (for others the library, 0.10.30 to 1.0.1, can abort
        the process).
        """
        if not self.available().available:
            return None
        with self._lock:
            found = self._found(square_SS3) if self._ready() else None
            return None if found is None else read(found)

    def _ready(self) -> bool:
        """Load the library and the model once. Call with the lock held."""
        if self._loaded is None and not self._fault:
            try:
                with without_chatter():
                    self._loaded = self._create()
            except (ImportError, OSError, RuntimeError, ValueError) as error:
                # A library that does not load on this machine, or a damaged model: an absent capability.
                self._fault = f"the detector could not be started ({' '.join(str(error).split())})"
        return self._loaded is not None

    def _create(self) -> Any:
        # The library's sound recorder looks for PortAudio by starting a compiler and a linker, three times
        # over; nothing here hears anything.
        stand_in = "sounddevice" not in sys.modules
        if stand_in:
            sys.modules["sounddevice"] = ModuleType("sounddevice")
        try:
            return self._opened()
        finally:
            if stand_in:
                sys.modules.pop("sounddevice", None)

    def _opened(self) -> Any:
        from mediapipe.tasks.python import BaseOptions, vision

        model = pose_model.find(self._bundle)
        if model is None:  # taken away since `available` saw it
            raise OSError(f"the {self._bundle.finds} model is gone")
        base = BaseOptions(model_asset_buffer=model.read_bytes())
        options = getattr(vision, f"{self._name}Options")(base_options=base, **self._options)
        landmarker = getattr(vision, self._name).create_from_options(options)
        # At the interpreter's end its finaliser needs threads and modules that are gone, and complains on
        # stderr.
        atexit.register(setattr, landmarker, "_handle", None)
        return landmarker

    def _found(self, square_SS3: np.ndarray) -> Any:
        """The library's answer, None where it fails. Call with the lock held."""
        import mediapipe

        picture = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=square_SS3)
        # The first picture, and the first in which something is found, make the library log once more.
        try:
            with nullcontext() if self._quiet else without_chatter():
                found = self._loaded.detect(picture)
        except (RuntimeError, ValueError, OSError) as error:
            self._fault = f"the detector failed ({' '.join(str(error).split())})"
            return None
        self._quiet = self._quiet or any(vars(found).values())
        return found
