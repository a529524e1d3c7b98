"""`python3 -m train export RUN --output W.safetensors`: a run's EMA weights, half precision, with a card.

With --official the weights in the layout of the official code's checkpoints (.pt) instead.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from engine import textures
from engine.errors import InputError
from engine.models import nted
from engine.models.nted import official
from engine.weights import read_torch
from train import checkpoint
from train.losses.slots import TOLD, Slots

# Where pictures came from, by the name a source goes by (`train.data.source.Source.studio`): words, licence.
DEEPFASHION, PHOTOS = "DeepFashion", "photos"
RENDERED = "people rendered by train/studio from CC0 MakeHuman assets; no photograph of a real person"


def provenance(history: list[dict]) -> tuple[str, str]:
    """What a run was trained on, in words, and the licence that its weights can have at most."""
    studios = {stretch.get("studio", "") for stretch in history}
    told, licence = [], "CC0-1.0"
    if studios - {DEEPFASHION, PHOTOS} or not studios:
        told.append(RENDERED)
    if PHOTOS in studios:
        told.append("photographs of the user's own")
        licence = "as the photographs it was trained on allow"
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
        "name": f"NTED {state['recipe']['name']}",
        "data": data,
        "licence": licence,
        "recipe": state["recipe"],
        "samples": state["samples"],
        "stretches": state["history"],
        "evaluation": evaluation or {},
    }


def purposes(state: dict) -> dict[str, list[dict]]:
    """What the textures of a layer are for, by layer, where the run told them; plain data for the weights."""
    config = nted.NtedConfig.from_json(state["recipe"]["network"])
    slots = {number: Slots(**saved) for number, saved in state.get("slots", {}).items()}
    if not slots:
        return {}
    counts = config.texture_counts
    return {layer: textures.to_json(slots[counts[layer]].purposes()) for layer in list(counts)[TOLD]}


def chosen(run: Path, best: bool) -> Path:
    """The checkpoint a folder is asked for: its newest, or its best; a file is itself."""
    if not run.is_dir():
        return run
    if best:
        found = checkpoint.best(run)
        if found is None:
            raise InputError(f"The run {run} has no best checkpoint: it was never validated.")
        return found[0]
    there = checkpoint.checkpoints(run)
    if not there:
        raise InputError(f"The run {run} has no checkpoint yet.")
    return there[-1]


def network_of(state: dict, part: str) -> nted.Nted:
    network = nted.Nted(nted.NtedConfig.from_json(state["recipe"]["network"]))
    network.load_state_dict(state[part])
    return network


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
    state = read_torch(chosen(options.run, options.best))
    if options.official:
        official.save_official(options.output, network_of(state, "ema"))
    else:
        evaluation = json.loads(options.evaluation.read_text()) if options.evaluation else None
        with torch.no_grad():
            nted.save(
                options.output,
                network_of(state, "ema"),
                card(state, evaluation),
                half=True,
                purposes=purposes(state),
            )
    print(
        f"{options.output}: {options.output.stat().st_size / 1e6:.1f} MB after {state['samples']:,} samples"
    )
    return 0
