"""By how much a picture repeats itself: the few shifts that lay many of its parts on parts like them.

He and Sun, Statistics of Patch Offsets for Image Completion (ECCV 2012). Bricks, the posts of a fence and
the trees behind a lawn repeat by some dozens of shifts, and what a hole hides is best guessed one such shift
away.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2

PATCH = 9  # px, a side of what is compared
_SHIFTS = 60  # the paper's; 80 took longer and left less of the texture
_NEAR = 1 / 15  # of the longer side: neighbours are always alike and tell nothing (the paper's tau)
_ASKED = 1500  # patches whose likes are looked for
_AT_ONCE = 32  # of these, so that their distances to all others stay in the cache
_WAVES = np.cos(np.pi * (np.arange(PATCH) + 0.5) * np.arange(4)[:, None] / PATCH).astype(np.float32)
_WAVES /= np.linalg.norm(_WAVES, axis=1, keepdims=True)


def dominant_shifts(rgb_HWC: np.ndarray, known_HW: np.ndarray, asked_HW: np.ndarray) -> np.ndarray:
    """int [K, 2], rows and columns, most frequent first: each lays many `asked` patches on their likes.

    rgb: uint8 or float32. Only patches that are known whole are compared, so nothing outside of `known`
    matters. A shift and its opposite count as one and are both given. K may be 0.
    """
    rows, columns = known_HW.shape
    whole_HW = cv2.erode(known_HW.astype(np.uint8), np.ones((PATCH, PATCH), np.uint8), borderValue=0) > 0
    y_N, x_N = np.nonzero(whole_HW & asked_HW)
    every = max(1, len(y_N) // _ASKED)
    y_N, x_N = y_N[::every], x_N[::every]
    patches_HWK = _described(rgb_HWC)
    keys_NK = patches_HWK.reshape(rows * columns, -1)
    squares_N = np.where(whole_HW.ravel(), np.square(keys_NK).sum(1), np.float32(np.inf))
    near = max(1, round(_NEAR * max(rows, columns)))
    votes = np.zeros((2 * rows + 1, 2 * columns + 1), np.float32)  # Eq. 2, shift 0 in the middle
    for start in range(0, len(y_N), _AT_ONCE):
        y, x = y_N[start : start + _AT_ONCE], x_N[start : start + _AT_ONCE]
        distance = (squares_N - 2 * (patches_HWK[y, x] @ keys_NK.T)).reshape(-1, rows, columns)
        for n in range(len(y)):
            distance[n, max(0, y[n] - near) : y[n] + near + 1, max(0, x[n] - near) : x[n] + near + 1] = np.inf
        distance = distance.reshape(len(y), -1)
        like = distance.argmin(1)  # Eq. 1
        found = np.isfinite(distance[np.arange(len(y)), like])
        np.add.at(votes, ((like // columns - y + rows)[found], (like % columns - x + columns)[found]), 1)
    return _peaks(votes + votes[::-1, ::-1]) - (rows, columns)


def level_shifts(size: tuple[int, int]) -> np.ndarray:
    """int [K, 2] likewise, none up or down, as far to either side as pictures of this size are halved by:
    streets and meadows go on aside, though nothing in them repeats itself."""
    columns = size[1]
    far_N = np.arange(max(1, round(_NEAR * max(size))), (columns + 1) // 2, PATCH)
    aside_K = np.concatenate([far_N, -far_N])
    return np.stack([np.zeros_like(aside_K), aside_K], -1)


def _described(rgb_HWC: np.ndarray) -> np.ndarray:
    """[H, W, 16]: of the patch around each pixel its slow waves (a cosine transform's first): ten of its
    brightness, three of each difference of colours."""
    rgb_HWC = rgb_HWC.astype(np.float32)
    luma_HW = rgb_HWC @ np.array([0.299, 0.587, 0.114], np.float32)
    planes = ((luma_HW, 4), (rgb_HWC[..., 2] - luma_HW, 2), (rgb_HWC[..., 0] - luma_HW, 2))
    waves = [
        cv2.sepFilter2D(plane_HW, -1, _WAVES[across], _WAVES[down])
        for plane_HW, count in planes
        for across in range(count)
        for down in range(count - across)
    ]
    return np.stack(waves, -1)


def _peaks(votes: np.ndarray) -> np.ndarray:
    """Places of the highest maxima, rows and columns, of votes that are first smeared by sqrt(2) px."""
    smeared = cv2.GaussianBlur(votes, (0, 0), 2**0.5)
    peak = (smeared == cv2.dilate(smeared, np.ones((7, 7), np.uint8))) & (smeared > 0)
    places = np.argwhere(peak)
    return places[np.argsort(-smeared[peak], kind="stable")[:_SHIFTS]]
