"""Nobody is undressed: bare skin of the trunk in a picture."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from train.studio.review import BARE_SHARE
from train.studio.surfaces import ARMS, BARE_HIPS, BARE_TORSO, LEGS

from .checks import Check, Finding, Taken
from .surfaces import canonical, has_surfaces

_TRUNK_LOW, _TRUNK_HIGH, _TRUNK_HALF = -0.7, 3.5, 2.3  # dm on the base mesh; the arms are further out


def bare_trunk(view) -> np.ndarray | None:
    """Pixels of bare chest, belly and hips, bool [H, W]: from the studio's surface ids where the view has
    them, else skin whose surface coordinates lie on the trunk; None where it has neither."""
    surfaces = getattr(view, "surfaces_HW", None)
    if surfaces is not None:
        return np.isin(surfaces, (BARE_TORSO, BARE_HIPS))
    if not has_surfaces(view):
        return None
    x, y, _ = np.moveaxis(canonical(view.surface_HW3), 2, 0)
    on_trunk = (y > _TRUNK_LOW) & (y < _TRUNK_HIGH) & (np.abs(x) < _TRUNK_HALF)
    return on_trunk & np.isin(view.parsing_HW, (ARMS, LEGS))


def _find_bare(taken: Taken) -> Iterator[Finding]:
    for number, view in enumerate(taken.views):
        bare = bare_trunk(view)
        if bare is not None:
            share = np.count_nonzero(bare) / max(np.count_nonzero(view.parsing_HW), 1)
            failed = share > BARE_SHARE
            yield Finding(number, 1, int(failed), share, bare, f"{share:.1%} of the person" if failed else "")


CHECKS = (Check("no exposed torso", "views", 0.0, _find_bare, "the studio, or surface coordinates"),)
