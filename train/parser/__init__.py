"""`python3 -m train parser fit | evaluate | export`: makes and proves the parsing and keypoint network."""

from __future__ import annotations

import importlib
import sys

STEPS = {
    "fit": "train it on rendered people, or go on with a run",
    "evaluate": "prove it on people never trained on",
    "export": "write its weights for the application and the house features",
    "look": "draw what it sees in photographs",
}


def run(argv: list[str]) -> int:
    """The command line behind `python3 -m train parser`; returns the exit status."""
    if not argv or argv[0] not in STEPS:
        print("usage: python3 -m train parser STEP ...\n", file=sys.stderr)
        for name, what in STEPS.items():
            print(f"  {name:10} {what}", file=sys.stderr)
        return 0 if argv[:1] in (["-h"], ["--help"]) else 2
    return importlib.import_module(f"train.parser.{argv[0]}").run(argv[1:])
