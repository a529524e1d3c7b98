"""Lines that name a joint and say where it is, in whatever signs between: notes, tables without a heading,
Markdown, YAML, TOML.
"""

from __future__ import annotations

import math
import re

from engine.pose.formats.names import MIXED, Row, joint_of, may_be_mixed, people_of_names, pose_of_names
from engine.pose.formats.people import Person

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BETWEEN = r"[^\w.+-]+"
_LINE = re.compile(
    rf"\W*(?:\d+{_BETWEEN})?([a-z][\w .-]*?){_BETWEEN}(?:x\W+)?({_NUMBER}){_BETWEEN}(?:y\W+)?({_NUMBER})"
    rf"(?:{_BETWEEN}(?:[a-z]+\W+)?({_NUMBER}))?(?![\w.])",
    re.IGNORECASE,
)
_SIDE = r"^\W*(?:image|img|canvas)?_?{}\W*[:=]\s*(\d{{1,6}})\s*$"
_FURTHER_IN = re.compile(r"\n\s+(?=(?:x|y|score|confidence|visibility)\s*:)")  # YAML's
_LONGEST = 200  # characters of a line that say something
_LEAST = 3  # joints


def people_in_named_lines(text: str, name: str) -> tuple[Person, ...]:
    """Everybody in such lines, nobody in others."""
    lines = [line[:_LONGEST] for line in _FURTHER_IN.sub(" ", text).splitlines()]
    told = [found.groups() for line in lines if (found := _LINE.match(line))]
    rows: list[tuple[int, Row]] = [
        (joint, (float(x), float(y), float(sure or "nan")))
        for word, x, y, sure in told
        if (joint := joint_of(word)) is not None
    ]
    if len(rows) < _LEAST:
        return ()
    if any(row[2] > 1 or row[2] < 0 for _, row in rows):  # a depth, a flag
        rows = [(joint, (x, y, math.nan)) for joint, (x, y, _) in rows]
    people = people_of_names(rows)
    notes = (f"{name} {MIXED}.",) if may_be_mixed(people) else ()
    return tuple(Person(pose_of_names(each), _canvas_in(text), notes=notes) for each in people)


def _canvas_in(text: str) -> tuple[float, float] | None:
    """(H, W) of the picture, where two lines say it."""
    high, wide = (
        re.search(_SIDE.format(side), text, re.IGNORECASE | re.MULTILINE) for side in ("height", "width")
    )
    return (float(high[1]), float(wide[1])) if high and wide and min(int(high[1]), int(wide[1])) > 1 else None
