"""`python3 -m train export RUN --output W.safetensors`: a run's EMA weights, in half precision, with their card."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import torch

from engine.errors import InputError
from engine.models import nted
from train import checkpoint


def card(state: dict, evaluation: dict | None) -> dict:
    """The model card inside the weights: what it was trained on, how, how long, how good."""
    return {
        "name": f"NTED {state['recipe']['name']}",
        "data": "people rendered by train/studio from CC0 MakeHuman assets; no photograph of a real person",
        "licence": "CC0-1.0",
        "recipe": state["recipe"],
        "samples": state["samples"],
        "stretches": state["history"],
        "evaluation": evaluation or {},
    }


def run(argv: list[str]) -> int:
    p = argparse.ArgumentParser("python3 -m train export", description=__doc__)
    p.add_argument("run", type=Path, help="folder of a run, or one of its checkpoints")
    p.add_argument("--output", type=Path, required=True)
    p.add_argument("--evaluation", type=Path, help="report.json of `train evaluate`, goes into the card")
    options = p.parse_args(argv)
    path = options.run
    if path.is_dir():
        found = checkpoint.checkpoints(path)
        if not found:
            raise InputError(f"The run {path} has no checkpoint yet.")
        path = found[-1]
    state = checkpoint.load(path)
    network = nted.Nted(nted.NtedConfig.from_json(state["recipe"]["network"]))
    network.load_state_dict(state["ema"])
    evaluation = json.loads(options.evaluation.read_text()) if options.evaluation else None
    with torch.no_grad():
        nted.save(options.output, network, card(state, evaluation), half=True)
    print(f"{options.output}: {options.output.stat().st_size / 1e6:.1f} MB after {state['samples']:,} samples")
    return 0
