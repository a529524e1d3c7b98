"""Writing rendered people to disk, in the format that `train.data.people` describes and reads.

A shard's members are contiguous for a person, and each shard has its sha256 in a file beside it.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import socket
import struct
import tarfile
import time
import zlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import get_ident

import numpy as np
from PIL import Image

from engine.errors import InputError
from engine.files import make_folder, reason_of, write_whole
from train.data.people import DESCRIPTION, FORMAT, SHARD_NAME, VERSION, read_description

PEOPLE_PER_SHARD = 50
_ABANDONED = 3600  # s since the last write to an unfinished shard whose process must be gone


@dataclass(frozen=True)
class Record:
    """A view of a person: image uint8 [H, W, 3], parsing uint8 [H, W], keypoints float32 [18, 3] (x, y px,
    state), surface uint8 [H, W, 3] and arms uint8 [H, W] (in the codes of `train.data.people`); with view 0
    of moves the plate, uint8 [H, W, 3]."""

    person: int
    view: int
    image_HWC: np.ndarray
    parsing_HW: np.ndarray
    keypoints_18x3: np.ndarray
    framing: str
    facing: str
    surface_HW3: np.ndarray
    arms_HW: np.ndarray
    plate_HWC: np.ndarray | None = None


# writing


def describe(folder: Path, studio: str, size: tuple[int, int], views: int) -> None:
    """Make the folder with its `dataset.json`, or check that the one there says the same. Raises InputError
    where it does not, or the folder cannot be made."""
    description = {"format": FORMAT, "version": VERSION, "studio": studio, "size": list(size), "views": views}
    path = make_folder(folder) / DESCRIPTION
    if path.exists():
        if read_description(folder) != description:
            raise InputError(
                f"{path} describes other pictures (studio, version, size or views): choose another folder."
            )
        return
    write_whole(path, (json.dumps(description) + "\n").encode())


def shard_name(first: int, end: int) -> str:
    return f"people-{first:07d}-{end:07d}.tar"


def finished_shards(folder: Path) -> dict[Path, tuple[int, int]]:
    """Whole shards of a folder with the people they hold (first, end), in order."""
    found = {}
    for path in sorted(folder.glob("people-*.tar")):
        match = SHARD_NAME.fullmatch(path.name)
        if match and _sidecar(path).exists():
            found[path] = int(match[1]), int(match[2])
    return found


def write_shard(folder: Path, first: int, end: int, samples: Iterable[Record]) -> Path:
    """Write a shard; other processes see it whole or not at all, also where two write the same one at once.
    Samples come ordered by person and view.

    Shards within first..end that the new one replaces are removed. Raises InputError where the disk is full.
    """
    path = folder / shard_name(first, end)
    unfinished = path.with_name(f"{path.name}.{socket.gethostname()}-{os.getpid()}-{get_ident()}.tmp")
    try:
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
        write_whole(_sidecar(path), f"{digest}  {path.name}\n".encode())
        os.replace(unfinished, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written: {reason_of(error)}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    for other, (a, b) in finished_shards(folder).items():
        if other != path and first <= a and b <= end:
            other.unlink(missing_ok=True)
            _sidecar(other).unlink(missing_ok=True)
    for left in folder.glob(f"{path.name}.*.tmp"):
        with suppress(OSError):  # another process may be quicker
            if time.time() - left.stat().st_mtime > _ABANDONED:
                left.unlink()
    return path


def _members(sample: Record) -> list[tuple[str, bytes]]:
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
    members = [
        (stem + ".jpg", _jpeg(sample.image_HWC)),
        (stem + ".parsing.png", _encoded(sample.parsing_HW, "PNG")),
        (stem + ".json", json.dumps(label, separators=(",", ":")).encode()),
        (stem + ".surface.png", _png_of_gradients(sample.surface_HW3)),
        (stem + ".arms.png", _encoded(sample.arms_HW, "PNG")),
    ]
    plate_HWC = sample.plate_HWC
    return members if plate_HWC is None else [*members, (stem + ".plate.jpg", _jpeg(plate_HWC))]


def _jpeg(pixels: np.ndarray) -> bytes:
    return _encoded(pixels, "JPEG", quality=95, subsampling=0)


def _encoded(pixels: np.ndarray, form: str, **options) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, form, **options)
    return file.getvalue()


def _png_of_gradients(pixels_HW3: np.ndarray) -> bytes:
    """PNG (RGB, 8 bits) whose rows are all stored as differences from the row above.

    For smooth maps that is as small as the filters that writers choose row by row, and the fastest to decode.
    """
    height, width, _ = pixels_HW3.shape
    rows = np.full((height, 1 + 3 * width), 2, np.uint8)  # filter type 2, "up"
    rows[:, 1:] = np.diff(pixels_HW3.reshape(height, -1), axis=0, prepend=np.uint8(0))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def _sidecar(shard: Path) -> Path:
    return shard.with_name(shard.name + ".sha256")


# checking


def verify_shards(folder: Path, first: int = 0, end: int | None = None) -> None:
    """Compare the finished shards that hold any of the people first <= i < end with their sha256. Raises
    InputError naming the first damaged one."""
    for shard, (a, b) in finished_shards(folder).items():
        if b <= first or (end is not None and a >= end):
            continue
        with open(shard, "rb") as file:
            actual = hashlib.sha256()
            while block := file.read(1 << 20):
                actual.update(block)
        stored = _sidecar(shard).read_text(encoding="utf-8").split()
        if stored[:1] != [actual.hexdigest()]:
            raise InputError(f"{shard} is damaged: its content does not match its sha256. Remove it.")
