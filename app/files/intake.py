"""What was dropped, pasted, chosen or given: a photo, a pose, or a picture of ours?"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData
from PySide6.QtGui import QImage, QImageWriter, QPixmap

from app.files import exported
from engine.look import SUFFIX

PHOTO, POSE, EXPORT, LOOK, NOTHING = "photo", "pose", "export", "look", "nothing"
POSE_SUFFIXES = frozenset((".json", ".txt"))
READABLE = "PNG, JPEG, WebP, TIFF, BMP, GIF, .look, OpenPose .json, .txt"


@dataclass(frozen=True, eq=False)
class Intake:
    """kind: PHOTO, POSE, EXPORT or LOOK. source: a file, the bytes of a picture, the text of a pose."""

    kind: str
    name: str
    source: Path | bytes | str


def of_file(path: Path) -> Intake:
    """A file, by its name and, for PNG, by what its head says about itself. Unknown names count as photos:
    the reader looks at the bytes and says what is wrong with them."""
    suffix = path.suffix.lower()
    if suffix == SUFFIX:
        return Intake(LOOK, path.name, path)
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
    if text.startswith(("{", "[")):
        try:
            json.loads(text)
        except ValueError:
            return []
        return [Intake(POSE, "pasted pose", text)]
    try:
        path = Path(text.removeprefix("file://"))
        if text and "\n" not in text and path.is_file():
            return [of_file(path)]
    except (OSError, ValueError):
        pass
    return []


def _png(picture: object) -> bytes:
    image = picture.toImage() if isinstance(picture, QPixmap) else picture
    if not isinstance(image, QImage) or image.isNull():
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    QImageWriter(buffer, QByteArray(b"PNG")).write(image)
    return bytes(buffer.data().data())
