"""`import-weights`: an official NTED checkpoint (.pt) as safetensors, the same function."""

from __future__ import annotations

import argparse

from engine import weights
from engine.models.nted import save
from engine.models.nted.official import load_official


def run(argv: list[str]) -> int:
    """Write the weights; 0 when they are written. Raises InputError."""
    parser = argparse.ArgumentParser(prog="poseloom import-weights", description=__doc__)
    parser.add_argument("checkpoint", metavar="CHECKPOINT", help="official checkpoint, 256 or 512, whole or stripped")
    parser.add_argument("--output", metavar="W.safetensors", required=True)
    options = parser.parse_args(argv)
    network = load_official(options.checkpoint)
    card = {
        "name": "NTED, imported",
        "source_sha256": weights.sha256(options.checkpoint),
        "licence": "as its source; the official weights are CC BY-NC 4.0",
    }
    save(options.output, network, card)
    height, width = network.config.size
    print(f"{options.output}: NTED for {height}x{width}, {sum(p.numel() for p in network.parameters()):,} parameters")
    return 0
