"""Which lists of keypoints are of several people."""

from __future__ import annotations

from typing import Any

from engine.pose.formats.layouts import LAYOUTS
from engine.pose.formats.points import is_number, is_point

_MULTIPOSE = 56  # numbers of a person, of MoveNet's: 17 joints, a box, a score


def pointed_at(entry: dict) -> list[tuple[list, Any]] | None:
    """(points, confidences) of somebody who stands among keypoints as FiftyOne writes them, or of all whom
    easy_ViTPose found in a frame, by their numbers; None for anything else."""
    if isinstance(entry.get("points"), list):
        return [(entry["points"], entry.get("confidence"))]
    numbered = entry and all(key.isdecimal() and isinstance(value, list) for key, value in entry.items())
    return [(value, None) for value in entry.values()] if numbered else None


def split(points: list) -> list | None:
    """The people in a list of several, None for the points of one."""
    lists = [entry for entry in points if isinstance(entry, list)]
    if not lists or len(lists) < len([entry for entry in points if entry is not None]):
        several = len(points) > 18 and len(points) % 18 == 0 and len(points) not in LAYOUTS
        return _eighteens(points) if several and all(map(is_point, points)) else None
    inner = lists[0]
    if any(isinstance(value, (list, dict)) for value in inner):
        return points
    if all(len(row) == _MULTIPOSE and all(map(is_number, row)) for row in lists):
        return [row[:51] for row in lists if any(row)]
    lying = len(points) in (2, 3, 4) and len(inner) in LAYOUTS
    if len(inner) >= 34 and not lying:
        return points  # flat numbers, a list a person
    if len(points) > 18 and len(points) % 18 == 0 and len(points) not in LAYOUTS:
        return _eighteens(points)
    return None


def _eighteens(points: list) -> list:
    return [points[i : i + 18] for i in range(0, len(points), 18)]


def beside_scores(points: list) -> tuple[list, list] | None:
    """(points, confidences) of everybody, of a pair of both, as functions return them; None for anything
    else."""
    if len(points) != 2 or not all(isinstance(part, list) and part for part in points):
        return None
    people, scores = points
    paired = len(people) == len(scores) and all(
        isinstance(joints, list)
        and isinstance(sure, list)
        and len(joints) == len(sure) > 2
        and all(isinstance(joint, list) for joint in joints)
        and all(map(is_number, sure))
        for joints, sure in zip(people, scores, strict=True)
    )
    return (people, scores) if paired else None
