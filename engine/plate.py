"""What is behind a person: for each pixel of the hole that they leave, where in the photo something like it is seen.

The photo is copied by a few shifts (`shifts`), which are chosen so that every patch of the answer is found in the photo:
Wexler, Shechtman and Irani, Space-Time Completion of Video (PAMI 2007), from coarse to fine. As a shift is tried for all
pixels at once, the distances of their patches are a box filter. Where the photo has no texture a copy would bring
nothing but its noise, and the smooth fill (`fill`) stays. Nothing is drawn by lot: the same photo gives the same plate.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.fill import fill_holes
from engine.joining import joined
from engine.shifts import PATCH, dominant_shifts

_PLAIN = 3.0  # levels of detail: studio walls have 1, asphalt 6, grass 20
_FINE, _WIDE = 3.0, 4.0  # px: detail is what is finer than the one, measured over the other
_ROUNDS = (2, 4, 6, 8)  # of a level's search, the finest first: what is coarse decides most and costs least
_TRUST = 1.3  # how much more a pixel tells than one that is a pixel deeper in the hole
_DEEP = 50.0  # px beyond which all are told apart no more


def source_field(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W, 2]: x, y of the point of the photo whose colours each pixel takes.

    rgb: uint8, of which nothing outside of `known` is looked at. Known pixels take their own: their centre, column +
    0.5 and row + 0.5. The rest takes whole pixels' that are known, or nan where the smooth fill is better: where
    there is no texture, or nothing that could be copied.
    """
    places_HW2 = np.stack(np.indices(known_HW.shape), -1)
    source_HW2 = np.where(known_HW[..., None], places_HW2, -1)
    photo_HWC = np.where(known_HW[..., None], rgb_HWC, 0).astype(np.float32)
    textured_HW = known_HW & (_detail(photo_HWC, known_HW) > _PLAIN)
    if textured_HW.any() and not known_HW.all():
        shifts_K2 = dominant_shifts(photo_HWC, known_HW, textured_HW)
        label_HW = _chosen(photo_HWC, known_HW, shifts_K2)
        y, x = np.nonzero(label_HW >= 0)
        found_N2 = places_HW2[y, x] + shifts_K2[label_HW[y, x]]
        share_HW = np.zeros(known_HW.shape, np.float32)
        share_HW[y, x] = textured_HW[found_N2[:, 0], found_N2[:, 1]]
        worth_N = (
            cv2.blur(share_HW, (PATCH, PATCH))
            > 0.5 * cv2.blur((label_HW >= 0) * np.float32(1), (PATCH, PATCH))
        )[y, x]
        source_HW2[y[worth_N], x[worth_N]] = found_N2[worth_N]
    field_HW2 = source_HW2[..., ::-1] + np.float32(0.5)
    return np.where(source_HW2[..., :1] >= 0, field_HW2, np.float32(np.nan)).astype(np.float32)


def filled(rgb_hwC: np.ndarray, field_HW2: np.ndarray) -> np.ndarray:
    """uint8 RGB [h, w, 3]: the photo with its hole filled as its field says, the copies joined.

    rgb: uint8, the photo the field was found in, or the same view in a larger size: the fill is as sharp as that.
    Pixels of what is known are untouched.
    """
    rows, columns = field_HW2.shape[:2]
    source_HW2 = np.where(np.isnan(field_HW2), -1, np.nan_to_num(field_HW2))[..., ::-1].astype(int)
    shift_HW2 = source_HW2 - np.stack(np.indices((rows, columns)), -1)
    known_HW = (shift_HW2 == 0).all(-1)
    copies_HW = ~known_HW & (source_HW2[..., 0] >= 0)
    whole = rgb_hwC.shape[:2] == (rows, columns)
    photo_HWC = rgb_hwC if whole else cv2.resize(rgb_hwC, (columns, rows), interpolation=cv2.INTER_AREA)
    plate_HWC = fill_holes(photo_HWC, known_HW)
    exact_HWC = joined(plate_HWC, source_HW2) if copies_HW.any() else plate_HWC.astype(np.float32)
    if whole:
        return np.clip(exact_HWC + 0.5, 0, 255).astype(np.uint8)
    copied_HWC = np.where(
        copies_HW[..., None], photo_HWC[source_HW2[..., 0], source_HW2[..., 1]], np.float32(0)
    )
    return _enlarged(rgb_hwC, known_HW, copies_HW, shift_HW2, exact_HWC - copied_HWC)


