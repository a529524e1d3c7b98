"""The shapes of poses in JSON: found wherever they lie, in the forms of OpenPose, COCO, MMPose, MediaPipe and
their many relatives, lists of frames, editors and annotation tools.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import count, islice
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.pose.formats.annotators import annotated_in
from engine.pose.formats.canvases import canvas_of
from engine.pose.formats.categories import AI_CHALLENGER, by_names, names_beside, names_of
from engine.pose.formats.layouts import COCO_17, COCO_18, UNSURE, Layout
from engine.pose.formats.names import MIXED, by_number, joint_of, pose_of_names
from engine.pose.formats.people import METRES, MOST_PEOPLE, SHARES, Person
from engine.pose.formats.points import (
    DRESS_CODE,
    are_pointed_out,
    by_name,
    is_dress_code,
    is_number,
    is_point,
    pose_of_points,
)
from engine.pose.formats.several import beside_scores, pointed_at, split
from engine.pose.formats.strangers import FIGURE, is_figure, lack_of
from engine.pose.formats.units import WHOLES, whole_pointed_at
from engine.pose.skeleton import GUESSED

GUESSED_KEY = "guessed_joints"  # ours: joints that other programs are told to be there, as they must be drawn

_OPENPOSE = ("pose_keypoints_2d", "pose_keypoints", "body_parts")
_KEYPOINTS = (
    *_OPENPOSE, "keypoints", "joints", "landmarks", "landmark", "poseLandmarks",
    "pose_landmarks", "normalizedLandmarks", "normalized_landmarks", "kpts", "pred_keypoints",
    "keypoints_2d", "keypoints2d", "keypoints_body", "joints2d", "joints_2d",
)  # fmt: skip
_SCORES = ("keypoint_scores", "keypoints_scores", "keypoint_score", "scores", "visible", "visibility")
_WORLD = ("worldLandmarks", "poseWorldLandmarks", "pose_world_landmarks")
_PEOPLE = (
    "people", "persons", "person", "bodies", "instances", "instance_info", "predictions", "annotations",
    "poses", "pose", "results", "result", "detections", "frames", "data", "items",
)  # fmt: skip
_NOT_BODIES = frozenset((
    "categories", "info", "licenses", "hands", "faces", "camera", "meta", "meta_info",
    "dataset_meta", *_WORLD,
))  # fmt: skip
_FORMATS = ("format", "layout", "skeleton", "keypoint_format")
_DEEPEST = 24  # levels; files of the longest kind have nine
_MOST_PLACES = 10_000  # objects and lists that are looked into, half a second; a frame of a log has two


@dataclass(frozen=True)
class _Place:
    """What is known of people from what stands around them."""

    name: str
    canvas: tuple[float, float] | None = None
    frame: int = 0
    order: Layout | None = None
    names: tuple[str, ...] = ()  # of the keypoints, in their order
    unit: str = ""
    depth: int = 0
    looked: Iterator[int] = field(default_factory=count)  # into how many places, of the whole document

    def within(self, node: dict) -> _Place:
        words = "".join(str(node.get(key, ""))[:99] for key in _FORMATS).lower()
        says = "coco17" in "".join(c for c in words if c.isalnum())
        order = COCO_17 if says else self.order
        canvas = canvas_of(node, self.name) or self.canvas
        return replace(self, canvas=canvas, order=order, names=tuple(names_beside(node)) or self.names)

    def deeper(self, **changed: Any) -> _Place:
        if self.depth > _DEEPEST:
            raise InputError(f"{self.name} is not a pose file: its JSON is nested beyond reason.")
        if next(self.looked) > _MOST_PLACES:
            raise InputError(f"{self.name} is not a pose file: it holds too many things that are nobody.")
        return replace(self, depth=self.depth + 1, **changed)


def people_of(content: Any, name: str) -> tuple[Person, ...]:
    """Everybody in a parsed JSON document, in its order. Raises InputError where nobody is understood."""
    try:
        found = list(islice(_people(content, _Place(name)), MOST_PEOPLE))
    except InputError:
        if is_figure(content):
            raise InputError(f"{name} {FIGURE}") from None
        raise
    if not found and isinstance(content, dict):
        world = next((content[key] for key in _WORLD if content.get(key)), None)
        found = list(_of_keypoints(world, content, _Place(name, unit=METRES))) if world else []
    if not found:
        raise InputError(f"{name} {lack_of(content, (*_PEOPLE, *_KEYPOINTS))}")
    return tuple(found)


def _people(node: Any, place: _Place) -> Iterator[Person]:
    if isinstance(node, list):
        yield from _of_list(node, place.deeper())
    elif isinstance(node, dict):
        yield from _of_object(node, place.deeper().within(node))


def _of_list(node: list, place: _Place) -> Iterator[Person]:
    if not node or not all(isinstance(entry, dict) for entry in node) or _is_joint(node[0]):
        if node and any(isinstance(entry, dict) and not is_point(entry) for entry in node):
            node = [entry for entry in node if isinstance(entry, dict)]  # people between other things
        else:
            yield from _of_keypoints(node, {}, place)
            return
    pictures: dict[Any, int] = {}
    for number, entry in enumerate(node):
        picture = entry.get("image_id", entry.get("frame_id"))
        if isinstance(picture, (str, int)):
            frame = pictures.setdefault(picture, len(pictures))
        else:
            frame = number if any(isinstance(entry.get(key), list) for key in _PEOPLE) else place.frame
        # COCO's own results have a category beside the keypoints.
        order = COCO_17 if "category_id" in entry else place.order
        yield from _people(entry, replace(place, frame=frame, order=order))


def _of_object(node: dict, place: _Place) -> Iterator[Person]:
    if (annotated := annotated_in(node, place.name)) is not None:
        canvas = annotated.canvas or place.canvas
        notes = (f"{place.name} {MIXED}.",) if annotated.mixed else ()
        for rows in annotated.people:
            yield Person(pose_of_names(rows), canvas, place.frame, annotated.unit, notes)
    elif isinstance(node.get("annotations"), list) and isinstance(node.get("images"), list):
        yield from _of_coco(node, place)
    elif isinstance(challenged := node.get("keypoint_annotations"), dict):
        for points in challenged.values():
            yield from _of_keypoints(points, {}, replace(place, names=AI_CHALLENGER))
    elif isinstance(node.get("subset"), list) and isinstance(node.get("candidate"), list):
        yield from _of_subset(node["candidate"], node["subset"], place)
    elif all(isinstance(node.get(axis), list) for axis in "xy"):
        yield from _of_keypoints(node, {}, place)
    elif (key := next((key for key in _KEYPOINTS if node.get(key)), None)) is not None:
        order = COCO_18 if key in _OPENPOSE else place.order
        yield from _of_keypoints(node[key], node, replace(place, order=order))
    elif inner := [node[key] for key in _PEOPLE if isinstance(node.get(key), (list, dict))]:
        # The first that holds somebody: a file may say things of the same name about a person or a format.
        yield from next(filter(None, (list(_people(value, place)) for value in inner)), [])
    elif node.get("type") == "points" and isinstance(node.get("points"), list):  # Datumaro's
        yield from _of_keypoints(node["points"], {_SCORES[0]: node.get("visibility")}, place)
    elif isinstance(node.get("xy"), list):
        yield from _of_keypoints(node, {}, place)
    elif isinstance(node.get("xyn"), list):
        yield from _of_keypoints({"xy": node["xyn"]} | node, {}, replace(place, unit=SHARES))
    elif all(map(_is_joint, node.values())) and (numbered := by_number(node)) is not None:
        yield from _of_keypoints(numbered, {}, place)
    elif sum(joint_of(key) is not None for key in node) >= 3:
        yield from _of_names(node, place)
    else:
        inner = [value for key, value in node.items() if key not in _NOT_BODIES and _may_hold(value)]
        if not inner and len(node) == place.depth == 1:  # by the name that a network's output has
            inner = [v for key, v in node.items() if key not in _NOT_BODIES and _is_table(v)]
        for frame, value in enumerate(inner):
            yield from _people(value, replace(place, frame=frame))


def _is_joint(entry: Any) -> bool:
    """Whether an object is a joint, and not somebody whose box has a place."""
    return is_point(entry) and not any(isinstance(entry.get(key), (list, dict)) for key in _KEYPOINTS)


def _may_hold(value: Any) -> bool:
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(v, dict) for v in value))


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], list)


def _of_keypoints(points: Any, node: dict, place: _Place) -> Iterator[Person]:
    """Everybody in the keypoints of an object: one list of points, or lists of such lists."""
    scores = next((node[key] for key in _SCORES if isinstance(node.get(key), list)), None)
    if isinstance(points, dict):
        if isinstance(points.get("x"), list) and isinstance(points.get("y"), list):
            scores = next((points[key] for key in (*_SCORES, "score") if key in points), scores)
            points = [list(pair) for pair in zip(points["x"], points["y"], strict=False)]
        elif isinstance(points.get("xy"), list):
            scores, points = points.get("conf", points.get("confidence")), points["xy"]
        elif all(map(str.isdecimal, points)) and (numbered := by_number(points)) is not None:
            points = numbered
        else:
            people = list(_people(points, place.deeper()))
            if not people:
                raise InputError(f"{place.name} is not a pose file: its keypoints are not made of numbers.")
            yield from people
            return
    if not isinstance(points, list) or not points:
        return
    scores = scores if isinstance(scores, list) else None
    if (named_points := by_names(points, place.names)) is not None:
        points = named_points
    elif (beside := beside_scores(points)) is not None:
        points, scores = beside
    if all(isinstance(point, dict) and not is_point(point) for point in points):
        for pointed in map(pointed_at, points):
            if pointed is None:
                yield from _people(points, place.deeper())
                return
            for person, sure in pointed:
                yield from _of_keypoints(person, {_SCORES[0]: sure}, place.deeper())
        return
    if named := by_name(points):
        mixed = (f"{place.name} {MIXED}.",) if len(set(map(len, named))) > 1 else ()
        for part in named:
            yield from (replace(each, notes=mixed) for each in _of_keypoints(part, node, place.deeper()))
        return
    if parts := split(points):
        for number, part in enumerate(parts):
            share = scores[number] if scores and len(scores) == len(parts) else None
            inner = node if share is None else node | {_SCORES[0]: share}
            yield from _of_keypoints(part, inner, place.deeper())
        return
    if scores is not None and not (scores and all(v is None or is_number(v) for v in scores)):
        scores = None
    pose = pose_of_points(points, place.name, scores=scores, order=place.order, canvas=place.canvas)
    pose = _with_guesses(pose, node)
    notes: tuple[str, ...] = ()
    if are_pointed_out(points) and (whole := whole_pointed_at(pose, place.canvas)):
        pose[:, :2] /= whole
        place = replace(place, unit=SHARES)
        notes = (f"{place.name} is taken as {WHOLES[whole]} of its picture.",) if whole in WHOLES else ()
    canvas = place.canvas or (DRESS_CODE if is_dress_code(points, pose) else None)
    yield Person(pose, canvas, place.frame, place.unit, notes, source=node or None)


def _with_guesses(pose: np.ndarray, node: dict) -> np.ndarray:
    guesses = node.get(GUESSED_KEY)
    if isinstance(guesses, list):
        joints = [j for j in guesses if is_number(j) and 0 <= j < len(pose) and pose[int(j), 2] > 0]
        pose[[int(j) for j in joints], 2] = GUESSED
    return pose


def _of_coco(node: dict, place: _Place) -> Iterator[Person]:
    """COCO's annotations, each on the canvas of its own picture."""
    images = [image for image in node["images"] if isinstance(image, dict)]
    places = {str(image.get("id")): number for number, image in enumerate(images)}
    names = names_of(node.get("categories"))
    for entry in node["annotations"]:
        if not isinstance(entry, dict) or not entry.get("keypoints"):
            continue
        number = places.get(str(entry.get("image_id")), 0)
        canvas = canvas_of(images[number], place.name) if images else place.canvas
        inner = replace(place, canvas=canvas, frame=number, order=COCO_17)
        order = names.get(str(entry.get("category_id")), names.get("", []))
        yield from _of_keypoints(entry["keypoints"], entry, replace(inner, names=tuple(order)))


