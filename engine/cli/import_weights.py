"""`import-weights`: an official NTED checkpoint (.pt) as safetensors, the same function."""

from __future__ import annotations

import argparse
from dataclasses import replace

from engine import weights
from engine.cli.inputs import frame_size
from engine.models.nted import save
from engine.models.nted.discriminator import save_discriminator
from engine.models.nted.official import load_official, load_official_discriminator
from engine.session import checked_size


def run(argv: list[str]) -> int:
    """Write the weights; 0 when they are written. Raises InputError."""
    parser = argparse.ArgumentParser(prog="poseloom import-weights", description=__doc__)
    parser.add_argument(
        "checkpoint", metavar="CHECKPOINT", help="official checkpoint, 256 or 512, whole or stripped"
    )
    parser.add_argument("--output", metavar="W.safetensors", required=True)
    parser.add_argument(
        "--size", metavar="HxW", type=frame_size, help="model frame to run at; default: the weights' own"
    )
    parser.add_argument(
        "--discriminator", metavar="D.safetensors", help="write the discriminator too, to train on with"
    )
    options = parser.parse_args(argv)
    network = load_official(options.checkpoint)
    discriminator = load_official_discriminator(options.checkpoint) if options.discriminator else None
    made_for = network.config.size
    card = {
        "name": "NTED, imported",
        "source_sha256": weights.sha256(options.checkpoint),
        "licence": "as its source; the official weights are CC BY-NC 4.0",
        "made_for": list(made_for),
    }
    if options.size:
        network.config = replace(network.config, size=checked_size(options.size))
    save(options.output, network, card)
    count = sum(p.numel() for p in network.parameters())
    print(f"{options.output}: NTED for {made_for[0]}x{made_for[1]}, {count:,} parameters")
    if network.config.size != made_for:
        height, width = network.config.size
        print(
            f"It will run at {height}x{width}: the network is fully convolutional and its weights are "
            f"unchanged, but it was trained on {made_for[0]}x{made_for[1]}."
        )
    if discriminator is not None:
        save_discriminator(options.discriminator, discriminator)
        print(f"{options.discriminator}: its discriminator")
    return 0
