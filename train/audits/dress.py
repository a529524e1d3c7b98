"""Nobody is undressed: bare skin of the trunk in a picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.studio.review import BARE_SHARE
from train.studio.surfaces import ARMS, BARE_HIPS, BARE_TORSO, LEGS

from .checks import Check, Finding, Taken
from .surfaces import canonical, has_surfaces

# Heights on the base mesh (dm). Hips: from the hem of the shortest shorts (-0.7, and a step of the code) to
# the lowest waistband of a woman (outfits.py); the belly: from there to the hem of a crop top; the chest:
# from there to the deepest neckline, seen from the front.
_HIPS, _BELLY, _CHEST = (-0.63, 1.0), (1.0, 3.4), (3.4, 3.9)
_TRUNK_HALF, _CHEST_HALF, _CHEST_FRONT = 2.3, 1.4, 0.2  # arms are further out than the trunk


def exposed(view) -> np.ndarray | None:
    """Pixels of bare hips and chest, bool [H, W]; None where the view does not tell.

    Skin of the trunk is known by the studio's surface ids where the view has them, else by its parsing class
    and surface coordinates; these say how high it is. Ids alone tell of hips up to 1.5 dm, and of no chest.
    """
    if not has_surfaces(view):
        return _by_id(view, BARE_HIPS)
    x, y, z = np.moveaxis(canonical(view.surface_HW3), 2, 0)
    chest = _skin(view) & _between(y, _CHEST) & (np.abs(x) < _CHEST_HALF) & (z > _CHEST_FRONT)
    return chest | (_trunk(view, x) & _between(y, _HIPS))


def belly(view) -> np.ndarray | None:
    """Pixels of a bare belly, or the back behind it, likewise."""
    if not has_surfaces(view):
        return _by_id(view, BARE_TORSO)
    x, y, _ = np.moveaxis(canonical(view.surface_HW3), 2, 0)
    return _trunk(view, x) & _between(y, _BELLY)


def _by_id(view, *surfaces: int) -> np.ndarray | None:
    ids = getattr(view, "surfaces_HW", None)
    return None if ids is None else np.isin(ids, surfaces)


def _skin(view) -> np.ndarray:
    return np.isin(view.parsing_HW, (ARMS, LEGS))


def _trunk(view, x: np.ndarray) -> np.ndarray:
    """Skin of the trunk below the chest, and of the thighs where no id tells them apart."""
    known = _by_id(view, BARE_TORSO, BARE_HIPS)
    return _skin(view) & (np.abs(x) < _TRUNK_HALF) if known is None else known


def _between(y: np.ndarray, heights: tuple[float, float]) -> np.ndarray:
    return (y > heights[0]) & (y < heights[1])


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
