"""What is behind a person: for each pixel of the hole that they leave, where in the photo its like is seen.

The photo is copied by a few shifts (`shifts`), chosen so that every patch of the answer is in the photo:
Wexler, Shechtman and Irani, Space-Time Completion of Video (PAMI 2007), from coarse to fine (`completion`).
Where the photo has no texture a copy would bring nothing but its noise, and the smooth fill (`fill`) stays.
Nothing is drawn by lot: the same photo gives the same plate.
"""

from __future__ import annotations

import numpy as np

from engine.cv import cv2
from engine.inpainting.completion import chosen_shifts
from engine.inpainting.fill import fill_holes
from engine.inpainting.joining import joined
from engine.inpainting.shifts import PATCH, dominant_shifts, level_shifts
from engine.inpainting.thin_lines import thin_lines

_PLAIN = 3.0  # levels of detail: studio walls have 1, lawns and trees many
_AROUND = 0.4  # of the longer side: the window in which; at a quarter the shadow of the test is copied
_MOST = 2 / 3  # of what is known has to have detail; from a half on, shadows of the studio are copied
# Squared levels a row: a plain piece from 50 rows off counts as 26 levels less alike than a textured one from
# aside, which never fits exactly. At a quarter of it lawns lie on roads, and roads in the sky.
_OFF_LEVEL = 40.0
_ASIDE = 3  # times as far as aside is what is above or below
_FINE, _WIDE = 3.0, 4.0  # px: detail is what is finer than the one, measured over the other


def source_field(
    rgb_HWC: np.ndarray,
    known_HW: np.ndarray,
    *,
    scene: bool = False,
) -> np.ndarray:
    """float32 [H, W, 2]: x, y of the point of the photo whose colours each pixel takes.

    rgb: uint8, of which nothing outside of `known` is looked at. Known pixels take their own colours: their
    centre, column + 0.5 and row + 0.5. The others take those of a known pixel, or nan where the smooth fill
    stands: without texture around, or without anything to copy. scene: whether the photo is a view
    with a ground and a horizon, which goes on aside rather than up or down.
    """
    places_HW2 = np.moveaxis(np.indices(known_HW.shape), 0, -1)
    source_HW2 = np.where(known_HW[..., None], places_HW2, -1)
    photo_HWC = np.where(known_HW[..., None], rgb_HWC, 0).astype(np.float32)
    textured_HW = _textured(photo_HWC, known_HW)
    if textured_HW.any() and not known_HW.all():
        shifts_K2 = dominant_shifts(photo_HWC, known_HW, textured_HW)
        if scene:
            shifts_K2 = np.unique(np.concatenate([shifts_K2, level_shifts(known_HW.shape)]), axis=0)
        label_HW = chosen_shifts(photo_HWC, known_HW, shifts_K2, _OFF_LEVEL * scene)
        y, x = np.nonzero(label_HW >= 0)
        found_N2 = places_HW2[y, x] + shifts_K2[label_HW[y, x]]
        # By the majority around: a lone copy amid the smooth fill is a stain, a lone hole in a copy too.
        votes_HW = np.zeros(known_HW.shape, np.float32)
        votes_HW[y, x] = np.where(textured_HW[found_N2[:, 0], found_N2[:, 1]], 1, -1)
        worth_N = cv2.blur(votes_HW, (PATCH, PATCH))[y, x] > 0
        source_HW2[y[worth_N], x[worth_N]] = found_N2[worth_N]
    field_HW2 = source_HW2[..., ::-1] + np.float32(0.5)
    return np.where(source_HW2[..., :1] >= 0, field_HW2, np.float32(np.nan)).astype(np.float32)


