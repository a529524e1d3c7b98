"""What a picture that was exported says of itself, read from its head alone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.errors import InputError
from engine.look import LookDocument
from engine.look.exported import KEY, look_of
from engine.pngtext import read_texts


def read(path: Path) -> LookDocument | dict[str, Any]:
    """The look in a picture, its photos without data; of an older Poseloom's its `parameters`. Raises
    InputError where they are damaged.
    """
    look = look_of(read_texts(path), path.name)
    return parameters(path) if look is None else look


def parameters(path: Path) -> dict[str, Any]:
    """What an older Poseloom says in a picture: "pose" as OpenPose JSON, "person" with "name" and "key" (""
    where it does not say), "mix" with "key" and "amount", 0 to 1, or None. Raises InputError where they are
    damaged.
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
