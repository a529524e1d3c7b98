"""The report of an evaluation as a Markdown document."""

from __future__ import annotations

from collections.abc import Iterable

from train.metrics.regions import METRICS, RATED_REGIONS
from train.metrics.report import LOWER_IS_BETTER, MAIN_REGIONS

_DIGITS = {"L1": 4, "PSNR": 2, "SSIM": 4}


def verdict(metric: str, difference: dict) -> str:
    """ "better", "worse" or "even": where the whole interval of a difference to a baseline lies."""
    low, high = difference["low"], difference["high"]
    if low <= 0 <= high:
        return "even"
    return "better" if (high < 0) == (metric in LOWER_IS_BETTER) else "worse"


def to_markdown(report: dict) -> str:
    """The report as a document: what it was made of, main regions, differences, other regions, facings, and
    the tables of all other measures."""
    scores, made = report["scores"], report["made"]
    parts = ["# Evaluation", "", *_made_lines(made), ""]
    for region in MAIN_REGIONS:
        rows = [
            [
                name,
                *(_cell(table[region][metric], _DIGITS[metric]) for metric in METRICS),
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
    others = [region for region in RATED_REGIONS if region not in MAIN_REGIONS]
    for metric in METRICS:
        rows = [
            [name, *(_short(metric, table.get(region)) for region in others)]
            for name, table in scores.items()
        ]
        parts += [f"## {metric} of the other regions", "", *_table(["", *others], rows), ""]
    for metric in METRICS:
        rows = [
            [facing, *(_short(metric, by_method[name]) for name in scores)]
            for facing, by_method in report["person by facing of the target"].items()
        ]
        parts += [f"## {metric} of the person, by facing of the target", "", *_table(["", *scores], rows), ""]
    for measure in report["measures"].values():
        parts += measure_lines(measure)
    parts += [
        "L1 in 0..1, lower is better; PSNR in dB and SSIM (Gaussian 11, sigma 1.5, valid), higher is better. "
        f"In brackets: {made['interval']['coverage']:.0%} interval, bootstrap over people. Protocol: "
        "docs/evaluation.md.",
        "",
    ]
    return "\n".join(parts)


def measure_lines(measure: dict) -> list[str]:
    """The table of a measure, as `report.plain_table` gives it, with its note and what it was made of."""
    columns = measure["columns"]
    rows = []
    for name, row in measure["rows"].items():
        cells = [_cell(row[column], about["digits"]) for column, about in columns.items()]
        counts = [value["pairs"] for value in row.values() if value]
        rows.append([name, *cells, max(counts, default=0)])
    made = [f"- {name}: {_words(value)}" for name, value in measure["made"].items()]
    lines = [f"## {measure['title']}", "", *_table(["", *columns, "pairs"], rows), "", measure["note"], ""]
    return [*lines, *made, ""] if made else lines


def _made_lines(made: dict) -> list[str]:
    return [f"- {name}: {_words(value)}" for name, value in made.items() if name != "interval"]


def _words(value) -> str:
    return (
        ", ".join(f"{name} {_words(v)}" for name, v in value.items())
        if isinstance(value, dict)
        else f"{value}"
    )


def _cell(value: dict | None, digits: int) -> str:
    if value is None:
        return ""
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
