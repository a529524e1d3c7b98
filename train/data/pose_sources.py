"""Where keypoints of DeepFashion's pictures may come from: a folder of files, a table, or the detector."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from engine import detect
from engine.errors import InputError
from engine.files import opened, text_of
from engine.pose.formats.deepfashion import BORDER, COLUMNS, ROWS, parse_table
from engine.pose.formats.placing import inside
from engine.pose.skeleton import ABSENT
from train.data.beside import pose_beside
from train.data.names import flat_name, picture_key

DETECT = "detect"

# (key, photo uint8 RGB [H, W, 3]) -> keypoints [18, 3] in px of the photo. Raises InputError without any.
Poses = Callable[[str, np.ndarray], np.ndarray]


def pose_source(place: str | Path) -> Poses:
    """The keypoints in a folder (OpenPose JSON or DeepFashion text, in the pictures' tree or under their flat
    names), in an annotation table (`name:keypoints_y:keypoints_x` in pictures of 256x176), or, for the word
    "detect", found by the detector. Raises InputError where there is nothing of the kind.
    """
    if place == DETECT:
        capability = detect.available()
        if not capability.available:
            raise InputError(f"Poses cannot be detected: {capability.reason}.")
        return DetectedPoses()
    place = Path(place)
    return FolderPoses(place) if place.is_dir() else TablePoses(place)


class DetectedPoses:
    """The detector's keypoints."""

    def __call__(self, key: str, photo_HWC: np.ndarray) -> np.ndarray:
        keypoints_18x3 = detect.detect_pose(photo_HWC)
        if keypoints_18x3 is None:
            raise InputError(f"{key}: nobody is found in it.")
        return keypoints_18x3


class FolderPoses:
    """A pose file a picture. JSON without a canvas is in px of the picture."""

    def __init__(self, folder: Path):
        self.folder = folder

    def __call__(self, key: str, photo_HWC: np.ndarray) -> np.ndarray:
        below = key.removeprefix("img/").removesuffix(".png")
        stems = (below, f"img/{below}", f"pose/{below}", flat_name(key))
        for stem in stems:
            for ending in (".txt", ".json", "_keypoints.json"):
                path = self.folder / (stem + ending)
                if path.is_file():
                    return pose_beside(path, photo_HWC.shape[:2])
        raise InputError(f"{key}: has no pose file in {self.folder}.")


class TablePoses:
    """The rows of an annotation table, by the picture they name. A table that as a whole cannot be one of
    256x176 pictures is refused when it is opened.
    """

    def __init__(self, path: Path):
        self.path = path
        with opened(path, str(path), what="a table of keypoints") as (file, label):
            lines = text_of(file.read(), label, "a table of keypoints").splitlines() or [""]
        has_heading = "keypoints" in lines[0]
        self._heading = lines[0] if has_heading else ""
        self._rows: dict[str, tuple[int, str]] = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or (has_heading and number == 1):
                continue
            try:
                self._rows[picture_key(line.partition(":")[0])] = number, line
            except InputError as error:
                raise InputError(f"{label}, line {number}: {error}") from None
        if not self._rows:
            raise InputError(f"{label}: holds no row of keypoints.")
        self._check(label)

    def __call__(self, key: str, photo_HWC: np.ndarray) -> np.ndarray:
        if key not in self._rows:
            raise InputError(f"{key}: has no row in {self.path}.")
        number, line = self._rows[key]
        label = f"{self.path}, line {number}"
        points = parse_table(f"{self._heading}\n{line}", label, photo_HWC.shape[:2])
        there = (points != -1).all(axis=1)
        if not np.isfinite(points).all():
            raise InputError(f"{label}: the keypoints are not all finite numbers.")
        if not there.any():
            raise InputError(f"{label}: holds no joint that is there.")
        if 2 * inside(points[there], photo_HWC.shape[:2]).sum() < there.sum():
            raise InputError(f"{label}: most joints lie outside of the picture of {ROWS}x{COLUMNS}.")
        return np.column_stack([points, 2 * there])

    def _check(self, label: str) -> None:
        """What a row alone does not tell: whether nobody is in any, larger pictures are meant, or x is y."""
        canvas = (ROWS, COLUMNS)
        empty = beyond = exchanged = 0
        for number, line in self._rows.values():
            points = parse_table(f"{self._heading}\n{line}", f"{label}, line {number}", canvas)
            known = points[(points != -1).all(axis=1)]
            out, exchanged_out = ((~inside(each, canvas)).sum() for each in (known, known[:, ::-1]))
            empty += not len(known)
            beyond += 2 * out > len(known)
            exchanged += out > 1 and exchanged_out == 0
        count = len(self._rows)
        if empty == count:
            raise InputError(f"{label}: holds no joint that is there in any of {count} rows.")
        if 2 * exchanged > count - empty:
            raise InputError(
                f"{label}: {exchanged} of {count} rows fit a picture of {ROWS}x{COLUMNS} only with x and y "
                "exchanged: its heading must be name:keypoints_x:keypoints_y."
            )
        if 2 * beyond > count - empty:
            raise InputError(
                f"{label}: most joints of {beyond} of {count} rows lie outside of pictures of "
                f"{ROWS}x{COLUMNS}: they are in px of larger ones."
            )


def keypoint_text(keypoints_18x3: np.ndarray, size: tuple[int, int]) -> str:
    """The text of a keypoint file as NTED reads it, from keypoints in px of a picture of `size` (H, W).

    In a frame of 256 rows with the border's columns counted; -1 is missing.
    """
    scale = np.array([COLUMNS / size[1], ROWS / size[0]])
    lines = []
    for x, y, state in np.asarray(keypoints_18x3, np.float64):
        place = np.round(np.array([x, y]) * scale + (BORDER, 0), 4)
        lines.append("-1 -1" if state <= ABSENT else " ".join(f"{value:.10g}" for value in place))
    return "\n".join(lines) + "\n"
