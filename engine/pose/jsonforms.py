"""The shapes of poses in JSON: OpenPose and its relatives, lists of frames, an editor's and COCO's own."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeGuard

import numpy as np

from engine.errors import InputError
from engine.pose.layouts import COCO_17, GUESS, LAYOUTS, UNSURE, looks_like, to_coco18

_KEYS = ("pose_keypoints_2d", "pose_keypoints", "keypoints", "landmarks")
_FORMAT_KEYS = ("format", "layout", "skeleton", "keypoint_format")
_CANVAS_KEYS = (("canvas_height", "canvas_width"), ("height", "width"), ("image_height", "image_width"))
_MOST_PEOPLE = 1000


@dataclass(frozen=True, eq=False)
class People:
    """poses: float64 [18, 3] (x, y, state) of every person. canvas: (H, W) they were made for, or None."""

    poses: list[np.ndarray]
    canvas: tuple[float, float] | None


def people_of(content: Any, name: str) -> People:
    """Everybody in a parsed JSON document. Raises InputError where no keypoints can be understood."""
    frame = _frame(content)
    entries, says_coco17 = _entries(frame)
    if entries is None:
        raise InputError(f"{name} is not a pose file: it holds no keypoints.")
    if not entries:
        raise InputError(f"{name} holds no person.")
    return People([_pose(entry, says_coco17, name) for entry in entries[:_MOST_PEOPLE]], _canvas(frame))


def _frame(content: Any) -> Any:
    """The first frame with people of a list of frames; a list of people or points as if it stood in one."""
    if not isinstance(content, list) or not content:
        return content
    if not all(isinstance(entry, dict) for entry in content) or "x" in content[0]:
        return {"keypoints": content}
    if any("people" in entry for entry in content):
        return next((entry for entry in content if entry.get("people")), content[0])
    return {"people": content}


def _entries(frame: Any) -> tuple[list | None, bool]:
    """The keypoint lists of a frame, one a person (None without any); whether it says they are COCO-17."""
    if not isinstance(frame, dict):
        return None, False
    words = "".join(str(frame.get(key, "")) for key in _FORMAT_KEYS).lower()
    says_coco17 = "coco17" in "".join(c for c in words if c.isalnum())
    people = frame.get("people")
    if people is None and isinstance(frame.get("annotations"), list):
        people, says_coco17 = frame["annotations"], True  # COCO's own file form
    if isinstance(people, list):
        found = (next((p[key] for key in _KEYS if p.get(key)), None) for p in people if isinstance(p, dict))
        return [points for points in found if points], says_coco17
    points = next((frame[key] for key in _KEYS if key in frame), None)
    if not isinstance(points, list):
        return None, False
    if points and all(_is_list_of_points(entry) for entry in points):
        return points, says_coco17
    several = len(points) > 18 and len(points) % 18 == 0 and not any(_is_number(p) for p in points)
    if several:
        return [points[i : i + 18] for i in range(0, len(points), 18)], says_coco17
    return ([points] if points else []), says_coco17


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_list_of_points(value: Any) -> bool:
    return isinstance(value, list) and len(value) > 0 and all(isinstance(v, (list, dict)) for v in value)


def _pose(points: Any, says_coco17: bool, name: str) -> np.ndarray:
    """[18, 3] from flat numbers, rows of numbers, objects with x and y; None is a joint that is missing."""
    try:
        is_flat = any(map(_is_number, points)) and all(p is None or _is_number(p) for p in points)
        rows = _unflattened(points, name) if is_flat else _even([_row(point) for point in points])
    except InputError:
        raise
    except (TypeError, ValueError, KeyError, OverflowError):
        raise InputError(f"{name} is not a pose file: its keypoints are not made of numbers.") from None
    if len(rows) not in LAYOUTS:
        raise InputError(f"{name} has {len(rows)} joints{looks_like(len(rows))}; 18 are expected.")
    if len(rows) == 17 and not says_coco17:
        raise InputError(
            f"{name} has 17 joints where 18 are expected{looks_like(17)}: "
            f'add "format": "{COCO_17}" to have it read as that.'
        )
    return to_coco18(np.column_stack([rows[:, :2], _confidence(rows)]))


def _unflattened(numbers: list, name: str) -> np.ndarray:
    for width in (3, 2, 4):
        if len(numbers) % width == 0 and len(numbers) // width in LAYOUTS:
            return np.array(numbers, dtype=np.float64).reshape(-1, width)
    joints = f" ({len(numbers) // 3} joints{looks_like(len(numbers) // 3)})" if len(numbers) % 3 == 0 else ""
    raise InputError(
        f"{name} has {len(numbers)} numbers{joints} for a person; 54 are expected, 18 x (x, y, confidence)."
    )


def _row(point: Any) -> list[float]:
    if point is None:
        return [math.nan, math.nan]
    if isinstance(point, dict):
        sure = next((point[key] for key in ("visibility", "score", "confidence") if key in point), None)
        point = [point["x"], point["y"], sure]
    if not isinstance(point, list) or not 2 <= len(point) <= 4:
        raise TypeError(point)
    return [math.nan if value is None else float(value) for value in point]


def _even(rows: list[list[float]]) -> np.ndarray:
    width = max(len(row) for row in rows)
    return np.array([row + [math.nan] * (width - len(row)) for row in rows], dtype=np.float64)


def _confidence(rows: np.ndarray) -> np.ndarray:
    """One for every row of x, y and perhaps more; NaN where the file gives none."""
    if rows.shape[1] == 2:
        return np.full(len(rows), np.nan)
    last = rows[:, -1]
    given = last[~np.isnan(last)]
    if len(rows) == 33 and rows.shape[1] == 3 and ((given < 0) | (given > 1)).any():
        return np.full(len(rows), np.nan)  # MediaPipe's depth
    if len(rows) == 17 and (given == 2).any() and np.isin(given, (0, 1, 2)).all():
        return np.where(last == 1, (UNSURE + GUESS) / 2, last)  # COCO's flag: 1 is labelled but hidden
    return last


def _canvas(frame: dict) -> tuple[float, float] | None:
    images = frame.get("images")
    for place in (frame, images[0] if isinstance(images, list) and images else None):
        if not isinstance(place, dict):
            continue
        for height, width in ((place.get(high), place.get(wide)) for high, wide in _CANVAS_KEYS):
            if _is_side(height) and _is_side(width):
                return float(height), float(width)
    return None


def _is_side(value: Any) -> TypeGuard[float]:
    return _is_number(value) and 0 < value < 1e6
