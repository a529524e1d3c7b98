"""Grain of cloth: what is finer than the smooth colours that clothes are filled with under arms.

Where an arm hung, and between a lifted sleeve and its trunk, no photo shows cloth. The clothes beside tell
its colours (`under_hands`); their weave is noise with the spectrum of a calm piece of each garment (Galerne,
Gousseau and Morel, Random Phase Textures, IEEE TIP 2011): of what is beside the hole itself, mirrored, every
crease would come as rings around it. What has a pattern goes on by that (`patterns`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor

from engine.compositing.atlas import centres
from engine.compositing.body_cloth import smoothed
from engine.compositing.fields import Window, at, odd_side, ramp, size_of, wide_mean
from engine.compositing.own_pose import OwnPose
from engine.compositing.patterns import with_copies
from engine.compositing.under_arms import mirror_images, nearest_aside
from engine.cv import cv2
from engine.ops.resample import enlarged, running_mean
from engine.pictures import to_rgb, to_tensor

_FINER = 2  # px of a map of 128 rows, side of the window over which a weave is smooth: folds are broader
_OTHER = 0.3, 0.5  # of -1 to 1: colours so far from those whose grain it is are of something else
_STEPS = 3  # px of a map of 128 rows, side of the window over which steps to mirror images are smooth
_WIDE = 21  # px of a map of 128 rows, side of the window over which grain is of one size
_LARGER = 2  # times as large as a piece is its noise, before it comes again
_HALF = 6  # px of a map of 128 rows from the middle of a piece whose grain is taken to its sides
_MOST = 2.0  # times that it may be at most


@torch.no_grad()
def with_grain(
    own: OwnPose,
    photo_1CHW: Tensor,
    fine_HWC: np.ndarray | None,
    pattern_HW2: np.ndarray | None = None,
) -> tuple[OwnPose, np.ndarray | None]:
    """An own pose of whose clothes under arms the colours have grain, or their pattern; and these in the fine
    picture's size, uint8 RGB, where there is one.

    photo: its colours first, of the size of what is under arms. pattern: as of `patterns.patterned`, None
    where there is none.
    """
    photo_13HW = photo_1CHW[:, :3].float()
    inner_1HW = own.cloth.amax(1) > 0
    if not inner_1HW.any():
        return own, None
    steps_12HW = _mirrored(inner_1HW)
    inner_11HW = inner_1HW[None].float()
    smooth_13HW = smoothed(photo_13HW, inner_11HW)
    finer_13HW = _even(photo_13HW - smoothed(photo_13HW, inner_11HW, _FINER), inner_11HW)
    apart_13HW = (own.under[:, :3] - _taken(smooth_13HW, steps_12HW)).abs()
    same_11HW = 1.0 - ramp(apart_13HW.amax(1, keepdim=True), *_OTHER)
    cloth_KHW = (own.cloth[0] > 0).cpu().numpy()
    row_HW, column_HW = nearest_aside(cloth_KHW.max(0))
    kind_HW = cloth_KHW.argmax(0)[row_HW, column_HW]
    finer_HWC = finer_13HW[0].movedim(0, -1).cpu().numpy()
    size_HW = np.abs(finer_HWC).mean(-1)
    squares = {kind: _calm_square(cloth_KHW[kind], size_HW) for kind in np.unique(kind_HW)}
    pieces = {kind: finer_HWC[square] for kind, square in squares.items()}
    colours_13HW = own.under[:, :3] + same_11HW * _woven(pieces, kind_HW).to(same_11HW)
    if pattern_HW2 is not None:
        goes_on_HWC = with_copies(to_rgb(photo_13HW), pattern_HW2, to_rgb(colours_13HW))
        colours_13HW = to_tensor(goes_on_HWC, photo_13HW.device)
    grained = own._replace(under=torch.cat([colours_13HW, own.under[:, 3:]], 1))
    if fine_HWC is None:
        return grained, None
    size = fine_HWC.shape[:2]
    pieces = {kind: _finer_piece(fine_HWC, square, len(kind_HW)) for kind, square in squares.items()}
    finer_13HW = _woven(
        pieces, cv2.resize(kind_HW.astype(np.uint8), size[::-1], interpolation=cv2.INTER_NEAREST)
    )
    cloth_HWC = to_rgb(enlarged(colours_13HW, size) + enlarged(same_11HW, size) * finer_13HW.to(same_11HW))
    if pattern_HW2 is not None:
        cloth_HWC = with_copies(fine_HWC, pattern_HW2, cloth_HWC)
    return grained, cloth_HWC


def _even(finer_1CHW: Tensor, inner_11HW: Tensor) -> Tensor:
    """What is finer of clothes, without what stands out: a seam or a button, which come once; nowhere more of
    it than half of the cloth has, lest embroidery is a grain."""
    size_1CHW = wide_mean(torch.cat([finer_1CHW.abs() * inner_11HW, inner_11HW], 1), _WIDE, 4)
    size_1CHW = size_1CHW[:, :-1] / size_1CHW[:, -1:].clamp_min(1e-3)
    inner_HW = inner_11HW[0, 0] > 0
    usual_C = torch.stack([plane_HW[inner_HW].abs().median() for plane_HW in finer_1CHW[0]])
    most_1CHW = _MOST * size_1CHW.minimum(usual_C[None, :, None, None])
    return inner_11HW * finer_1CHW.clamp(-most_1CHW, most_1CHW)


def _mirrored(known_1HW: Tensor) -> Tensor:
    """[1, 2, H, W]: rows and columns from a px to its mirror image at the nearest known one; to what is known
    nearest to that, where it is not. Smooth, lest an outline's steps are a picture's."""
    known_HW = known_1HW[0].cpu().numpy()
    steps_HW2 = mirror_images(known_HW) - np.moveaxis(np.indices(known_HW.shape), 0, -1)
    steps_12HW = torch.from_numpy(steps_HW2).permute(2, 0, 1)[None].float().to(known_1HW.device)
    return running_mean(steps_12HW, odd_side(_STEPS, len(known_HW)))


def _woven(pieces: Mapping[int, np.ndarray], kind_HW: np.ndarray) -> Tensor:
    """[1, C, H, W]: noise as each kind's piece [h, w, C] has it, where that is a px's."""
    rows, columns = kind_HW.shape
    channels = next(iter(pieces.values())).shape[-1]
    woven_HWC = np.zeros((rows, columns, channels), np.float32)
    for kind, piece_hwC in pieces.items():
        noise_hwC = _noise(piece_hwC)
        repeats_2 = -(-rows // len(noise_hwC)), -(-columns // noise_hwC.shape[1])
        laid_HWC = np.tile(noise_hwC, (*repeats_2, 1))[:rows, :columns]
        np.copyto(woven_HWC, laid_HWC, where=(kind_HW == kind)[..., None])
    return torch.from_numpy(np.moveaxis(woven_HWC, -1, 0)[None])


def _finer_piece(fine_HWC: np.ndarray, square: Window, rows: int) -> np.ndarray:
    """float32 [h, w, C], -2 to 2: what of a square of a picture of so many rows is finer than its px, and no
    more than is usual there."""
    times, size = len(fine_HWC) / rows, tuple(span.stop - span.start for span in square)
    window = tuple(slice(round(span.start * times), round(span.stop * times)) for span in square)
    piece_hwC = fine_HWC[window].astype(np.float32) / 127.5
    small_hwC = cv2.resize(piece_hwC, size[::-1], interpolation=cv2.INTER_AREA)
    finer_hwC = piece_hwC - cv2.resize(small_hwC, piece_hwC.shape[1::-1])
    most_C = _MOST * np.median(np.abs(finer_hwC), (0, 1))
    return finer_hwC.clip(-most_C, most_C)


def _noise(piece_hwC: np.ndarray) -> np.ndarray:
    """float32, larger than a piece and periodic: Gaussian noise with its spectrum, the same at every call."""
    rows, columns = (_LARGER * side for side in piece_hwC.shape[:2])
    spot_hwC = np.zeros((rows, columns, piece_hwC.shape[2]), np.float32)
    spot_hwC[: rows // _LARGER, : columns // _LARGER] = piece_hwC - piece_hwC.mean((0, 1))
    wanted_C = spot_hwC.std((0, 1)) * _LARGER
    white_hw1 = np.random.default_rng(0).standard_normal((rows, columns, 1), np.float32)
    noise_hwC = np.fft.irfft2(
        np.fft.rfft2(spot_hwC, axes=(0, 1)) * np.fft.rfft2(white_hw1, axes=(0, 1)), (rows, columns), (0, 1)
    )
    noise_hwC = noise_hwC * wanted_C / np.maximum(noise_hwC.std((0, 1)), 1e-9)
    most_C = np.abs(piece_hwC).max((0, 1))
    return noise_hwC.clip(-most_C, most_C).astype(np.float32)


def _calm_square(seen_HW: np.ndarray, size_HW: np.ndarray) -> Window:
    """Of the squares of cloth that are as large as may be, up to a size, the one with the usual grain and no
    more. size: how large it is at each px."""
    # Its own px are 1 from what is not seen; beyond the picture nothing is.
    deep_HW = cv2.distanceTransform(np.pad(seen_HW, 1).astype(np.uint8), cv2.DIST_C, 3)[1:-1, 1:-1]
    half = int(min(deep_HW.max() - 1, _HALF * len(seen_HW) // 128))
    mean_HW = cv2.blur(size_HW, (2 * half + 1,) * 2)
    off_HW = np.where(deep_HW > half, np.abs(mean_HW - np.median(size_HW[seen_HW])), np.inf)
    row, column = (int(place) for place in np.unravel_index(off_HW.argmin(), off_HW.shape))
    return slice(row - half, row + half + 1), slice(column - half, column + half + 1)


def _taken(x_1CHW: Tensor, steps_12hw: Tensor) -> Tensor:
    """What is so many rows and columns of the steps' map away."""
    size = size_of(x_1CHW)
    rows, columns = size_of(steps_12hw)
    to_12hw = steps_12hw.flip(1) * steps_12hw.new_tensor((2.0 / columns, 2.0 / rows)).view(1, 2, 1, 1)
    return at(x_1CHW, centres(size, x_1CHW.device)[None] + enlarged(to_12hw, size))
