"""What a picture that was exported says of itself, read from its head alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImageReader

from engine.errors import InputError
from engine.look.exported import KEY


def texts(path: Path) -> dict[str, str]:
    """Text entries of a picture file; empty where there are none or the file cannot be read."""
    reader = QImageReader(str(path))
    return {key: reader.text(key) for key in reader.textKeys()}


def parameters(path: Path) -> dict[str, Any]:
    """Our parameters in a picture of an older Poseloom. Raises InputError where they are damaged."""
    try:
        data = json.loads(texts(path)[KEY])
        if not isinstance(data, dict) or not isinstance(data.get("pose"), dict):
            raise ValueError
    except (KeyError, ValueError):
        raise InputError(f"{path.name} says it was made here, but its parameters are damaged.") from None
    return data
