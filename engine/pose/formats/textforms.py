"""Poses in text that is no JSON: keypoint lines, YOLO labels, tuples, OpenCV's YAML, MediaPipe's text, CVAT's
XML; tables with a heading are in `tables`.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from xml.etree import ElementTree

import numpy as np

from engine.errors import InputError
from engine.pose.formats import deepfashion
from engine.pose.formats.jsonforms import canvas_of, people_of
from engine.pose.formats.layouts import COCO_17, GUESS, LAYOUTS, UNSURE, strain
from engine.pose.formats.named_lines import people_in_named_lines
from engine.pose.formats.names import MIXED, Row, joint_of, may_be_mixed, people_of_names, pose_of_names
from engine.pose.formats.people import SHARES, STRETCHED, Person
from engine.pose.formats.points import pose_of_points, pose_of_rows
from engine.pose.formats.tables import people_in_table
from engine.pose.skeleton import JOINTS

_HIDDEN = (UNSURE + GUESS) / 2  # confidence of a joint that is marked as hidden
_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_PYTHON = re.compile(rf"{_NUMBER}|nan|None|array|tensor|np\.|[\s,()\[\]]")
_OF_TENSORS = re.compile(r",\s*(?:device|dtype|grad_fn|requires_grad)=[^,()\[\]]+")
_MATRIX = re.compile(r"(?:data:\s*\[|<data>)([^\]<]*)")
_SIZES = re.compile(r"sizes:|<sizes>|rows:")
_DECIMAL_COMMA = re.compile(r"[-+]?\d+,\d+")
_LANDMARK = re.compile(r"landmarks?\s*\{([^{}]*)\}")
_LANDMARK_OBJECT = re.compile(r"Normalized ?Landmark ?\(([^()]*)\)")
_LANDMARK_LINES = re.compile(rf"(x: *{_NUMBER}\s+y: *{_NUMBER}(?:\s+[zvp]\w*: *{_NUMBER})*)")
_SHOWN_TENSOR = re.compile(r"^(?:data|xy): (tensor\([^()]*\))$", re.MULTILINE)
_FIELD = re.compile(rf"\b(\w+)[:=]\s*({_NUMBER})")
_BLAZEPOSE = 33  # landmarks of a person
_HEAD = 200  # characters in which XML says what it is


def people_in_text(text: str, name: str) -> tuple[Person, ...]:
    """Everybody in a text that is not JSON, stripped and not empty. Raises InputError."""
    if text.startswith("<"):
        if re.match(r"<(!doctype\s+)?html", text, re.IGNORECASE):
            raise InputError(
                f"{name} is a web page, not a pose file: what it shows was saved, not what it links to."
            )
        return _of_opencv(text, name) if "<opencv_storage>" in text[:_HEAD] else _of_xml(text, name)
    if text.startswith("HIERARCHY"):
        raise InputError(
            f"{name} is motion capture (BVH), joints in space and in no picture: render a frame of it and "
            "open that."
        )
    if text.startswith("%YAML") or "opencv-matrix" in text or "opencv-nd-matrix" in text:
        return _of_opencv(text, name)
    if _LANDMARK.match(text):
        return _of_landmarks(_LANDMARK.findall(text), name)
    if printed := _LANDMARK_OBJECT.findall(text):
        return _of_landmarks(printed, name)
    if _LANDMARK_LINES.match(text):
        return _of_landmarks(_LANDMARK_LINES.findall(text), name)
    if shown_tensor := _SHOWN_TENSOR.search(text):
        text = shown_tensor[1]
    if text[0] in "[(" or text.startswith(("array(", "tensor(")):
        return _of_python(_OF_TENSORS.sub("", text), name)
    if deepfashion.is_table(text):
        rows = deepfashion.table_poses(text, name)
        return tuple(Person(pose, deepfashion.CANVAS, frame, STRETCHED) for frame, pose in rows)
    text = _with_decimal_points(text)
    return people_in_table(text, name) or people_in_named_lines(text, name) or _of_lines(text, name)


def _with_decimal_points(text: str) -> str:
    """A table whose columns are parted by tabs or semicolons may have decimal commas: no number in it has a
    point then, none two commas, and without a heading each has one, and is no pair of a list of pairs."""
    heading, *lines = text.splitlines()
    named = bool(re.search(r"[a-z]", heading, re.IGNORECASE))
    cells = [re.split(r"[\t;]", line) for line in (lines if named else [heading, *lines]) if line]
    numbers = [cell.strip() for row in cells for cell in row if "," in cell]
    if re.search(r"\d\.\d", text) or not all(map(_DECIMAL_COMMA.fullmatch, numbers)):
        return text
    if not named and (len(numbers) < sum(map(len, cells)) or max(map(len, cells)) not in (2, 3, 4)):
        return text
    return re.sub(r"(?<=\d),(?=\d)", ".", text)


def _of_lines(text: str, name: str) -> tuple[Person, ...]:
    """Lines of numbers: a joint a line, or a person a line."""
    lines = [line.split("#")[0].replace(",", " ").replace(";", " ").split() for line in text.splitlines()]
    numbers = [[_float(word) for word in words] for words in lines if words]
    if numbers and all(len(row) >= 34 and None not in row for row in numbers):
        return tuple(_of_label([value for value in row if value is not None], name) for row in numbers)
    if is_boxes([words for words in lines if words]):
        raise InputError(f"{name} holds boxes, one in each line, and no keypoints.")
    if len({len(row) for row in numbers}) == 1 and 3 <= len(numbers[0]) <= 6 and _count_up(numbers):
        whole = [[math.nan if value is None else value for value in row[1:]] for row in numbers]
        return (Person(pose_of_points(whole, name)),)  # each after the number of its joint
    if (
        len(numbers) in (2, 3)
        and {*map(len, numbers)} <= LAYOUTS.keys()
        and None not in numbers[0] + numbers[1]
    ):
        return (Person(pose_of_points(numbers, name)),)  # a line of x, a line of y
    points = deepfashion.parse_lines(text, name)
    if len(points) == 18 and deepfashion.in_border(points[:, :2]):
        return (_with_border(points[:, :2], name),)
    if len(points) != 18 and len(points) not in LAYOUTS:
        deepfashion.refuse_count(len(points), name)
    return (Person(pose_of_points([list(map(float, row)) for row in points], name)),)


def is_boxes(lines: Sequence[Sequence[str]]) -> bool:
    """Whether the words of each line are a class and a box in shares of the picture, as YOLO has them; first
    numbers of many lines that count up are those of joints."""
    rows = [[_float(word) for word in words] for words in lines]
    numbered = len(rows) >= min(LAYOUTS) and _count_up(rows)
    return (
        not numbered
        and bool(rows)
        and all(
            len(row) == 5
            and row[0] is not None
            and row[0] % 1 == 0
            and all(value is not None and 0 <= value <= 1 for value in row[1:])
            for row in rows
        )
    )


def _count_up(rows: Sequence[Sequence[float | None]]) -> bool:
    """Whether the first numbers of rows that are not empty count up, from 0 or from 1."""
    first = [row[0] for row in rows]
    return first in ([*range(len(rows))], [*range(1, len(rows) + 1)])


def _with_border(points_18x2: np.ndarray, name: str) -> Person:
    """NTED's text form."""
    if not np.isfinite(points_18x2).all():
        joint = int(np.flatnonzero(~np.isfinite(points_18x2).all(axis=1))[0])
        raise InputError(f"{name}: the position of joint {joint} ({JOINTS[joint]}) is not a number.")
    notes: tuple[str, ...] = ()
    if deepfashion.y_first(points_18x2):
        points_18x2 = points_18x2[:, ::-1]
        notes = (f"{name} has y before x: they were exchanged.",)
    pose = deepfashion.pose_with_border(points_18x2)
    return Person(pose, deepfashion.CANVAS, unit=STRETCHED, notes=notes)


