"""What is behind a person: for each pixel of the hole that they leave, where in the photo something like it is seen.

Pixels are copied, one of a few shifts each (`shifts`), chosen so that every patch of the answer is found in the photo:
Wexler, Shechtman and Irani, Space-Time Completion of Video (PAMI 2007), from coarse to fine; as all pixels try the
same shift at once, a patch's distance is a box filter. Where the photo has no texture nothing is copied but noise, so
the smooth fill is taken there.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.fill import fill_holes
from engine.joining import joined
from engine.shifts import PATCH, dominant_shifts

_PLAIN = 3.0  # levels
_ROUNDS = (2, 4, 6, 8)  # of a level, the finest first
_TRUST = 1.3  # by how much less a pixel tells than one that is a pixel nearer to what is known


def source_field(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W, 2]: x, y of the point of the photo whose colours each pixel takes.

    rgb: uint8; nothing is taken from outside of `known`. A pixel's own centre (column + 0.5, row + 0.5) where it is known,
    nan where it takes the smooth fill: nothing around has texture.
    """
    places_HW2 = np.stack(np.indices(known_HW.shape), -1)
    source_HW2 = np.where(known_HW[..., None], places_HW2, -1)
    photo_HWC = np.where(known_HW[..., None], rgb_HWC, 0).astype(np.float32)
    textured_HW = _texture(photo_HWC, known_HW) > _PLAIN
    shifts_K2 = dominant_shifts(photo_HWC, known_HW, textured_HW)
    if len(shifts_K2) and not known_HW.all():
        label_HW = _labels(photo_HWC, known_HW, shifts_K2)
        y, x = np.nonzero(label_HW >= 0)
        source_N2 = places_HW2[y, x] + shifts_K2[label_HW[y, x]]
        textured_N = textured_HW[tuple(source_N2.T)]
        source_HW2[y[textured_N], x[textured_N]] = source_N2[textured_N]
    field_HW2 = source_HW2[..., ::-1] + np.float32(0.5)
    return np.where(source_HW2[..., :1] >= 0, field_HW2, np.nan).astype(np.float32)


def filled(rgb_hwC: np.ndarray, field_HW2: np.ndarray) -> np.ndarray:
    """uint8 RGB [h, w, 3]: the photo with what its field says copied and joined.

    rgb: uint8, what the field was found in, or the same picture in a larger size: then pixels are as sharp as
    there. Known pixels are untouched.
    """
    size = rgb_hwC.shape[:2]
    rows, columns = field_HW2.shape[:2]
    nothing_HW = np.isnan(field_HW2[..., 0])
    source_HW2 = np.where(nothing_HW[..., None], -1, np.nan_to_num(field_HW2)[..., ::-1]).astype(int)
    shift_HW2 = np.where(nothing_HW[..., None], 0, source_HW2 - np.stack(np.indices((rows, columns)), -1))
    known_HW = ~nothing_HW & (shift_HW2 == 0).all(-1)
    coarse_HWC = rgb_hwC if size == (rows, columns) else cv2.resize(rgb_hwC, (columns, rows), interpolation=cv2.INTER_AREA)
    coarse_HWC = coarse_HWC.reshape(rows, columns, 3)
    smooth_HWC = fill_holes(coarse_HWC, known_HW)
    joined_HWC = joined(coarse_HWC, source_HW2, smooth_HWC.astype(np.float32))
    if size == (rows, columns):
        return np.clip(joined_HWC + 0.5, 0, 255).astype(np.uint8)
    copied_HWC = np.where(nothing_HW[..., None], 0, coarse_HWC[tuple(np.moveaxis(np.maximum(source_HW2, 0), -1, 0))])
    return _enlarged(rgb_hwC, known_HW, nothing_HW, shift_HW2, joined_HWC - copied_HWC)


def _enlarged(rgb_hwC, known_HW, nothing_HW, shift_HW2, correction_HWC):
    """Each pixel is blended from what the four nearest of the field say: across a seam one copy goes over into the other."""
    (h, w), (rows, columns) = rgb_hwC.shape[:2], known_HW.shape
    scale = np.array([h / rows, w / columns])
    row_h, column_w = (np.minimum(((np.arange(n) + 0.5) * m / n).astype(int), m - 1) for n, m in ((h, rows), (w, columns)))
    known_hw = known_HW[row_h][:, column_w]
    y_N, x_N = np.nonzero(~known_hw)
    fine_shift_HW2 = np.rint(shift_HW2 * scale).astype(int)
    at_y, at_x = (y_N + 0.5) / scale[0] - 0.5, (x_N + 0.5) / scale[1] - 0.5
    total_NC, weight_N1 = np.zeros((len(y_N), 3), np.float32), np.zeros((len(y_N), 1), np.float32)
    for down in (0, 1):
        for across in (0, 1):
            i, j = np.floor(at_y).astype(int) + down, np.floor(at_x).astype(int) + across
            share = (1 - np.abs(at_y - i)) * (1 - np.abs(at_x - j))
            i, j = np.clip(i, 0, rows - 1), np.clip(j, 0, columns - 1)
            y, x = y_N + fine_shift_HW2[i, j, 0], x_N + fine_shift_HW2[i, j, 1]
            inside = (y >= 0) & (y < h) & (x >= 0) & (x < w)
            y, x = np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)
            nothing = nothing_HW[i, j]
            share = share * (~known_HW[i, j] & (nothing | (inside & known_hw[y, x])))
            colour = np.where(nothing[:, None], 0, rgb_hwC[y, x]) + correction_HWC[i, j]
            total_NC += share[:, None] * colour
            weight_N1 += share[:, None]
    out = rgb_hwC.copy()
    out[y_N, x_N] = np.clip(total_NC / np.maximum(weight_N1, 1e-6) + 0.5, 0, 255)
    return out


