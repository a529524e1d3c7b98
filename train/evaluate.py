"""`python3 -m train evaluate --weights W --data DIR`: prove weights on people never trained on.

The pairs are fixed: they follow from the test people in the data set alone (`fixed_pairs`). Beside the
weights stand two baselines: the reference copied, and the mean of training targets, a picture that
`--train-data` gives: a data set of training people, over 600 of whom it is computed, or the `mean.png` of an
earlier evaluation. Writes report.json, report.md, sheet.png and mean.png; the same input gives the same
bytes. Protocol: `train.metrics`.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from engine import weights
from engine.cv import cv2
from engine.errors import InputError
from engine.files import make_folder, write_whole
from engine.models.nted.weights import from_file
from engine.paths import DEFAULT_WEIGHTS
from engine.plan import make_plan
from train.data.augment import NONE
from train.data.pairs import Pair, collate, load_pair
from train.data.people import TEST_PEOPLE, TRAINING_PEOPLE, People
from train.metrics.regions import score
from train.metrics.report import make_report, to_markdown
from train.sheets import contact_sheet, pair_sheet, to_rgb, write_sheet

RESULT, COPY, MEAN = "these weights", "copy the reference", "mean of the training targets"
MEAN_PICTURES = 600
SHEET_PAIRS = 24
BATCH = 4

# (reference_BCHW, target planes_BPHW) -> image_BCHW in about [-1, 1]
Render = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class Evaluation:
    """scores: method -> float64 [pair, region, metric] (`train.metrics.regions`); persons_N, facings_N:
    person and facing of the target of each pair; sheet: uint8 RGB of the first pairs."""

    scores: dict[str, np.ndarray]
    persons_N: np.ndarray
    facings_N: list[str]
    sheet: np.ndarray


def fixed_pairs(people: People, count: int) -> list[Pair]:
    """The first `count` test pairs, or all there are: everybody's first pair, everybody's second, and so on.

    A person's ordered pairs of two different views come in the order of a hash of (person, reference,
    target), so more pairs extend fewer, and a pair does not depend on who else is in the data set.
    """

    def rank(person: int, reference: int, target: int) -> bytes:
        return hashlib.sha256(f"{person} {reference} {target}".encode()).digest()

    ordered = []
    for place, person in enumerate(people.persons.tolist()):
        views = range(people.views(person))
        of_person = [(person, r, t) for r, t in product(views, views) if r != t]
        of_person.sort(key=lambda pair: rank(*pair))
        ordered += [(turn, place, pair) for turn, pair in enumerate(of_person)]
    ordered.sort()
    return [Pair(index, *pair) for index, (_, _, pair) in enumerate(ordered[:count])]


def mean_picture(people: People, size: tuple[int, int]) -> np.ndarray:
    """Mean of one view each of up to 600 people, evenly spaced through the data set: uint8 RGB [H, W, 3]."""
    chosen = np.unique(np.linspace(0, len(people) - 1, MEAN_PICTURES).round().astype(int))
    total = np.zeros((*size, 3))
    for person in people.persons[chosen].tolist():
        view = person % people.views(person)
        target = load_pair(people, Pair(0, person, view, view), size, NONE, 0)[1]
        total += target.image_HWC
    return np.rint(total / len(chosen)).astype(np.uint8)


@torch.no_grad()
def evaluate(
    render: Render,
    people: People,
    pairs: list[Pair],
    size: tuple[int, int],
    mean_HWC: np.ndarray | None = None,
    device: torch.device | str = "cpu",
    on_progress: Callable[[int], None] = lambda done: None,
) -> Evaluation:
    """Render the pairs at `size` (H, W) and score the results and the baselines against the truth.

    Raises InputError on a damaged record, FloatingPointError where a result is no number.
    """
    scores: dict[str, list[np.ndarray]] = {RESULT: [], COPY: []} | ({} if mean_HWC is None else {MEAN: []})
    rows, facings = [], []
    for first in range(0, len(pairs), BATCH):
        some = tuple(pairs[first : first + BATCH])
        views = [load_pair(people, pair, size, NONE, 0) for pair in some]
        batch = collate(views, some, 0).to(device)
        image_BCHW = render(batch.reference_BCHW, batch.target_planes_BPHW)
        for i, (reference, target) in enumerate(views):
            if not torch.isfinite(image_BCHW[i]).all():
                raise FloatingPointError(f"The result of person {some[i].person} is not a number.")
            pictures = {RESULT: to_rgb(image_BCHW[i]), COPY: reference.image_HWC, MEAN: mean_HWC}
            for name, values in scores.items():
                values.append(score(pictures[name], target.image_HWC, target.parsing_HW))
            facings.append(target.facing)
            if len(rows) < SHEET_PAIRS:
                shown = (batch.reference_BCHW, batch.target_planes_BPHW, image_BCHW, batch.target_BCHW)
                rows.append(pair_sheet(*(tensor[i] for tensor in shown)))
        on_progress(len(facings))
    persons = np.array([pair.person for pair in pairs])
    return Evaluation(
        {name: np.stack(s) for name, s in scores.items()}, persons, facings, contact_sheet(rows, 3)
    )


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser("python3 -m train evaluate", description=__doc__.partition("\n\n")[0])
    p.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="default: the weights in the box")
    p.add_argument(
        "--data", nargs="+", required=True, help="data sets that hold the test people 1000000 to 1000063"
    )
    p.add_argument(
        "--train-data", metavar="DIR|PNG", help="data set of training people, or an earlier mean.png"
    )
    p.add_argument("--pairs", type=int, default=256, help="how many of the fixed pairs (default 256)")
    p.add_argument("--output", type=Path, default=Path("evaluation"), help="folder for the report")
    p.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    return p


def run(argv: list[str]) -> int:
    options = parser().parse_args(argv)
    if options.pairs < 1:
        raise InputError(f"--pairs {options.pairs}: needs at least one pair.")
    device = make_plan(options.device).device
    file = weights.read(options.weights)
    network = from_file(file).to(device)
    size = network.config.size
    people = People(options.data, TEST_PEOPLE)
    if size[0] > people.size[0] or size[1] > people.size[1]:
        folder = options.data[0]
        raise InputError(f"{folder}: has pictures smaller than the weights' {size[0]}x{size[1]}.")
    make_folder(options.output)  # before the work, not after it
    pairs = fixed_pairs(people, options.pairs)
    mean_HWC, mean_words = _mean(options.train_data, size)
    evaluation = evaluate(
        lambda reference, planes: network(reference, planes).image_BCHW,
        people, pairs, size, mean_HWC, device, _progress(len(pairs)),
    )  # fmt: skip
    persons = sorted({pair.person for pair in pairs})
    made = {
        "command": _command(options),
        "weights": {
            "file": file.path.name, "sha256": file.sha256, "samples": file.card.get("samples", "unknown"),
        },
        "data": {
            "people": f"{persons[0]} to {persons[-1]}", "count": len(persons),
            "sha256": people.fingerprint_of(persons), "studio": people.studio,
        },
        "pairs": len(pairs),
        "size": f"{size[0]}x{size[1]}",
        "mean of the training targets": mean_words,
        "software": {"torch": torch.__version__, "opencv": cv2.__version__, "numpy": np.__version__},
    }  # fmt: skip
    report = make_report(evaluation.scores, evaluation.persons_N, evaluation.facings_N, made)
    text = to_markdown(report)
    write_whole(options.output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(options.output / "report.md", text.encode())
    write_sheet(options.output / "sheet.png", evaluation.sheet)
    if mean_HWC is not None:
        write_sheet(options.output / "mean.png", mean_HWC)
    print(text)
    return 0


def _mean(source: str | None, size: tuple[int, int]) -> tuple[np.ndarray | None, dict | str]:
    """The mean picture and what it is, in words."""
    if source is None:
        return None, "left out (no --train-data)"
    if Path(source).is_dir():
        people = People(source, TRAINING_PEOPLE)
        picture = mean_picture(people, size)
        words = {"pictures": min(MEAN_PICTURES, len(people)), "of data": people.fingerprint}
    else:
        data = Path(source).read_bytes() if Path(source).is_file() else b""
        picture = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB) if data else None
        if picture is None or picture.shape != (*size, 3):
            raise InputError(f"{source}: is neither a data set nor a mean picture of {size[0]}x{size[1]}.")
        words = {"file": Path(source).name}
    return picture, {**words, "sha256 of its pixels": hashlib.sha256(picture.tobytes()).hexdigest()}


def _command(options: argparse.Namespace) -> str:
    """The command that makes this report, paths reduced to names."""
    words = ["python3 -m train evaluate", "--weights", options.weights.name]
    words += ["--data", *(Path(folder).name for folder in options.data), "--pairs", str(options.pairs)]
    if options.train_data:
        words += ["--train-data", Path(options.train_data).name]
    return " ".join(words)


def _progress(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            print(
                f"\r{done} of {total} pairs", end="\n" if done == total else "", file=sys.stderr, flush=True
            )

    return show