def _float(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def _of_label(row: list[float], name: str) -> Person:
    """A person in a line: YOLO's class and box before the keypoints and perhaps a confidence and the
    number of a track behind them, or keypoints alone; of readings that fit the one of the best body."""
    people = []
    for before, behind in ((5, 0), (5, 1), (5, 2), (6, 0), (0, 0), (1, 0)):
        numbers = row[before : len(row) - behind]
        for width in (3, 2, 4):
            joints = (17, 18, 25, 33) if width < 4 else (33,)  # MediaPipe's have a depth
            if len(numbers) % width == 0 and len(numbers) // width in joints:
                points = [numbers[i : i + width] for i in range(0, len(numbers), width)]
                pose = pose_of_points(points, name, order=COCO_17 if before >= 5 else None)
                people.append(Person(pose, unit=SHARES if before >= 5 else ""))
    if not people:
        raise InputError(f"{name} has lines of {len(row)} numbers, which are no keypoints that can be read.")
    return min(people, key=lambda person: strain(person.pose_18x3))


def _of_python(text: str, name: str) -> tuple[Person, ...]:
    """Lists, tuples and arrays as Python prints them."""
    if _PYTHON.sub("", text):  # word by word: a pattern for all of it takes forever to fail
        raise InputError(f"{name} is not a pose file: it is neither JSON nor a list of numbers.")
    plain = re.sub(r"array|tensor|np\.", "", text).replace("(", "[").replace(")", "]").replace("None", "null")
    plain = re.sub(r"\bnan\b", "null", re.sub(r"\s+", " ", plain))
    plain = re.sub(r"(?<=[\d.\]l])\s+(?=[-+.\d\[n])", ", ", plain)
    plain = re.sub(r"(\d)\.(?=[\s,\]])", r"\1.0", re.sub(r",\s*\]", "]", plain))
    plain = re.sub(r"(?<![\d.])\.(?=\d)", "0.", plain)
    try:
        return people_of(_unwrapped(json.loads(plain)), name)
    except (json.JSONDecodeError, RecursionError):
        raise InputError(f"{name} is not a pose file: its brackets do not close.") from None


def _unwrapped(content: list) -> list:
    """What `array([[...]])` holds: a list around everything is one too many."""
    while isinstance(content, list) and len(content) == 1 and isinstance(content[0], list):
        content = content[0]
    return content


def _of_opencv(text: str, name: str) -> tuple[Person, ...]:
    """OpenCV's FileStorage: matrices [people, joints, 3], the body's before those of hands and face."""
    before = 0
    for matrix in _MATRIX.finditer(text):
        *_, sizes = _SIZES.split(text[before : matrix.start()])
        before = matrix.end()
        shape = [int(word) for word in re.findall(r"\d{1,9}", sizes.split("dt")[0])]
        values = [_float(word) for word in re.findall(rf"{_NUMBER}|\.[Nn]a[Nn]", matrix[1])]
        numbers = np.array([math.nan if value is None else value for value in values])
        shape = [1, *shape] if len(shape) == 2 else shape
        if len(shape) == 3 and shape[2] in (2, 3) and math.prod(shape) == len(numbers) > 0:
            poses = numbers.reshape(shape).tolist()
            return tuple(Person(pose_of_points(points, name)) for points in poses)
    raise InputError(f"{name} is not a pose file: it holds no matrix of people, joints and three columns.")


def _of_landmarks(bodies: list[str], name: str) -> tuple[Person, ...]:
    """MediaPipe's landmarks as text, a joint each: what stands in `landmark { x: .. y: .. }`, or in
    `NormalizedLandmark(x=.., y=..)` as Python prints it."""
    if len(bodies) > _BLAZEPOSE and len(bodies) % _BLAZEPOSE == 0 and len(bodies) not in LAYOUTS:
        parts = [bodies[i : i + _BLAZEPOSE] for i in range(0, len(bodies), _BLAZEPOSE)]
        return tuple(person for part in parts for person in _of_landmarks(part, name))
    points = [dict(_FIELD.findall(body)) for body in bodies]
    rows = np.array(
        [[float(point.get(key, "nan")) for key in ("x", "y", "visibility")] for point in points], np.float64
    )
    return (Person(pose_of_rows(rows, name)),)


def _of_xml(text: str, name: str) -> tuple[Person, ...]:
    """CVAT's skeletons: named points of each picture, or of each frame of a video's tracks."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise InputError(f"{name} is not read: its XML defines entities, which no pose file needs.")
    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, RecursionError, ValueError):
        raise InputError(f"{name} is not valid XML.") from None
    people = []
    for frame, image in enumerate(root.iter("image")):
        canvas = canvas_of({key: _float(image.get(key, "")) for key in ("height", "width")}, name)
        for skeleton in [*image.iter("skeleton")] or [image]:
            people += _of_skeleton(skeleton, canvas, frame, name)
    size = {key: _float(root.findtext(f".//original_size/{key}", "")) for key in ("height", "width")}
    tracked = [skeleton for track in root.iter("track") for skeleton in track.iter("skeleton")]
    for skeleton in sorted(tracked, key=_frame_of):
        people += _of_skeleton(skeleton, canvas_of(size, name), _frame_of(skeleton), name)
    if not people:
        raise InputError(
            f"{name} is not a pose file: it holds no skeleton whose points are named or numbered."
        )
    return tuple(people)


def _frame_of(skeleton: ElementTree.Element) -> int:
    """The frame of a video that a tracked skeleton is of."""
    word = skeleton.get("frame", "0")
    return int(word) if word.isdecimal() and len(word) < 10 else 0


def _of_skeleton(
    skeleton: ElementTree.Element, canvas: tuple[float, float] | None, frame: int, name: str
) -> list[Person]:
    """Whom an element's named points are of, nobody without any."""
    rows: list[tuple[int, Row]] = []
    for point in skeleton.iter("points"):
        joint = joint_of(point.get("label", ""))
        x, y = (_float(word) for word in (point.get("points", "") + ",,").split(",")[:2])
        if joint is not None and x is not None and y is not None and point.get("outside") != "1":
            rows.append((joint, (x, y, _HIDDEN if point.get("occluded") == "1" else math.nan)))
    if rows:
        people = people_of_names(rows)
        notes = (f"{name} {MIXED}.",) if may_be_mixed(people) else ()
        return [Person(pose_of_names(each), canvas, frame, notes=notes) for each in people]
    points = _numbered_points(skeleton)
    return [Person(pose_of_points(points, name), canvas, frame)] if len(points) in LAYOUTS else []


def _numbered_points(skeleton: ElementTree.Element) -> Sequence[list[float] | None]:
    """Points by their numbers, as CVAT names them where nobody did: one each, or all in one shape."""
    numbered: dict[int, list[float] | None] = {}
    for shape in skeleton.iter("points"):
        pairs = [[_float(word) for word in pair.split(",")] for pair in shape.get("points", "").split(";")]
        points = [[x for x in pair if x is not None] for pair in pairs]
        if len(points) > 1:
            return points if all(len(point) == 2 for point in points) else []
        if (label := shape.get("label", "")).isdecimal() and len(label) < 4 and len(points[0]) == 2:
            numbered[int(label)] = points[0] if shape.get("outside") != "1" else None
    return [numbered[number] for number in sorted(numbered)]
