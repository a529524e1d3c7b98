"""Drawing from tables of what there is and how often."""

from __future__ import annotations

import numpy as np


def choose(rng: np.random.Generator, table: dict[str, float]) -> str:
    """A key, with a probability in proportion to its value."""
    weights = np.array(list(table.values()))
    return str(rng.choice(list(table), p=weights / weights.sum()))
