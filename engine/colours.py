"""Colours of pictures that say without a profile which they are: as cameras mark Adobe RGB in EXIF."""

from __future__ import annotations

import numpy as np
from PIL import Image

_INTEROPERABILITY = 0xA005  # where EXIF says by which rules a file was written
_INDEX = 1  # what it calls them
_EXIF, _COLOUR_SPACE, _SRGB = 0x8769, 0xA001, 1
_ADOBE = "R03"  # of DCF 2.0: Adobe RGB, as cameras say it that write no profile
_GAMMA = 563 / 256  # Adobe RGB (1998), 4.3.4.2
# Adobe RGB -> sRGB, both linear and of one white: the primaries of red and blue are the same.
_MATRIX = np.array([[1.39836, -0.39836, 0.0], [0.0, 1.0, 0.0], [0.0, -0.04293, 1.04293]], np.float32)
_ROWS = 256  # at a time: in floating point a large picture would take twelve times its room


def is_adobe_rgb(image: Image.Image) -> bool:
    """Whether EXIF says so, and not sRGB as well: tools that convert leave the older mark. A file with a
    profile follows that."""
    try:
        exif = image.getexif()
        says_srgb = exif.get_ifd(_EXIF).get(_COLOUR_SPACE) == _SRGB
        return not says_srgb and str(exif.get_ifd(_INTEROPERABILITY).get(_INDEX, "")).startswith(_ADOBE)
    except Exception:  # broken EXIF says nothing
        return False


def adobe_to_srgb(image: Image.Image) -> Image.Image:
    """An RGB picture of Adobe RGB as sRGB; colours beyond it are clipped."""
    rgb_HWC = np.array(image)
    linear = (np.arange(256, dtype=np.float32) / 255) ** _GAMMA
    for top in range(0, len(rgb_HWC), _ROWS):
        part = np.clip(linear[rgb_HWC[top : top + _ROWS]] @ _MATRIX.T, 0, 1)
        shown = np.where(part <= 0.0031308, 12.92 * part, 1.055 * part ** (1 / 2.4) - 0.055)
        rgb_HWC[top : top + _ROWS] = np.round(255 * shown)
    return Image.fromarray(rgb_HWC)
