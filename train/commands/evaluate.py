"""`python3 -m train evaluate --weights W --data DIR`: prove weights on people never trained on.

The pairs are fixed: they follow from the test people in the data set alone (`train.metrics.pairs`). Beside
the weights stand three baselines: the reference copied; copied by its true surface, where the data tell it;
and the mean of training targets, a picture that `--train-data` gives: a data set of training people, over 600
of whom it is computed, or the `mean.png` of an earlier evaluation. Writes report.json, report.md, sheet.png,
mean.png and, where asked for, pages of pairs for the eye; the same input gives the same bytes. Protocol:
docs/evaluation.md.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import torch

from engine import Session, detect, parsing, pose_model, weights
from engine.contract import PoseTransferModel
from engine.cv import cv2
from engine.errors import InputError
from engine.features import load_house
from engine.files import make_folder, write_whole
from engine.models import parser as parser_weights
from engine.models.parser.weights import SHIPPED
from engine.models.registry import open_model
from engine.paths import DEFAULT_WEIGHTS
from engine.plan import make_plan
from train import moves
from train.commands import photographs
from train.commands.evaluate_swaps import rate_swaps
from train.data.pairs import Pair
from train.data.people import TEST_PEOPLE, TRAINING_PEOPLE, People
from train.metrics.correspondence import Correspondence
from train.metrics.evaluation import Evaluation, evaluate
from train.metrics.frechet import Frechet
from train.metrics.house import house_features
from train.metrics.judge import Judge
from train.metrics.leakage import Leakage
from train.metrics.markdown import to_markdown
from train.metrics.measure import Measure
from train.metrics.moves import AroundMoves, MovedLimbs
from train.metrics.own_pose import OwnPoseScore
from train.metrics.pairs import MEAN_PICTURES, fixed_pairs, mean_picture, moved_pairs
from train.metrics.pose import PoseError
from train.metrics.renders import AsShown, alone
from train.metrics.report import make_report
from train.metrics.wasserstein import SlicedWasserstein
from train.sheets import move_strip, pair_strip, write_page, write_sheet

PAIRS = 512
SWAPS = 128
EYE_PAIRS, PAGE_PAIRS, PAGE_COLUMNS, EYE_SEED = 100, 10, 2, 0


def parser() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser("python3 -m train evaluate", description=__doc__.partition("\n\n")[0])
    first, last = TEST_PEOPLE[0], TEST_PEOPLE[-1]
    p.add_argument("--weights", type=Path, default=DEFAULT_WEIGHTS, help="default: the weights in the box")
    rated = p.add_mutually_exclusive_group(required=True)
    rated.add_argument("--data", nargs="+", help=f"data sets that hold people {first} to {last}")
    rated.add_argument(
        "--photos",
        type=Path,
        metavar="DIR",
        help="photos to move people in, for the eye; a folder a person",
    )
    rated.add_argument(
        "--swaps-truth", type=Path, metavar="DIR", help="garments of others to rate, on data of swaps"
    )
    p.add_argument(
        "--train-data", metavar="DIR|PNG", help="data set of training people, or an earlier mean.png"
    )
    p.add_argument("--pairs", type=int, default=PAIRS, help=f"how many of the fixed pairs (default {PAIRS})")
    p.add_argument(
        "--refine", type=int, default=0, metavar="N", help="with --swaps-truth: swaps refined by N steps too"
    )
    p.add_argument("--people", type=int, metavar="N", help="only the first N test people")
    p.add_argument("--swaps", type=int, default=SWAPS, help=f"pairs to swap a garment in (default {SWAPS})")
    p.add_argument("--settle", type=int, default=0, metavar="N", help="settle each reference by N steps")
    p.add_argument("--pose", action="store_true", help="also find the poses of the results (takes time)")
    p.add_argument(
        "--features",
        type=Path,
        metavar="PARSER",
        help="weights of the parsing network, for Fréchet distances (default: those in the box, if any)",
    )
    p.add_argument(
        "--sheet", type=int, nargs="?", const=EYE_PAIRS, default=0, metavar="N",
        help=f"also write pages of N random pairs for the eye (default {EYE_PAIRS})",
    )  # fmt: skip
    p.add_argument("--output", type=Path, default=Path("evaluation"), help="folder for the report")
    p.add_argument("--device", default="auto", help="auto, cpu, cuda or mps")
    return p


def run(argv: list[str]) -> int:
    options = parser().parse_args(argv)
    _check(options)
    if options.swaps_truth is not None:
        rate_swaps(
            options.swaps_truth,
            options.weights,
            options.output,
            options.device,
            options.people,
            options.refine,
        )
        return 0
    if options.features is None and SHIPPED.is_file():
        options.features = SHIPPED
    plan = make_plan(options.device)
    device, file = plan.device, weights.read(options.weights)
    model = open_model(file, replace(plan, preview=torch.float32))
    if model.canvas != model.size:
        raise InputError(f"{file.path}: works on another canvas than its frame, so it cannot be rated.")
    if options.photos is not None:
        made = {"command": _command(options), "weights": f"{file.path.name}, sha256 {file.sha256}"}
        session = Session(model, plan)
        print(
            photographs.rate(
                session, options.photos, options.pairs, options.settle, _judge(options), options.output, made
            )
        )
        return 0
    size = model.size
    people = People(options.data, TEST_PEOPLE[: options.people])
    if size[0] > people.size[0] or size[1] > people.size[1]:
        folder = options.data[0]
        raise InputError(f"{folder}: has pictures smaller than the weights' {size[0]}x{size[1]}.")
    of_moves = moves.of_studio(people.studio)
    pairs = (moved_pairs if of_moves else fixed_pairs)(people, options.pairs)
    if not pairs:
        raise InputError(f"{options.data[0]}: shows nobody in two views, so there is no pair to rate.")
    measures = _of_moves(options, people) if of_moves else _measures(options, model, people, pairs, device)
    make_folder(options.output)  # before the work, not after it
    mean_HWC, mean_words = _mean(options.train_data, size)
    evaluation = evaluate(
        AsShown(model, options.settle),
        people,
        pairs,
        size,
        mean_HWC,
        device,
        _progress(len(pairs)),
        measures,
        _for_the_eye(len(pairs), options.sheet),
        move_strip if of_moves else pair_strip,
    )
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
        "stored at": f"{people.size[0]}x{people.size[1]}",
        "mean of the training targets": mean_words,
        "software": {"torch": torch.__version__, "opencv": cv2.__version__, "numpy": np.__version__},
    }  # fmt: skip
    report = make_report(
        evaluation.scores, evaluation.persons_N, evaluation.facings_N, made, evaluation.tables
    )
    text = to_markdown(report)
    write_whole(options.output / "report.json", (json.dumps(report, indent=1) + "\n").encode())
    write_whole(options.output / "report.md", text.encode())
    write_sheet(options.output / "sheet.png", evaluation.sheet)
    if mean_HWC is not None:
        write_sheet(options.output / "mean.png", mean_HWC)
    _write_pages(options.output, evaluation, pairs)
    print(text)
    return 0


def _check(options: argparse.Namespace) -> None:
    """Faults of the options that would otherwise show after the work."""
    if options.pairs < 1:
        raise InputError(f"--pairs {options.pairs}: needs at least one pair.")
    if options.people is not None and options.people < 1:
        raise InputError(f"--people {options.people}: needs at least one person.")
    if options.settle < 0:
        raise InputError(f"--settle {options.settle}: must not be negative.")
    if options.swaps < 0 or options.sheet < 0:
        name = "--swaps" if options.swaps < 0 else "--sheet"
        raise InputError(f"{name} {min(options.swaps, options.sheet)}: must not be negative.")
    if options.pose and not detect.available().available:
        raise InputError(f"--pose: poses cannot be found here: {detect.available().reason}.")


def _measures(
    options: argparse.Namespace,
    model: PoseTransferModel,
    people: People,
    pairs: list[Pair],
    device: torch.device,
) -> list[Measure]:
    own_pose = OwnPoseScore(AsShown(model, options.settle), partial(alone, model))
    measures: list[Measure] = [SlicedWasserstein(len(pairs)), own_pose]
    if options.features:
        measures.append(Frechet(house_features(options.features, device), device))
    measures += _pose_error(options)
    measures.append(Correspondence())
    if options.swaps and model.slots:
        measures.append(Leakage(model, people, pairs, options.swaps))
    return measures


def _pose_error(options: argparse.Namespace) -> list[Measure]:
    if not options.pose:
        return []
    model = hashlib.sha256(pose_model.find().read_bytes()).hexdigest()
    return [PoseError(detect.detect_pose, f"mediapipe, model sha256 {model}")]


def _of_moves(options: argparse.Namespace, people: People) -> list[Measure]:
    judge = _judge(options)
    return [MovedLimbs(judge), AroundMoves(people, judge), *_pose_error(options)]


def _judge(options: argparse.Namespace) -> Judge:
    if options.features is None:
        raise InputError("Moves are rated by what the parsing network sees: give its weights (--features).")
    network, features = parser_weights.load(options.features), load_house(options.features)
    made = {"parsing network": options.features.name, "its sha256": weights.sha256(options.features)}
    return Judge(partial(parsing.parse, network=network), features, made)


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


def _for_the_eye(pairs: int, count: int) -> list[int]:
    """Numbers of the pairs for the eye: drawn once for all, so that nobody picks them."""
    return np.random.default_rng(EYE_SEED).permutation(pairs)[:count].tolist()


def _write_pages(folder: Path, evaluation: Evaluation, pairs: list[Pair]) -> None:
    """pairs-01.jpg .. of `PAGE_PAIRS` each, and pairs.txt: which pair stands where."""
    numbers = list(evaluation.rows)
    lines = ["page place pair person reference target"]
    for page, first in enumerate(range(0, len(numbers), PAGE_PAIRS), 1):
        on_page = numbers[first : first + PAGE_PAIRS]
        rows = [evaluation.rows[number] for number in on_page]
        write_page(folder / f"pairs-{page:02d}.jpg", rows, PAGE_COLUMNS)
        for place, number in enumerate(on_page, 1):
            pair = pairs[number]
            lines.append(f"{page} {place} {number} {pair.person} {pair.reference} {pair.target}")
    if numbers:
        write_whole(folder / "pairs.txt", ("\n".join(lines) + "\n").encode())


def _command(options: argparse.Namespace) -> str:
    """The command that makes this report, paths reduced to names."""
    words = ["python3 -m train evaluate", "--weights", options.weights.name]
    shown = ["--photos", options.photos] if options.photos else ["--data", *options.data]
    words += [shown[0], *(Path(folder).name for folder in shown[1:]), "--pairs", str(options.pairs)]
    if options.people is not None:
        words += ["--people", str(options.people)]
    if options.train_data:
        words += ["--train-data", Path(options.train_data).name]
    if options.swaps != SWAPS:
        words += ["--swaps", str(options.swaps)]
    if options.settle:
        words += ["--settle", str(options.settle)]
    if options.features:
        words += ["--features", options.features.name]
    return " ".join(words + ["--pose"] * options.pose + [f"--sheet {options.sheet}"] * bool(options.sheet))


def _progress(total: int) -> Callable[[int], None]:
    def show(done: int) -> None:
        if sys.stderr.isatty():
            print(
                f"\r{done} of {total} pairs", end="\n" if done == total else "", file=sys.stderr, flush=True
            )

    return show
