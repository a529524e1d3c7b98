"""`python3 -m train export RUN --output W.safetensors`: a run's EMA weights, half precision, with a card.

With --official the weights in the layout of the official code's checkpoints (.pt) instead.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from engine.errors import InputError
from engine.files import opened, refuse_own_input
from train.metrics.report import FORMAT as REPORT
from train.objectives import objective_in
from train.objectives.pairs import PairObjective
from train.run import checkpoint
from train.run.state import ELSEWHERE

# Where pictures came from, by the name a source goes by (`train.data.source.Source.studio`): words, licence.
DEEPFASHION, PHOTOS = "DeepFashion", "photos"
RENDERED = "people rendered by train/studio from CC0 MakeHuman assets; no photograph of a real person"


def provenance(history: list[dict]) -> tuple[str, str]:
    """What a run was trained on, in words, and the licence that its weights can have at most."""
    studios = {stretch.get("studio", "") for stretch in history}
    told, licence = [], "CC0-1.0"
    if studios - {DEEPFASHION, PHOTOS, ELSEWHERE} or not studios:
        told.append(RENDERED)
    if PHOTOS in studios:
        told.append("photographs of the user's own")
        licence = "as the photographs it was trained on allow"
    if ELSEWHERE in studios:
        told.append("what the weights it began with had seen, which do not say")
        licence = "as the weights it began with allow"
    if DEEPFASHION in studios:
        told.append("DeepFashion, In-shop Clothes Retrieval")
        licence = "non-commercial research only, as DeepFashion's pictures"
    if len(told) > 1:
        told = [part.removesuffix("; no photograph of a real person") for part in told]
    return " and ".join(told), licence


def card(state: dict, evaluation: dict | None) -> dict:
    """The model card inside the weights: what it was trained on, how, how long, how good."""
    data, licence = provenance(state["history"])
    return {
        "name": f"{objective_in(state).title} {state['recipe']['name']}",
        "data": data,
        "licence": licence,
        "recipe": state["recipe"],
        "samples": state["samples"],
        "stretches": state["history"],
        "evaluation": evaluation or {},
    }


def chosen(run: Path, best: bool) -> Path:
    """The checkpoint a folder is asked for: its newest, or its best; a file is itself."""
    if not run.is_dir():
        return run
    if best:
        found = checkpoint.best(run)
        if found is None:
            raise InputError(f"The run {run} has no best checkpoint: it was never validated.")
        return found[0]
    there = checkpoint.newest(run)
    if there is None:
        raise InputError(f"The run {run} has no checkpoint yet.")
    for line in there.lines():
        print(line, file=sys.stderr)
    return there.path


def evaluation_in(path: Path) -> dict:
    """What `train evaluate` wrote as report.json. Raises InputError where the file is something else."""
    with opened(path, str(path), what="a report") as (file, label):
        try:
            report = json.loads(file.read())
        except ValueError:
            report = None
    if not isinstance(report, dict) or report.get("format") != REPORT:
        raise InputError(f"{label}: is no report.json of `train evaluate`.")
    return report


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train export", description=__doc__)
    p.add_argument("run", type=Path, help="folder of a run, or one of its checkpoints")
    p.add_argument("--output", type=Path, required=True)
    p.add_argument(
        "--best", action="store_true", help="of a folder, the checkpoint with the smallest held-out error"
    )
    p.add_argument("--official", action="store_true", help="write the official code's checkpoint layout")
    p.add_argument("--evaluation", type=Path, help="report.json of `train evaluate`, goes into the card")
    options = p.parse_args(argv)
    path = chosen(options.run, options.best)
    refuse_own_input(options.output, path, options.evaluation)
    state = checkpoint.read(path)
    evaluation = evaluation_in(options.evaluation) if options.evaluation else None
    with checkpoint.taken_from(path):
        objective = objective_in(state)
    if not issubclass(objective, PairObjective):
        raise InputError(f"The checkpoint {path} is of {objective.title}, which has an export of its own.")
    network = objective.average_in(state, path)
    with checkpoint.taken_from(path):
        told = card(state, evaluation)
    if options.official:
        objective.save_official(options.output, network)
    else:
        objective.save(options.output, network, told, state)
    print(
        f"{options.output}: {options.output.stat().st_size / 1e6:.1f} MB after {state['samples']:,} samples"
    )
    return 0