def filled(rgb_hwC: np.ndarray, field_HW2: np.ndarray) -> np.ndarray:
    """uint8 RGB [h, w, 3]: the photo with its hole filled as its field says, the copies joined.

    rgb: uint8, the photo the field was found in, or the same view in a larger size: then the fill is as sharp
    as that. What is known is untouched, and nothing else is copied.
    """
    rows, columns = field_HW2.shape[:2]
    source_HW2 = np.where(np.isnan(field_HW2), -1, np.nan_to_num(field_HW2))[..., ::-1].astype(int)
    shift_HW2 = source_HW2 - np.moveaxis(np.indices((rows, columns)), 0, -1)
    known_HW = (shift_HW2 == 0).all(-1)
    copies_HW = ~known_HW & (source_HW2[..., 0] >= 0)
    whole = rgb_hwC.shape[:2] == (rows, columns)
    photo_HWC = rgb_hwC if whole else cv2.resize(rgb_hwC, (columns, rows), interpolation=cv2.INTER_AREA)
    plate_HWC = _smooth(photo_HWC, known_HW)
    exact_HWC = joined(plate_HWC, source_HW2) if copies_HW.any() else plate_HWC.astype(np.float32)
    if whole:
        return np.clip(exact_HWC + 0.5, 0, 255).astype(np.uint8)
    copied_HWC = np.where(
        copies_HW[..., None], photo_HWC[source_HW2[..., 0], source_HW2[..., 1]], np.float32(0)
    )
    return _enlarged(rgb_hwC, known_HW, copies_HW, shift_HW2, exact_HWC, copied_HWC)


def _smooth(photo_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """The smooth fill; what is aside counts for nearer than what is above or below: the edge of a floor, of a
    sofa, or a hem goes on behind whoever stands before it, and so do thin lines."""
    filled_HWC = _aside(photo_HWC, known_HW)
    lines = thin_lines(filled_HWC, known_HW)
    if lines is None:
        return filled_HWC
    plain_HWC, drawn_HWC = lines
    with_lines_HWC = _aside(plain_HWC, known_HW) + drawn_HWC
    return np.where(known_HW[..., None], filled_HWC, with_lines_HWC).clip(0, 255).astype(filled_HWC.dtype)


def _aside(photo_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    tall_HWC, tall_HW = photo_HWC.repeat(_ASIDE, 0), known_HW.repeat(_ASIDE, 0)
    return fill_holes(tall_HWC, tall_HW)[_ASIDE // 2 :: _ASIDE]


def _enlarged(
    rgb_hwC: np.ndarray,
    known_HW: np.ndarray,
    copies_HW: np.ndarray,
    shift_HW2: np.ndarray,
    exact_HWC: np.ndarray,
    copied_HWC: np.ndarray,
) -> np.ndarray:
    """A larger photo filled: copied by the same shifts, corrected by the same colours. Each pixel takes what
    the four nearest of the field say, by bilinear weights: across a seam one copy goes over into the next."""
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
    correction_HWC = exact_HWC - copied_HWC
    # The small picture's colour counts where rounding leads no copy to a known pixel.
    weights_N1 = np.full((len(pixels_N2), 1), 1e-4, np.float32)
    colours_N3 = weights_N1 * exact_HWC[nearest[0][pixels_N2[:, 0]], nearest[1][pixels_N2[:, 1]]]
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
    plate_hwC[~known_hw] = np.clip(colours_N3 / weights_N1 + 0.5, 0, 255)
    return plate_hwC


def _textured(photo_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """Where there is detail, and around it too. A shadow's edge on a plain floor is no texture: copied, it
    would lie about in pieces."""
    detailed_HW = known_HW & (_detail(photo_HWC, known_HW) > _PLAIN)
    window = (max(1, round(_AROUND * max(known_HW.shape))),) * 2
    share_HW, of_HW = (
        cv2.blur(marked_HW.astype(np.float32), window) for marked_HW in (detailed_HW, known_HW)
    )
    return detailed_HW & (share_HW > _MOST * of_HW)


def _detail(rgb_HWC: np.ndarray, known_HW: np.ndarray) -> np.ndarray:
    """float32 [H, W]: how many levels the known colours around lie off their mean, which may slope."""
    weight_HW = known_HW.astype(np.float32)

    def mean(x_HW: np.ndarray, width: float) -> np.ndarray:
        of_all_HW = np.maximum(cv2.GaussianBlur(weight_HW, (0, 0), width), np.float32(1e-6))
        return cv2.GaussianBlur(x_HW, (0, 0), width) / of_all_HW

    off_HWC = rgb_HWC - np.moveaxis(
        np.stack([mean(plane, _FINE) for plane in np.moveaxis(rgb_HWC, -1, 0)]), 0, -1
    )
    return np.sqrt(mean(np.square(off_HWC).mean(-1) * weight_HW, _WIDE))