def _enlarged(rgb_hwC, known_HW, copies_HW, shift_HW2, correction_HWC) -> np.ndarray:
    """Fill a larger photo: copy by the same shifts and correct by the same colours, each pixel as the four nearest
    of the field say, by bilinear weights: across a seam one copy goes over into the next."""
    size, grid = np.array(rgb_hwC.shape[:2]), np.array(known_HW.shape)
    scale = size / grid
    nearest = [
        np.minimum(((np.arange(n) + 0.5) / s).astype(int), m - 1)
        for n, s, m in zip(size, scale, grid, strict=True)
    ]
    known_hw = known_HW[np.ix_(*nearest)]
    pixels_N2 = np.argwhere(~known_hw)
    at_N2 = (pixels_N2 + 0.5) / scale - 0.5
    steps_HW2 = np.rint(shift_HW2 * scale).astype(int)  # whole pixels, or they would be blurred
    colours_N3 = np.zeros((len(pixels_N2), 3), np.float32)
    weights_N1 = np.zeros((len(pixels_N2), 1), np.float32)
    for corner in ((0, 0), (0, 1), (1, 0), (1, 1)):
        cell_N2 = np.floor(at_N2).astype(int) + corner
        weight_N = (1 - np.abs(at_N2 - cell_N2)).prod(1)
        i, j = np.clip(cell_N2, 0, grid - 1).T
        copies_N = copies_HW[i, j]
        source_N2 = pixels_N2 + steps_HW2[i, j]
        y, x = np.clip(source_N2, 0, size - 1).T
        seen_N = known_hw[y, x] & (source_N2 == np.stack([y, x], -1)).all(1)
        weight_N1 = (weight_N * ~known_HW[i, j] * (seen_N | ~copies_N))[:, None].astype(np.float32)
        colours_N3 += weight_N1 * (
            np.where(copies_N[:, None], rgb_hwC[y, x], np.float32(0)) + correction_HWC[i, j]
        )
        weights_N1 += weight_N1
    plate_hwC = rgb_hwC.copy()
    plate_hwC[~known_hw] = np.clip(colours_N3 / np.maximum(weights_N1, 1e-6) + 0.5, 0, 255)
    return plate_hwC


def _detail(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W]: how many levels the colours around lie off their mean, which may slope."""
    weight_HW = known_HW.astype(np.float32)

    def mean(x, width):
        of_all = np.maximum(cv2.GaussianBlur(weight_HW, (0, 0), width), np.float32(1e-6))
        return (cv2.GaussianBlur(x, (0, 0), width).T / of_all.T).T

    off_HWC = rgb_HWC - np.moveaxis(
        np.stack([mean(plane, _FINE) for plane in np.moveaxis(rgb_HWC, -1, 0)]), 0, -1
    )
    return np.sqrt(mean(np.square(off_HWC).mean(-1) * weight_HW, _WIDE))


def _chosen(photo_HWC: np.ndarray, known_HW: np.ndarray, shifts_K2: np.ndarray) -> np.ndarray:
    """int [H, W]: which shift each pixel of the hole is copied by, -1 for none. The photo is 0 where not known."""
    levels = [(photo_HWC, known_HW)]
    while _deepest(known_HW) > PATCH and min(known_HW.shape) > 2 * PATCH:
        size = tuple((n + 1) // 2 for n in known_HW.shape[::-1])
        known_HW = cv2.resize(known_HW.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.999
        photo_HWC = cv2.resize(photo_HWC, size, interpolation=cv2.INTER_AREA) * known_HW[..., None]
        levels.append((photo_HWC, known_HW))
    answer_HWC, told_HW = photo_HWC, known_HW
    for n, (photo_HWC, known_HW) in reversed(list(enumerate(levels))):
        shifts = np.unique(np.rint(shifts_K2 / 2**n).astype(int), axis=0) if n else shifts_K2
        if answer_HWC.shape != photo_HWC.shape:
            size = known_HW.shape[::-1]
            answer_HWC = np.where(
                known_HW[..., None], photo_HWC, cv2.resize(answer_HWC, size, interpolation=cv2.INTER_LINEAR)
            )
            told_HW = cv2.resize(told_HW.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        search = _Search(photo_HWC, known_HW, shifts)
        for _ in range(_ROUNDS[min(n, len(_ROUNDS) - 1)]):
            label_HW = search.nearest(answer_HWC, told_HW)
            answer_HWC, told_HW = search.voted(label_HW, answer_HWC, told_HW)
    return label_HW


def _deepest(known_HW: np.ndarray) -> float:
    return float(_depth(known_HW).max())


def _depth(known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W]: px from what is known."""
    if not known_HW.any():
        return np.zeros(known_HW.shape, np.float32)
    return cv2.distanceTransform((~known_HW).astype(np.uint8), cv2.DIST_L2, 3)


