"""Values of a document from anybody: what is not as it must be raises `Damage`, and nothing is guessed."""

from __future__ import annotations

import json
import math
from typing import Any


class Damage(ValueError):
    """What is wrong with a document, to end the sentence "... is damaged: "."""


def parsed(text: str, what: str) -> Any:
    """JSON of finite numbers. Raises Damage."""
    try:
        return json.loads(text, parse_constant=_refuse, parse_float=_finite)
    except Damage as damage:
        raise Damage(f"{what} holds {damage}") from None
    except (ValueError, RecursionError):
        raise Damage(f"{what} is no JSON") from None


def _refuse(constant: str) -> None:
    raise Damage(f"{constant} where a number is needed")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Damage("a number beyond reason")
    return value


def mapping(value: Any, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Damage(f"{what} is not what it should be")
    return value


def sequence(value: Any, what: str, most: int, least: int = 0) -> list[Any]:
    if not isinstance(value, list) or not least <= len(value) <= most:
        raise Damage(f"{what} has not as many values as it should")
    return value


def text(value: Any, what: str, longest: int) -> str:
    if not isinstance(value, str) or len(value) > longest or not value.isascii() and not _writable(value):
        raise Damage(f"{what} is no text")
    return value


def number(value: Any, what: str, most: float) -> float:
    """A finite number of at most this size."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) <= most:
        raise Damage(f"{what} holds a number that is none")
    return float(value)


def whole(value: Any, what: str, least: int, most: int) -> int:
    """A whole number within bounds, both included."""
    found = number(value, what, most)
    if found != int(found) or found < least:
        raise Damage(f"{what} holds a number that is none")
    return int(found)


def _writable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:  # half of a pair, which JSON can say and no file can hold
        return False
    return True
