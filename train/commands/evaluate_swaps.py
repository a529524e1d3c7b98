"""`python3 -m train evaluate --swaps-truth DIR`: garments of others rated (`train.metrics.swaps`).

Writes swaps.json, swaps.md and swaps.png: wearer, giver, the garment alone, truth, and what each method makes
of them.
"""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path

import numpy as np

from engine import parsing, weights
from engine.errors import InputError
from engine.features import load_house
from engine.files import make_folder, write_whole
from engine.models import parser as parser_weights
from engine.models.parser.weights import SHIPPED
from engine.session import Session
from train import swaps
from train.data.augment import NONE
from train.data.pairs import Pair, load_pair
from train.data.people import TEST_PEOPLE, People
from train.metrics.judge import Judge
from train.metrics.markdown import measure_lines
from train.metrics.report import plain_table
from train.metrics.swaps import SwapTruth
from train.sheets import write_sheet

_SHOWN = 12  # people on the sheet


def rate_swaps(
    folder: Path,
    weights_file: Path,
    output: Path,
    device: str,
    people: int | None = None,
    refine: int = 0,
) -> None:
    """Rate every wearer of a data set of swaps. Raises InputError where it is of something else."""
    found = People(folder, TEST_PEOPLE[:people])
    if not swaps.of_studio(found.studio):
        raise InputError(f"{folder}: is no data set of swaps; make one by train render --swaps.")
    make_folder(output)
    session = Session.open(weights_file, device, found.size)
    judge = Judge(partial(parsing.parse, network=parser_weights.load(SHIPPED)), load_house())
    truth = SwapTruth(session, judge, refine)
    strips, laid = [], None
    for person in found.persons.tolist():
        for place, target in swaps.TRUTH_OF.items():
            wearer, goal = load_pair(found, Pair(0, person, swaps.STANDING, target), found.size, NONE, 0)
            giver, _ = load_pair(found, Pair(0, person, swaps.GIVER, target), found.size, NONE, 0)
            if found.views(person) > swaps.LAID:
                laid, _ = load_pair(found, Pair(0, person, swaps.LAID, target), found.size, NONE, 0)
            pictures = truth.rate(person, swaps.word_of(person), (wearer, giver, laid), goal, place)
            shown = [view.image_HWC for view in (wearer, giver, laid, goal) if view is not None]
            strips.append(np.concatenate([*shown, *pictures.values()], 1))
    session.close()
    table = plain_table(truth.table())
    made = {"weights": {"file": weights_file.name, "sha256": weights.sha256(weights_file)},
            "data": {"people": len(found), "sha256": found.fingerprint, "studio": found.studio}}  # fmt: skip
    text = "\n".join(measure_lines({**table, "made": made}))
    write_whole(output / "swaps.json", (json.dumps({**table, "made": made}, indent=1) + "\n").encode())
    write_whole(output / "swaps.md", text.encode())
    write_sheet(output / "swaps.png", np.concatenate(strips[: 2 * _SHOWN]))
    print(text)
