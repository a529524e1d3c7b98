"""`python3 -m train hand --output resources/hands`: the hand of whoever hides both of theirs.

A PNG with a matte, and beside it where its elbow and its wrist are. The same studio gives the same files.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from engine.files import make_folder, write_whole
from engine.photos import write_png

from ..studio.hands import SIZE, photographed_hand
from ..studio.photographer import Studio


def run(argv: list[str]) -> int:
    """Photograph it. Raises InputError; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python3 -m train hand", description="Photograph the hand in the application's box."
    )
    parser.add_argument("--output", type=Path, required=True, metavar="DIR", help="folder of the hand")
    parser.add_argument(
        "--assets", type=Path, metavar="DIR", help="MakeHuman data folder (or MAKEHUMAN_ASSETS)"
    )
    options = parser.parse_args(argv)
    make_folder(options.output)
    hand = photographed_hand(Studio(SIZE, options.assets))
    write_png(options.output / "hand.png", hand.picture)
    told = {"elbow": hand.joints[0].tolist(), "wrist": hand.joints[1].tolist(), "unit": hand.unit}
    write_whole(options.output / "hand.json", (json.dumps(told) + "\n").encode())
    print(f"a hand in {options.output}")
    return 0
