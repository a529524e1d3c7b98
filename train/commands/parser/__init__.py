"""`python3 -m train parser fit | evaluate | export`: makes and proves the parsing and keypoint network."""

from __future__ import annotations

import importlib

from train.commands import told

STEPS = {
    "fit": "train it on rendered people, or go on with a run",
    "evaluate": "prove it on people never trained on",
    "export": "write its weights for the application and the house features",
    "look": "draw what it sees in photographs",
}


def run(argv: list[str]) -> int:
    """The command line behind `python3 -m train parser`; returns the exit status."""
    code = told("python3 -m train parser STEP ...", STEPS, argv)
    if code is not None:
        return code
    return importlib.import_module(f"train.commands.parser.{argv[0]}").run(argv[1:])
