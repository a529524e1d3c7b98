"""One person's keypoints, in whatever columns they come, as a pose of 18 joints.

Rows of numbers, flat numbers, objects with x and y, tables on their side, scores beside the points.
"""

from __future__ import annotations

import math
import re
from typing import Any, TypeGuard

import numpy as np

from engine.errors import InputError
from engine.pose.formats.layouts import (
    BODY_STRAIN,
    DOUBTFUL,
    GUESS,
    LAYOUTS,
    UNSURE,
    Layout,
    counts,
    in_likeliest_order,
    in_order,
    looks_like,
    strain,
)
from engine.pose.formats.names import joint_of, people_of_names, pose_of_names
from engine.pose.formats.people import PIXELS, SHARES
from engine.pose.formats.units import unit_of

DRESS_CODE = (512.0, 384.0)  # (H, W) that Dress Code's keypoints are in, whatever size the pictures have

SURE = ("visibility", "score", "confidence", "conf", "v", "c", "likelihood")
_NAMES = ("name", "part", "label", "id", "joint", "bodypart", "class")
_PAIRS = ("point_2d", "loc")  # x, y in a list
_PLACES = ("position", "location")  # objects with x and y


def is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def is_point(value: Any) -> bool:
    """Whether it is an object with a place."""
    if not isinstance(value, dict):
        return False
    place = _place_of(value)
    return "x" in place and "y" in place and not isinstance(place["x"], list)


def _place_of(point: dict) -> dict:
    """The object that has x and y of a point: itself, or what stands in it."""
    if "point" in point and is_pair(point["point"]):  # language models that point say y first
        return {"x": point["point"][1], "y": point["point"][0]}
    if isinstance(point.get("point"), dict):
        return _spelt(point["point"])
    pair = next((point[key] for key in _PAIRS if is_pair(point.get(key))), None)
    place = next((point[key] for key in _PLACES if isinstance(point.get(key), dict)), point)
    return _spelt(place) if pair is None else {"x": pair[0], "y": pair[1]}


def are_pointed_out(points: Any) -> bool:
    """Whether a language model pointed at these: y before x, mostly in thousandths of the picture."""
    return all(isinstance(point, dict) and is_pair(point.get("point")) for point in points)


def is_pair(value: Any) -> bool:
    return isinstance(value, list) and len(value) == 2 and all(map(is_number, value))


def _spelt(point: Any) -> dict:
    """An object with its keys as most spell them, in small letters; an empty one for anything else."""
    return {str(key).lower(): value for key, value in point.items()} if isinstance(point, dict) else {}


def is_dress_code(points: list, pose_18x3: np.ndarray) -> bool:
    """Whether these are Dress Code's rows: x, y, confidence and the number of the joint, 18 of them, in px of
    its pictures; others number their joints too.
    """
    numbered = len(points) == 18 and all(
        isinstance(row, list) and len(row) == 4 and row[3] == joint for joint, row in enumerate(points)
    )
    xy = pose_18x3[pose_18x3[:, 2] > 0, :2]
    return numbered and len(xy) > 0 and unit_of(xy) == PIXELS and bool((xy <= DRESS_CODE[::-1]).all())


