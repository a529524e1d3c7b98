"""Picture sheets: reference | target pose | result | truth, a row a pair."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import Tensor

from engine import pictures
from engine.photos import write_png
from train.data.pairs import PairBatch

GAP = 4  # px between pictures
_PAPER = 255


def to_rgb(image_CHW: Tensor) -> np.ndarray:
    """Picture of [3, H, W] in about [-1, 1] as uint8 [H, W, 3]: clamped and rounded."""
    return pictures.to_rgb(image_CHW.detach()[None])


def pose_rgb(planes_PHW: Tensor) -> np.ndarray:
    """The skeleton of the pose planes in its usual colours (the planes reverse them), uint8 [H, W, 3]."""
    return (planes_PHW[:3].detach().float() * 255).round().byte().flip(0).permute(1, 2, 0).cpu().numpy()


def pair_sheet(
    reference_CHW: Tensor, planes_PHW: Tensor, result_CHW: Tensor, target_CHW: Tensor
) -> np.ndarray:
    """One row: reference, pose, result and truth side by side, uint8 RGB [H, 4 W + 3 GAP, 3].

    Pictures are [3, H, W] in about [-1, 1], planes [20, H, W] in [0, 1].
    """
    row = [to_rgb(reference_CHW), pose_rgb(planes_PHW), to_rgb(result_CHW), to_rgb(target_CHW)]
    gap = np.full((row[0].shape[0], GAP, 3), _PAPER, np.uint8)
    strips = [strip for picture in row for strip in (gap, picture)][1:]
    return np.hstack(strips)


def contact_sheet(rows: list[np.ndarray], columns: int = 2) -> np.ndarray:
    """Rows of one size set in columns, read line by line: uint8 RGB on white."""
    if not rows:
        raise ValueError("a contact sheet needs at least one row")
    height, width = rows[0].shape[:2]
    columns = min(columns, len(rows))
    lines = -(-len(rows) // columns)
    step_y, step_x = height + GAP, width + 4 * GAP
    sheet = np.full((GAP + lines * step_y, GAP + columns * step_x - 3 * GAP, 3), _PAPER, np.uint8)
    for index, row in enumerate(rows):
        line, column = divmod(index, columns)
        top, left = GAP + line * step_y, GAP + column * step_x
        sheet[top : top + height, left : left + width] = row
    return sheet


def batch_sheet(batch: PairBatch, result_BCHW: Tensor, count: int = 8, columns: int = 2) -> np.ndarray:
    """Contact sheet of the first `count` pairs of a batch with their results, uint8 RGB."""
    shown = (batch.reference_BCHW, batch.target_planes_BPHW, result_BCHW, batch.target_BCHW)
    rows = [pair_sheet(*(tensor[index] for tensor in shown)) for index in range(min(count, len(result_BCHW)))]
    return contact_sheet(rows, columns)


def write_sheet(path: Path, rgb_HWC: np.ndarray) -> None:
    """Write a sheet as PNG, whole or not at all. Raises InputError where the file cannot be written."""
    write_png(path, rgb_HWC)
