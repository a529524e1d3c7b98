"""The rendered data set on disk: WebDataset tar shards of people and their views.

A folder with `dataset.json` and shards `people-AAAAAAA-BBBBBBB.tar` (people A <= i < B), each with a
`.sha256` beside it. Members of person i, view v, in this order and contiguous for a person:
`{i:07d}_{v}.jpg`, `{i:07d}_{v}.parsing.png` (8-bit class ids), `{i:07d}_{v}.json` (keypoints in picture px,
framing, facing).
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from engine.errors import InputError
from train.data.people import KINDS, People

FORMAT, VERSION = "poseloom-people", 1
PEOPLE_PER_SHARD = 50
_SHARD_NAME = re.compile(r"people-(\d{7})-(\d{7})\.tar")


@dataclass(frozen=True)
class Sample:
    """A view of a person: image uint8 [H, W, 3], parsing uint8 [H, W], keypoints float32 [18, 3] (x, y px,
    state)."""

    person: int
    view: int
    image_HWC: np.ndarray
    parsing_HW: np.ndarray
    keypoints_18x3: np.ndarray
    framing: str
    facing: str


# writing


def describe(folder: Path, studio: str, size: tuple[int, int], views: int) -> None:
    """Write `dataset.json`, or check that the folder's own says the same; raises InputError where it does
    not."""
    description = {"format": FORMAT, "version": VERSION, "studio": studio, "size": list(size), "views": views}
    path = folder / "dataset.json"
    if path.exists():
        if _read_description(folder) != description:
            raise InputError(
                f"{path} describes other pictures (studio, size or views differ): choose another folder."
            )
        return
    folder.mkdir(parents=True, exist_ok=True)
    _write_atomically(path, (json.dumps(description) + "\n").encode())


def shard_name(first: int, end: int) -> str:
    return f"people-{first:07d}-{end:07d}.tar"


def finished_shards(folder: Path) -> dict[Path, tuple[int, int]]:
    """Whole shards of a folder with the people they hold (first, end), in order."""
    found = {}
    for path in sorted(folder.glob("people-*.tar")):
        match = _SHARD_NAME.fullmatch(path.name)
        if match and _sidecar(path).exists():
            found[path] = int(match[1]), int(match[2])
    return found


def write_shard(folder: Path, first: int, end: int, samples: Iterable[Sample]) -> Path:
    """Write a shard; other processes see it whole or not at all. Samples come ordered by person and view.

    Shards within first..end that the new one replaces are removed.
    """
    path = folder / shard_name(first, end)
    unfinished = path.with_name(path.name + ".tmp")
    with open(unfinished, "wb") as file:
        with tarfile.open(fileobj=file, mode="w", format=tarfile.USTAR_FORMAT) as tar:
            for sample in samples:
                for name, content in _members(sample):
                    info = tarfile.TarInfo(name)
                    info.size = len(content)
                    tar.addfile(info, io.BytesIO(content))
        file.flush()
        os.fsync(file.fileno())
    digest = hashlib.sha256(unfinished.read_bytes()).hexdigest()
    _write_atomically(_sidecar(path), f"{digest}  {path.name}\n".encode())
    os.replace(unfinished, path)
    for other, (a, b) in finished_shards(folder).items():
        if other != path and first <= a and b <= end:
            other.unlink()
            _sidecar(other).unlink()
    return path


def _members(sample: Sample) -> list[tuple[str, bytes]]:
    stem = f"{sample.person:07d}_{sample.view}"
    keypoints = [
        [round(float(x), 2), round(float(y), 2), int(state)] for x, y, state in sample.keypoints_18x3
    ]
    label = {
        "person": sample.person,
        "view": sample.view,
        "keypoints": keypoints,
        "framing": sample.framing,
        "facing": sample.facing,
    }
    return [
        (stem + ".jpg", _encoded(sample.image_HWC, "JPEG", quality=95, subsampling=0)),
        (stem + ".parsing.png", _encoded(sample.parsing_HW, "PNG")),
        (stem + ".json", json.dumps(label, separators=(",", ":")).encode()),
    ]


def _encoded(pixels: np.ndarray, form: str, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def _write_atomically(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    unfinished.write_bytes(content)
    os.replace(unfinished, path)


def _sidecar(shard: Path) -> Path:
    return shard.with_name(shard.name + ".sha256")


# reading


class Shards:
    """An opened data set with all its people, told as it was written: samples and members.

    people: the persons, ascending. size: (H, W). views: of a person. Reads through `People`.
    """

    def __init__(self, folder: Path, views: int):
        self._reader = People(folder, range(10_000_000))
        self.people: list[int] = self._reader.persons.tolist()
        self.size, self.studio, self.views = self._reader.size, self._reader.studio, views

    def member(self, person: int, view: int, kind: str) -> bytes:
        """Bytes of one member; kind is "jpg", "parsing.png" or "json"."""
        return self._reader.encoded(person, view)[KINDS.index(kind)]

    def read(self, person: int, view: int) -> Sample:
        """One decoded view."""
        seen = self._reader.view(person, view)
        return Sample(
            person, view, seen.image_HWC, seen.parsing_HW, seen.keypoints_18x3, seen.framing, seen.facing
        )

    def close(self) -> None:
        """Nothing is held open between two reads."""


def open_shards(folder: str | Path, verify: bool = True) -> Shards:
    """Open the finished shards of a folder; raises InputError for damaged ones.

    verify: check every shard against its sha256 (reads it whole).
    """
    folder = Path(folder)
    description = _read_description(folder)
    paths = list(finished_shards(folder))
    if not paths:
        raise InputError(f"{folder} holds no finished shard.")
    for path in paths if verify else ():
        _verify(path)
    return Shards(folder, description["views"])


def _read_description(folder: Path) -> dict:
    path = folder / "dataset.json"
    try:
        description = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{folder} is not a rendered data set: it has no dataset.json.") from None
    except (OSError, ValueError) as error:
        raise InputError(f"{path} is not readable ({error}).") from error
    if not isinstance(description, dict) or (description.get("format"), description.get("version")) != (
        FORMAT,
        VERSION,
    ):
        raise InputError(f"{path} is not of the format {FORMAT} {VERSION}.")
    return description


def _verify(path: Path) -> None:
    stored = _sidecar(path).read_text(encoding="utf-8").split()
    with open(path, "rb") as file:
        actual = (
            hashlib.file_digest(file, "sha256").hexdigest()
            if hasattr(hashlib, "file_digest")
            else hashlib.sha256(file.read()).hexdigest()
        )
    if not stored or stored[0] != actual:
        raise InputError(f"{path} is damaged: its content does not match its sha256.")
