"""Copied pieces of a picture joined so that no outline shows: their colours are corrected smoothly.

Perez, Gangnet and Blake, Poisson Image Editing (SIGGRAPH 2003), with two changes. Sides of a join that are
nothing alike hardly pull at each other, or an object cut off by a hole would bleed into it. And pieces hold
on a little to their own colours (screened: Bhat et al., Fourier Analysis of the 2D Screened Poisson Equation,
ECCV 2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

_FITS = 16.0  # levels at which sides of a join pull by half; at 12 joins show, at 24 texture is lost
_OWN = 1e-3  # how much a piece holds on to its colours: some 30 px from a join as much as to the join
_LEFT = 5e-3  # of what there was to correct, root mean square: less than rounding
_STEPS = 200  # reached by no picture but a broken one


def joined(smooth_HWC: np.ndarray, source_HW2: np.ndarray) -> np.ndarray:
    """float32 RGB [H, W, 3]: a picture with copies of its own pieces, joined with it and with each other.

    smooth: RGB, 0 to 255, the picture with its holes filled in any smooth way. source: int, row and column
    that each pixel copies; itself where the picture is known and stays as it is; -1 where the smooth fill
    stands. That goes over into the copies beside it, and away from them it is left alone.
    """
    smooth_HWC = smooth_HWC.astype(np.float32)
    free_HW = (source_HW2 != _places(source_HW2)).any(-1)
    copies_HW = free_HW & (source_HW2[..., 0] >= 0)
    colours_HWC = np.where(
        copies_HW[..., None], smooth_HWC[source_HW2[..., 0], source_HW2[..., 1]], smooth_HWC
    )
    free_HW1 = free_HW[..., None].astype(np.float32)
    joins = [_join(smooth_HWC, colours_HWC, source_HW2, free_HW, copies_HW, axis) for axis in (0, 1)]

    def pull(change_HWC: np.ndarray, wanted: Sequence[np.ndarray | float] = (0.0, 0.0)) -> np.ndarray:
        """Minus half the gradient of sum of weight (difference of neighbours - wanted)^2 + own change^2."""
        pull_HWC = -np.float32(_OWN) * change_HWC
        for (weight_HW1, _), difference, (first, second) in zip(
            joins, wanted, map(_pairs, (0, 1)), strict=True
        ):
            flow = weight_HW1 * (change_HWC[second] - change_HWC[first] - difference)
            pull_HWC[first] += flow
            pull_HWC[second] -= flow
        return pull_HWC * free_HW1

    # Conjugate gradients, from no change at all.
    change_HWC = np.zeros_like(colours_HWC)
    rest_HWC = way_HWC = pull(change_HWC, [wanted for _, wanted in joins])
    size = float(np.vdot(rest_HWC, rest_HWC))
    enough = size * _LEFT**2
    for _ in range(_STEPS):
        if size <= enough:
            break
        turned_HWC = -pull(way_HWC)
        length = np.float32(size / float(np.vdot(way_HWC, turned_HWC)))
        change_HWC += length * way_HWC
        rest_HWC = rest_HWC - length * turned_HWC
        before, size = size, float(np.vdot(rest_HWC, rest_HWC))
        way_HWC = rest_HWC + np.float32(size / before) * way_HWC
    return colours_HWC + change_HWC


def _places(x_HWK: np.ndarray) -> np.ndarray:
    return np.moveaxis(np.indices(x_HWK.shape[:2]), 0, -1)


def _pairs(axis: int) -> tuple[tuple[slice, ...], tuple[slice, ...]]:
    """Of neighbours along an axis the first and the second."""
    along = (slice(None),) * axis
    return (*along, slice(None, -1)), (*along, slice(1, None))


def _join(
    smooth_HWC: np.ndarray,
    colours_HWC: np.ndarray,
    source_HW2: np.ndarray,
    free_HW: np.ndarray,
    copies_HW: np.ndarray,
    axis: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Of neighbours along an axis: how much they pull at each other, and by how much more their colours
    should differ. Both say that: what each was copied from has a neighbour of its own."""
    first, second = _pairs(axis)
    step = np.eye(2, dtype=int)[axis]
    ahead_HWC, ahead_HW1 = _beside(smooth_HWC, source_HW2, free_HW, copies_HW, step)
    behind_HWC, behind_HW1 = _beside(smooth_HWC, source_HW2, free_HW, copies_HW, -step)
    by_first = ahead_HW1[first] * (ahead_HWC[first] - colours_HWC[second])
    by_second = behind_HW1[second] * (colours_HWC[first] - behind_HWC[second])
    count = np.maximum(ahead_HW1[first] + behind_HW1[second], 1)
    odd = ((np.square(by_first) + np.square(by_second)) / count).mean(-1, keepdims=True)
    return 1 / (1 + odd / np.float32(_FITS**2)), (by_first + by_second) / count


def _beside(
    smooth_HWC: np.ndarray,
    source_HW2: np.ndarray,
    free_HW: np.ndarray,
    copies_HW: np.ndarray,
    step: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Colours beside what each pixel shows, and 1 where they count: those known beside a copy's source, all
    beside the smooth fill, and beside a known pixel those that are no copy's place."""
    rows, columns = free_HW.shape
    beside_HW2 = np.where(copies_HW[..., None], source_HW2, _places(source_HW2)) + step
    inside_HW = ((beside_HW2 >= 0) & (beside_HW2 < (rows, columns))).all(-1)
    y, x = np.clip(beside_HW2[..., 0], 0, rows - 1), np.clip(beside_HW2[..., 1], 0, columns - 1)
    tells_HW = np.where(copies_HW, ~free_HW[y, x], free_HW | ~copies_HW[y, x])
    return smooth_HWC[y, x], (inside_HW & tells_HW)[..., None].astype(np.float32)
