"""Copied pieces of a picture joined so that no outline shows: their colours are corrected smoothly.

Perez, Gangnet and Blake, Poisson Image Editing (SIGGRAPH 2003), with two changes: sides of a join that are nothing
alike do not pull at each other (or an object cut off by the hole would bleed into it), and a copy holds on a little to
its own colours (screened: Bhat et al., Fourier Analysis of the 2D Screened Poisson Equation, ECCV 2008).
"""

from __future__ import annotations

import numpy as np

_FITS = 24.0  # levels by which the sides of a join may differ before they pull at each other by less than half
_OWN = 1e-3  # how much a copy holds on to its own colours: beyond some 30 px more than to a join
_STEPS = 400  # enough for a hole of 512 rows
_ENOUGH = 0.02  # levels: what is left to correct of a pixel, root mean square


def joined(rgb_HWC: np.ndarray, source_HW2: np.ndarray, start_HWC: np.ndarray) -> np.ndarray:
    """float32 RGB: the copies joined with the picture and with each other, the rest filled in smoothly.

    source: int, row and column of the picture that each pixel copies; itself where it is known and stays as it
    is; -1 where it copies nothing: there the colours go over smoothly into those around. start: float32, a guess
    at the answer where nothing is copied.
    """
    rgb_HWC = rgb_HWC.astype(np.float32)
    places_HW2 = np.stack(np.indices(source_HW2.shape[:2]), -1)
    known_HW = (source_HW2 == places_HW2).all(-1)
    copies_HW1 = (source_HW2[..., :1] >= 0) & ~known_HW[..., None]
    free_HW1 = ~known_HW[..., None]
    colours_HWC = np.where(source_HW2[..., :1] >= 0, rgb_HWC[tuple(np.moveaxis(source_HW2, -1, 0))], start_HWC)
    joins = [_join(rgb_HWC, known_HW, source_HW2, colours_HWC, axis) for axis in (0, 1)]
    own_HW1 = np.float32(_OWN) * copies_HW1

    def pulled(x_HWC: np.ndarray, wanted=(0.0, 0.0)) -> np.ndarray:
        """Minus half the gradient of sum of weight (difference - wanted)^2 + own x^2."""
        pull_HWC = -own_HW1 * x_HWC
        for axis, (weight_HW1, _) in enumerate(joins):
            first, second = _pairs(axis)
            flow = weight_HW1 * (x_HWC[second] - x_HWC[first] - wanted[axis])
            pull_HWC[first] += flow
            pull_HWC[second] -= flow
        return pull_HWC * free_HW1

    # Conjugate gradients, from the copies as they are.
    change_HWC = np.zeros_like(colours_HWC)
    wanted = [steps_HWC - np.diff(colours_HWC, axis=axis) for axis, (_, steps_HWC) in enumerate(joins)]
    rest_HWC = pulled(change_HWC, wanted)
    way_HWC, size = rest_HWC, float(np.vdot(rest_HWC, rest_HWC))
    enough = _ENOUGH**2 * 3 * max(1, np.count_nonzero(free_HW1))
    for _ in range(_STEPS):
        if size <= enough * 1e-3:
            break
        turned_HWC = -pulled(way_HWC)
        step = size / float(np.vdot(way_HWC, turned_HWC))
        change_HWC += step * way_HWC
        rest_HWC = rest_HWC - step * turned_HWC
        before, size = size, float(np.vdot(rest_HWC, rest_HWC))
        way_HWC = rest_HWC + (size / before) * way_HWC
    return colours_HWC + change_HWC


def _pairs(axis: int) -> tuple:
    """Of neighbours along an axis the first and the second."""
    along = (slice(None),) * axis
    return (*along, slice(None, -1)), (*along, slice(1, None))


def _join(rgb_HWC, known_HW, source_HW2, colours_HWC, axis: int):
    """Between neighbours along an axis: how much they pull at each other, and by how much they should differ.

    Both know it: each pixel's source has a neighbour of its own.
    """
    first, second = _pairs(axis)
    step = np.eye(2, dtype=int)[axis]
    copies_HW = source_HW2[..., 0] >= 0
    ahead, ahead_known = _seen(rgb_HWC, known_HW, source_HW2 + step, copies_HW)
    behind, behind_known = _seen(rgb_HWC, known_HW, source_HW2 - step, copies_HW)
    a, b = ahead_known[first], behind_known[second]
    count = np.maximum(a + b, 1)
    by_first = a * (ahead[first] - colours_HWC[first])
    by_second = b * (colours_HWC[second] - behind[second])
    plain = (~copies_HW[first] | ~copies_HW[second])[..., None]
    odd = a * np.square(ahead[first] - colours_HWC[second]) + b * np.square(behind[second] - colours_HWC[first])
    odd = np.where(plain, 0, (odd / count).mean(-1, keepdims=True))
    number = np.maximum(count, np.where(plain, 2, 1))
    number = np.where(plain & ((a + b) == 0), 1, number)
    return 1 / (1 + odd / np.float32(_FITS**2)), (by_first + by_second) / number


def _seen(rgb_HWC, known_HW, place_HW2, copies_HW):
    inside = copies_HW & ((place_HW2 >= 0) & (place_HW2 < known_HW.shape)).all(-1)
    place = tuple(np.moveaxis(np.where(inside[..., None], place_HW2, 0), -1, 0))
    seen_HW1 = (inside & known_HW[place])[..., None]
    return rgb_HWC[place], seen_HW1.astype(np.float32)
