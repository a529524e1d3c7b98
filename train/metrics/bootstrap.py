"""Intervals of means over pairs, and of distances between sets, by a bootstrap over people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np

DRAWS = 2000
SET_DRAWS = 40  # of a distance between sets, each of which costs as much as the distance itself
COVERAGE = 0.95
_NORMAL = 1.959964  # deviations of a normal distribution that COVERAGE spans to either side


@dataclass(frozen=True)
class Estimate:
    """Mean over `pairs` pairs of `people` people, or the distance of a set of them, and its 95 % interval
    (low, high)."""

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


def estimate_of_set(
    value: float,
    drawn: Callable[[np.ndarray], float],
    persons_N: np.ndarray,
    pairs: int | None = None,
    seed: int = 0,
) -> Estimate:
    """A figure of a whole set, with the interval of 1.96 deviations of what drawn sets give, to either side.

    drawn: the figure of the members with these numbers, some of them several times. persons_N: the person of
    every member. pairs: how many pairs the members are of, if not one each. Not percentiles: a distance of a
    drawn set is larger on average, because it holds fewer different members.
    """
    everybody, person_of = np.unique(persons_N, return_inverse=True)
    members = [np.flatnonzero(person_of == person) for person in range(len(everybody))]
    rng = np.random.default_rng([seed, len(everybody)])
    values = []
    for _ in range(SET_DRAWS):
        people = np.sort(rng.integers(len(everybody), size=len(everybody)))
        values.append(drawn(np.concatenate([members[person] for person in people])))
    half = _NORMAL * float(np.std(values, ddof=1))
    count = len(persons_N) if pairs is None else pairs
    return Estimate(value, value - half, value + half, count, len(everybody))
