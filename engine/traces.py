"""Logs and traces as they may be sent to strangers: of files they name no folders."""

from __future__ import annotations

import os
import re
import sysconfig
from pathlib import Path

# The program's and its libraries': a trace is to say where in them it went.
_ROOTS = (
    Path(__file__).resolve().parents[1],
    *(Path(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib")),
)
# From the root on, with all spaces: what follows a path in a sentence is rather lost than a folder told.
_FOLDERS = re.compile(r"""(?<![\w.)\]~/\\])(?:[A-Za-z]:)?[/\\](?=\S)(?:[^/\\:*?"'<>|\n]*[/\\])*""")


def without_folders(text: str) -> str:
    """The text, absolute paths cut to their last name; below the program and its libraries to what lies in
    them."""
    for root in sorted({f"{root}{os.sep}" for root in _ROOTS}, key=len, reverse=True):
        text = text.replace(root, "")
    return _FOLDERS.sub("", text)