def pose_of_points(
    points: Any,
    name: str,
    *,
    scores: Any = None,
    order: Layout | None = None,
    canvas: tuple[float, float] | None = None,
) -> np.ndarray:
    """float64 [18, 3] (x, y, state) of one person, in the unit of the file.

    points: a list as JSON gives it; None in it is a joint that is missing. scores: confidences that stand
    beside the points. order: what the file says of its order, for as many joints as that has. canvas: (H, W)
    of the picture that shares are of, None where it is not known.
    Raises InputError where no body is in it.
    """
    try:
        points = _by_id([_told(point) for point in points])
        names = [_name_of(point) for point in points]
        if sum(joint is not None for joint in names) >= max(3, len(names) // 2):
            return _of_objects(points, names)
        points = _lengthwise(points)
        is_flat = any(map(is_number, points)) and all(p is None or is_number(p) for p in points)
        rows = _unflattened(points, name) if is_flat else _unnumbered(_even([_row(p) for p in points]))
        sure = _column(scores, len(rows)) if scores is not None else _confidence(rows)
    except InputError:
        raise
    except (TypeError, ValueError, KeyError, OverflowError):
        if _in_per_cent(points):
            raise InputError(
                f"{name} has its places in per cent as text: leave the % and the quotes out."
            ) from None
        raise InputError(f"{name} is not a pose file: its keypoints are not made of numbers.") from None
    there = np.isfinite(rows[:, :2]).all(axis=1)
    wide = canvas[1] / canvas[0] if canvas and unit_of(rows[there, :2]) == SHARES else 1.0
    return pose_of_rows(np.column_stack([rows[:, :2], sure]), name, order, wide)


def _in_per_cent(points: Any) -> bool:
    """Whether the first point, told in whatever way, has "38.4%" for a number."""
    first = points[0] if isinstance(points, list) and points else points
    told = first.values() if isinstance(first, dict) else first if isinstance(first, list) else ()
    return any(isinstance(value, str) and re.fullmatch(r"\s*-?[\d.]+\s*%\s*", value) for value in told)


def pose_of_rows(
    points_Nx3: np.ndarray, name: str, order: Layout | None = None, wide: float = 1.0
) -> np.ndarray:
    """The same of (x, y, confidence) rows, NaN where there is no confidence. wide: as in `layouts.strain`."""
    count = len(points_Nx3)
    if count not in LAYOUTS:
        many = f"{count} joints" if count != 1 else "one joint"
        raise InputError(f"{name} has {many}{looks_like(count)}; {counts()} can be read.")
    if order in LAYOUTS[count]:
        return in_order(points_Nx3, order, wide)
    pose = in_likeliest_order(points_Nx3, wide)
    if not (pose[:, 2] > 0).any():
        return pose  # nobody; of several, one of whom a detector is sure of nothing
    if count in DOUBTFUL and strain(pose, wide) > BODY_STRAIN:
        raise InputError(
            f"{name} has {count} joints{looks_like(count)}, but in that order they make no body; "
            "18 joints in OpenPose's order can be read."
        )
    return pose


def _told(point: Any) -> Any:
    """A number that stands as text, as one; anything else as it is."""
    return float(point) if isinstance(point, str) and point else point


def _by_id(points: list) -> list:
    """Objects in the order of their numbers, where each says its own: programs list what they find first."""
    ids = [point.get("id", point.get("type")) if isinstance(point, dict) else None for point in points]
    numbers = [number for number in ids if isinstance(number, int)]
    if len(set(numbers)) < len(points):
        return points
    return [points[place] for place in np.argsort(numbers)]


def by_name(points: list) -> list[list] | None:
    """The people in a list of objects that name their joints, where a name comes twice."""
    named = [(joint, point) for point in points if (joint := _name_of(point)) is not None]
    if len({joint for joint, _ in named}) == len(named):
        return None
    return [list(person.values()) for person in people_of_names(named, _coordinates)]


def _coordinates(point: Any) -> tuple[float, float, float]:
    try:
        x, y, *_ = _row(point)
    except (TypeError, ValueError, KeyError, OverflowError):
        return math.nan, math.nan, math.nan
    return x, y, math.nan


def _name_of(point: Any) -> int | None:
    """The joint that an object names, None without one."""
    if not isinstance(point, dict):
        return None
    return next((joint_of(point[key]) for key in _NAMES if isinstance(point.get(key), str)), None)


def _of_objects(points: list, joints: list[int | None]) -> np.ndarray:
    known = [(joint, point) for joint, point in zip(joints, points, strict=True) if joint is not None]
    rows = _even([_row(point) for _, point in known])
    told = np.column_stack([rows[:, :2], _confidence(rows)]).tolist()
    return pose_of_names({joint: (x, y, sure) for (joint, _), (x, y, sure) in zip(known, told, strict=True)})


def _unflattened(numbers: list, name: str) -> np.ndarray:
    """Rows of as many columns as make a body: 78 numbers are 26 joints with a confidence, or 39 without."""
    values = np.array([math.nan if value is None else float(value) for value in numbers], np.float64)
    fitting = [values.reshape(-1, width) for width in (3, 2, 4) if _fits(len(numbers), width)]
    if fitting:
        return min(fitting, key=_strain_of_rows) if len(fitting) > 1 else fitting[0]
    joints = f" ({len(numbers) // 3} joints{looks_like(len(numbers) // 3)})" if len(numbers) % 3 == 0 else ""
    raise InputError(
        f"{name} has {len(numbers)} numbers{joints} for a person; 54 are expected, 18 x (x, y, confidence)."
    )


def is_flat_person(numbers: int) -> bool:
    """Whether so many numbers may be somebody's: 51 are 17 x (x, y, confidence), and so on."""
    return any(_fits(numbers, width) for width in (2, 3, 4))


def _fits(numbers: int, width: int) -> bool:
    return numbers % width == 0 and numbers // width in LAYOUTS


def _strain_of_rows(rows: np.ndarray) -> float:
    return strain(in_likeliest_order(np.column_stack([rows[:, :2], _confidence(rows)])))


def _row(point: Any) -> list[float]:
    if point is None:
        return [math.nan, math.nan]
    if isinstance(point, dict):
        point = _spelt(point)
        sure = next((point[key] for key in SURE if is_number(point.get(key))), None)
        place = _place_of(point)
        point = [place["x"], place["y"], sure]
    if not isinstance(point, list) or not 2 <= len(point) <= 5:
        raise TypeError(point)
    return [math.nan if value is None else float(value) for value in point]


def _even(rows: list[list[float]]) -> np.ndarray:
    width = max(len(row) for row in rows)
    return np.array([row + [math.nan] * (width - len(row)) for row in rows], dtype=np.float64)


def _unnumbered(rows: np.ndarray) -> np.ndarray:
    """Without the number of its joint before each row."""
    numbers = np.arange(len(rows))
    numbered = rows.shape[1] >= 3 and any((rows[:, 0] == numbers + first).all() for first in (0, 1))
    return rows[:, 1:] if numbered and len(rows) > 2 else rows


def _lengthwise(points: list) -> list:
    """A table on its side, two to four rows of as many columns as a body has joints, turned."""
    lying = len(points) in (2, 3, 4) and all(isinstance(row, list) and len(row) in LAYOUTS for row in points)
    return [list(column) for column in zip(*points, strict=True)] if lying else points


def _column(scores: Any, count: int) -> np.ndarray:
    """Confidences that stand beside the points: flat, or one in a row each."""
    values = np.array(scores, dtype=np.float64).reshape(-1)
    if len(values) != count:
        raise ValueError(scores)
    return values


def _confidence(rows: np.ndarray) -> np.ndarray:
    """One for every row of x, y and perhaps more; NaN where the file gives none."""
    count, width = rows.shape
    blazepose = count in (33, 39)
    if width == 2:
        return np.full(count, np.nan)
    if width == 4 and not blazepose and np.array_equal(rows[:, 3], np.arange(count)):
        return flagged(rows[:, 2])  # x, y, confidence, number of the joint
    last = rows[:, 3 if width == 5 else -1]  # five: MediaPipe's visibility and presence
    given = last[~np.isnan(last)]
    if width == 3 and ((blazepose and (given > 1).any()) or (given[given != -1] < 0).any()):
        return np.full(count, np.nan)  # depth
    return flagged(last)


def flagged(values: np.ndarray) -> np.ndarray:
    """COCO's flag as a confidence: 2 is seen, 1 labelled but hidden; of others the confidence itself."""
    given = values[~np.isnan(values)]
    if (given == 2).any() and np.isin(given, (0, 1, 2)).all():
        return np.where(values == 1, (UNSURE + GUESS) / 2, values)
    return values
