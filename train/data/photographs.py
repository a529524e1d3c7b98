"""Photographs to look at results on: any folder of them, and one of folders, one a person. No labels.

Of a person whose photos are called front, left, right and back, these are the sides.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.cv import cv2
from engine.errors import InputError
from engine.files import reason_of
from train.data.files_found import folders_in, photos_below
from train.data.photos_folder import framed_photo

FRONT, OTHER_SIDES = "front", ("left", "right", "back")


@dataclass(frozen=True, eq=False)
class Photograph:
    """A photo in the model frame: name within its folder, without ending; image uint8 RGB [H, W, 3]; the pose
    that was found, float32 [18, 3]."""

    name: str
    image_HWC: np.ndarray
    keypoints_18x3: np.ndarray

    @property
    def person(self) -> str:
        """Their folder, or the photo's own name where it lies in none."""
        return self.name.rpartition("/")[0] or self.name


def read_photographs(folder: Path, size: tuple[int, int]) -> tuple[list[Photograph], list[str]]:
    """The photos of a folder and of the folders in it, framed to `size` (H, W), by name; and a sentence for
    each that cannot be used. Raises InputError where there is none."""
    try:
        places = [folder, *folders_in(folder)]
    except OSError as error:
        raise InputError(f"{folder}: cannot be read ({reason_of(error)}).") from None
    found, faults = [], []
    for path in (path for place in places for path in photos_below(place, deep=False)):
        name = path.relative_to(folder).with_suffix("").as_posix()
        try:
            framed = framed_photo(path, size)
        except InputError as error:
            faults.append(str(error) if path.parent == folder else f"{path.parent.name}/{error}")
            continue
        image_HWC = cv2.imdecode(np.frombuffer(framed.png, np.uint8), cv2.IMREAD_COLOR_RGB)
        found.append(Photograph(name, image_HWC, framed.keypoints_18x3))
    if not found:
        reason = f"none of {len(faults)} photos can be used: {faults[0]}" if faults else "holds no photo."
        raise InputError(f"{folder}: {reason}")
    return found, faults


def sides(photos: list[Photograph]) -> list[tuple[Photograph, Photograph]]:
    """Everybody from the front, with each of their other sides."""
    by_name = {photo.name: photo for photo in photos}
    pairs = []
    for photo in photos:
        stem = photo.name.removesuffix(FRONT)
        if stem != photo.name and stem.endswith("/"):
            pairs += [(photo, by_name[stem + side]) for side in OTHER_SIDES if stem + side in by_name]
    return pairs


def fingerprint(photos: list[Photograph]) -> str:
    """sha256 over names, framed pictures and poses."""
    digest = hashlib.sha256()
    for photo in photos:
        for data in (photo.name.encode(), photo.image_HWC.tobytes(), photo.keypoints_18x3.tobytes()):
            digest.update(hashlib.sha256(data).digest())
    return digest.hexdigest()
