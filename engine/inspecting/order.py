"""In which order the textures of a layer stand in the atlas."""

from __future__ import annotations

import numpy as np

HERE, AREA, NUMBER = "by share here", "by area", "by number"
ORDERS = (HERE, AREA, NUMBER)


def ordered(order: str, area_K: np.ndarray, here_K: np.ndarray | None) -> np.ndarray:
    """The channels in this order, int [K]. area_K: of the whole result. here_K: of the place under the
    pointer; where there is none, the area decides."""
    if order == NUMBER:
        return np.arange(len(area_K))
    by_K = here_K if order == HERE and here_K is not None else area_K
    return np.argsort(-by_K, kind="stable")
