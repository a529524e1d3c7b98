"""What the dock of maps offers: one entry a picture, from the kinds of an engine's maps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.api import CORRESPONDENCE, DISTRIBUTION, EXTRACTION, FLOW, MASK, PARSING, MapInfo

TITLES = {PARSING: "Regions", CORRESPONDENCE: "Correspondence", FLOW: "Flow", MASK: "Mask"}


@dataclass(frozen=True)
class MapChoice:
    """title: for people. An extraction and its distribution are one entry, of the kind DISTRIBUTION."""

    title: str
    kind: str
    info: MapInfo


def choices_of(maps: Sequence[MapInfo]) -> tuple[MapChoice, ...]:
    """The entries in the engine's order. A kind that has several maps says their names."""
    kinds = [info.kind for info in maps]
    found = []
    for info in maps:
        if info.kind == DISTRIBUTION:
            found.append(MapChoice(info.name, info.kind, info))
        elif info.kind != EXTRACTION:
            title = TITLES[info.kind]
            many = kinds.count(info.kind) > 1
            found.append(MapChoice(f"{title} {info.name}" if many else title, info.kind, info))
    return tuple(found)


def first_shown(choices: Sequence[MapChoice]) -> int:
    """The entry to begin with: of layers of attention the middle one, fine and still quick to read; else the
    first."""
    layers = [place for place, choice in enumerate(choices) if choice.kind == DISTRIBUTION]
    return layers[len(layers) // 2] if layers else 0
