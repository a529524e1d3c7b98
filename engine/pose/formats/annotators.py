"""The JSON of annotation tools that give every point of a picture a label: labelme, the VGG annotator (2 and
3), Label Studio (whole and short).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.pose.formats.canvases import canvas_of
from engine.pose.formats.layouts import LAYOUTS, in_likeliest_order
from engine.pose.formats.names import Row, joint_of, may_be_mixed, no_joints, number_of, people_of_names
from engine.pose.formats.people import SHARES
from engine.pose.formats.points import is_number, is_pair

_HUNDREDTHS = 100.0  # Label Studio's numbers are of the picture
_POINT = 1  # of the VGG annotator's third version: what stands before the numbers of a shape


@dataclass(frozen=True)
class Annotated:
    """people: (x, y, confidence) by joint, of each. mixed: as `may_be_mixed` has it. canvas: (H, W) of the
    picture, where it is told. unit: as of `Person`."""

    people: list[dict[int, Row]]
    mixed: bool = False
    canvas: tuple[float, float] | None = None
    unit: str = ""


def annotated_in(node: dict, name: str) -> Annotated | None:
    """Everybody in an object that such a tool wrote, None for any other. Raises InputError."""
    if isinstance(shapes := node.get("shapes"), list):
        return _of_labelme(shapes, name)
    if isinstance(regions := node.get("regions"), list) and any(map(_region_joint, regions)):
        return _each([_of_regions(regions)])
    if isinstance(result := node.get("result"), list) and any(map(_keypoint_label, result)):
        return _of_label_studio(result, name)
    if short := next((value for value in node.values() if _is_short(value)), None):
        points = [entry | {"value": entry} for entry in short if isinstance(entry, dict)]
        return _of_label_studio(points, name)
    if isinstance(shapes := node.get("metadata"), dict) and any(map(_shape_of_via, shapes.values())):
        rows = _of_via(shapes, _dict_of(node, "attribute"))
        return _each(rows.values()) if rows else None
    return None


def _each(groups: Iterable[Iterable[tuple[int, Row]]]) -> Annotated:
    """Everybody in the points of each group, among whom nobody says whose they are."""
    found = [people_of_names(group) for group in groups]
    return Annotated([person for people in found for person in people], any(map(may_be_mixed, found)))


def _of_labelme(shapes: list, name: str) -> Annotated:
    groups = list(_groups(shapes, name))
    points = [shape for shape in shapes if isinstance(shape, dict) and _is_single(shape.get("points"))]
    if groups or not shapes:
        return _each(groups)
    if not points:
        raise InputError(
            f"{name} holds boxes and outlines and no points: mark the joints with points that name them."
        )
    labels = [str(shape.get("label", "")) for shape in points]
    numbered = [(number_of(label), shape["points"][0]) for label, shape in zip(labels, points, strict=True)]
    if people := _of_numbers(numbered):
        return Annotated(people)
    raise InputError(f"{name} {no_joints(labels)}")


def _is_single(points: Any) -> bool:
    return isinstance(points, list) and len(points) == 1


def _of_numbers(numbered: Sequence[tuple[int | None, Any]]) -> list[dict[int, Row]]:
    """Everybody whose joints are numbered from 0 or from 1 in a known order; nobody in other numbers."""
    numbers = [number for number, _ in numbered if number is not None]
    count = len(set(numbers))
    if len(numbers) < len(numbered) or count not in LAYOUTS or len(numbers) % count:
        return []
    first = min(numbers)
    if first > 1 or set(numbers) != set(range(first, first + count)):
        return []
    people: list[dict[int, Any]] = [{} for _ in range(len(numbers) // count)]
    for number, point in numbered:
        person = next((each for each in people if number not in each), None)
        if person is None:
            return []
        person[number or 0] = point
    tables = [[person[first + place] for place in range(count)] for person in people if len(person) == count]
    return [rows for table in tables if (rows := _rows_of(table))]


def _rows_of(table: list) -> dict[int, Row]:
    if not all(is_pair(point) for point in table):
        return {}
    pose = in_likeliest_order(np.column_stack([np.array(table, float), np.full(len(table), np.nan)]))
    return {joint: (x, y, math.nan) for joint, (x, y, state) in enumerate(pose.tolist()) if state > 0}


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


def _is_short(value: Any) -> bool:
    """Whether these are Label Studio's points as its short export has them, without `value` around each."""
    return isinstance(value, list) and any(
        isinstance(each, dict) and "keypointlabels" in each for each in value
    )


def _of_label_studio(result: list, name: str) -> Annotated:
    told = (canvas_of(entry | {"x": None, "value": None}, name) for entry in result if _keypoint_label(entry))
    canvas = next((canvas for canvas in told if canvas), None)
    return replace(_each([_rows_of_label_studio(result)]), canvas=canvas, unit=SHARES)


def _rows_of_label_studio(result: list) -> Iterator[tuple[int, Row]]:
    for entry in result:
        joint, value = joint_of(_keypoint_label(entry)), _dict_of(entry, "value")
        if joint is not None and is_number(x := value.get("x")) and is_number(y := value.get("y")):
            yield joint, (x / _HUNDREDTHS, y / _HUNDREDTHS, math.nan)


def _shape_of_via(shape: Any) -> list | None:
    """x, y of a point of the VGG annotator's third version, None for any other shape."""
    told = shape.get("xy") if isinstance(shape, dict) and "vid" in shape else None
    whole = isinstance(told, list) and len(told) == 3 and all(map(is_number, told)) and told[0] == _POINT
    return told[1:] if whole and isinstance(told, list) else None


def _of_via(shapes: dict, attributes: dict) -> dict[str, list[tuple[int, Row]]]:
    """The named points of each picture; a name may be one of an attribute's options, by its number."""
    rows: dict[str, list[tuple[int, Row]]] = {}
    for shape in shapes.values():
        point = _shape_of_via(shape)
        told = _dict_of(shape, "av").items()
        words = [_dict_of(_dict_of(attributes, key), "options").get(str(word), word) for key, word in told]
        joint = next((joint for word in words if (joint := joint_of(str(word))) is not None), None)
        if point is not None and joint is not None:
            rows.setdefault(str(shape["vid"]), []).append(
                (joint, (float(point[0]), float(point[1]), math.nan))
            )
    return rows


def _dict_of(node: Any, key: str) -> dict:
    inner = node.get(key) if isinstance(node, dict) else None
    return inner if isinstance(inner, dict) else {}
