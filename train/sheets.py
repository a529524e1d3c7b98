"""Picture sheets, a row a pair: reference | target pose | result | truth, or what suits moves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from torch import Tensor

from engine import pictures
from engine.cv import cv2
from engine.files import write_whole
from engine.photos import write_png
from train.data.pairs import PairBatch
from train.moves import MOVES

GAP, HEADING = 4, 14  # px between pictures, and of a line of text over them
_PAPER, _INK = 255, (0, 0, 0)
_PAGE_QUALITY = 92
_ERROR_GAIN = 3  # differences are shown so many times as large


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


def pair_strip(batch: PairBatch, result_BCHW: Tensor, index: int) -> np.ndarray:
    """`pair_sheet` of a pair of a batch with its result."""
    shown = (batch.reference_BCHW, batch.target_planes_BPHW, result_BCHW, batch.target_BCHW)
    return pair_sheet(*(tensor[index] for tensor in shown))


def move_strip(batch: PairBatch, result_BCHW: Tensor, index: int) -> np.ndarray:
    """One row of a pair of moves (`train.moves`): reference, truth, result and the result's error (white:
    none), under the pair's number and move; uint8 RGB [H + HEADING, 4 W + 3 GAP, 3]."""
    reference, truth, result = (
        to_rgb(pictures[index]) for pictures in (batch.reference_BCHW, batch.target_BCHW, result_BCHW)
    )
    amiss = np.abs(result.astype(np.int16) - truth)
    error = (255 - np.minimum(_ERROR_GAIN * amiss, 255)).astype(np.uint8)
    pair = batch.pairs[index]
    return under_heading(f"{pair.index + 1}  {MOVES[pair.target - 1]}", [reference, truth, result, error])


def under_heading(text: str, pictures: list[np.ndarray]) -> np.ndarray:
    """Pictures of one size side by side under a line of text, uint8 RGB."""
    gap = np.full((len(pictures[0]), GAP, 3), _PAPER, np.uint8)
    row = np.hstack([strip for picture in pictures for strip in (gap, picture)][1:])
    heading = np.full((HEADING, row.shape[1], 3), _PAPER, np.uint8)
    cv2.putText(heading, text, (2, HEADING - 4), cv2.FONT_HERSHEY_SIMPLEX, 0.4, _INK, 1, cv2.LINE_AA)
    return np.vstack([heading, row])


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
    rows = [pair_strip(batch, result_BCHW, index) for index in range(min(count, len(result_BCHW)))]
    return contact_sheet(rows, columns)


def write_page(path: Path, rows: list[np.ndarray], columns: int) -> None:
    """Write a contact sheet for the eye, as JPEG, whole or not at all. Raises InputError where it cannot be
    written."""
    sheet = np.ascontiguousarray(contact_sheet(rows, columns)[:, :, ::-1])
    write_whole(path, cv2.imencode(".jpg", sheet, [cv2.IMWRITE_JPEG_QUALITY, _PAGE_QUALITY])[1].tobytes())


def write_sheet(path: Path, rgb_HWC: np.ndarray) -> None:
    """Write a sheet as PNG, whole or not at all. Raises InputError where the file cannot be written."""
    write_png(path, rgb_HWC)
