"""Documents of older versions, made those of today one version at a time.

A version is of the file as a whole: it changes when something that every reader needs moves. What joins as a
section needs none (`engine.look.document`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

VERSION = 1

# {version: what makes a document of it one of the next}
MIGRATIONS: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def migrated(
    document: dict[str, Any],
    version: int,
    migrations: Mapping[int, Callable[[dict[str, Any]], dict[str, Any]]] = MIGRATIONS,
    target: int = VERSION,
) -> dict[str, Any]:
    """A document of `version` as one of `target`, through every version between them."""
    for step in range(version, target):
        document = migrations[step](document)
    return document
