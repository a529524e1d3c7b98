"""Surface coordinates: are they there, and do they say what the parsing map says?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from engine.regions import SURFACE_SPAN

from .checks import Check, Finding, Taken


def has_surfaces(view) -> bool:
    surface = getattr(view, "surface_HW3", None)
    return surface is not None and bool(surface.any())


def canonical(code: np.ndarray) -> np.ndarray:
    """8-bit surface coordinates [..., 3] in dm of the base mesh; the code's step is 0.07 dm."""
    return (code.astype(np.float32) - 127.5) * (SURFACE_SPAN / 127)


def misfits(parsing_HW: np.ndarray, surface_HW3: np.ndarray) -> np.ndarray:
    """Pixels with a person and no coordinates, or the other way round, bool [H, W]."""
    return (parsing_HW > 0) != (surface_HW3 > 0).all(2)


def _find_misfits(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        if has_surfaces(view):
            marks = misfits(view.parsing_HW, view.surface_HW3)
            count = int(np.count_nonzero(marks))
            yield Finding(number, 1, int(count > 0), count, marks, f"{count} px" if count else "")


CHECKS = (
    Check("surface coordinates where the person is", "views", 0.0, _find_misfits, "surface coordinates"),
)
