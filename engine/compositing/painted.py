"""Strokes of garment words over a result: which piece every position is to be, in whatever pose.

A stroke belongs to the picture it was painted on. In another pose it goes with the bones as the photo does
(`moving_least_squares`), so what was put right or painted stays so while a hand pulls.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import Stroke
from engine.compositing.moving_least_squares import motion, normalised_pose
from engine.cv import cv2
from engine.garments import painted_as
from engine.pose.planes import present_joints

AS_IT_IS = -1


@torch.no_grad()
def painted(
    strokes: Sequence[Stroke],
    keypoints_18x3: np.ndarray,
    size: tuple[int, int],
    canvas: tuple[int, int],
    device: torch.device,
) -> Tensor | None:
    """Which of `garments.PIECES` every pixel of the canvas is to be in this pose, int64 [1, H, W], AS_IT_IS
    where nothing was painted; None without strokes.

    size, canvas: (H, W) of the frame and of the canvas it lies on. Later strokes cover earlier ones.
    """
    if not strokes:
        return None
    piece_1HW = torch.full((1, *canvas), AS_IT_IS, dtype=torch.int64, device=device)
    for pose, together in groupby(strokes, key=lambda stroke: stroke.pose):
        then_18x3 = np.array(pose, np.float32) * np.array((size[0], size[0], 1), np.float32)
        laid_HW = np.full(canvas, AS_IT_IS, np.int16)
        for stroke in together:
            draw(laid_HW, stroke, size[0])
        laid_11HW = torch.from_numpy(laid_HW.astype(np.float32)).to(device)[None, None]
        if not np.allclose(then_18x3, keypoints_18x3, atol=1e-2):
            now_1183, then_1183 = (
                normalised_pose(torch.tensor(_present(each), device=device)[None], canvas)
                for each in (keypoints_18x3, then_18x3)
            )
            positions_1HW2 = motion(now_1183, then_1183, canvas).positions.movedim(1, -1)
            inside_11HW = F.grid_sample(
                laid_11HW - AS_IT_IS, positions_1HW2, mode="nearest", align_corners=False
            )
            laid_11HW = inside_11HW + AS_IT_IS  # beyond the picture 0 is read: unpainted
        found_1HW = laid_11HW[:, 0].long()
        piece_1HW = torch.where(found_1HW == AS_IT_IS, piece_1HW, found_1HW)
    return piece_1HW


def draw(laid_HW: np.ndarray, stroke: Stroke, rows: int) -> None:
    """Draw a stroke into a map of pieces of a frame of so many rows: a line as wide as the brush, with round
    ends."""
    points_N12 = np.round(np.array(stroke.points) * rows).astype(np.int32)[:, None]
    piece, radius = painted_as(stroke.word), max(1, round(stroke.radius * rows))
    for point in (points_N12[0, 0], points_N12[-1, 0]):
        cv2.circle(laid_HW, tuple(map(int, point)), radius, piece, -1)
    cv2.polylines(laid_HW, [points_N12], False, piece, 2 * radius)


def at_size(piece_1HW: Tensor, size: tuple[int, int]) -> Tensor:
    """The map on a grid of another size (h, w)."""
    return F.interpolate(piece_1HW[:, None].float(), size, mode="nearest")[:, 0].long()


def _present(keypoints_18x3: np.ndarray) -> np.ndarray:
    """A pose less the joints that engines are not shown."""
    return np.where(present_joints(keypoints_18x3)[:, None], keypoints_18x3, np.float32(0))
