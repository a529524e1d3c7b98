"""What can be asked of fields over a picture, [B, C, h, w]: helpers of the warps."""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.cv import cv2
from engine.ops.resample import enlarged, running_mean

Window = tuple[slice, slice]  # rows and columns of a picture

_ALIKE = 0.2  # root mean square difference of colours (of -1 to 1) at which likeness has fallen to 1/e
_STEP = 2  # px to either side, between which a map's slope is taken


def size_of(x_Chw: Tensor) -> tuple[int, int]:
    """Its rows and columns, of a batch too."""
    rows, columns = x_Chw.shape[-2:]
    return rows, columns


def largest(x_BChw: Tensor) -> Tensor:
    """The number of the channel that is largest at each position, int64 [B, h, w]; for `argmax` channels that
    lie far apart take four times as long."""
    return x_BChw.max(1).indices


def at(x_BChw: Tensor, positions_B2hw: Tensor) -> Tensor:
    """The map at these positions, -1 to 1 across it; beyond its rim as at the rim."""
    grid_Bhw2 = positions_B2hw.movedim(1, -1)
    return F.grid_sample(x_BChw, grid_Bhw2, padding_mode="border", align_corners=False)


def moved_by(x_BCHW: Tensor, here_2HW: Tensor, steps_B2HW: Tensor) -> Tensor:
    """The map `at` so far from its own positions (`atlas.centres`), looked up only where that is a step."""
    window = window_of(steps_B2HW.abs().amax((0, 1)), 0)
    moved_BCHW = x_BCHW.clone()
    moved_BCHW[(..., *window)] = at(x_BCHW, here_2HW[(..., *window)] + steps_B2HW[(..., *window)])
    return moved_BCHW


def alike(a_BChw: Tensor, b_BChw: Tensor) -> Tensor:
    """1 where colours are the same, towards 0 where they are not."""
    return small(running_mean(a_BChw - b_BChw, 3))


def small(change_BChw: Tensor) -> Tensor:
    """1 where a change of colours is none, towards 0 where it is one."""
    return torch.exp(-change_BChw.square().mean(1, keepdim=True) / _ALIKE**2)


def of_other_classes(class_BCHW: Tensor, other_BCHW: Tensor) -> Tensor:
    """1 where most of the probability lies on other classes."""
    return ((class_BCHW - other_BCHW).abs().sum(1, keepdim=True) > 1.0).float()


