"""The worst examples of every check on one sheet, so that a person can look at them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.cv import cv2
from train.overlay import PALETTE, draw_skeleton

from .checks import Example, Line

_HEADING, _GAP, _COLUMNS = 16, 6, 4
_INK, _PAPER = (30, 30, 30), 255


def sheet(lines: Sequence[Line]) -> np.ndarray | None:
    """uint8 RGB: a heading a check that failed anything, below it picture, parsing map with the found pixels
    in white, and keypoints of each of its worst views. None where nothing failed."""
    shown = [line for line in lines if line.worst]
    if not shown:
        return None
    parts = [part for line in shown for part in (_heading(line), *_rows(line.worst))]
    width = max(part.shape[1] for part in parts)
    return np.vstack(
        [np.pad(p, ((0, _GAP), (0, width - p.shape[1]), (0, 0)), constant_values=_PAPER) for p in parts]
    )


def _heading(line: Line) -> np.ndarray:
    text = (
        f"{line.name}: {line.share:.2%} of {line.looked} {line.unit}, limit {line.limit:.2%}, {line.verdict}"
    )
    return _text(text, 9 * len(text), 20, 0.5)


def _text(text: str, width: int, height: int = _HEADING, size: float = 0.36) -> np.ndarray:
    strip = np.full((height, width, 3), _PAPER, np.uint8)
    return cv2.putText(strip, text, (2, height - 5), cv2.FONT_HERSHEY_SIMPLEX, size, _INK, 1, cv2.LINE_AA)


def _rows(examples: Sequence[Example]) -> list[np.ndarray]:
    tiles = [_tile(example) for example in examples]
    rows = [tiles[i : i + _COLUMNS] for i in range(0, len(tiles), _COLUMNS)]
    return [
        np.hstack([np.pad(t, ((0, 0), (0, 2 * _GAP), (0, 0)), constant_values=_PAPER) for t in row])
        for row in rows
    ]


def _tile(example: Example) -> np.ndarray:
    view = example.view
    labels = PALETTE[view.parsing_HW]
    if example.finding.marks_HW is not None:
        labels[example.finding.marks_HW] = 255
    panels = np.hstack([view.image_HWC, labels, skeleton_over(view.image_HWC, view.keypoints_18x3)])
    heading = _text(f"{example.person}:{example.number} {example.finding.says}", panels.shape[1])
    return np.vstack([heading, panels])


def skeleton_over(image_HWC: np.ndarray, keypoints_18x3: np.ndarray) -> np.ndarray:
    """The picture, paled, with its pose: seen joints filled, guessed ones hollow."""
    shown = (128 + image_HWC.astype(np.uint16) // 2).astype(np.uint8)
    return draw_skeleton(shown, keypoints_18x3)
