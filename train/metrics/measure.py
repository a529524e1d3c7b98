"""What a measure is: it sees every batch of an evaluation once, and at the end gives a table of estimates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from torch import Tensor

from engine.compositing.compose import EncodedReference
from train.data.pairs import PairBatch
from train.data.people import View
from train.metrics.bootstrap import Estimate, estimate

RESULT, COPY, MEAN = "these weights", "copy the reference", "mean of the training targets"
SURFACE = "copy by the true surface"
TRUTH = "the true targets"


@dataclass(frozen=True, eq=False)
class Rendered:
    """What is rated of an engine's answer.

    image_BCHW: about [-1, 1]. extraction, distribution: C̄e and C̄d [B, K, h, w] by layer; none where the
    engine has no attention. references: each as it was encoded. positions_B2HW: where in the reference
    (-1 to 1) the detail of a pixel was copied from, if it was.
    """

    image_BCHW: Tensor
    extraction: Sequence[Tensor] = ()
    distribution: Sequence[Tensor] = ()
    references: Sequence[EncodedReference] = ()
    positions_B2HW: Tensor | None = None


Render = Callable[[PairBatch], Rendered]  # the references in the targets' poses


@dataclass(frozen=True, eq=False)
class RatedBatch:
    """A rendered batch: batch, the network's answer, views (reference, target) of every pair at the size
    rated, and pictures: method -> uint8 RGB [B, H, W, 3]."""

    batch: PairBatch
    output: Rendered
    views: Sequence[tuple[View, View]]
    pictures: Mapping[str, np.ndarray]


@dataclass(frozen=True)
class Column:
    """A figure of a table: its digits, and whether lower is better (None: neither)."""

    name: str
    digits: int = 3
    lower_is_better: bool | None = None


@dataclass(frozen=True, eq=False)
class Table:
    """title and note say what is measured; rows: name -> column name -> Estimate, or None if nothing counts.

    made: what the figures depend on beside the pairs (seeds, names and hashes), as plain data.
    """

    key: str
    title: str
    note: str
    columns: Sequence[Column]
    rows: Mapping[str, Mapping[str, Estimate | None]]
    made: Mapping = field(default_factory=dict)


class Measure(Protocol):
    def see(self, sight: RatedBatch) -> None:
        """Take in a batch; batches come in the order of the pairs."""

    def table(self, persons_N: np.ndarray) -> Table | None:
        """The figures over all pairs seen, given the person of each; None where nothing could be measured."""


def rows_of_means(
    values: Mapping[str, Sequence[np.ndarray]], columns: Sequence[Column], persons_N: np.ndarray
) -> dict[str, dict[str, Estimate | None]]:
    """Estimates of the means of per-pair values: row -> one array [column] a pair, NaN where unrated."""
    return {
        row: {
            column.name: estimate(np.array([value[c] for value in of_row], np.float64), persons_N)
            for c, column in enumerate(columns)
        }
        for row, of_row in values.items()
    }
