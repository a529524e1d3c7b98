"""What is made of a map once: those that lie on a photo are the same picture after picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TypeVar
from weakref import WeakKeyDictionary

from engine.api import NamedMap

Made = TypeVar("Made")


def once_a_map(make: Callable[..., Made]) -> Callable[..., Made]:
    """A function of a map, and of other things, that is computed anew only for another map or other things
    than last of that map. What it makes goes with the map."""
    kept: WeakKeyDictionary[NamedMap, tuple[tuple[object, ...], Made]] = WeakKeyDictionary()

    @wraps(make)
    def made(named: NamedMap, *of: object) -> Made:
        before = kept.get(named)
        if before is None or any(a is not b for a, b in zip(before[0], of, strict=True)):
            before = kept[named] = of, make(named, *of)
        return before[1]

    return made
