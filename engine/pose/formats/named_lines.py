"""Lines that name a joint and say where it is, in whatever signs between: notes, tables without a heading,
Markdown, YAML, TOML.
"""

from __future__ import annotations

import re

import numpy as np

from engine.pose.formats.names import MIXED, Row, joint_of, may_be_mixed, people_of_names, pose_of_names
from engine.pose.formats.people import Person
from engine.pose.formats.points import flagged

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BETWEEN = r"[^\w.+-]+"  # no sign of a number
_FURTHER = rf"(?:{_BETWEEN}(?:[a-z]+{_BETWEEN})?({_NUMBER}))?"
_LINE = re.compile(
    rf"\W*(?:\d+{_BETWEEN})?([a-z][\w .-]*?){_BETWEEN}(?:x{_BETWEEN})?({_NUMBER})"
    rf"{_BETWEEN}(?:y{_BETWEEN})?({_NUMBER})"
    rf"(?:{_BETWEEN}z{_BETWEEN}{_NUMBER})?{_FURTHER}{_FURTHER}(?![\w.])",
    re.IGNORECASE,
)
_SIDE = r"^[^\w\n]*(?:image|img|canvas)?_?{}[^\w\n]*[:=][ \t]*(\d{{1,6}})[ \t\r]*$"
_FURTHER_IN = re.compile(r"\n[ \t]+(?=(?:x|y|z|score|confidence|visibility)\s*:)")  # YAML's
_LONGEST = 200  # characters of a line that say something
_LEAST = 3  # joints


def people_in_named_lines(text: str, name: str) -> tuple[Person, ...]:
    """Everybody in such lines, nobody in others."""
    lines = [line[:_LONGEST] for line in _FURTHER_IN.sub(" ", text).splitlines()]
    told = [
        (joint, found.groups("nan")[1:])
        for line in lines
        if (found := _LINE.match(line)) and (joint := joint_of(found[1])) is not None
    ]
    if len(told) < _LEAST:
        return ()
    x, y, third, fourth = np.array([numbers for _, numbers in told], np.float64).T
    places = np.stack([x, y, _confidence(third, fourth)], axis=1).tolist()
    rows: list[tuple[int, Row]] = [
        (joint, (x, y, sure)) for (joint, _), (x, y, sure) in zip(told, places, strict=True)
    ]
    people = people_of_names(rows)
    notes = (f"{name} {MIXED}.",) if may_be_mixed(people) else ()
    canvas = _canvas_in(text)
    return tuple(Person(pose_of_names(each), canvas, notes=notes) for each in people)


def _confidence(third_N: np.ndarray, fourth_N: np.ndarray) -> np.ndarray:
    """Of the joints, from what stands behind x and y: confidence or flag, or a depth and then a confidence;
    NaN where neither is one."""
    for column in (fourth_N, third_N):
        sure = flagged(column)
        given = column[~np.isnan(column)]
        if given.any() and given.min() >= 0 and (given.max() <= 1 or sure is not column):
            return sure
    return np.full(len(third_N), np.nan)


def _canvas_in(text: str) -> tuple[float, float] | None:
    """(H, W) of the picture, where two lines say it."""
    high, wide = (
        re.search(_SIDE.format(side), text, re.IGNORECASE | re.MULTILINE) for side in ("height", "width")
    )
    return (float(high[1]), float(wide[1])) if high and wide and min(int(high[1]), int(wide[1])) > 1 else None
