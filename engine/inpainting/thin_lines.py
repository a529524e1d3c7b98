"""Thin lines of a wall, such as a skirting board's, that go on behind a person from one side to the other.

A smooth fill makes a cloud of where they end. They are what a picture has over its median of rows above and
below; where both sides of a hole have the same, as much higher or lower as one line through both is, it is
drawn between them.
"""

from __future__ import annotations

import numpy as np

_TALL = 11  # rows of the median: lines are thinner than half of it
_BESIDE = 4  # columns beside a hole that tell what ends there
_SEEN = 12.0  # levels that a line differs from what is above and below it
_SLOPES = np.linspace(-0.12, 0.12, 49)  # rows a column, that lines may fall or rise
_ALIKE = 0.6  # correlation of both sides


def thin_lines(filled_HWC: np.ndarray, known_HW: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """The picture without thin lines, uint8, and the lines that go on in its hole, float32, [H, W, C] each;
    None where none do. filled: uint8, with the hole filled in any smooth way."""
    plain_HWC = _row_median(filled_HWC)
    filled_HWC = filled_HWC.astype(np.float32)
    lines_HWC = np.where(known_HW[..., None], filled_HWC - plain_HWC, np.float32(0))
    lines_HWC = np.where(np.abs(lines_HWC).max(-1, keepdims=True) > _SEEN, lines_HWC, 0.0)
    left_H, right_H, there_H = _ends(known_HW)
    ends = [_beside(lines_HWC, known_HW, columns_H, side) for columns_H, side in ((left_H, -1), (right_H, 1))]
    (one_HC, other_HC), broad_H = ends, right_H - left_H
    size = np.sqrt((one_HC**2).sum() * (other_HC**2).sum())
    if size == 0 or not there_H.any():
        return None
    rows_H = np.arange(len(known_HW), dtype=np.float32)
    alike = [(one_HC * _at_rows(other_HC, rows_H + slope * broad_H)).sum() / size for slope in _SLOPES]
    best = int(np.argmax(alike))
    if alike[best] < _ALIKE:
        return None
    slope = float(_SLOPES[best])
    columns_W = np.arange(known_HW.shape[1], dtype=np.float32)
    drawn_HWC = np.zeros_like(lines_HWC)
    for row in np.flatnonzero(there_H):
        inside_N = np.flatnonzero(~known_HW[row])
        from_left_N, to_right_N = columns_W[inside_N] - left_H[row], right_H[row] - columns_W[inside_N]
        part_N1 = (from_left_N / broad_H[row])[:, None]
        one_NC = _at_rows(one_HC, row - slope * from_left_N)
        other_NC = _at_rows(other_HC, row + slope * to_right_N)
        # What one side alone has ends there.
        both_NC = np.sign(one_NC) * np.minimum(np.abs(one_NC), np.abs(other_NC)) * (one_NC * other_NC > 0)
        mean_NC = (1.0 - part_N1) * one_NC + part_N1 * other_NC
        drawn_HWC[row, inside_N] = np.where(both_NC != 0, mean_NC, 0.0)
    return plain_HWC, drawn_HWC


def _row_median(picture_HWC: np.ndarray) -> np.ndarray:
    """The median of each column's px and those above and below."""
    padded = np.pad(picture_HWC, ((_TALL // 2, _TALL // 2), (0, 0), (0, 0)), mode="edge")
    around = np.stack([padded[i : i + len(picture_HWC)] for i in range(_TALL)])
    return np.partition(around, _TALL // 2, axis=0)[_TALL // 2]


def _ends(known_HW: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns beside the hole, to the left and to the right of all of it in each row, and whether both are in
    the picture with some more."""
    hole_HW = ~known_HW
    left_H, right_H = hole_HW.argmax(1) - 1, known_HW.shape[1] - hole_HW[:, ::-1].argmax(1)
    there_H = hole_HW.any(1) & (left_H >= _BESIDE) & (right_H < known_HW.shape[1] - _BESIDE)
    return np.where(there_H, left_H, 0), np.where(there_H, right_H, 1), there_H


def _beside(lines_HWC: np.ndarray, known_HW: np.ndarray, columns_H: np.ndarray, side: int) -> np.ndarray:
    """What is seen beside a hole in each row, mean of a few columns."""
    rows = np.arange(len(lines_HWC))
    shifted = [np.clip(columns_H + side * step, 0, known_HW.shape[1] - 1) for step in range(_BESIDE)]
    return np.mean([lines_HWC[rows, each] for each in shifted], axis=0)


def _at_rows(values_HC: np.ndarray, rows_N: np.ndarray) -> np.ndarray:
    """Between two rows what lies between theirs, beyond them nothing."""
    rows = np.arange(len(values_HC))
    return np.stack([np.interp(rows_N, rows, column, 0.0, 0.0) for column in values_HC.T], -1)
