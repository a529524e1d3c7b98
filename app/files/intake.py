"""What was dropped, pasted, chosen or given: a photo, a pose, or a picture of ours?"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from app.files import exported
from engine.pose.formats import reading as formats

PHOTO, POSE, EXPORT, NOTHING = "photo", "pose", "export", "nothing"
# What pose files are called; those that cannot be read say so in a sentence of their own.
POSE_SUFFIXES = frozenset(
    (
        ".json",
        ".jsonl",
        ".txt",
        ".csv",
        ".tsv",
        ".xml",
        ".yml",
        ".yaml",
        ".npy",
        ".pbtxt",
        ".bvh",
        ".pkl",
        ".h5",
    )
)
READABLE = "PNG, JPEG, WebP, TIFF, BMP, GIF, poses as .json, .txt, .csv, .npy"
_LEAST_NUMBERS = 34  # in a pasted text that is a pose: x and y of 17 joints


@dataclass(frozen=True, eq=False)
class Intake:
    """kind: PHOTO, POSE or EXPORT. source: a file, the bytes of a picture, the text of a pose."""

    kind: str
    name: str
    source: Path | bytes | str


def of_file(path: Path) -> Intake:
    """A file, by its name and, for PNG, by what its head says about itself. Unknown names count as photos:
    the reader looks at the bytes and says what is wrong with them."""
    suffix = path.suffix.lower()
    if suffix in POSE_SUFFIXES:
        return Intake(POSE, path.name, path)
    if suffix == ".png" and exported.texts(path).get(exported.KEY):
        return Intake(EXPORT, path.name, path)
    return Intake(PHOTO, path.name, path)


def of_mime(mime: QMimeData | None) -> list[Intake]:
    """Everything usable in a drop or on the clipboard; empty where there is nothing."""
    if mime is None:  # an empty clipboard, on some platforms
        return []
    files = [Path(url.toLocalFile()) for url in mime.urls() if url.isLocalFile()]
    if files:
        return [of_file(path) for path in files]
    if mime.hasImage():
        data = _png(mime.imageData())
        return [Intake(PHOTO, "pasted picture", data)] if data else []
    if mime.hasText():
        return _of_text(mime.text().strip())
    return []


def _of_text(text: str) -> list[Intake]:
    if _is_pose(text):
        return [Intake(POSE, "pasted pose", text)]
    try:
        path = Path(text.removeprefix("file://"))
        if text and "\n" not in text and path.is_file():
            return [of_file(path)]
    except (OSError, ValueError):
        pass
    return []


def _is_pose(text: str) -> bool:
    """Whether a text may be a pose: JSON, or lines of many numbers."""
    if text.startswith(("{", "[")):
        try:
            json.loads(text)
            return True
        except RecursionError:
            return True  # the reader says what is wrong with it
        except ValueError:
            pass
    return len(re.findall(r"\d+(?:\.\d+)?", text[: formats.MOST_BYTES])) >= _LEAST_NUMBERS


def _png(picture: object) -> bytes:
    image = picture.toImage() if isinstance(picture, QPixmap) else picture
    if not isinstance(image, QImage) or image.isNull():
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
