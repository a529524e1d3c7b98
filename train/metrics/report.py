"""The report of an evaluation: everything measured, with intervals, as plain data for JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from train.metrics.bootstrap import COVERAGE, DRAWS, SET_DRAWS, Estimate, estimate
from train.metrics.measure import Table
from train.metrics.regions import METRICS, RATED_REGIONS

FORMAT = "poseloom-evaluation"
MAIN_REGIONS = ("whole", "person", "face")
LOWER_IS_BETTER = ("L1",)

Scores = dict[str, dict[str, Estimate]]  # region -> metric -> estimate, regions never rated left out


def tabulate(scores_NRM: np.ndarray, persons_N: np.ndarray) -> Scores:
    """Estimates of scores [pair, region, metric] by region and metric."""
    table: Scores = {}
    for r, region in enumerate(RATED_REGIONS):
        row = {metric: estimate(scores_NRM[:, r, m], persons_N) for m, metric in enumerate(METRICS)}
        if all(row.values()):
            table[region] = row
    return table


def make_report(
    scores: Mapping[str, np.ndarray],
    persons_N: np.ndarray,
    facings_N: Sequence[str],
    made: dict,
    tables: Sequence[Table] = (),
) -> dict:
    """Everything measured, as plain data for JSON.

    scores: method -> [pair, region, metric]; the first method is the one judged, the others are baselines.
    facings_N: facing of each target. made: what the numbers were made of and by. tables: of other measures.
    """
    ours, *baselines = scores
    groups = {
        facing: np.array([name == facing for name in facings_N])
        for facing in sorted(set(facings_N), key=facings_N.index)
    }
    return {
        "format": FORMAT,
        "version": 2,
        "made": {
            **made,
            "interval": {
                "coverage": COVERAGE,
                "draws": DRAWS,
                "draws of sets": SET_DRAWS,
                "over": "people",
            },
        },  # fmt: skip
        "scores": {name: _plain(tabulate(values, persons_N)) for name, values in scores.items()},
        "differences": {
            f"{ours} - {name}": _plain(tabulate(scores[ours] - scores[name], persons_N)) for name in baselines
        },
        "person by facing of the target": {
            facing: {
                name: _plain(tabulate(values[there], persons_N[there])).get("person")
                for name, values in scores.items()
            }
            for facing, there in groups.items()
        },
        "measures": {table.key: plain_table(table) for table in tables},
    }


def _plain(table: Scores) -> dict:
    return {region: {m: value.to_json() for m, value in row.items()} for region, row in table.items()}


def plain_table(table: Table) -> dict:
    """A measure's table as plain data for JSON."""
    return {
        "title": table.title,
        "note": table.note,
        "made": dict(table.made),
        "columns": {
            column.name: {"digits": column.digits, "lower is better": column.lower_is_better}
            for column in table.columns
        },
        "rows": {
            name: {column: value and value.to_json() for column, value in row.items()}
            for name, row in table.rows.items()
        },
    }