def odd_side(side: int, rows: int) -> int:
    """The odd side, in px of a map of so many rows, of a window given in px of 128 rows."""
    return max(3, side * rows // 128 | 1)


def around(marked_B1hw: Tensor, side: int) -> Tensor:
    """1 where anything in the window around is marked. side: in px of a map of 128 rows."""
    side = odd_side(side, marked_B1hw.shape[-2])
    half = side // 2
    # Counted in an integral image: as quick for a wide window as for a narrow one.
    counts_B1hw = F.pad(marked_B1hw, (half + 1, half, half + 1, half)).cumsum(2).cumsum(3)
    upper_B1hw, lower_B1hw = counts_B1hw[..., :-side, :], counts_B1hw[..., side:, :]
    rows_B1hw = lower_B1hw - upper_B1hw
    return (rows_B1hw[..., side:] - rows_B1hw[..., :-side] > 0.5).float()


def highest(x_BChw: Tensor, side: int) -> Tensor:
    """The largest value in the window of this odd side around: on the CPU by OpenCV, in a tenth of the time
    of `highest_textbook`."""
    if not x_BChw.numel():
        return x_BChw
    if x_BChw.device.type != "cpu" or x_BChw.requires_grad:
        return highest_textbook(x_BChw, side)
    planes_Nhw = x_BChw.float().flatten(0, 1).contiguous()
    # Not like the planes: a single column keeps the strides of where it was cut out, which OpenCV refuses.
    found_Nhw, window = torch.empty(planes_Nhw.shape), np.ones((side, side), np.uint8)
    for plane_hw, into_hw in zip(planes_Nhw.numpy(), found_Nhw.numpy(), strict=True):
        cv2.dilate(plane_hw, window, into_hw)
    return found_Nhw.view(x_BChw.shape).to(x_BChw.dtype)


def highest_textbook(x_BChw: Tensor, side: int) -> Tensor:
    """Rows and columns one after the other."""
    half = side // 2
    return F.max_pool2d(F.max_pool2d(x_BChw, (side, 1), 1, (half, 0)), (1, side), 1, (0, half))


def closed(x_BChw: Tensor, side: int) -> Tensor:
    """The map with what is narrower than a window of this odd side, between what is higher, filled."""
    return 1.0 - highest(1.0 - highest(x_BChw, side), side)


def keeps_shape(positions_B2hw: Tensor) -> Tensor:
    """1 where the positions turn and enlarge the photo, 0 where they stretch it more than 4 to 1, or fold
    it."""
    rows, columns = positions_B2hw.shape[-2:]
    pixels_B2hw = positions_B2hw * positions_B2hw.new_tensor((columns / 2, rows / 2)).view(2, 1, 1)
    padded_B2hw = F.pad(pixels_B2hw, [_STEP] * 4, mode="replicate")
    across_B2hw = padded_B2hw[:, :, _STEP:-_STEP, 2 * _STEP :] - padded_B2hw[:, :, _STEP:-_STEP, : -2 * _STEP]
    down_B2hw = padded_B2hw[:, :, 2 * _STEP :, _STEP:-_STEP] - padded_B2hw[:, :, : -2 * _STEP, _STEP:-_STEP]
    area_Bhw = across_B2hw[:, 0] * down_B2hw[:, 1] - across_B2hw[:, 1] * down_B2hw[:, 0]
    squares_Bhw = across_B2hw.square().sum(1) + down_B2hw.square().sum(1)
    likeness_B1hw = (2 * area_Bhw / squares_Bhw.clamp_min(1e-6)).clamp(0.0, 1.0)[:, None]
    return ramp(running_mean(likeness_B1hw, 5), 0.5, 0.9)


def wide_mean(x_BChw: Tensor, side: int, coarse: int) -> Tensor:
    """Mean over a wide window, from every so many px' mean: smooth is quick. side: as of `around`."""
    side = odd_side(side, x_BChw.shape[-2])
    means_BChw = running_mean(F.avg_pool2d(x_BChw, coarse, ceil_mode=True), side // coarse | 1)
    return enlarged(means_BChw, size_of(x_BChw))


def spread(x_BCHW: Tensor, inside_B1HW: Tensor) -> Tensor:
    """The map with what is outside filled by what is inside near it, the wider the farther.

    inside: 0 to 1, how far a px is known. Push-pull: means are taken down a pyramid, then every level fills
    its holes from the coarser one. Where nothing is inside at all, the map is 0.
    """
    known_BCHW, weight_B1HW = x_BCHW * inside_B1HW, inside_B1HW
    if max(size_of(x_BCHW)) > 1:
        coarse_BCHW, share_B1HW = (
            F.avg_pool2d(planes, 2, ceil_mode=True, count_include_pad=False)
            for planes in (known_BCHW, weight_B1HW)
        )
        # Known by a quarter is known.
        sure_B1HW = (4.0 * share_B1HW).clamp(max=1.0)
        coarse_BCHW = spread(coarse_BCHW / share_B1HW.clamp_min(1e-6), sure_B1HW)
        beyond_BCHW = enlarged(coarse_BCHW, size_of(x_BCHW))
        known_BCHW = known_BCHW + (1.0 - weight_B1HW) * beyond_BCHW
    return known_BCHW


def length(x_B2hw: Tensor) -> Tensor:
    return torch.hypot(*x_B2hw.split(1, 1))


def window_of(marked_HW: Tensor, margin: int, step: int = 1) -> Window:
    """The rows and columns that hold all that is above 0, with a margin; they end at whole steps, or at
    the picture's own end, and are one step at least."""
    rows, columns = (
        _span((marked_HW.amax(axis) > 0).nonzero().flatten(), side, margin, step)
        for axis, side in ((1, marked_HW.shape[0]), (0, marked_HW.shape[1]))
    )
    return rows, columns


def common(one: Window, other: Window) -> tuple[Window, Window]:
    """What two windows have in common, as a part of each."""
    spans = [(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)]
    rows, columns = (slice(first, max(first, last)) for first, last in spans)
    of_one, of_other = (
        (
            slice(rows.start - own[0].start, rows.stop - own[0].start),
            slice(columns.start - own[1].start, columns.stop - own[1].start),
        )
        for own in (one, other)
    )
    return of_one, of_other


def _span(marked_M: Tensor, side: int, margin: int, step: int) -> slice:
    first, last = marked_M[[0, -1]].tolist() if len(marked_M) else (0, 0)
    begin, end = max(0, first - margin) // step * step, -(-(last + 1 + margin) // step) * step
    return slice(begin, min(end, side))


def ramp(x: Tensor, low: float, high: float) -> Tensor:
    """0 up to `low`, 1 from `high` on, straight between."""
    return ((x - low) / (high - low)).clamp_(0.0, 1.0)


def ramp_at(x: float, low: float, high: float) -> float:
    """`ramp` of a number."""
    return min(max((x - low) / (high - low), 0.0), 1.0)


def mean_colour(picture_BChw: Tensor, share_B1hw: Tensor) -> Tensor:
    """[B, C, 1, 1], of what a share of each px is of; 0 where there is nothing of it."""
    total_B111 = share_B1hw.sum((2, 3), keepdim=True).clamp_min(1e-3)
    return (picture_BChw * share_B1hw).sum((2, 3), keepdim=True) / total_B111


def row_ends(there_hw: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last column that is marked of every row, int [h] each; of a row that has none the
    first and the last there are."""
    return there_hw.argmax(1), there_hw.shape[1] - 1 - there_hw[:, ::-1].argmax(1)


def nearest_known(known_HW: np.ndarray, mask: int = 5) -> tuple[np.ndarray, np.ndarray]:
    """How far every px is from the nearest one that is known, px, and which that is, by its number in the
    order of rows, [H, W] each. known: bool, at least one. mask: the distance's, as OpenCV has it."""
    far_HW, label_HW = cv2.distanceTransformWithLabels(
        (~known_HW).astype(np.uint8), cv2.DIST_L2, mask, labelType=cv2.DIST_LABEL_PIXEL
    )
    number_N = np.zeros(label_HW.max() + 1, np.int64)
    number_N[label_HW[known_HW]] = np.flatnonzero(known_HW)
    return far_HW, number_N[label_HW]


def without_valleys(value_N: Tensor) -> Tensor:
    """Values of which what is lower than some before and some after it is as high as the lower of these."""
    return value_N.cummax(0).values.minimum(value_N.flip(0).cummax(0).values.flip(0))


def between_known(value_N: Tensor, known_N: Tensor) -> Tensor:
    """Values with those that are not known going over from one known neighbour into the other. known: bool,
    at least one."""
    number_K = known_N.nonzero()[:, 0]
    known_K, values_K = number_K.tolist(), value_N[number_K].tolist()
    return torch.from_numpy(np.interp(np.arange(len(value_N)), known_K, values_K)).to(value_N)
