"""What a `.look` file says, as plain data."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any, NamedTuple

import numpy as np

from engine.api import SlotChange, Stroke
from engine.pose.formats import Carried
from engine.pose.skeleton import ABSENT, NOBODY, SEEN

FARTHEST = 1e6  # px from the frame's corner: further out there is no joint, and float32 has no half pixels
_SUFFIXES = {b"\xff\xd8\xff": ".jpg", b"\x89PNG": ".png", b"GIF8": ".gif"}


@dataclass(frozen=True, eq=False)
class SourcePhoto:
    """A photo as the user has it, with the pose that was found in it or laid on it.

    name: for people. sha256: of the file's bytes. suffix: of its kind, ".jpg" or "". pose_18x3: float32, px
    of the photo as `photos.read_photo` gives it; NOBODY where the whole of it is taken. data: the file's
    bytes, or None where only the hash is known.
    """

    name: str
    sha256: str
    suffix: str
    pose_18x3: np.ndarray
    data: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, name: str, data: bytes, pose_18x3: np.ndarray) -> SourcePhoto:
        """From the bytes of a file."""
        found = [suffix for start, suffix in _SUFFIXES.items() if data.startswith(start)]
        suffix = found[0] if found else PurePath(name).suffix.lower()
        digest = hashlib.sha256(data).hexdigest()
        return cls(name, digest, plain_suffix(suffix), plain_pose(pose_18x3), data)

    @property
    def id(self) -> str:
        """What the document calls it: the same photo in the same pose has the same in every file."""
        return hashlib.sha256(self.sha256.encode() + self.pose_18x3.tobytes()).hexdigest()[:16]


class Borrowed(NamedTuple):
    """Textures taken from another photo: its id and one coefficient, 0 to 1 (NTED Eq. 13)."""

    photo: str
    amount: float


class Worn(NamedTuple):
    """A garment of another photo: its word (`engine.garments`), the photo's id, how strongly it is seen, 0 to
    1; muted: not for now; locked: not to be replaced.
    """

    word: str
    photo: str
    strength: float = 1.0
    muted: bool = False
    locked: bool = False


class ChangedTexture(NamedTuple):
    """A neural texture changed by hand: its layer and its number from 0, the photo it is taken from, "" for
    the person's own, what it is multiplied by; muted: by 0 for now; solo: of its layer only those that are;
    colour: what it makes is shown in this one, "#rrggbb", "" where it is as it was.
    """

    layer: str
    texture: int
    photo: str = ""
    scale: float = 1.0
    muted: bool = False
    solo: bool = False
    colour: str = ""

    @property
    def slot(self) -> SlotChange:
        """As a request says it."""
        scale = 0.0 if self.muted else self.scale
        red, green, blue = bytes.fromhex(self.colour[1:]) if self.colour else (0, 0, 0)
        colour = (red, green, blue) if self.colour else None
        return SlotChange(self.layer, self.texture, scale, self.photo, self.solo, colour)


class DrawnBy(NamedTuple):
    """The engine that drew the look: its name, the name of its weights and their sha256; "" where unknown."""

    engine: str = ""
    weights: str = ""
    sha256: str = ""


class Pin(NamedTuple):
    """A look that is kept beside another, in one file with it.

    number: from 1, its own among those of the file. name: as somebody called it, "" where nobody did. look:
    with photos, but without pins, thumbnail and what is not known here. picture: PNG, b"" where not read.
    """

    number: int
    name: str
    look: LookDocument
    picture: bytes = b""


@dataclass(frozen=True, eq=False)
class LookDocument:
    """photos: the shelf, in order. person: id of the photo whose person is shown.

    pose_18x3: float32, x px, y px, state, in a model frame of `frame` (H, W). library: name of the library
    pose that the pose is, "" where it is none. outfit: garments, each over those before it. textures: those
    that were changed by hand. strokes: what was painted over the picture. carried: what came with the pose in
    its file. pins: other looks that are kept with it. thumbnail: PNG, or empty. others: sections that are not
    known here, as found; members: their files, by name within the archive.
    """

    photos: tuple[SourcePhoto, ...] = ()
    person: str = ""
    pose_18x3: np.ndarray = field(default_factory=lambda: NOBODY)
    frame: tuple[int, int] = (256, 176)
    borrow: Borrowed | None = None
    library: str = ""
    outfit: tuple[Worn, ...] = ()
    textures: tuple[ChangedTexture, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    carried: Carried | None = None
    pins: tuple[Pin, ...] = ()
    drawn_by: DrawnBy = DrawnBy()
    thumbnail: bytes = field(default=b"", repr=False)
    others: Mapping[str, Any] = field(default_factory=dict)
    members: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def photo(self, photo_id: str) -> SourcePhoto | None:
        """The photo of this id, None where there is none."""
        return next((photo for photo in self.photos if photo.id == photo_id), None)

    @property
    def all_photos(self) -> tuple[SourcePhoto, ...]:
        """The shelf, and after it what pins show beside it."""
        pinned = (photo for pin in self.pins for photo in pin.look.photos)
        return tuple({photo.id: photo for photo in (*self.photos, *pinned)}.values())

    def pose_in(self, size: tuple[int, int]) -> np.ndarray:
        """The pose in a model frame of another size (H, W)."""
        pose = np.array(self.pose_18x3, np.float32)
        pose[:, :2] *= size[0] / self.frame[0]
        return pose

    def carried_in(self, size: tuple[int, int]) -> Carried | None:
        """What came with the pose, in a model frame of another size (H, W)."""
        if self.carried is None:
            return None
        return replace(self.carried, matrix_2x3=self.carried.matrix_2x3 * (size[0] / self.frame[0]))


def plain_pose(pose_18x3: np.ndarray) -> np.ndarray:
    """A pose as a document can say it: float32, read-only, every number finite and within `FARTHEST`."""
    pose = np.array(pose_18x3, np.float32)
    pose[~np.isfinite(pose).all(axis=1)] = 0
    pose[:, :2] = pose[:, :2].clip(-FARTHEST, FARTHEST)
    pose[:, 2] = pose[:, 2].clip(ABSENT, SEEN)
    pose.setflags(write=False)
    return pose


def plain_suffix(suffix: str) -> str:
    """The suffix, "" where it is none that a file may have."""
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