class _Search:
    """One level of the search: a photo that is 0 where it is not known, and the shifts to copy it by."""

    def __init__(self, photo_HWC: np.ndarray, known_HW: np.ndarray, shifts_K2: np.ndarray):
        self._hole_HW = ~known_HW
        self._shifts = shifts_K2
        self._trust_HW = np.float32(_TRUST) ** -np.minimum(_depth(known_HW), np.float32(_DEEP))
        rows, columns = known_HW.shape
        margins = ((rows, rows), (columns, columns))
        self._wide = np.pad(photo_HWC, (*margins, (0, 0))), np.pad(known_HW.astype(np.float32), margins)

    def _moved(self, shift) -> tuple[np.ndarray, np.ndarray]:
        """What each pixel would copy, and 1 where that is known."""
        rows, columns = self._hole_HW.shape
        window = tuple(slice(n + int(s), 2 * n + int(s)) for n, s in zip((rows, columns), shift, strict=True))
        photo, known = self._wide
        return photo[window], known[window]

    def nearest(self, answer_HWC: np.ndarray, told_HW: np.ndarray) -> np.ndarray:
        """int [H, W]: the shift that brings each pixel's patch nearest to the answer so far, as far as it is told."""
        trust_HW = self._trust_HW * told_HW
        best_HW = np.full(told_HW.shape, np.inf, np.float32)
        label_HW = np.full(told_HW.shape, -1)
        for k, shift in enumerate(self._shifts):
            photo_HWC, known_HW = self._moved(shift)
            weight_HW = trust_HW * known_HW
            off_HWC = answer_HWC - photo_HWC
            distance_HW = _sum(weight_HW * np.einsum("hwc,hwc->hw", off_HWC, off_HWC))
            total_HW = _sum(weight_HW)
            distance_HW /= np.maximum(total_HW, np.float32(1e-12))
            better_HW = self._hole_HW & (known_HW > 0) & (total_HW > 1e-7) & (distance_HW < best_HW)
            best_HW[better_HW] = distance_HW[better_HW]
            label_HW[better_HW] = k
        return label_HW

    def voted(self, label_HW, answer_HWC, told_HW) -> tuple[np.ndarray, np.ndarray]:
        """The next answer, and where it is told: all patches that reach a pixel say what they would have there."""
        votes_HWC, total_HW = np.zeros_like(answer_HWC), np.zeros(label_HW.shape, np.float32)
        for k in np.unique(label_HW[label_HW >= 0]):
            photo_HWC, known_HW = self._moved(self._shifts[k])
            weight_HW = _sum(self._trust_HW * (label_HW == k)) * known_HW
            votes_HWC += weight_HW[..., None] * photo_HWC
            total_HW += weight_HW
        voted_HW = self._hole_HW & (total_HW > 1e-7)
        means_HWC = votes_HWC / np.maximum(total_HW, np.float32(1e-7))[..., None]
        return np.where(voted_HW[..., None], means_HWC, answer_HWC), told_HW | voted_HW


def _sum(x_HW: np.ndarray) -> np.ndarray:
    return cv2.boxFilter(x_HW, -1, (PATCH, PATCH), normalize=False, borderType=cv2.BORDER_CONSTANT)
