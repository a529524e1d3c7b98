"""Strokes of garment words over a result: which piece every position is to be, in whatever pose.

A stroke belongs to the picture it was painted on. In another pose it goes with the bones that wear such a
garment, so what was put right or painted stays so while a hand pulls: a sleeve with its arm, a skirt with
both legs and not with the hand that hangs before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.api import Stroke
from engine.compositing.painted_skirts import even_outline
from engine.cv import cv2
from engine.garments import ARMS, DRESS, FACE, HAIR, LEGS, SKIRT, TOP, TROUSERS, painted_as
from engine.pose import bone_motion

AS_IT_IS = -1
_UPPER = bone_motion.OF_TRUNK + bone_motion.OF_ARMS
_LOWER = bone_motion.OF_TRUNK + bone_motion.OF_LEGS
_BONES_OF_PIECE = {
    HAIR: bone_motion.OF_HEAD,
    FACE: bone_motion.OF_HEAD,
    TOP: _UPPER,
    DRESS: _UPPER,
    ARMS: _UPPER,  # a neckline is skin on the trunk
    SKIRT: _LOWER,
    TROUSERS: _LOWER,
    LEGS: bone_motion.OF_LEGS,
}
_ALL = _LOWER + bone_motion.OF_ARMS + bone_motion.OF_HEAD
# Parts of the body between which cloth goes on however far they are apart; a skirt does between legs too.
_ONE_CLOTH = bone_motion.TRUNK | bone_motion.RIGHT_LEG, bone_motion.TRUNK | bone_motion.LEFT_LEG
_SKIRT = _ONE_CLOTH[0] | _ONE_CLOTH[1]
# px that neighbours may come to lie apart and still be one where they go with other parts: the seam at an arm
# that moves a little, not a web between trunk and a raised arm.
_SEAM = 3.0


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
    piece_HW = np.full(canvas, AS_IT_IS, np.int16)
    for pose, together in groupby(strokes, key=lambda stroke: stroke.pose):
        then_18x3 = np.array(pose, np.float32) * np.array((size[0], size[0], 1), np.float32)
        laid_HW = np.full(canvas, AS_IT_IS, np.int16)
        pieces: dict[int, None] = {}
        for stroke in together:
            draw(laid_HW, stroke, size[0])
            piece = painted_as(stroke.word)
            pieces.pop(piece, None)
            pieces[piece] = None
        if SKIRT in pieces:
            before_HW = laid_HW == SKIRT
            laid_HW[before_HW] = AS_IT_IS
            laid_HW[even_outline(before_HW) & (laid_HW == AS_IT_IS)] = SKIRT
        if np.allclose(then_18x3, keypoints_18x3, atol=1e-2):
            piece_HW = np.where(laid_HW == AS_IT_IS, piece_HW, laid_HW)
            continue
        for piece in pieces:  # the one that was painted last lies over the others
            _lay(piece_HW, laid_HW == piece, piece, then_18x3, keypoints_18x3)
    return torch.from_numpy(piece_HW.astype(np.int64)).to(device)[None]


def _lay(
    piece_HW: np.ndarray, there_HW: np.ndarray, piece: int, then_18x3: np.ndarray, now_18x3: np.ndarray
) -> None:
    """Lay a piece into a map, where another pose has what was painted of it: four neighbours as a quad, for
    those that go with different bones drift apart, and cloth between them is cloth."""
    points_N2 = np.argwhere(there_HW)[:, ::-1]
    bones = _BONES_OF_PIECE.get(piece, _ALL)
    moved_N2, part_N = bone_motion.moved(points_N2, then_18x3, now_18x3, bones)
    moved_N2 = np.round(moved_N2).clip(-1e4, 1e4).astype(np.int32)
    number_HW = np.full(there_HW.shape, -1)
    number_HW[there_HW] = np.arange(len(points_N2))
    corners_hw4 = np.stack(
        [number_HW[:-1, :-1], number_HW[:-1, 1:], number_HW[1:, 1:], number_HW[1:, :-1]], -1
    )
    place_M4 = corners_hw4[(corners_hw4 >= 0).all(-1)]
    quads_M42, parts_M = moved_N2[place_M4], np.bitwise_or.reduce(part_N[place_M4], 1)
    longest_M = np.linalg.norm(quads_M42 - np.roll(quads_M42, 1, 1), axis=2).max(1)
    whole_M = (parts_M & (parts_M - 1) == 0) | (longest_M <= _SEAM)
    for cloth in (_SKIRT,) if piece == SKIRT else _ONE_CLOTH:
        whole_M |= parts_M & ~cloth == 0
    for quad_42 in quads_M42[whole_M]:
        cv2.fillConvexPoly(piece_HW, quad_42, piece)
    (height, width), (x_N, y_N) = piece_HW.shape, moved_N2.T
    inside_N = (x_N >= 0) & (x_N < width) & (y_N >= 0) & (y_N < height)
    piece_HW[y_N[inside_N], x_N[inside_N]] = piece


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
