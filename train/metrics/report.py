"""The report of an evaluation: scores with intervals as plain data, and as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from train.metrics.bootstrap import COVERAGE, DRAWS, Estimate, estimate
from train.metrics.regions import METRICS, REGIONS

MAIN_REGIONS = ("whole", "person", "face")
LOWER_IS_BETTER = ("L1",)
_DIGITS = {"L1": 4, "PSNR": 2, "SSIM": 4}

Table = dict[str, dict[str, Estimate]]  # region -> metric -> estimate, regions never rated left out


def tabulate(scores_NRM: np.ndarray, persons_N: np.ndarray) -> Table:
    """Estimates of scores [pair, region, metric] by region and metric."""
    table: Table = {}
    for r, region in enumerate(REGIONS):
        row = {metric: estimate(scores_NRM[:, r, m], persons_N) for m, metric in enumerate(METRICS)}
        if all(row.values()):
            table[region] = row
    return table


def make_report(
    scores: Mapping[str, np.ndarray], persons_N: np.ndarray, facings_N: Sequence[str], made: dict
) -> dict:
    """Everything measured, as plain data for JSON.

    scores: method -> [pair, region, metric]; the first method is the one judged, the others are baselines.
    facings_N: facing of each target. made: what the numbers were made of and by.
    """
    ours, *baselines = scores
    groups = {
        facing: np.array([name == facing for name in facings_N])
        for facing in sorted(set(facings_N), key=facings_N.index)
    }
    return {
        "format": "poseloom-evaluation",
        "version": 1,
        "made": {**made, "interval": {"coverage": COVERAGE, "draws": DRAWS, "over": "people"}},
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
    }


def verdict(metric: str, difference: dict) -> str:
    """ "better", "worse" or "even": where the whole interval of a difference to a baseline lies."""
    low, high = difference["low"], difference["high"]
    if low <= 0 <= high:
        return "even"
    return "better" if (high < 0) == (metric in LOWER_IS_BETTER) else "worse"


def to_markdown(report: dict) -> str:
    """The report as a document: what it was made of, main regions, differences, other regions, facings."""
    scores, made = report["scores"], report["made"]
    parts = ["# Evaluation", "", *_made_lines(made), ""]
    for region in MAIN_REGIONS:
        rows = [
            [
                name,
                *(_cell(metric, table[region][metric]) for metric in METRICS),
                table[region]["L1"]["pairs"],
            ]
            for name, table in scores.items()
            if region in table
        ]
        if rows:
            parts += [f"## {region.capitalize()}", "", *_table(["", *METRICS, "pairs"], rows), ""]
    parts += ["## Difference to the baselines", ""]
    rows = [
        [name, region, *(_difference_cell(metric, table[region][metric]) for metric in METRICS)]
        for name, table in report["differences"].items()
        for region in MAIN_REGIONS
        if region in table
    ]
    parts += [*_table(["", "region", *METRICS], rows), ""]
    others = [region for region in REGIONS if region not in MAIN_REGIONS]
    for metric in ("L1", "SSIM"):
        rows = [
            [name, *(_short(metric, table.get(region)) for region in others)]
            for name, table in scores.items()
        ]
        parts += [f"## {metric} of the other regions", "", *_table(["", *others], rows), ""]
    for metric in ("L1", "SSIM"):
        rows = [
            [facing, *(_short(metric, by_method[name]) for name in scores)]
            for facing, by_method in report["person by facing of the target"].items()
        ]
        parts += [f"## {metric} of the person, by facing of the target", "", *_table(["", *scores], rows), ""]
    parts += [
        "L1 in 0..1, lower is better; PSNR in dB and SSIM (Gaussian 11, sigma 1.5, valid), higher is better. "
        f"In brackets: {made['interval']['coverage']:.0%} interval, bootstrap over people. Protocol: "
        "train/metrics/__init__.py.",
        "",
    ]
    return "\n".join(parts)


def _plain(table: Table) -> dict:
    return {region: {m: value.to_json() for m, value in row.items()} for region, row in table.items()}


def _made_lines(made: dict) -> list[str]:
    return [f"- {name}: {_words(value)}" for name, value in made.items() if name != "interval"]


def _words(value) -> str:
    return (
        ", ".join(f"{name} {_words(v)}" for name, v in value.items())
        if isinstance(value, dict)
        else f"{value}"
    )


def _cell(metric: str, value: dict) -> str:
    digits = _DIGITS[metric]
    return f"{value['mean']:.{digits}f} ({value['low']:.{digits}f} to {value['high']:.{digits}f})"


def _difference_cell(metric: str, value: dict) -> str:
    digits = _DIGITS[metric]
    numbers = f"{value['mean']:+.{digits}f} ({value['low']:+.{digits}f} to {value['high']:+.{digits}f})"
    return f"{numbers}, {verdict(metric, value)}"


def _short(metric: str, row: dict | None) -> str:
    return f"{row[metric]['mean']:.{_DIGITS[metric]}f} (n {row[metric]['pairs']})" if row else ""


def _table(header: Iterable[str], rows: list[list]) -> list[str]:
    lines = [list(map(str, row)) for row in [list(header), *rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    return [text[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *text[1:]]
