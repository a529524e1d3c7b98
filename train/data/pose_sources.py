"""Where keypoints of DeepFashion's pictures may come from: a folder of files, a table, or the detector."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np

from engine import detect
from engine.errors import InputError
from engine.files import opened, text_of
from engine.pose.formats.deepfashion import BORDER, COLUMNS, ROWS, parse_table
from engine.pose.formats.units import inside
from engine.pose.skeleton import ABSENT
from train.data.agreement import check_seen
from train.data.beside import pose_beside
from train.data.files_found import pose_file
from train.data.names import flat_name, picture_key
from train.data.table_check import check_table

DETECT = "detect"
_LOOKED_AT = 16  # rows of a table that are compared with what is seen, in each process: they are all alike


class Poses(Protocol):
    """Key, photo (uint8 RGB [H, W, 3]) and (H, W) of its file, where that is larger -> keypoints [18, 3] in
    px of the photo. Raises InputError without any."""

    def __call__(
        self, key: str, photo_HWC: np.ndarray, full: tuple[int, int] | None = None
    ) -> np.ndarray: ...


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

    def __call__(self, key: str, photo_HWC: np.ndarray, full: tuple[int, int] | None = None) -> np.ndarray:
        keypoints_18x3 = detect.detect_pose(photo_HWC)
        if keypoints_18x3 is None:
            raise InputError(f"{key}: nobody is found in it.")
        return keypoints_18x3


class FolderPoses:
    """A pose file a picture. JSON without a canvas is in px of the picture."""

    def __init__(self, folder: Path):
        self.folder = folder
        self._known: dict[Path, dict[str, Path]] = {}

    def _files_of(self, place: Path) -> dict[str, Path]:
        if place not in self._known:
            found = sorted(place.iterdir(), reverse=True) if place.is_dir() else ()
            self._known[place] = {path.name.lower(): path for path in found}
        return self._known[place]

    def __call__(self, key: str, photo_HWC: np.ndarray, full: tuple[int, int] | None = None) -> np.ndarray:
        below = key.removeprefix("img/").removesuffix(".png")
        stems = (below, f"img/{below}", f"pose/{below}", flat_name(key))
        for place in (self.folder / stem for stem in stems):
            path = pose_file(self._files_of(place.parent), place.name)
            if path is not None:
                pose_18x3 = pose_beside(path, photo_HWC.shape[:2], full)
                if path.suffix.lower() != ".txt":  # whose forms know their unit
                    check_seen(pose_18x3, photo_HWC, path.name)
                return pose_18x3
        raise InputError(f"{key}: has no pose file in {self.folder}.")


class TablePoses:
    """The rows of an annotation table, by the picture they name. A table that as a whole cannot be one of
    256x176 pictures is refused when it is opened; one that lies elsewhere in its pictures, at the first.
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
                key = picture_key(line.partition(":")[0])
            except InputError as error:
                raise InputError(f"{label}, line {number}: {error}") from None
            if key in self._rows and self._rows[key][1].split(":")[1:] != line.strip().split(":")[1:]:
                before = self._rows[key][0]
                raise InputError(f"{label}, line {number}: is another row of the picture of line {before}.")
            self._rows[key] = number, line.strip()
        if not self._rows:
            raise InputError(f"{label}: holds no row of keypoints.")
        self._looked_at = 0
        canvas = (ROWS, COLUMNS)
        check_table([self._points(line, number, canvas) for number, line in self._rows.values()], label)

    def _points(self, line: str, number: int, size: tuple[int, int]) -> np.ndarray:
        """float64 [18, 2], -1 where missing, also of joints at (0, 0), where tools put what they lack."""
        points = parse_table(f"{self._heading}\n{line}", f"{self.path}, line {number}", size)
        points[(points == -1).any(axis=1) | (points == 0).all(axis=1)] = -1
        return points

    def __call__(self, key: str, photo_HWC: np.ndarray, full: tuple[int, int] | None = None) -> np.ndarray:
        if key not in self._rows:
            raise InputError(f"{key}: has no row in {self.path}.")
        number, line = self._rows[key]
        label = f"{self.path}, line {number}"
        points = self._points(line, number, photo_HWC.shape[:2])
        there = (points != -1).all(axis=1)
        if not np.isfinite(points).all():
            raise InputError(f"{label}: the keypoints are not all finite numbers.")
        if not there.any():
            raise InputError(f"{label}: holds no joint that is there.")
        if 2 * inside(points[there], photo_HWC.shape[:2]).sum() < there.sum():
            raise InputError(f"{label}: most joints lie outside of the picture of {ROWS}x{COLUMNS}.")
        pose_18x3 = np.column_stack([points, 2 * there])
        if self._looked_at < _LOOKED_AT:
            check_seen(pose_18x3, photo_HWC, label)
            self._looked_at += 1
        return pose_18x3


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
