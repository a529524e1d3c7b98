"""Poses in tables with a heading: a joint a row (name, x, y), or a person a row (nose_x, nose_y, ...)."""

from __future__ import annotations

import csv
import math

import numpy as np

from engine.pose.formats.layouts import LAYOUTS
from engine.pose.formats.names import joint_of, pose_of_names
from engine.pose.formats.people import Person
from engine.pose.formats.points import pose_of_rows

_NAME = ("name", "part", "joint", "label", "keypoint", "bodypart")
_SURE = ("score", "confidence", "visibility", "likelihood", "c", "v")


def people_in_table(text: str, name: str) -> tuple[Person, ...]:
    """Everybody in a table, nobody in what is none. Raises InputError for joints of no known order."""
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    rows = [
        [word.strip() for word in row] for row in csv.reader(text.splitlines(), delimiter=delimiter) if row
    ]
    heading = [word.lower() for word in rows[0]] if rows else []
    if "x" in heading and "y" in heading:
        return _joint_a_row(heading, rows[1:], name)
    return _person_a_row(heading, rows[1:])


def _joint_a_row(heading: list[str], rows: list[list[str]], name: str) -> tuple[Person, ...]:
    sure = next((word for word in _SURE if word in heading), None)
    places = [heading.index("x"), heading.index("y"), heading.index(sure) if sure else None]
    points = np.array([[_number(row, place) for place in places] for row in rows]).reshape(-1, 3)
    named = next((heading.index(word) for word in _NAME if word in heading), None)
    if named is not None:
        joints = [joint_of(row[named]) if named < len(row) else None for row in rows]
        if sum(joint is not None for joint in joints) >= 3:
            pairs = zip(joints, points.tolist(), strict=True)
            known = {joint: (x, y, sure) for joint, (x, y, sure) in pairs if joint is not None}
            return (Person(pose_of_names(known)),)
    return (Person(pose_of_rows(points, name)),) if len(points) in LAYOUTS else ()


def _person_a_row(heading: list[str], rows: list[list[str]]) -> tuple[Person, ...]:
    columns: dict[int, dict[str, int]] = {}
    for place, word in enumerate(heading):
        stem, _, axis = word.replace(".", "_").rpartition("_")
        if (joint := joint_of(stem)) is not None:
            columns.setdefault(joint, {})["sure" if axis in _SURE else axis] = place
    if len(columns) < 3:
        return ()
    people = []
    for frame, row in enumerate(rows):
        known = {
            joint: (_number(row, axes.get("x")), _number(row, axes.get("y")), _number(row, axes.get("sure")))
            for joint, axes in columns.items()
        }
        people.append(Person(pose_of_names(known), None, frame))
    return tuple(people)


def _number(row: list[str], place: int | None) -> float:
    """The number in a column, NaN where there is none."""
    try:
        return float(row[place]) if place is not None else math.nan
    except (IndexError, ValueError):
        return math.nan
