"""Texture files as arrays ready for the graphics card."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image
from scipy import ndimage

from engine.errors import InputError
from engine.files import reason_of


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as picture:
            yield picture
    except Exception as error:  # a decoder fed with broken bytes raises anything
        raise InputError(f"{path} is not a readable picture: {reason_of(error)}.") from error


def read_texture(path: Path) -> np.ndarray:
    """uint8 [H, W, 3 or 4], top row first. Colours of opaque texels bleed into transparent ones (for
    mip-maps). Raises InputError."""
    with _opened(path) as picture:
        pixels = np.asarray(picture.convert("RGBA" if picture.mode in ("RGBA", "P", "LA") else "RGB"))
    if pixels.shape[2] == 4:
        opaque = pixels[..., 3] > 40
        if opaque.any() and not opaque.all():
            rows, columns = ndimage.distance_transform_edt(
                ~opaque, return_distances=False, return_indices=True
            )
            pixels = np.dstack([pixels[..., :3][rows, columns], pixels[..., 3]])
    return pixels


@cache
def mean_luminance(path: Path) -> float:
    """Mean luminance (0..1) of the texels that are more than half opaque. Raises InputError."""
    with _opened(path) as picture:
        pixels = np.asarray(picture.convert("RGBA")).astype(float) / 255
    return float((pixels[..., :3] @ [0.3, 0.55, 0.15])[pixels[..., 3] > 0.5].mean())
