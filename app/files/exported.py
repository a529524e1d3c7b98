"""Parameters inside the pictures we save and back: pose, names, shares, never a photo's pixels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from PySide6.QtGui import QImageReader

from app.document import Look
from engine.errors import InputError
from engine.pose import formats
from engine.pose.skeleton import JOINTS

KEY = "poseloom"
VERSION = 1


def text_entries(look: Look, size: tuple[int, int], weights: Mapping[str, Any]) -> dict[str, str]:
    """iTXt entries for a picture of this look: our JSON, and one line for people."""
    person = look.photo(look.person)
    name = person.name if person else ""
    data: dict[str, Any] = {
        "version": VERSION,
        "pose": formats.openpose_dict(look.pose, size),
        "person": {"name": name, "key": look.person},
        "weights": {"name": weights.get("name", ""), "sha256": weights.get("sha256", "")},
    }
    line = f"Poseloom; person: {name}; joints shown: {int((look.pose[:, 2] > 0).sum())}"
    line += f" of {len(JOINTS)}"
    if look.borrow is not None and look.borrow.amount > 0 and (other := look.photo(look.borrow.key)):
        data["mix"] = {"name": other.name, "key": other.key, "amount": round(look.borrow.amount, 4)}
        line += f"; mix: {look.borrow.amount:.0%} of {other.name}"
    line += f"; weights: {data['weights']['name']} {data['weights']['sha256'][:12]}"
    return {KEY: json.dumps(data, ensure_ascii=False), "parameters": line}


def texts(path: Path) -> dict[str, str]:
    """Text entries of a picture file; empty where there are none or the file cannot be read."""
    reader = QImageReader(str(path))
    return {key: reader.text(key) for key in reader.textKeys()}


def parameters(path: Path) -> dict[str, Any]:
    """Our parameters in a picture. Raises InputError where they are damaged."""
    try:
        data = json.loads(texts(path)[KEY])
        if not isinstance(data, dict) or not isinstance(data.get("pose"), dict):
            raise ValueError
    except (KeyError, ValueError):
        raise InputError(f"{path.name} says it was made here, but its parameters are damaged.") from None
    return data
