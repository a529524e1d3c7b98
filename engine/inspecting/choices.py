"""What there is to inspect: one entry a map, from the kinds of an engine's maps, and the views of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.api import CORRESPONDENCE, DISTRIBUTION, EXTRACTION, FLOW, MASK, PARSING, MapInfo

TITLES = {PARSING: "Regions", CORRESPONDENCE: "Correspondence", FLOW: "Flow", MASK: "Mask"}

# Views: what is laid over the pictures.
TEXTURE = "One texture"
TRACE = "Where a pixel is read"
TRACE_ALL = "Where a pixel is read, all layers"
SEGMENTS = "All textures"
EVIDENCE = "Copied or invented"
WARP = "What attention brings"
PLAIN = "The map"
DIFFERENCE = "Difference to the photo"
CHANGE = "Difference to another look"

TRACES = TRACE, TRACE_ALL
WHOLE = SEGMENTS, EVIDENCE, WARP, PLAIN, DIFFERENCE, CHANGE  # the same wherever is pointed

_VIEWS = {
    DISTRIBUTION: (TEXTURE, TRACE, TRACE_ALL, SEGMENTS, EVIDENCE, WARP),
    CORRESPONDENCE: (TRACE, EVIDENCE),
    FLOW: (TRACE, PLAIN, EVIDENCE),
    MASK: (PLAIN, EVIDENCE),
    PARSING: (PLAIN, EVIDENCE),
}


@dataclass(frozen=True)
class MapChoice:
    """title: for people. An extraction and its distribution are one entry, of the kind DISTRIBUTION."""

    title: str
    kind: str
    info: MapInfo

    @property
    def views(self) -> tuple[str, ...]:
        """What can be shown of it; differences need no map."""
        return (*_VIEWS[self.kind], DIFFERENCE, CHANGE)


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
