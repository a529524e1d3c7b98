"""DeepFashion (in-shop) as NTED keeps it: pictures by key, keypoint text, and lists of pairs.

A folder with `256-176` and `512-352` (one is enough), each an LMDB environment of PNG pictures by key or the
same as files; `pose/….txt`; `train_pairs.txt` and `test_pairs.txt`, lines "target,source[,source ...]".
`python3 -m train prepare` writes it.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from functools import cached_property
from pathlib import Path

import numpy as np

from engine import quiet
from engine.cv import cv2
from engine.errors import InputError
from engine.files import opened, text_of
from engine.pose.formats.deepfashion import parse_text
from engine.pose.skeleton import ABSENT, SEEN
from train.data.names import picture_key, pose_path
from train.data.people import View
from train.data.pictures import open_pictures

_STORE = re.compile(r"(\d+)-(\d+)")


def is_deepfashion(folder: Path) -> bool:
    """Whether the folder has a list of pairs."""
    return any((folder / f"{split}_pairs.txt").exists() for split in ("train", "test"))


class DeepFashion:
    """A `train.data.source.Source` whose persons are the lines of a pair list: view 0 is the line's target,
    the others are its sources, one of which is drawn whenever the line's turn comes.

    size: (H, W) wanted; the smallest pictures that are at least as tall serve. split: "train" or "test".
    Keypoints are those of the files, float64, joints outside of the picture included; parsing maps are all 0.
    Raises InputError on the first pair whose pictures or keypoints are missing, or counts them and goes on.
    """

    exact = False
    target_view = 0
    surfaces = False
    studio = "DeepFashion"

    def __init__(
        self,
        folder: str | Path,
        size: tuple[int, int] = (256, 176),
        split: str = "train",
        skip_damaged: bool = False,
    ):
        self.folder, self.skip_damaged, self.skipped = Path(folder), skip_damaged, Counter()
        self.size, place = _store(self.folder, size)
        self.pictures = open_pictures(place)
        self._list = self.folder / f"{split}_pairs.txt"
        self.rows = self._complete(read_pairs(self._list))
        if not self.rows:
            raise InputError(f"{self._list}: holds no pair whose pictures and keypoints are there.")
        self.persons = np.arange(len(self.rows), dtype=np.int64)
        self.view_counts = np.array([len(row) for row in self.rows], np.int64)

    def __len__(self) -> int:
        return len(self.rows)

    def views(self, person: int) -> int:
        return len(self.rows[person])

    def view(self, person: int, view: int) -> View:
        """A decoded picture with its keypoints in it. Raises InputError naming a damaged record."""
        key = self.rows[person][view]
        data = self.pictures.read(key)
        # OpenCV may fill the missing part of a truncated PNG: look for its end marker.
        whole = data.endswith(b"IEND\xaeB`\x82")
        with quiet.without(quiet.PICTURES):
            image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if whole else None
        if image is None:
            raise InputError(f"{self.folder}: {key}: the picture cannot be decoded.")
        if image.shape[:2] != self.size:
            found, wanted = ("x".join(map(str, s)) for s in (image.shape[:2], self.size))
            raise InputError(f"{self.folder}: {key}: the picture is {found}, not {wanted}.")
        parsing = np.zeros(self.size, np.uint8)
        return View(image, parsing, self._keypoints(key), framing="unknown", facing="unknown")

    @cached_property
    def fingerprint(self) -> str:
        """sha256 over the pairs, the size and the bytes of all keypoint files."""
        digest = hashlib.sha256(repr((self.rows, self.size)).encode())
        for key in sorted({key for row in self.rows for key in row}):
            digest.update((self.folder / pose_path(key)).read_bytes())
        return digest.hexdigest()

    def fingerprint_of(self, persons: list[int]) -> str:
        """sha256 over these lines and their pictures and keypoint files."""
        digest = hashlib.sha256(repr([self.rows[person] for person in sorted(persons)]).encode())
        for key in sorted({key for person in persons for key in self.rows[person]}):
            for data in (key.encode(), self.pictures.read(key), (self.folder / pose_path(key)).read_bytes()):
                digest.update(hashlib.sha256(data).digest())
        return digest.hexdigest()

    def _keypoints(self, key: str) -> np.ndarray:
        path = self.folder / pose_path(key)
        with opened(path, str(path), what="a keypoint file") as (file, label):
            text = text_of(file.read(1 << 20), label, "a keypoint file")
        return keypoints_of(text, label, self.size)

    def _complete(self, rows: list[tuple[int, list[str]]]) -> list[tuple[str, ...]]:
        """The rows less what is missing; a row without its target goes, and so does one without sources."""
        faults: dict[str, str] = {}
        for key in sorted({key for _, row in rows for key in row}):
            if key not in self.pictures:
                faults[key] = f"the picture {key} is not among those of {self.size[0]}x{self.size[1]}"
            elif not (self.folder / pose_path(key)).is_file():
                faults[key] = f"{pose_path(key)} is not there"
        complete = []
        for number, row in rows:
            missing = [key for key in row if key in faults]
            for key in missing:
                sentence = f"{self._list}, line {number}: {faults[key]}."
                if not self.skip_damaged:
                    raise InputError(sentence)
                self.skipped[sentence] += 1
            left = tuple(key for key in row if key not in faults)
            if row[0] not in faults and len(left) > 1:
                complete.append(left)
        return complete


def keypoints_of(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """float64 [18, 3] (x, y px, state) in a picture of `size`, of a keypoint file. Raises InputError."""
    points = parse_text(text, name, size)
    if not np.isfinite(points).all():
        raise InputError(f"{name}: the keypoints are not all finite numbers.")
    state = np.where((points == -1).any(axis=1), ABSENT, SEEN)
    return np.column_stack([points, state])


def read_pairs(path: Path) -> list[tuple[int, list[str]]]:
    """Line number and keys, target first, of every line of a pair list. Raises InputError naming the line."""
    rows = []
    with opened(path, str(path), what="a list of pairs") as (file, label):
        for number, line in enumerate(text_of(file.read(), label, "a list of pairs").splitlines(), 1):
            names = [name for name in line.split(",") if name.strip()]
            if not names:
                continue
            if len(names) < 2:
                raise InputError(f"{label}, line {number}: a target and at least one source are expected.")
            try:
                rows.append((number, [picture_key(name) for name in names]))
            except InputError as error:
                raise InputError(f"{label}, line {number}: {error}") from None
    return rows


def _store(folder: Path, size: tuple[int, int]) -> tuple[tuple[int, int], Path]:
    """Size and folder of the smallest pictures that are at least as tall as wanted."""
    places = {path: _STORE.fullmatch(path.name) for path in sorted(folder.iterdir()) if path.is_dir()}
    stores = sorted((int(match[1]), int(match[2]), path) for path, match in places.items() if match)
    for rows, columns, path in stores:
        if rows >= size[0]:
            return (rows, columns), path
    found = ", ".join(path.name for *_, path in stores) or "none"
    raise InputError(f"{folder}: has no pictures of {size[0]}-{size[1]} or larger (found: {found}).")
