"""Rendered people on disk: an index of persons and views over tar shards, read by offset.

A data set is a folder with `dataset.json` and shards `people-AAAAAAA-BBBBBBB.tar` (people A <= i < B). Every
view of a person is five members: `{i:07d}_{v}.jpg`, `{i:07d}_{v}.parsing.png`, `{i:07d}_{v}.json`,
`{i:07d}_{v}.surface.png` and `{i:07d}_{v}.arms.png`; data sets of version 2 lack the last, of version 1 the
last two. Those of moves (`train.moves`) also have the
place without the person, `{i:07d}_0.plate.jpg`. Opening reads the tar headers only; a view is one open, one
read and one close, so the operating system's page cache does the rest and an index may be handed to other
processes as it is.

Surface coordinates tell, for every pixel of the person, which point of the person it shows: the point's
place on MakeHuman's unmorphed base mesh in rest pose (dm; x to the person's left, y up, z to the front), on
which garments, hair and shoes have their own. A point has the same coordinates in all views of a person, and
about the same in all people. In 8 bits each: round(127.5 + p * 127 / SURFACE_SPAN), 1 to 255; 0 is nobody
(SURFACE_SPAN: `engine.regions`).

Arms: for every pixel, in 8 bits, the class that would be seen there without anybody's arms, and RIGHT_ARM and
LEFT_ARM added where it is that arm's, with its sleeve and hand; ARMS_UNKNOWN where that is not known
(`engine.regions`).

People from HELD_OUT on are never trained on.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from engine import quiet
from engine.cv import cv2
from engine.errors import InputError
from engine.files import opened, reason_of, text_of
from engine.regions import ARMS_UNKNOWN, LEFT_ARM, REGIONS, RIGHT_ARM

HELD_OUT = 1_000_000
TRAINING_PEOPLE = range(HELD_OUT)
HELD_OUT_PEOPLE = range(HELD_OUT, 10_000_000)
TEST_PEOPLE = range(HELD_OUT, HELD_OUT + 500)


KINDS = (
    "jpg",
    "parsing.png",
    "json",
    "surface.png",
    "arms.png",
    "plate.jpg",
)  # members of a view, in their order
DESCRIPTION = "dataset.json"
FORMAT, VERSION = "poseloom-people", 3
_MOST_TEXT = 1 << 16  # bytes; a description has some hundred
_KINDS_OF_VERSION = {1: KINDS[:3], 2: KINDS[:4], 3: KINDS[:5]}  # that every view has
SHARD_NAME = re.compile(r"people-(\d{7})-(\d{7})\.tar")
_MEMBER = re.compile(r"(\d{7})_(\d+)\.(jpg|parsing\.png|json|surface\.png|arms\.png|plate\.jpg)")


@dataclass(frozen=True, eq=False)
class View:
    """One photographed view of a person.

    image_HWC: uint8 RGB. parsing_HW: uint8 class ids (`REGIONS`). keypoints_18x3: float32, x, y px in the
    picture (x right, y down), state 0 absent, 1 occluded, 2 seen. framing, facing: words of the studio.
    surface_HW3: uint8 surface coordinates in their code (see above), all zero where the data have none.
    arms_HW: uint8 in their code, ARMS_UNKNOWN where the data have none.
    """

    image_HWC: np.ndarray
    parsing_HW: np.ndarray
    keypoints_18x3: np.ndarray
    framing: str
    facing: str
    surface_HW3: np.ndarray | None = None
    arms_HW: np.ndarray | None = None

    def __post_init__(self):
        if self.surface_HW3 is None:
            object.__setattr__(self, "surface_HW3", np.zeros((*self.parsing_HW.shape, 3), np.uint8))
        if self.arms_HW is None:
            object.__setattr__(self, "arms_HW", np.full(self.parsing_HW.shape, ARMS_UNKNOWN, np.uint8))


class People:
    """Index of the people of one or more data sets.

    folders: a folder or several of the same picture size. people: range of person indices to take.
    hold: keep the encoded shards in memory (about 50 KB a view) instead of trusting the page cache.
    surfaces: whether views come with their surface coordinates and arms, if there are any; without, they are
    neither read nor decoded.
    skip_damaged: see `train.data.source.Source`.
    size: (H, W) of the pictures; studio: version of what rendered them; persons: int64, their indices,
    ascending. Raises InputError on a folder that is no data set, holds none of the wanted people, or has a
    damaged shard.
    """

    exact = True
    target_view = None

    def __init__(
        self,
        folders: str | Path | Iterable[str | Path],
        people: range = TRAINING_PEOPLE,
        hold: bool = False,
        skip_damaged: bool = False,
        surfaces: bool = True,
    ):
        self.skip_damaged, self.skipped = skip_damaged, Counter()
        self.folders = (
            [Path(folders)] if isinstance(folders, str | Path) else [Path(folder) for folder in folders]
        )
        self.size, self.studio = _headers(self.folders)
        self.shards: list[Path] = []
        found: dict[int, dict[int, list]] = {}
        kinds = []  # of every shard's views
        for folder in self.folders:
            for shard in _shards(folder, people):
                self.shards.append(shard)
                kinds.append(_KINDS_OF_VERSION[read_description(folder)["version"]])
                _index_shard(shard, len(self.shards) - 1, people, found)
        if not found:
            names = ", ".join(str(folder) for folder in self.folders)
            raise InputError(f"{names}: holds no people from {people.start} to {people.stop - 1}.")
        self.persons = np.array(sorted(found), np.int64)
        self.view_counts = np.array([len(found[person]) for person in self.persons], np.int64)
        self._first = dict(
            zip(self.persons.tolist(), np.cumsum(self.view_counts) - self.view_counts, strict=True)
        )
        self.surfaces = surfaces and any(KINDS[3] in members for members in kinds)
        self._shard_of, self._spans = _flatten(found, self.persons, self.shards, kinds)
        self._held = {shard: path.read_bytes() for shard, path in enumerate(self.shards)} if hold else {}

    def __len__(self) -> int:
        return len(self.persons)

    def encoded(self, person: int, view: int) -> tuple[bytes, ...]:
        """The bytes of a view as they lie in the shard: picture, parsing map, labels and, if there are any,
        surface coordinates and plate."""
        return self._read(person, view, self._spans.shape[1])

    def _read(self, person: int, view: int, most: int) -> tuple[bytes, ...]:
        """The first members of a view, as many as it has, at most so many."""
        row = self._row(person, view)
        shard = int(self._shard_of[row])
        spans = [(offset, size) for offset, size in self._spans[row, :most].tolist() if offset]
        if shard in self._held:
            data = self._held[shard]
            return tuple(data[offset : offset + size] for offset, size in spans)
        start, stop = min(offset for offset, _ in spans), max(offset + size for offset, size in spans)
        try:
            with open(self.shards[shard], "rb", buffering=0) as file:
                file.seek(start)
                data = file.read(stop - start)
        except OSError as error:
            raise InputError(f"{self.shards[shard]}: cannot be read any more ({reason_of(error)}).") from None
        return tuple(data[offset - start : offset - start + size] for offset, size in spans)

    def view(self, person: int, view: int) -> View:
        """A decoded view. Raises InputError naming shard and member where a record is damaged."""
        picture, parsing, labels, *told = self._read(person, view, 5 if self.surfaces else 3)
        with quiet.without(quiet.PICTURES):
            return View(
                _decode_picture(picture, self.size, self._name(person, view, "jpg")),
                _decode_parsing(parsing, self.size, self._name(person, view, "parsing.png")),
                *_decode_labels(labels, self._name(person, view, "json")),
                *(
                    decode(each, self.size, self._name(person, view, kind))
                    for each, decode, kind in zip(
                        told, (_decode_surface, _decode_arms), KINDS[3:5], strict=False
                    )
                ),
            )

    def plate(self, person: int) -> np.ndarray | None:
        """The place without the person, uint8 RGB [H, W, 3], as view 0 shows it with them; None where the
        data have none. Raises InputError where it is damaged."""
        if not self._spans[self._row(person, 0), KINDS.index("plate.jpg"), 0]:
            return None
        data = self._read(person, 0, len(KINDS))[-1]
        with quiet.without(quiet.PICTURES):
            return _decode_picture(data, self.size, self._name(person, 0, "plate.jpg"))

    def labels(self, person: int, view: int) -> tuple[np.ndarray, str, str]:
        """Keypoints float32 [18, 3], framing and facing of a view, without decoding its pictures."""
        return _decode_labels(self._read(person, view, 3)[2], self._name(person, view, "json"))

    @cached_property
    def fingerprint(self) -> str:
        """sha256 that names the data: over the shards' own sha256 and the people taken from them."""
        digest = hashlib.sha256(repr((self.persons.tolist(), self.view_counts.tolist())).encode())
        for shard in self.shards:
            digest.update(_shard_digest(shard).encode())
        return digest.hexdigest()

    def fingerprint_of(self, persons: Iterable[int]) -> str:
        """sha256 over the encoded bytes of these people, whatever shards they are in."""
        digest = hashlib.sha256()
        for person in sorted(persons):
            for view in range(self.views(person)):
                digest.update(f"{person}_{view}".encode())
                for data in self.encoded(person, view):
                    digest.update(hashlib.sha256(data).digest())
        return digest.hexdigest()

    def views(self, person: int) -> int:
        """How many views of a person there are."""
        return int(self.view_counts[np.searchsorted(self.persons, person)])

    def _row(self, person: int, view: int) -> int:
        if person not in self._first or not 0 <= view < self.views(person):
            raise KeyError(f"view {view} of person {person}")
        return int(self._first[person]) + view

    def _name(self, person: int, view: int, kind: str) -> str:
        return f"{self.shards[int(self._shard_of[self._row(person, view)])]}: {person:07d}_{view}.{kind}"


