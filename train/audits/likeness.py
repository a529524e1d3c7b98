"""Two views of one person share their background and the colour of their light, seen in the pictures alone.

Textured walls, blurred rooms and other framings must not matter, so distributions are compared, not places.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from engine.cv import cv2
from train.studio.surfaces import ARMS, BACKGROUND, FACE

from .checks import Check, Finding, Taken

_LEVELS = np.linspace(10, 90, 9)  # percentiles
_CLEAR_OF_PERSON = 6  # px: contact shadow and edges stay out
_LEAST_PIXELS = 300
_LEAST_SKIN = 60
BACKDROP_LIMIT, LIGHT_LIMIT = 8.0, 6.0  # Lab units


def palette(image_HWC: np.ndarray, parsing_HW: np.ndarray) -> np.ndarray | None:
    """Percentiles [9, 3] of the background's Lab values in the upper two thirds, or None where the person
    leaves too little of it."""
    apart = ndimage.distance_transform_cdt(parsing_HW == BACKGROUND, "chessboard") > _CLEAR_OF_PERSON
    apart[parsing_HW.shape[0] * 2 // 3 :] = False
    if np.count_nonzero(apart) < _LEAST_PIXELS:
        return None
    return np.percentile(_lab(image_HWC)[apart], _LEVELS, axis=0)


def skin_tone(image_HWC: np.ndarray, parsing_HW: np.ndarray) -> np.ndarray | None:
    """Median Lab a and b of face and arms: skin is the one surface that every view shows, and its colour is
    the light's times the person's own."""
    skin = ndimage.binary_erosion(np.isin(parsing_HW, (FACE, ARMS)))
    if np.count_nonzero(skin) < _LEAST_SKIN:
        return None
    return np.median(_lab(image_HWC)[skin], axis=0)[1:]


def _lab(image_HWC: np.ndarray) -> np.ndarray:
    return cv2.cvtColor(image_HWC.astype(np.float32) / 255, cv2.COLOR_RGB2LAB)


def apart_from_the_others(values: list[np.ndarray | None]) -> list[float | None]:
    """How far each is from the most similar of the others, in Lab units: the largest mean difference of a
    channel. None for None, and where there is nothing to compare with."""
    result: list[float | None] = []
    for i, value in enumerate(values):
        others = [] if value is None else [v for j, v in enumerate(values) if j != i and v is not None]
        gaps = [np.abs(np.atleast_2d(value - other)).mean(0).max() for other in others]
        result.append(float(min(gaps)) if gaps else None)
    return result


def _finder(measure, limit: float):
    def find(taken: Taken) -> Iterator[Finding]:
        shown = [view.framing != "lower" for view in taken.views]  # mostly floor, and no face
        values = [
            measure(view.image_HWC, view.parsing_HW) if fit else None
            for view, fit in zip(taken.views, shown, strict=True)
        ]
        for number, distance in enumerate(apart_from_the_others(values)):
            if distance is not None:
                yield Finding(number, 1, int(distance > limit), distance, says=f"{distance:.1f} Lab")

    return find


CHECKS = (
    Check("a person's views share the background", "views", 0.01, _finder(palette, BACKDROP_LIMIT)),
    Check("a person's views share the light's colour", "views", 0.01, _finder(skin_tone, LIGHT_LIMIT)),
)
