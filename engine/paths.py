"""Where the data that ships with the program lies."""

from __future__ import annotations

import os
from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources"
DEFAULT_WEIGHTS = RESOURCES / "weights" / "default.safetensors"


def user_data() -> Path:
    """Folder for files fetched or made once per user (made on first use by its callers).

    `POSELOOM_HOME` overrides the platform's own place.
    """
    override = os.environ.get("POSELOOM_HOME")
    if override:
        return Path(override)
    from platformdirs import user_data_path

    return user_data_path("poseloom", appauthor=False)