def _headers(folders: list[Path]) -> tuple[tuple[int, int], str]:
    """The picture size that all folders share, and the versions of the studios that made them."""
    sizes, studios = set(), set()
    for folder in folders:
        header = read_description(folder)
        try:
            height, width = header["size"]
            sizes.add((int(height), int(width)))
            studios.add(str(header["studio"]))
        except (ValueError, KeyError, TypeError, OverflowError):
            raise InputError(f"{folder / DESCRIPTION}: lacks the pictures' size or the studio.") from None
    if len(sizes) != 1:
        raise InputError(f"{', '.join(map(str, folders))}: the data sets have pictures of different sizes.")
    return sizes.pop(), ", ".join(sorted(studios))


def read_description(folder: Path) -> dict:
    """A data set's `dataset.json`. Raises InputError where there is none, or one of something else."""
    path = folder / DESCRIPTION
    text = _text_of(path)
    try:
        description = json.loads(text)
        known = description["format"] == FORMAT and description["version"] in _KINDS_OF_VERSION
    except (ValueError, KeyError, TypeError, RecursionError):
        known = False
    if not known:
        raise InputError(f"{path}: is not a data set of rendered people, version 1 to {VERSION}.")
    return description


def _text_of(path: Path) -> str:
    """A small file of a data set. Raises InputError where it cannot be read."""
    try:
        with opened(path, str(path)) as (file, label):
            return text_of(file.read(_MOST_TEXT), label, "a data set's file")
    except InputError as error:
        raise InputError(f"{path}: cannot be read ({error})") from None