def _texture(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W]: levels by which colours nearby differ from their mean, which may slope."""
    weight_HW = known_HW.astype(np.float32)

    def mean(x, sigma):
        weight = np.maximum(cv2.GaussianBlur(weight_HW, (0, 0), sigma), 1e-6)
        return cv2.GaussianBlur(x, (0, 0), sigma) / weight.reshape(weight.shape + (1,) * (x.ndim - 2))

    square_HW = np.square(rgb_HWC - mean(rgb_HWC, 3).reshape(rgb_HWC.shape)).mean(-1) * weight_HW
    return np.sqrt(mean(square_HW, 4))


def _levels(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pictures and what is known of them, each half as large, until a patch reaches into the middle of the hole."""
    levels = [(rgb_HWC, known_HW)]
    while True:
        rgb_HWC, known_HW = levels[-1]
        deepest = cv2.distanceTransform((~known_HW).astype(np.uint8), cv2.DIST_L2, 3).max()
        size = tuple((n + 1) // 2 for n in known_HW.shape[::-1])
        if deepest <= PATCH or min(size) < 2 * PATCH:
            return levels
        whole = cv2.resize(known_HW.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.999
        if not whole.any():
            return levels
        levels.append((cv2.resize(rgb_HWC, size, interpolation=cv2.INTER_AREA) * whole[..., None], whole))


def _labels(rgb_HWC, known_HW, shifts_K2):
    levels = _levels(rgb_HWC, known_HW)
    rgb, known = levels[-1]
    guess = None
    for n in range(len(levels) - 1, -1, -1):
        rgb, known = levels[n]
        shifts = shifts_K2 if n == 0 else np.unique(np.rint(shifts_K2 / 2**n).astype(int), axis=0)
        if guess is not None:
            guess = cv2.resize(guess, known.shape[::-1], interpolation=cv2.INTER_LINEAR)
        guess, label = _settled(rgb, known, guess, shifts, _ROUNDS[min(n, len(_ROUNDS) - 1)])
    return label


def _box(x):
    return cv2.boxFilter(x, -1, (PATCH, PATCH), normalize=False, borderType=cv2.BORDER_CONSTANT)


def _settled(rgb_HWC, known_HW, guess_HWC, shifts_K2, rounds):
    rows, columns = known_HW.shape
    y, x = np.nonzero(~known_HW)
    r = PATCH // 2
    top, bottom = max(0, y.min() - r), min(rows, y.max() + r + 1)
    left, right = max(0, x.min() - r), min(columns, x.max() + r + 1)
    window = np.s_[top:bottom, left:right]
    wide = np.pad(rgb_HWC, ((rows, rows), (columns, columns), (0, 0)))
    wide_known = np.pad(known_HW.astype(np.float32), ((rows, rows), (columns, columns)))

    def moved(shift):
        at = np.s_[rows + shift[0] + top : rows + shift[0] + bottom, columns + shift[1] + left : columns + shift[1] + right]
        return wide[at], wide_known[at]

    hole = ~known_HW[window]
    depth = cv2.distanceTransform((~known_HW).astype(np.uint8), cv2.DIST_L2, 3)[window]
    trust = np.float32(_TRUST) ** -np.minimum(depth, 60)
    seen = known_HW[window] if guess_HWC is None else np.ones_like(hole)
    answer = np.where(hole[..., None], 0 if guess_HWC is None else guess_HWC[window], rgb_HWC[window]).astype(np.float32)
    for _ in range(rounds):
        told = trust * seen
        best = np.full(hole.shape, np.inf, np.float32)
        label = np.full(hole.shape, -1)
        for k, shift in enumerate(shifts_K2):
            colour, there = moved(shift)
            weight = told * there
            total = _box(weight)
            off = answer - colour
            distance = _box(np.einsum("hwc,hwc->hw", off, off) * weight) / np.maximum(total, 1e-9)
            better = hole & (there > 0) & (total > 1e-7) & (distance < best)
            best[better] = distance[better]
            label[better] = k
        votes, weight = np.zeros_like(answer), np.zeros_like(best)
        for k in np.unique(label[label >= 0]):
            colour, there = moved(shifts_K2[k])
            share = _box((label == k) * trust) * there
            votes += share[..., None] * colour
            weight += share
        voted = hole & (weight > 0)
        answer[voted] = votes[voted] / weight[voted][:, None]
        seen = seen | voted
    whole_label = np.full(known_HW.shape, -1)
    whole_label[window] = label
    whole_answer = rgb_HWC.copy()
    whole_answer[window] = answer
    return whole_answer, whole_label
