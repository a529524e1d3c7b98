"""Intervals of means over pairs, by a bootstrap over people."""

from __future__ import annotations

from dataclasses import asdict, dataclass

import numpy as np

DRAWS = 2000
COVERAGE = 0.95


@dataclass(frozen=True)
class Estimate:
    """Mean over `pairs` pairs of `people` people, and its 95 % interval (low, high)."""

    mean: float
    low: float
    high: float
    pairs: int
    people: int

    def to_json(self) -> dict:
        return asdict(self)


def estimate(values_N: np.ndarray, persons_N: np.ndarray, seed: int = 0) -> Estimate | None:
    """Mean of the values that are no NaN, with a percentile interval from drawing people with replacement.

    The same seed and people give the same draws, so estimates of differences are paired. None where nothing
    counts.
    """
    everybody, person_of = np.unique(persons_N, return_inverse=True)
    there = np.isfinite(values_N)
    if not there.any():
        return None
    sums = np.bincount(person_of[there], values_N[there], len(everybody))
    counts = np.bincount(person_of[there], minlength=len(everybody))
    share = np.full(len(everybody), 1 / len(everybody))
    draws = np.random.default_rng(seed).multinomial(len(everybody), share, DRAWS)
    drawn = draws @ counts
    means = (draws @ sums)[drawn > 0] / drawn[drawn > 0]
    low, high = np.quantile(means, ((1 - COVERAGE) / 2, (1 + COVERAGE) / 2))
    mean = sums.sum() / counts.sum()
    return Estimate(float(mean), float(low), float(high), int(counts.sum()), int((counts > 0).sum()))
