"""The people in the box: `resources/samples/index.json` names pictures and poses.

The index is {"samples": [{"name": ..., "kind": "person", "image": "ada.jpg", "pose": "ada.json"}]}, or just
that list; of kind "garment" are those that are there for their clothes. A folder without an index offers its
pictures that have a pose of the same name. Without any of it there is a neutral picture.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PySide6.QtGui import QImage

from app.jobs import PERSON
from engine.errors import InputError
from engine.framing import frame_photo
from engine.paths import RESOURCES
from engine.pose import kinematics
from engine.pose.formats import read_pose

SAMPLES = RESOURCES / "samples"
PICTURES = (".png", ".jpg")
BLANK_GREY = 214


@dataclass(frozen=True, eq=False)
class SamplePhoto:
    """A picture (uint8 RGB), its pose in that picture's pixels, and its file, None where it has none."""

    name: str
    rgb_HWC: np.ndarray
    pose_18x3: np.ndarray
    file: Path | None = None

    @property
    def source(self) -> Path | np.ndarray:
        """What it is encoded from."""
        return self.file or self.rgb_HWC

    def in_frame(self, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        """The picture, as fine as it is, and its pose in a model frame of `size` (H, W), as an engine of that
        frame will show them."""
        framed = frame_photo(self.rgb_HWC, self.pose_18x3, size)
        assert framed.keypoints_18x3 is not None
        fine = frame_photo(self.rgb_HWC, self.pose_18x3, (framed.times * size[0], framed.times * size[1]))
        return fine.image_HWC, framed.keypoints_18x3


def listed(folder: Path = SAMPLES, kind: str = PERSON) -> list[tuple[str, Path, Path]]:
    """(name, picture, pose file) of every sample of this kind (PERSON, GARMENT) that is whole."""
    try:
        index = json.loads((folder / "index.json").read_text(encoding="utf-8"))
        entries = index.get("samples", []) if isinstance(index, dict) else index
        found = [
            (entry.get("name") or Path(entry["image"]).stem, folder / entry["image"], folder / entry["pose"])
            for entry in entries
            if entry.get("kind", PERSON) == kind
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        found = [
            (path.stem.replace("_", " ").title(), path, path.with_suffix(".json"))
            for path in sorted(folder.glob("*.*"))
            if kind == PERSON and path.suffix in PICTURES
        ]
    return [entry for entry in found if entry[1].is_file() and entry[2].is_file()]


def load(name: str, image: Path, pose: Path) -> SamplePhoto:
    """Read one sample. Raises InputError for a bad pose file or picture."""
    picture = QImage(str(image)).convertToFormat(QImage.Format.Format_RGB888)
    if picture.isNull():
        raise InputError(f"{image.name} is no picture that can be read.")
    rows = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.bytesPerLine())
    rgb = rows[:, : 3 * picture.width()].reshape(picture.height(), picture.width(), 3).copy()
    return SamplePhoto(name, rgb, read_pose(pose, rgb.shape[:2]), image)


def first(size: tuple[int, int], folder: Path = SAMPLES) -> SamplePhoto:
    """The sample to begin with; a neutral picture with a plain pose where there is none."""
    for entry in listed(folder):
        try:
            return load(*entry)
        except InputError:
            continue
    return blank(size)


def blank(size: tuple[int, int]) -> SamplePhoto:
    """A plain picture of this (H, W) with the T-pose."""
    return SamplePhoto("Nobody", np.full((*size, 3), BLANK_GREY, np.uint8), kinematics.t_pose(size))
