"""Parameters inside the pictures we save and back: pose, names, shares, never a photo's pixels."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.document import Look
from engine.errors import InputError
from engine.pngtext import read_texts
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


def parameters(path: Path) -> dict[str, Any]:
    """Our parameters in a picture: "pose" as OpenPose JSON, "person" with "name" and "key" ("" where it does
    not say), "mix" with "key" and "amount", 0 to 1, or None. Raises InputError where they are damaged.
    """
    try:
        data = json.loads(read_texts(path)[KEY], parse_constant=_refuse)
        if not isinstance(data["pose"], dict):
            raise ValueError
        person = {name: _text(data.get("person", {}), name) for name in ("name", "key")}
        mix = data.get("mix")
        if mix is not None:
            amount = float(mix.get("amount", 0.0))
            if not 0 <= amount <= 1:
                raise ValueError
            mix = {"key": _text(mix, "key"), "amount": amount}
    except (KeyError, ValueError, TypeError, AttributeError, OverflowError, RecursionError):
        raise InputError(f"{path.name} says it was made here, but its parameters are damaged.") from None
    return {"pose": data["pose"], "person": person, "mix": mix}


def _text(data: Mapping[str, Any], name: str) -> str:
    found = data.get(name, "")
    if not isinstance(found, str):
        raise ValueError
    return found


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no number")
