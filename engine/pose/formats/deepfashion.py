"""DeepFashion's keypoint files: NTED's text form and the annotation table of the pose transfer splits.

Both are written for pictures of 256 rows. Joints are COCO-18, -1 is missing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from engine.errors import InputError
from engine.pose.formats.layouts import COCO_18, looks_like, to_coco18

ROWS, COLUMNS, BORDER = 256, 176, 40  # NTED's files count the white border left of the 176 columns
CANVAS = (float(ROWS), float(COLUMNS))

_LIST = re.compile(r"\[([^\[\]]*)\]")
_OVER = 0.1  # of the canvas: how far joints that were moved by hand may leave it


def parse_text(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """float64 [18, 2] in the frame, -1 where missing, from 18 lines "x y" (NTED, data code).

    x' = (x - 40) W / 176, y' = y H / 256; further columns are ignored.
    """
    rows = parse_lines(text, name)
    if len(rows) != 18:
        refuse_count(len(rows), name)
    return _scaled(rows[:, :2], BORDER, size)


def parse_lines(text: str, name: str) -> np.ndarray:
    """float64 [N, 2 or 3] of lines of numbers, a joint each."""
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].replace(",", " ").replace(";", " ").split()
        if not words:
            continue
        try:
            rows.append([float(word) for word in words[:3]])
        except ValueError:
            raise InputError(f"{name} is not a pose file: line {number} is not made of numbers.") from None
        if len(words) < 2:
            raise InputError(
                f"{name} is not a pose file: line {number} has one number where x and y are expected."
            )
    width = min((len(row) for row in rows), default=2)
    return np.array([row[:width] for row in rows]).reshape(-1, width)


def refuse_count(count: int, name: str) -> None:
    raise InputError(f"{name} has {count} joints{looks_like(count)}; 18 lines of x and y are expected.")


def in_border(points_18x2: np.ndarray) -> bool:
    """Whether the joints that are there lie where NTED's pictures do, or would with x and y exchanged."""
    known = points_18x2[~_missing(points_18x2)]
    margin = np.array([COLUMNS, ROWS]) * _OVER
    low, high = np.array([BORDER, 0]) - margin, np.array([BORDER + COLUMNS, ROWS]) + margin
    inside = (((each >= low) & (each <= high)).all(axis=1).mean() for each in (known, known[:, ::-1]))
    return not len(known) or not np.isfinite(known).all() or max(inside) >= 0.5


def y_first(points_18x2: np.ndarray) -> bool:
    """Whether y stands before x: NTED's pictures are taller than wide, and people stand in them."""
    known = points_18x2[~_missing(points_18x2)]
    if not len(known):
        return False
    spread = np.ptp(known, axis=0)
    outside = ((known < (BORDER, 0)) | (known > (BORDER + COLUMNS, ROWS))).any(axis=1)
    return bool(spread[0] > 1.5 * spread[1] and outside.any())


def pose_with_border(points_18x2: np.ndarray) -> np.ndarray:
    """float64 [18, 3] (x, y, state) on the canvas, of points (x, y) that count the border."""
    missing = _missing(points_18x2)
    return to_coco18(np.column_stack([points_18x2 - (BORDER, 0), np.where(missing, 0.0, 1.0)]), COCO_18)


def _missing(points: np.ndarray) -> np.ndarray:
    return (points == -1).any(axis=1) | (points == 0).all(axis=1)


def is_table(text: str) -> bool:
    """Whether the text is a row (or rows) of the annotation table."""
    return len(_LIST.findall(text.splitlines()[-1])) == 2


def table_poses(text: str, name: str) -> Iterator[tuple[int, np.ndarray]]:
    """Number and pose, float64 [18, 3] on the canvas, of every row that has a joint."""
    lines = text.splitlines()
    heading = "" if _LIST.search(lines[0]) else lines[0]
    for number, line in enumerate(line for line in lines if _LIST.search(line)):
        points = parse_table(f"{heading}\n{line}", name, (ROWS, COLUMNS))
        missing = (points == -1).any(axis=1)
        pose = to_coco18(np.column_stack([points, np.where(missing, 0.0, 1.0)]), COCO_18)
        if (pose[:, 2] > 0).any():
            yield number, pose


def parse_table(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """float64 [18, 2] in the frame from one row "picture: [18 y]: [18 x]", with or without its heading."""
    rows = [line for line in text.splitlines() if _LIST.search(line)]
    if len(rows) != 1:
        raise InputError(f"{name} holds {len(rows)} poses: keep the one row that is meant.")
    heading = text.splitlines()[0]
    x_first = 0 <= heading.find("keypoints_x") < heading.find("keypoints_y")
    try:
        first, second = ([float(v) for v in values.split(",")] for values in _LIST.findall(rows[0]))
    except ValueError:
        raise InputError(f"{name} is not a pose file: its lists are not made of numbers.") from None
    if not len(first) == len(second) == 18:
        counts = f"{len(first)} and {len(second)}" if len(first) != len(second) else f"{len(first)}"
        raise InputError(f"{name} has {counts} joints{looks_like(len(first))}; 18 are expected.")
    points = np.array([first, second] if x_first else [second, first]).T
    return _scaled(points, 0, size)


def _scaled(points: np.ndarray, border: int, size: tuple[int, int]) -> np.ndarray:
    missing = points == -1
    scaled = np.empty_like(points)
    scaled[:, 0] = (points[:, 0] - border) * (size[1] / COLUMNS)
    scaled[:, 1] = points[:, 1] * (size[0] / ROWS)
    scaled[missing] = -1
    return scaled
