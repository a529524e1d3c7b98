"""A folder of one's own photos, a folder a person, to fine-tune on: `PHOTOS/anna/*.jpg`, `PHOTOS/ben/*.png`.

Every photo is framed as the application frames it, around the pose that the detector finds or that lies
beside the photo in a pose file of its name (`anna/beach.jpg`, `anna/beach.json` or
`anna/beach_keypoints.json`; any form that `engine.pose.formats` reads, in px of the photo as its file has
it).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from engine import detect
from engine.cv import cv2
from engine.errors import InputError
from engine.framing import frame_photo
from engine.photos import full_size, read_photo
from train.data.agreement import check_seen
from train.data.beside import pose_beside
from train.data.files_found import check_ending, folders_in, photos_below, pose_file_of
from train.data.people import View

# Beyond this a person teaches blur; a detector that takes a sleeve for somebody is found out as well.
MOST_ENLARGED = 2.0


@dataclass(frozen=True, eq=False)
class FramedPhoto:
    """A photo in the model frame, as PNG bytes, with its keypoints there."""

    name: str
    png: bytes
    keypoints_18x3: np.ndarray


class PhotosFolder:
    """A `train.data.source.Source` of photographed people, framed to `size` and held in memory as PNG.

    persons: 0, 1, ... in the order of the folders' names (`names`). Parsing maps are all 0. Opening reads
    every photo once, and detects a pose where no file gives it. Raises InputError on the first photo that
    cannot be read or shows nobody large enough, naming it, or counts and leaves it out; and where nobody is
    left.
    """

    exact = False
    target_view = None
    surfaces = False
    studio = "photos"

    def __init__(self, folder: str | Path, size: tuple[int, int] = (256, 176), skip_damaged: bool = False):
        self.folder, self.size = Path(folder), size
        self.skip_damaged, self.skipped = skip_damaged, Counter()
        self.names: list[str] = []
        self._photos: list[list[FramedPhoto]] = []
        self._tell_loose()
        for place in folders_in(self.folder):
            photos = self._photos_of(place)
            if photos:
                self.names.append(place.name)
                self._photos.append(photos)
        if not self._photos and self.skipped:
            count = sum(self.skipped.values())
            raise InputError(f"{self.folder}: none of {count} photos can be used: {next(iter(self.skipped))}")
        if not self._photos:
            raise InputError(f"{self.folder}: holds no training data: no list of pairs, no folder of photos.")
        self.persons = np.arange(len(self._photos), dtype=np.int64)
        self.view_counts = np.array([len(photos) for photos in self._photos], np.int64)

    def __len__(self) -> int:
        return len(self._photos)

    def views(self, person: int) -> int:
        return len(self._photos[person])

    def view(self, person: int, view: int) -> View:
        """A framed photo with its keypoints."""
        photo = self._photos[person][view]
        image = cv2.imdecode(np.frombuffer(photo.png, np.uint8), cv2.IMREAD_COLOR_RGB)
        parsing = np.zeros(self.size, np.uint8)
        return View(image, parsing, photo.keypoints_18x3, framing="unknown", facing="unknown")

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over all framed photos and their keypoints."""
        return self.fingerprint_of(self.persons.tolist())

    def fingerprint_of(self, persons: list[int]) -> str:
        """sha256 over the framed photos and the keypoints of these people."""
        digest = hashlib.sha256()
        for photo in (photo for person in sorted(persons) for photo in self._photos[person]):
            for data in (photo.png, photo.keypoints_18x3.tobytes()):
                digest.update(hashlib.sha256(data).digest())
        return digest.hexdigest()

    def _tell_loose(self) -> None:
        """Photos that lie in nobody's folder are nobody's, which must not be left out in silence."""
        loose = photos_below(self.folder, deep=False)
        if not loose:
            return
        name, others = loose[0].name, len(loose) - 1
        also = f" and {others} other photo{'s'[: others > 1]}" if others else ""
        lie = "lies" if not others else "lie"
        if not self.skip_damaged:
            raise InputError(f"{self.folder}: {name}{also} {lie} in no folder of a person: make one each.")
        for path in loose:
            self.skipped[f"{path.name}: lies in no folder of a person."] += 1

    def _photos_of(self, place: Path) -> list[FramedPhoto]:
        photos = []
        for path in photos_below(place):
            folder = path.parent.relative_to(self.folder).as_posix()
            try:
                photos.append(framed_photo(path, self.size))
            except InputError as error:
                if not self.skip_damaged:
                    raise InputError(f"{folder}/{error}") from None
                self.skipped[f"{folder}/{error}"] += 1
        return photos


def framed_photo(path: Path, size: tuple[int, int]) -> FramedPhoto:
    """A photo framed to `size` (H, W) about the pose that lies beside it or is found. Raises InputError
    naming the photo where it cannot be read, or shows nobody large enough."""
    check_ending(path)
    rgb_HWC = read_photo(path)
    framed = frame_photo(rgb_HWC, _pose_of(path, rgb_HWC), size)
    if framed.matrix_2x3[0, 0] > MOST_ENLARGED:
        least = round(size[0] / MOST_ENLARGED)
        raise InputError(f"{path.name}: the person found in it is too small, less than {least} px are seen.")
    png = cv2.imencode(".png", np.ascontiguousarray(framed.image_HWC[:, :, ::-1]))[1].tobytes()
    return FramedPhoto(path.name, png, framed.keypoints_18x3)


def _pose_of(path: Path, rgb_HWC: np.ndarray) -> np.ndarray:
    """The pose in px of the photo, from the file beside it or by the detector. Raises InputError."""
    beside = pose_file_of(path)
    if beside is not None:
        pose_18x3 = pose_beside(beside, rgb_HWC.shape[:2], full_size(path))
        check_seen(pose_18x3, rgb_HWC, beside.name)
        return pose_18x3
    capability = detect.available()
    if not capability.available:
        raise InputError(
            f"{path.name}: has no pose file beside it, and poses cannot be detected: {capability.reason}."
        )
    keypoints_18x3 = detect.detect_pose(rgb_HWC)
    if keypoints_18x3 is None:
        raise InputError(f"{path.name}: nobody is found in it.")
    return keypoints_18x3