def _shard_digest(shard: Path) -> str:
    """sha256 of a shard: the first word of the file beside it, or computed where there is none that is."""
    with suppress(InputError):
        if digest := re.match(r"\s*([0-9a-f]{64})\b", _text_of(shard.with_name(shard.name + ".sha256"))):
            return digest[1]
    return hashlib.sha256(shard.read_bytes()).hexdigest()


def _shards(folder: Path, people: range) -> list[Path]:
    """Shards with some of the people, in order; one whose people all lie in another was replaced by that."""
    named = {path: SHARD_NAME.fullmatch(path.name) for path in sorted(folder.glob("people-*.tar"))}
    extents = {path: (int(match[1]), int(match[2])) for path, match in named.items() if match}

    def replaced(path: Path) -> bool:
        first, end = extents[path]
        return any(a <= first and end <= b for other, (a, b) in extents.items() if other != path)

    wanted = [path for path, (first, end) in extents.items() if first < people.stop and end > people.start]
    return [path for path in wanted if not replaced(path)]


def _index_shard(shard: Path, number: int, people: range, found: dict[int, dict[int, list]]) -> None:
    """Adds person -> view -> [shard number, span of each of KINDS or None] for the shard's members."""
    for name, offset, size in _members(shard):
        match = _MEMBER.fullmatch(name)
        if match is None:
            raise InputError(f"{shard}: {name} is no member of a data set of rendered people.")
        person, view, kind = int(match[1]), int(match[2]), KINDS.index(match[3])
        if person not in people:
            continue
        spans = found.setdefault(person, {}).setdefault(view, [number] + [None] * len(KINDS))
        if spans[kind + 1] is not None:
            raise InputError(f"{shard}: {name} is there a second time.")
        spans[kind + 1] = (offset, size)


