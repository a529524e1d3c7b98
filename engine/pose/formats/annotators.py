"""The JSON of annotation tools that give every point of a picture a label: labelme, the VGG annotator, Label
Studio.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from engine.errors import InputError
from engine.pose.formats.canvases import canvas_of
from engine.pose.formats.names import Row, joint_of, people_of_names
from engine.pose.formats.people import SHARES
from engine.pose.formats.points import is_number


@dataclass(frozen=True)
class Annotated:
    """people: (x, y, confidence) by joint, of each. canvas: (H, W) of the picture, where it is told. unit: as
    of `Person`."""

    people: list[dict[int, Row]]
    canvas: tuple[float, float] | None = None
    unit: str = ""


def annotated_in(node: dict, name: str) -> Annotated | None:
    """Everybody in an object that such a tool wrote, None for any other. Raises InputError."""
    if isinstance(shapes := node.get("shapes"), list):
        return Annotated([person for group in _groups(shapes, name) for person in people_of_names(group)])
    if isinstance(regions := node.get("regions"), list) and any(map(_region_joint, regions)):
        return Annotated(people_of_names(_of_regions(regions)))
    if isinstance(result := node.get("result"), list) and any(map(_keypoint_label, result)):
        told = (canvas_of(entry, name) for entry in result if _keypoint_label(entry))
        canvas = next((canvas for canvas in told if canvas), None)
        return Annotated(people_of_names(_of_label_studio(result)), canvas, SHARES)
    return None


def _groups(shapes: list, name: str) -> Iterator[list[tuple[int, Row]]]:
    """labelme's points, a list for each of its groups."""
    groups: dict[str, list[tuple[int, Row]]] = {}
    for shape in shapes:
        joint = joint_of(str(shape.get("label", ""))) if isinstance(shape, dict) else None
        points = shape.get("points") if isinstance(shape, dict) else None
        if joint is None or not (isinstance(points, list) and points and isinstance(points[0], list)):
            continue
        if len(points[0]) != 2 or not all(map(is_number, points[0])):
            raise InputError(f"{name} is not a pose file: its keypoints are not made of numbers.")
        x, y = map(float, points[0])
        groups.setdefault(str(shape.get("group_id")), []).append((joint, (x, y, math.nan)))
    yield from groups.values()


def _region_joint(region: Any) -> str:
    """What the VGG annotator's region names, if that is a joint; "" for anything else."""
    words = region.get("region_attributes") if isinstance(region, dict) else None
    named = [word for word in words.values() if isinstance(word, str)] if isinstance(words, dict) else []
    return next((word for word in named if joint_of(word) is not None), "")


def _of_regions(regions: list) -> Iterator[tuple[int, Row]]:
    for region in regions:
        joint, shape = joint_of(_region_joint(region)), _dict_of(region, "shape_attributes")
        if joint is not None and is_number(x := shape.get("cx")) and is_number(y := shape.get("cy")):
            yield joint, (float(x), float(y), math.nan)


def _keypoint_label(entry: Any) -> str:
    """The label of a point of Label Studio, "" for anything else."""
    labels = _dict_of(entry, "value").get("keypointlabels")
    return str(labels[0]) if isinstance(labels, list) and labels else ""


def _of_label_studio(result: list) -> Iterator[tuple[int, Row]]:
    """In shares of the picture; in the file they are hundredths."""
    for entry in result:
        joint, value = joint_of(_keypoint_label(entry)), _dict_of(entry, "value")
        if joint is not None and is_number(x := value.get("x")) and is_number(y := value.get("y")):
            yield joint, (x / 100, y / 100, math.nan)


def _dict_of(node: Any, key: str) -> dict:
    inner = node.get(key) if isinstance(node, dict) else None
    return inner if isinstance(inner, dict) else {}
