"""Poses in tables with a heading: a joint a row (name, x, y), or a person a row (nose_x, nose_y, ...)."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from engine.pose.formats.cells import people_in_cells
from engine.pose.formats.layouts import LAYOUTS
from engine.pose.formats.names import MIXED, Row, joint_of, may_be_mixed, people_of_names, pose_of_names
from engine.pose.formats.people import Person
from engine.pose.formats.points import pose_of_rows

_NAME = ("name", "part", "joint", "label", "keypoint", "bodypart")
_HEADS = ("scorer", "individuals", "bodyparts", "coords")  # of DeepLabCut
_NUMBERED = re.compile(
    r"(?:(x|y|z|v|visibility|c|conf|confidence|score)_?)?"
    r"(?:landmark|joint|keypoint|point|kpt|lm|kp|p)?_?(\d{1,3})"
    r"(?:_?(x|y|z|v|visibility|c|conf|confidence|score))?"
)
_WHO = ("person", "person_id", "individual", "track", "track_id", "instance")
_WHEN = ("frame", "frame_idx", "frame_id", "image", "image_id", "filename")
_UNIT = re.compile(r"\s*[(\[](?:px|pixels?)[)\]]$")
_AXIS = re.compile(r"(?:pos|coord|loc|px|point)?_?([xy])_?(?:pos|coord|coordinate|loc|px|pixels?)?")
_AXIS_FIRST = re.compile(r"([xy])[_ .](\D+)|(\D+?)[ _.]*[(\[]([xy])[)\]]")  # x_nose, nose (x)
_LONGEST = 60  # characters: a heading is a joint, an axis and a unit
_SURE = ("score", "confidence", "visibility", "likelihood", "c", "v")


def people_in_table(text: str, name: str) -> tuple[Person, ...]:
    """Everybody in a table, nobody in what is none. Raises InputError for joints of no known order."""
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    try:
        told = [row for row in csv.reader(text.splitlines(), delimiter=delimiter) if row]
    except csv.Error:  # a cell is longer than any table's
        return ()
    rows = [[word.strip() for word in row] for row in told]
    heading = [_axis(word.lower()) for word in rows[0]] if rows else []
    if heading and heading[0] == "scorer":
        return tuple(person for part in _tracked(rows) for person in _person_a_row(part[0], part[1:]))
    # A person a row may have a place of their own, x and y, beside those of their joints.
    return (
        _person_a_row(heading, rows[1:])
        or _numbered_a_row(heading, rows[1:], name)
        or _joint_a_row(heading, rows[1:], name)
        or people_in_cells(heading, rows[1:], name)
    )


def _axis(word: str) -> str:
    """A heading as most spell it: x, or nose_x."""
    if len(word) > _LONGEST:
        return word
    word = _UNIT.sub("", word)
    if found := _AXIS.fullmatch(word.replace(" ", "_")):
        return found[1]
    if found := _AXIS_FIRST.fullmatch(word):
        axis, stem = found[1] or found[4], found[2] or found[3]
        return f"{stem.replace(' ', '_')}_{axis}" if joint_of(stem) is not None else word
    return word


def _tracked(rows: list[list[str]]) -> Iterator[list[list[str]]]:
    """DeepLabCut's table as one with one heading for each person: it has one line each of scorers, people,
    joints and columns."""
    heads = {row[0].lower(): row for row in rows[:4] if row[0].lower() in _HEADS}
    if not {"bodyparts", "coords"} <= heads.keys():
        return
    wide = min(map(len, heads.values()))
    who = heads.get("individuals", [""] * wide)
    for one in dict.fromkeys(who[1:wide]):
        kept = [place for place in range(1, wide) if who[place] == one]
        heading = [f"{heads['bodyparts'][place]}_{heads['coords'][place]}".lower() for place in kept]
        told = [row for row in rows[len(heads) :] if len(row) > kept[-1]]
        yield [heading, *([row[place] for place in kept] for row in told)]


def _joint_a_row(heading: list[str], rows: list[list[str]], name: str) -> tuple[Person, ...]:
    """A table may hold several people and frames, each told by a column."""
    if not {"x", "y"} <= {*heading}:
        return ()
    when, who = (
        next((heading.index(word) for word in words if word in heading), None) for words in (_WHEN, _WHO)
    )
    groups: dict[tuple[str, str], list[list[str]]] = {}
    for row in rows:
        groups.setdefault((_word(row, when), _word(row, who)), []).append(row)
    frames = {frame: number for number, frame in enumerate(dict.fromkeys(frame for frame, _ in groups))}
    return tuple(
        replace(person, frame=frames[frame])
        for (frame, _), group in groups.items()
        for person in _people_in_rows(heading, group, name)
    )


def _people_in_rows(heading: list[str], rows: list[list[str]], name: str) -> list[Person]:
    """Of one picture, a joint a row: by its name, or in a known order."""
    sure = next((word for word in _SURE if word in heading), None)
    places = [heading.index("x"), heading.index("y"), heading.index(sure) if sure else None]
    points = np.array([[_number(row, place) for place in places] for row in rows]).reshape(-1, 3)
    named = next((place for place, word in enumerate(heading) if re.split("[ _]", word)[0] in _NAME), None)
    joints = [joint_of(_word(row, named)) for row in rows]
    known: list[tuple[int, Row]] = [
        (joint, (x, y, sure))
        for joint, (x, y, sure) in zip(joints, points.tolist(), strict=True)
        if joint is not None
    ]
    if len(known) >= 3:
        people = people_of_names(known)
        notes = (f"{name} {MIXED}.",) if may_be_mixed(people) else ()
        return [Person(pose_of_names(each), notes=notes) for each in people]
    return [Person(pose_of_rows(points, name))] if len(points) in LAYOUTS else []


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


def _numbered_a_row(heading: list[str], rows: list[list[str]], name: str) -> tuple[Person, ...]:
    """Joints by their numbers: x0, y0, v0, x1, ... as MediaPipe's are often logged."""
    columns: dict[int, dict[str, int]] = {}
    for place, word in enumerate(heading):
        axis, number, later = found.groups() if (found := _NUMBERED.fullmatch(word)) else ("", "", "")
        if column := axis or later:
            columns.setdefault(int(number), {})[column[0]] = place
    if len(columns) not in LAYOUTS or not all({"x", "y"} <= axes.keys() for axes in columns.values()):
        return ()
    order = [columns[number] for number in sorted(columns)]
    people = []
    for frame, row in enumerate(rows):
        points = [[_number(row, axes[axis]) for axis in "xy"] for axes in order]
        sure = [[_number(row, axes.get("v", axes.get("c", axes.get("s"))))] for axes in order]
        people.append(Person(pose_of_rows(np.column_stack([points, sure]), name), None, frame))
    return tuple(people)


def _word(row: list[str], place: int | None) -> str:
    """What stands in a column, "" where there is none."""
    return row[place] if place is not None and place < len(row) else ""


def _number(row: list[str], place: int | None) -> float:
    """The number in a column, NaN where there is none."""
    try:
        return float(row[place]) if place is not None else math.nan
    except (IndexError, ValueError):
        return math.nan
