"""`python3 -m train parser evaluate --data DIR`: prove the parsing network on people never trained on.

Every view counts once, plain, and once more with strong changes (other backgrounds, bad cameras) that are the
same every time. Writes report.json, report.md and sheet.png.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np

from engine import parsing, weights
from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.models import parser as parser_model
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import PLAIN, STRONG
from train.data.people import HELD_OUT_PEOPLE
from train.metrics.parsing import SIZE, fixed_batches, measured
from train.overlay import overlay
from train.sheets import contact_sheet, write_sheet

_SHOWN = 16


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train parser evaluate", description=__doc__)
    p.add_argument("--weights", type=Path, default=parser_model.SHIPPED)
    p.add_argument("--data", nargs="+", required=True, help="data sets with people from 1000000 on")
    p.add_argument("--views", type=int, default=600, help="how many views, everybody's first one first")
    p.add_argument("--output", type=Path, default=Path("parser-evaluation"), help="folder for the report")
    options = p.parse_args(argv)
    if options.views < 1:
        raise InputError(f"--views {options.views}: needs at least one view.")
    network = parser_model.load(options.weights)
    file = weights.read(options.weights)
    people = Crowd(options.data, HELD_OUT_PEOPLE)
    make_folder(options.output)
    report = {
        "weights": {"file": file.path.name, "sha256": file.sha256, "samples": file.card.get("samples")},
        "data": {"studio": people.studio, "sha256": people.fingerprint, "people": len(people)},
        "views": min(options.views, int(people.view_counts.sum())),
        "plain": measured(network, fixed_batches(people, SIZE, options.views, PLAIN)),
        "changed": measured(network, fixed_batches(people, SIZE, options.views, STRONG)),
    }
    text = to_markdown(report)
    write_whole(options.output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(options.output / "report.md", text.encode())
    write_sheet(options.output / "sheet.png", sheet(network, people))
    print(text)
    return 0


def to_markdown(report: dict) -> str:
    """The report as a table: figure, plain, changed."""
    lines = [
        f"{report['views']} views of {report['data']['people']} people, studio {report['data']['studio']}, "
        f"weights {report['weights']['sha256'][:12]}",
        "",
        "| | plain | changed |",
        "|---|---|---|",
    ]
    for name in dict.fromkeys([*report["plain"], *report["changed"]]):
        cells = [_cell(report[kind].get(name)) for kind in ("plain", "changed")]
        lines.append(f"| {name} | {cells[0]} | {cells[1]} |")
    return "\n".join(lines) + "\n"


def _cell(value: float | None) -> str:
    return "" if value is None or not np.isfinite(value) else f"{value:.3f}"


def sheet(network: parser_model.Parser, people: Crowd) -> np.ndarray:
    """Pictures and what is seen in them, half of them changed: uint8 RGB."""
    rows = []
    for changes in (PLAIN, STRONG):
        for batch, _ in fixed_batches(people, SIZE, _SHOWN // 2, changes):
            for picture_CHW in batch.image_BCHW:
                rgb = ((picture_CHW + 1) * 127.5).round().byte().permute(1, 2, 0).numpy()
                rows.append(np.hstack([rgb, overlay(rgb, parsing.parse(rgb, network))]))
    return contact_sheet(rows, 4)
