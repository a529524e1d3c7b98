"""Tables in whose cells JSON or Python's dictionaries stand, of annotation tools and of Ultralytics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from engine.errors import InputError
from engine.pose.formats.jsonforms import people_of
from engine.pose.formats.loose import value_of
from engine.pose.formats.people import Person

_OF_VIA = ("region_shape_attributes", "region_attributes")


def people_in_cells(heading: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> tuple[Person, ...]:
    """Everybody, a picture a row; nobody in a table whose cells are words and numbers. Raises InputError
    where cells hold things and nobody."""
    nodes = [
        {
            word: value
            for word, cell in zip(heading, row, strict=False)
            if cell[:1] in ("{", "[") and (value := value_of(cell)) is not None
        }
        for row in rows
    ]
    if not any(map(len, nodes)):
        return ()
    if set(_OF_VIA) <= set(heading):
        nodes = _of_via(heading, rows, nodes)
    people: list[Person] = []
    fault: InputError | None = None
    for frame, node in enumerate(nodes):
        try:
            people += (replace(person, frame=frame) for person in people_of(node, name))
        except InputError as error:
            fault = error
    if fault is not None and not people:
        raise fault
    return tuple(people)


def _of_via(
    heading: Sequence[str], rows: Sequence[Sequence[str]], nodes: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The VGG annotator's regions, a row each, by their picture."""
    pictures: dict[str, list[dict[str, Any]]] = {}
    for row, node in zip(rows, nodes, strict=True):
        picture = row[heading.index("filename")] if "filename" in heading else ""
        shape, words = (node.get(key) for key in _OF_VIA)
        pictures.setdefault(picture, []).append({"shape_attributes": shape, "region_attributes": words})
    return [{"regions": regions} for regions in pictures.values()]
