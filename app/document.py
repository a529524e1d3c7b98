"""What is being made, as plain data: no Qt, no torch.

A `Look` is immutable; a `Document` holds the present one and tells its listeners when it is replaced. Only
the commands of `app.history` replace it (and `open`, before there is anything to undo).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.api import Reference, Stroke
from engine.look import ChangedTexture, SourcePhoto
from engine.pose.formats import Carried
from engine.pose.skeleton import NOBODY


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo on the shelf: its file as the user has it, and its encoded reference."""

    source: SourcePhoto
    reference: Reference

    @property
    def name(self) -> str:
        """Its name for people."""
        return self.source.name

    @property
    def key(self) -> str:
        return self.reference.key

    def own_pose(self, size: tuple[int, int]) -> np.ndarray | None:
        """The pose it was found in, float32 [18, 3] in a model frame of `size` (H, W), which may be another
        than it was framed for: weights have theirs. None where nobody was found.
        """
        own_18x3, scale = self.reference.keypoints_18x3, size[0] / len(self.reference.image_HWC)
        return None if own_18x3 is None else own_18x3 * np.array((scale, scale, 1), np.float32)


@dataclass(frozen=True)
class Borrow:
    """Textures taken from another photo on the shelf: its key and one coefficient, 0 to 1 (NTED Eq. 13)."""

    key: str
    amount: float


@dataclass(frozen=True)
class Worn:
    """A garment taken from another photo on the shelf, by its word (`engine.garments`).

    strength: 0 to 1. muted: not shown for now. locked: not to be replaced or taken off.
    """

    word: str
    key: str
    strength: float = 1.0
    muted: bool = False
    locked: bool = False


@dataclass(frozen=True)
class Kept:
    """What a look's file says that this version does not know, to be written back: see `engine.look`."""

    sections: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Look:
    """One state of the document.

    photos: the shelf, in order. person: key of the photo whose person is shown, "" before the engine is
    awake. pose: float32 [18, 3], x px, y px in the model frame, state (0 hidden, 1 guessed, 2 seen), NOBODY
    to begin with. borrow: the garment reference, or None. outfit: garments of other photos, each over those
    before it, a word once. textures: those changed by hand, each once; `photo` is a key here.
    strokes: what was painted over the picture, each over those before it. library: name of the library pose
    that the pose is, "" where it is none. carried: what came with the pose
    in its file.
    """

    photos: tuple[Photo, ...] = ()
    person: str = ""
    pose: np.ndarray = field(default_factory=lambda: NOBODY)
    borrow: Borrow | None = None
    library: str = ""
    kept: Kept = Kept()
    outfit: tuple[Worn, ...] = ()
    textures: tuple[ChangedTexture, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    carried: Carried | None = None

    def photo(self, key: str) -> Photo | None:
        """The photo with this key, None where the shelf has none."""
        return next((photo for photo in self.photos if photo.key == key), None)

    def name_of(self, key: str) -> str:
        """The name for people of a photo on the shelf."""
        return next(photo.name for photo in self.photos if photo.key == key)


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A look that was kept, and its picture, uint8 RGB.

    number: from 1, in the order they were taken. frame: (H, W) of the model frame that its pose is in.
    called: its name where somebody gave it one.
    """

    number: int
    look: Look
    still_HWC: np.ndarray
    frame: tuple[int, int]
    pinned: bool = False
    called: str = ""

    @property
    def name(self) -> str:
        return self.called or f"Look {self.number}"

    def look_in(self, size: tuple[int, int]) -> Look:
        """The look in a model frame of another size (H, W)."""
        if size == self.frame:
            return self.look
        scale = np.array((size[0] / self.frame[0],) * 2 + (1,), np.float32)
        return replace(self.look, pose=self.look.pose * scale)

    @cached_property
    def png(self) -> bytes:
        """Its picture as a file has it; made when it is first asked for."""
        from engine.photos import png_bytes

        return png_bytes(self.still_HWC)


class Document:
    """The present `Look`, the one that was last saved or opened, and those who want to know of changes.

    pins: the looks that are kept with it. They are no part of the look: to pin is no step of undo.
    """

    def __init__(self, look: Look | None = None):
        self._look = look or Look()
        self.saved = self._look
        self.pins: tuple[Snapshot, ...] = ()
        self._saved_pins: tuple[Snapshot, ...] = ()
        self._listeners: list[Callable[[frozenset[str]], None]] = []

    @property
    def look(self) -> Look:
        return self._look

    @property
    def changed(self) -> bool:
        """Whether the look or its pins are others than those saved."""
        return not (same_look(self._look, self.saved) and _same_pins(self.pins, self._saved_pins))

    def listen(self, listener: Callable[[frozenset[str]], None]) -> None:
        """Call `listener` with the names of the fields that changed, after every change."""
        self._listeners.append(listener)

    def mark_saved(self, look: Look, pins: tuple[Snapshot, ...]) -> None:
        """These are kept, or need not be."""
        self.saved, self._saved_pins = look, pins

    def open(self, **values: Any) -> None:
        """Replace fields of the look and of the one saved: they are where it begins, not a change of it."""
        self.saved = replace(self.saved, **values)
        self.settle(**values)

    def open_pins(self, pins: tuple[Snapshot, ...], saved: bool) -> None:
        """Other looks are kept with the present one. saved: whether a file holds them."""
        self.pins = pins
        if saved:
            self._saved_pins = pins

    def settle(self, **values: Any) -> None:
        """Replace fields of the look. For the commands of `app.history` alone."""
        self._look = replace(self._look, **values)
        changed = frozenset(values)
        for listener in self._listeners:
            listener(changed)


def same_value(one: object, other: object) -> bool:
    """Whether two field values are equal; poses compare by content."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and np.array_equal(one, other)
    return one == other


def same_look(one: Look, other: Look) -> bool:
    """Whether two looks are the same: fields by value, photos by being the same."""
    return all(same_value(getattr(one, each.name), getattr(other, each.name)) for each in fields(Look))


def drawn_alike(one: Look, other: Look) -> bool:
    """Whether two looks give the same picture, whatever else lies on the shelf."""
    drawn = ("person", "pose", "outfit", "textures", "strokes")
    same = all(same_value(getattr(one, name), getattr(other, name)) for name in drawn)
    return same and heard(one) == heard(other)


def heard(look: Look) -> Borrow | None:
    """What is mixed in of another photo, None where nothing of it is seen."""
    borrow = look.borrow
    return borrow if borrow is not None and borrow.amount > 0 and borrow.key != look.person else None


def _same_pins(some: tuple[Snapshot, ...], others: tuple[Snapshot, ...]) -> bool:
    return [(pin.look, pin.called) for pin in some] == [(pin.look, pin.called) for pin in others]
