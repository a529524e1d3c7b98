"""DeepFashion's keypoint files: NTED's text form and the annotation table of the pose transfer splits.

Both are written for pictures of 256 rows. Joints are COCO-18, -1 is missing.
"""

from __future__ import annotations

import re

import numpy as np

from engine.errors import InputError
from engine.pose.layouts import looks_like

ROWS, COLUMNS, BORDER = 256, 176, 40  # NTED's files count the white border left of the 176 columns

_LIST = re.compile(r"\[([^\[\]]*)\]")


def parse_text(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """float64 [18, 2] in the frame, -1 where missing, from 18 lines "x y" (NTED, data code).

    x' = (x - 40) W / 176, y' = y H / 256; further columns are ignored.
    """
    rows = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.split("#")[0].replace(",", " ").split()
        if not words:
            continue
        try:
            rows.append([float(word) for word in words[:2]])
        except ValueError:
            raise InputError(f"{name} is not a pose file: line {number} is not made of numbers.") from None
        if len(words) < 2:
            raise InputError(
                f"{name} is not a pose file: line {number} has one number where x and y are expected."
            )
    if len(rows) != 18:
        raise InputError(
            f"{name} has {len(rows)} joints{looks_like(len(rows))}; 18 lines of x and y are expected."
        )
    return _scaled(np.array(rows), BORDER, size)


def is_table(text: str) -> bool:
    """Whether the text is a row (or rows) of the annotation table."""
    return len(_LIST.findall(text.splitlines()[-1])) == 2


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