def _of_subset(candidates: list, subset: list, place: _Place) -> Iterator[Person]:
    """OpenPose's Python form: joints of everybody in one list, and for each person which are theirs."""
    rows = [row[:18] if isinstance(row, list) else [] for row in subset]
    # Shares of certainty: the candidates are theirs in order, of one after the other.
    sure_of_each = any(is_number(j) and j % 1 for joints in rows for j in joints)
    for number, joints in enumerate(rows):
        if sure_of_each:
            if number and len(candidates) != 18 * len(subset):
                raise InputError(f"{place.name} lists several people's joints without saying whose each is.")
            sure = [is_number(share) and share >= UNSURE for share in joints]
            joints = [18 * number + j if sure[j] else -1 for j in range(len(joints))]
        try:
            points = [candidates[int(j)] if is_number(j) and j >= 0 else None for j in joints]
        except (IndexError, OverflowError, ValueError):
            raise InputError(f"{place.name} is damaged: a person has a joint that is not listed.") from None
        # Their fourth column counts the joints of everybody.
        points = [point[:3] if isinstance(point, list) else None for point in points]
        yield from _of_keypoints(points, {}, place)


def _of_names(node: dict, place: _Place) -> Iterator[Person]:
    """An object whose keys name joints."""
    points = []
    for key, value in node.items():
        if isinstance(value, list):
            value = dict(zip(("x", "y", *("z" for _ in value[3:]), "score"), value, strict=False))
        if joint_of(key) is not None and is_point(value):
            points.append(value | {"label": key})
    yield from _of_keypoints(points, {}, place)
