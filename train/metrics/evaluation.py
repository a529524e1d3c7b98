"""The pass over the pairs: render, rate by region, show every measure, and keep what the report needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch

from train.data.augment import NONE
from train.data.pairs import Pair, PairBatch, collate, load_pair
from train.data.people import People, View
from train.metrics.measure import COPY, MEAN, RESULT, SURFACE, Measure, RatedBatch, Render, Table
from train.metrics.regions import METRICS, RATED_REGIONS, score
from train.metrics.surface_copy import surface_copy
from train.sheets import contact_sheet, pair_strip, to_rgb

Strip = Callable[[PairBatch, torch.Tensor, int], np.ndarray]  # batch, results, which -> a row of a sheet

SHEET_PAIRS = 24
BATCH = 4


@dataclass(frozen=True, eq=False)
class Evaluation:
    """scores: method -> float64 [pair, region, metric] (`train.metrics.regions`); persons_N, facings_N:
    person and facing of the target of each pair; sheet: uint8 RGB of the first pairs; tables: what the
    measures found; rows: pair number -> uint8 RGB, the pictures of the pairs asked for side by side."""

    scores: dict[str, np.ndarray]
    persons_N: np.ndarray
    facings_N: list[str]
    sheet: np.ndarray
    tables: list[Table] = field(default_factory=list)
    rows: dict[int, np.ndarray] = field(default_factory=dict)


@torch.no_grad()
def evaluate(
    render: Render,
    people: People,
    pairs: list[Pair],
    size: tuple[int, int],
    mean_HWC: np.ndarray | None = None,
    device: torch.device | str = "cpu",
    on_progress: Callable[[int], None] = lambda done: None,
    measures: Sequence[Measure] = (),
    shown: Sequence[int] = (),
    strip: Strip = pair_strip,
) -> Evaluation:
    """Render the pairs at `size` (H, W) and rate the results and the baselines against the truth.

    shown: numbers of pairs whose pictures are wanted in `rows`, each made by `strip`. Raises InputError on a
    damaged record, FloatingPointError where a result is no number.
    """
    methods = [RESULT, COPY, *([] if mean_HWC is None else [MEAN]), SURFACE]
    scores: dict[str, list[np.ndarray]] = {method: [] for method in methods}
    rows, facings = {}, []
    wanted = {*range(SHEET_PAIRS), *shown}
    for first in range(0, len(pairs), BATCH):
        some = tuple(pairs[first : first + BATCH])
        views = [load_pair(people, pair, size, NONE, 0) for pair in some]
        batch = collate(views, some, 0).to(device)
        output = render(batch)
        for pair, image_CHW in zip(some, output.image_BCHW, strict=True):
            if not torch.isfinite(image_CHW).all():
                raise FloatingPointError(f"The result of person {pair.person} is not a number.")
        pictures = {
            RESULT: np.stack([to_rgb(image_CHW) for image_CHW in output.image_BCHW]),
            COPY: np.stack([reference.image_HWC for reference, _ in views]),
        }
        if mean_HWC is not None:
            pictures[MEAN] = np.broadcast_to(mean_HWC, (len(some), *mean_HWC.shape))
        rated = {**pictures, SURFACE: [surface_copy(*of_pair) for of_pair in views]}
        for i, (_, target) in enumerate(views):
            for name, values in scores.items():
                values.append(_score(rated[name][i], target))
            if len(facings) in wanted:
                rows[len(facings)] = strip(batch, output.image_BCHW, i)
            facings.append(target.facing)
        sight = RatedBatch(batch, output, views, pictures)
        for measure in measures:
            measure.see(sight)
        on_progress(len(facings))
    persons = np.array([pair.person for pair in pairs])
    tables = [measure.table(persons) for measure in measures]
    by_method = {name: np.stack(values) for name, values in scores.items()}
    return Evaluation(
        scores={name: values for name, values in by_method.items() if np.isfinite(values).any()},
        persons_N=persons,
        facings_N=facings,
        sheet=contact_sheet([rows[number] for number in range(min(SHEET_PAIRS, len(pairs)))], 3),
        tables=[table for table in tables if table is not None],
        rows={number: rows[number] for number in shown},
    )


def _score(picture_HWC: np.ndarray | None, target: View) -> np.ndarray:
    """As `score`; NaN throughout for a baseline that has no picture of this pair."""
    if picture_HWC is None:
        return np.full((len(RATED_REGIONS), len(METRICS)), np.nan)
    return score(picture_HWC, target.image_HWC, target.parsing_HW)
