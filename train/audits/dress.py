"""Nobody is undressed: bare skin of the trunk in a picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.studio.review import BARE_SHARE
from train.studio.surfaces import ARMS, BARE_HIPS, BARE_TORSO, LEGS

from .checks import Check, Finding, Taken
from .surfaces import canonical, has_surfaces

# dm on the base mesh: hips as the studio's surface ids have them, but for a step of the code (0.07), as the
# shortest shorts end there; the chest between the hem of a crop top and the deepest neckline, seen from the
# front; arms are further out than the trunk.
_HIPS, _BELLY, _CHEST = (-0.63, 1.5), (1.5, 3.4), (3.4, 3.9)
_TRUNK_HALF, _CHEST_HALF, _CHEST_FRONT = 2.3, 1.4, 0.2


def exposed(view) -> np.ndarray | None:
    """Pixels of bare hips and chest, bool [H, W]; None where the view tells of neither: hips from the
    studio's surface ids or else from the surface coordinates of skin, the chest from these alone."""
    found = _by_id(view, BARE_HIPS)
    if not has_surfaces(view):
        return found
    skin, x, z = _skin(view, *_CHEST)
    chest = skin & (np.abs(x) < _CHEST_HALF) & (z > _CHEST_FRONT)
    return chest | (found if found is not None else _trunk(view, *_HIPS))


def belly(view) -> np.ndarray | None:
    """Pixels of a bare belly or the back behind it, likewise."""
    found = _by_id(view, BARE_TORSO)
    return found if found is not None or not has_surfaces(view) else _trunk(view, *_BELLY)


def _by_id(view, surface: int) -> np.ndarray | None:
    ids = getattr(view, "surfaces_HW", None)
    return None if ids is None else ids == surface


def _trunk(view, low: float, high: float) -> np.ndarray:
    skin, x, _ = _skin(view, low, high)
    return skin & (np.abs(x) < _TRUNK_HALF)


def _skin(view, low: float, high: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Skin between two heights, bool [H, W], and all pixels' x and z."""
    x, y, z = np.moveaxis(canonical(view.surface_HW3), 2, 0)
    return np.isin(view.parsing_HW, (ARMS, LEGS)) & (y > low) & (y < high), x, z


def _finder(measure):
    def find(taken: Taken) -> Iterator[Finding]:
        for number, view in enumerate(taken.views):
            bare = measure(view)
            if bare is not None:
                share = np.count_nonzero(bare) / max(np.count_nonzero(view.parsing_HW), 1)
                failed = share > BARE_SHARE
                yield Finding(
                    number, 1, int(failed), share, bare, f"{share:.1%} of the person" if failed else ""
                )

    return find


_NEEDS = "the studio, or surface coordinates"
CHECKS = (
    Check("no exposed hips or chest", "views", 0.0, _finder(exposed), _NEEDS),
    Check("few bare bellies (crop tops)", "views", 0.04, _finder(belly), _NEEDS),
)