def _members(shard: Path) -> Iterable[tuple[str, int, int]]:
    """Name, offset and size of the regular members of a tar file (POSIX ustar headers of 512 bytes)."""
    position = 0
    with opened(shard, str(shard), what="a shard of a data set") as (file, _):
        length = os.fstat(file.fileno()).st_size
        while True:
            file.seek(position)
            header = file.read(512)
            if not header.strip(b"\0"):
                return
            try:
                name = header[:100].split(b"\0", 1)[0].decode("ascii")
                size = int(header[124:136].strip(b" \0"), 8)
                if len(header) < 512 or header[257:262] != b"ustar" or size < 0:
                    raise ValueError
            except ValueError:
                raise InputError(f"{shard}: is damaged (no tar header at byte {position}).") from None
            if position + 512 + size > length:
                raise InputError(f"{shard}: is truncated inside {name}.")
            if header[156:157] in (b"0", b"\0"):
                yield name, position + 512, size
            position += 512 + (size + 511) // 512 * 512


def _flatten(
    found: dict[int, dict[int, list]], persons: np.ndarray, shards: list[Path], kinds: list[tuple[str, ...]]
) -> tuple[np.ndarray, np.ndarray]:
    """Shard number [N] and spans [N, len(KINDS), 2] of all views; a span of 0, 0 is a member that is not
    there."""
    shard_of, spans = [], []
    for person in persons.tolist():
        views = found[person]
        for view in range(len(views)):
            entry = views.get(view)
            if entry is None:
                raise InputError(
                    f"{shards[next(iter(views.values()))[0]]}: view {view} of person {person} is missing."
                )
            for kind, span in zip(KINDS, entry[1:], strict=True):
                if span is None and kind in kinds[entry[0]]:
                    raise InputError(f"{shards[entry[0]]}: {person:07d}_{view}.{kind} is missing.")
            shard_of.append(entry[0])
            spans.append([span or (0, 0) for span in entry[1:]])
    return np.array(shard_of, np.int32), np.array(spans, np.int64)


def _decode_picture(data: bytes, size: tuple[int, int], name: str) -> np.ndarray:
    # OpenCV fills the missing half of a truncated JPEG with grey and says nothing: look for its end marker.
    whole = data[-2:] == b"\xff\xd9"
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if whole else None
    if image is None:
        raise InputError(f"{name}: the picture cannot be decoded.")
    if image.shape != (*size, 3):
        raise InputError(
            f"{name}: the picture is {image.shape[0]}x{image.shape[1]}, not {size[0]}x{size[1]}."
        )
    return image


def _decode_parsing(data: bytes, size: tuple[int, int], name: str) -> np.ndarray:
    parsing = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if parsing is None:
        raise InputError(f"{name}: the parsing map cannot be decoded.")
    if parsing.dtype != np.uint8 or parsing.shape != size or parsing.max() >= len(REGIONS):
        raise InputError(
            f"{name}: is not a parsing map of {size[0]}x{size[1]} class ids below {len(REGIONS)}."
        )
    return parsing


def _decode_surface(data: bytes, size: tuple[int, int], name: str) -> np.ndarray:
    surface = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if data else None
    if surface is None:
        raise InputError(f"{name}: the surface coordinates cannot be decoded.")
    if surface.dtype != np.uint8 or surface.shape != (*size, 3):
        raise InputError(f"{name}: is not a picture of surface coordinates of {size[0]}x{size[1]}.")
    return surface


def _decode_arms(data: bytes, size: tuple[int, int], name: str) -> np.ndarray:
    arms = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED) if data else None
    if arms is None:
        raise InputError(f"{name}: the arms cannot be decoded.")
    beneath = arms[arms != ARMS_UNKNOWN]
    if arms.dtype != np.uint8 or arms.shape != size or (beneath >= RIGHT_ARM + LEFT_ARM + len(REGIONS)).any():
        raise InputError(f"{name}: is not a map of {size[0]}x{size[1]} arms and classes beneath.")
    return arms


def _decode_labels(data: bytes, name: str) -> tuple[np.ndarray, str, str]:
    try:
        labels = json.loads(data)
        keypoints = np.array(labels["keypoints"], np.float32)
        framing, facing = str(labels["framing"]), str(labels["facing"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError):
        raise InputError(f"{name}: the labels cannot be read.") from None
    if keypoints.shape != (18, 3) or not np.isfinite(keypoints).all():
        raise InputError(f"{name}: the keypoints are not 18 finite triples.")
    return keypoints, framing, facing
