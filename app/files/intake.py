"""What was dropped, pasted, chosen or given: a photo, a pose, or a picture of ours?"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from app.files import exported
from app.files.reading import at_once
from engine.errors import InputError
from engine.look import SUFFIX
from engine.pngtext import read_texts
from engine.pose.formats.reading import MOST_BYTES

PHOTO, POSE, EXPORT, LOOK, NOTHING = "photo", "pose", "export", "look", "nothing"
SHELVED = "shelved"  # a photo of the shelf, by its key
PHOTO_KEY = "application/x-poseloom-photo"
LONGEST_PATH = 4096  # characters, as on Linux
# What pose files are called; those that cannot be read say so in a sentence of their own.
POSE_SUFFIXES = (
    *(".json", ".jsonl", ".ndjson", ".txt", ".md", ".csv", ".tsv", ".xml", ".yml", ".yaml", ".toml", ".npy"),
    *(".pbtxt", ".py", ".js"),
    *(".bvh", ".pkl", ".h5", ".slp", ".mat", ".npz", ".gz", ".fbx", ".glb", ".vmd"),
)
READABLE = "PNG, JPEG, WebP, TIFF, BMP, GIF, .look, poses as .json, .txt, .csv, .npy"
_LEAST_NUMBERS = 34  # in a pasted text that is a pose: x and y of 17 joints


@dataclass(frozen=True, eq=False)
class Intake:
    """kind: PHOTO, POSE, EXPORT, LOOK or SHELVED. source: a file, the bytes of a picture, the text of a pose,
    the key of a photo on the shelf."""

    kind: str
    name: str
    source: Path | bytes | str


def of_file(path: Path) -> Intake:
    """As `of_files`."""
    return of_files([path])[0]


def of_files(paths: Sequence[Path]) -> list[Intake]:
    """Files, by their names and, for PNG, by what their heads say about themselves, where that can be read
    within a blink. Unknown names count as photos: the reader looks at the bytes and says what is wrong."""
    return at_once(
        lambda: [_by_name(path, _is_export(path)) for path in paths], [_by_name(path) for path in paths]
    )


def _by_name(path: Path, exported: bool = False) -> Intake:
    suffix = path.suffix.lower()
    kind = POSE if suffix in POSE_SUFFIXES else LOOK if suffix == SUFFIX else EXPORT if exported else PHOTO
    return Intake(kind, path.name, path)


def _is_export(path: Path) -> bool:
    with suppress(InputError):
        return path.suffix.lower() == ".png" and exported.KEY in read_texts(path)
    return False


def of_mime(mime: QMimeData | None) -> list[Intake]:
    """Everything usable in a drop or on the clipboard; empty where there is nothing."""
    if mime is None:  # an empty clipboard, on some platforms
        return []
    if mime.hasFormat(PHOTO_KEY):
        return [Intake(SHELVED, "photo", bytes(mime.data(PHOTO_KEY).data()).decode("ascii", "replace"))]
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        return of_files(files)
    if mime.hasImage():
        data = _png(mime.imageData())
        return [Intake(PHOTO, "pasted picture", data)] if data else []
    if mime.hasText():
        return _of_text(mime.text().strip())
    return []


def _of_text(text: str) -> list[Intake]:
    if _is_pose(text):
        return [Intake(POSE, "pasted pose", text)]
    path = text.removeprefix("file://")
    named = path and len(path) < LONGEST_PATH and "\n" not in path
    if named and at_once(lambda: os.path.isfile(path), False):
        return [of_file(Path(path))]
    return []


def _is_pose(text: str) -> bool:
    """Whether a text may be a pose: JSON, XML, motion capture, or many numbers."""
    if text.startswith(("<", "HIERARCHY")):
        return True
    if text.startswith(("{", "[")):
        with suppress(ValueError, RecursionError):
            json.loads(text[: MOST_BYTES + 1])
            return True
    return len(re.findall(r"\d+(?:\.\d+)?", text[:MOST_BYTES])) >= _LEAST_NUMBERS


def _png(picture: object) -> bytes:
    image = picture.toImage() if isinstance(picture, QPixmap) else picture
    if not isinstance(image, QImage) or image.isNull():
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
