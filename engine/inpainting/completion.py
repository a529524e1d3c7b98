"""Which of a few shifts each pixel of a hole is copied by, so that all of the answer looks like the photo.

Wexler, Shechtman and Irani, Space-Time Completion of Video (PAMI 2007): every patch of the answer looks for
the photo's nearest, then all patches that reach a pixel vote for its colour, and again, from coarse to fine.
All patches try the same shift at once, so their distances are one box filter over a difference of pictures.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.inpainting.shifts import PATCH

_ROUNDS = (2, 4, 6, 8)  # of a level, the finest first: what is coarse decides most and costs least
_TRUST = 1.3  # how much more a pixel tells than one a pixel deeper in the hole
_DEEP = 50.0  # px beyond which none tells less (float32 would run out)
_TOLD = np.float32(1e-7)  # less is the box filter's rounding


def chosen_shifts(
    photo_HWC: np.ndarray,
    known_HW: np.ndarray,
    shifts_K2: np.ndarray,
    off_level: float = 0.0,
) -> np.ndarray:
    """int [H, W]: the number of the shift, -1 outside of the hole and where none leads to a known pixel.

    photo: float32, 0 where it is not known. shifts: int, rows and columns. off_level: for every row
    that a shift goes up or down, by how many squared levels what it copies counts as less alike.
    """
    levels = [(photo_HWC, known_HW)]
    while _depth(known_HW).max() > PATCH and min(known_HW.shape) > 2 * PATCH:
        size = tuple((n + 1) // 2 for n in known_HW.shape[::-1])
        known_HW = cv2.resize(known_HW.astype(np.float32), size, interpolation=cv2.INTER_AREA) > 0.999
        photo_HWC = cv2.resize(photo_HWC, size, interpolation=cv2.INTER_AREA) * known_HW[..., None]
        levels.append((photo_HWC, known_HW))
    answer_HWC, told_HW = photo_HWC.copy(), known_HW.copy()
    for n, (photo_HWC, known_HW) in reversed(list(enumerate(levels))):
        if known_HW.shape != told_HW.shape:
            size = known_HW.shape[::-1]
            answer_HWC = cv2.resize(answer_HWC, size, interpolation=cv2.INTER_LINEAR)
            answer_HWC = np.where(known_HW[..., None], photo_HWC, answer_HWC)
            told_HW = cv2.resize(told_HW.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
        shifts = np.unique(np.rint(shifts_K2 / 2**n).astype(int), axis=0) if n else shifts_K2
        search = _Search(photo_HWC, known_HW, shifts, off_level * 2**n)
        part_hwC, told_hw = answer_HWC[search.window], (told_HW | known_HW)[search.window]
        for _ in range(_ROUNDS[min(n, len(_ROUNDS) - 1)]):
            label_hw = search.nearest(part_hwC, told_hw)
            part_hwC, told_hw = search.voted(label_hw, part_hwC, told_hw)
        answer_HWC[search.window], told_HW[search.window] = part_hwC, told_hw
    label_HW = np.full(known_HW.shape, -1)
    label_HW[search.window] = label_hw
    return label_HW


def _depth(known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W]: px from what is known; 0 if nothing is."""
    if not known_HW.any():
        return np.zeros(known_HW.shape, np.float32)
    return cv2.distanceTransform((~known_HW).astype(np.uint8), cv2.DIST_L2, 3)


def _sum(x_hw: np.ndarray) -> np.ndarray:
    """Over each pixel's patch."""
    return cv2.boxFilter(x_hw, -1, (PATCH, PATCH), normalize=False, borderType=cv2.BORDER_CONSTANT)


class _Search:
    """One level. h, w: rows and columns of its `window`, which holds the hole and the patches in it."""

    def __init__(
        self,
        photo_HWC: np.ndarray,
        known_HW: np.ndarray,
        shifts_K2: np.ndarray,
        off_level: float,
    ):
        hole_HW = ~known_HW
        hole_N2 = np.argwhere(hole_HW)
        starts = np.maximum(hole_N2.min(0) - PATCH // 2, 0)
        ends = np.minimum(hole_N2.max(0) + PATCH // 2 + 1, known_HW.shape)
        self.window = tuple(slice(*edges) for edges in zip(starts, ends, strict=True))
        self._shifts = shifts_K2
        self._amiss_K = (off_level * np.abs(shifts_K2[:, 0])).astype(np.float32)
        self._hole_hw = hole_HW[self.window]
        self._trust_hw = np.float32(_TRUST) ** -np.minimum(_depth(known_HW)[self.window], np.float32(_DEEP))
        margins = [(n, n) for n in known_HW.shape]
        self._photo = np.pad(photo_HWC, (*margins, (0, 0)))
        self._known = np.pad(known_HW.astype(np.float32), margins)
        self._places = [starts + shifts_K2 + known_HW.shape, ends + shifts_K2 + known_HW.shape]

    def _moved(self, k: int) -> tuple[np.ndarray, np.ndarray]:
        """What each pixel would copy by a shift, and 1 where that is known."""
        (top, left), (bottom, right) = (places[k] for places in self._places)
        return self._photo[top:bottom, left:right], self._known[top:bottom, left:right]

    def nearest(self, answer_hwC: np.ndarray, told_hw: np.ndarray) -> np.ndarray:
        """int [h, w]: which shift brings each pixel the patch nearest to the answer, where that is told."""
        trust_hw = self._trust_hw * told_hw
        best_hw = np.full(told_hw.shape, np.inf, np.float32)
        label_hw = np.full(told_hw.shape, -1)
        for k in range(len(self._shifts)):
            photo_hwC, known_hw = self._moved(k)
            weight_hw = trust_hw * known_hw
            off_hwC = answer_hwC - photo_hwC
            distance_hw = _sum(weight_hw * np.einsum("hwc,hwc->hw", off_hwC, off_hwC))
            total_hw = _sum(weight_hw)
            distance_hw /= np.maximum(total_hw, _TOLD)
            distance_hw += self._amiss_K[k]
            better_hw = self._hole_hw & (known_hw > 0) & (total_hw > _TOLD) & (distance_hw < best_hw)
            best_hw[better_hw] = distance_hw[better_hw]
            label_hw[better_hw] = k
        return label_hw

    def voted(
        self, label_hw: np.ndarray, answer_hwC: np.ndarray, told_hw: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray]:
        """The next answer, and where it is told: the mean of what the patches that reach a pixel have."""
        votes_hwC, total_hw = np.zeros_like(answer_hwC), np.zeros(label_hw.shape, np.float32)
        for k in np.unique(label_hw[label_hw >= 0]):
            photo_hwC, known_hw = self._moved(k)
            weight_hw = _sum(self._trust_hw * (label_hw == k)) * known_hw
            votes_hwC += weight_hw[..., None] * photo_hwC
            total_hw += weight_hw
        voted_hw = self._hole_hw & (total_hw > _TOLD)
        means_hwC = votes_hwC / np.maximum(total_hw, _TOLD)[..., None]
        return np.where(voted_hw[..., None], means_hwC, answer_hwC), told_hw | voted_hw
