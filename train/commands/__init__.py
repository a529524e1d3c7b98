"""One module a command, each with `run(argv)`; here what a command line of named steps has in common."""

from __future__ import annotations

import sys
from collections.abc import Mapping


def told(usage: str, steps: Mapping[str, str], argv: list[str]) -> int | None:
    """None where argv begins with one of the steps; else the usage and what each step does go to stderr, and
    the exit code is returned: 0 where help was asked for, 2 for wrong use."""
    if argv and argv[0] in steps:
        return None
    print(f"usage: {usage}\n", file=sys.stderr)
    for name, what in steps.items():
        print(f"  {name:10} {what}", file=sys.stderr)
    return 0 if argv[:1] in (["-h"], ["--help"]) else 2
