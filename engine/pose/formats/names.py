"""Joints by their names, in every spelling: "left_eye", "leftEye", "LEFT EYE", "LEye", "l_eye", "eye.L"."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import numpy as np

from engine.pose.formats.layouts import COCO_18, LAYOUTS, neck_of, strain, to_coco18
from engine.pose.formats.people import MOST_PEOPLE
from engine.pose.skeleton import JOINTS, NECK

Row = tuple[float, float, float]  # x, y, confidence, NaN without one
Told = TypeVar("Told", bound=Any)

_PARTS = {
    "nose": "nose", "neck": "neck",
    "shoulder": "shoulder", "sho": "shoulder", "elbow": "elbow", "elb": "elbow", "wrist": "wrist",
    "wri": "wrist", "hip": "hip", "knee": "knee", "kne": "knee", "ankle": "ankle", "ank": "ankle",
    "eye": "eye", "ear": "ear",
}  # fmt: skip
# Apple's Vision calls by their bones what others call by the joint at its end, each with "joint" behind it.
_OF_APPLE = {
    "head": "nose", "forearm": "elbow", "hand": "wrist", "up leg": "hip", "leg": "knee", "foot": "ankle",
}  # fmt: skip
_APPLES = "VNHumanBodyPoseObservationJointName"  # begins each of their names outside of Swift
_FILLERS = ("pose", "landmark", "joint", "keypoint", "kp", "point", "type")  # PoseLandmark.NOSE
_SIDES = {"left": "left", "l": "left", "right": "right", "r": "right"}
_NUMBERS = {name: joint for joint, name in enumerate(JOINTS)}
MIXED = (
    "lists the joints of several people without saying whose each is, and some lack joints: look whether "
    "everybody has their own"
)
_FEW = 3  # joints that people lack whom a file lists together
_LONGEST = 40  # characters: a name of a joint is a word or two
_GLUED = re.compile(
    r"(left|right|l|r)?(nose|neck|shoulder|sho|elbow|elb|wrist|wri|hip|knee|kne|ankle|ank|eye|ear)"
)


def joint_of(name: str) -> int | None:
    """The number of the joint that this names, None for anything else (a finger, the inner eye)."""
    name = name.removeprefix(_APPLES)
    if len(name) > _LONGEST:
        return None
    words = re.findall(r"[a-z]+", re.sub(r"([a-z])([A-Z])", r"\1 \2", name).lower())
    if len(words) == 1 and (glued := _GLUED.fullmatch(words[0])):
        words = [word for word in glued.groups() if word]
    if words[-1:] == ["joint"]:
        words = _of_apple(words[:-1])
    words = [word for word in words if word not in _FILLERS]
    side = [_SIDES[word] for word in words if word in _SIDES]
    part = [_PARTS[word] for word in words if word in _PARTS]
    if len(part) != 1 or len(side) + 1 != len(words):
        return None
    return _NUMBERS.get(" ".join(side + part))


def number_of(name: str) -> int | None:
    """The number that a name is, or ends with ("3", "kp_3"), up to 999; None for any other."""
    found = re.fullmatch(r"\D{,40}(\d{1,3})", name, re.ASCII)
    return int(found[1]) if found else None


def by_number(points: Mapping[str, Any]) -> list | None:
    """What stands under the numbers of joints ("3", or "kp_3" where each begins so), from 0 to the last, or
    from 1 where 0 lacks and all others are there; None for other keys."""
    numbered = {number_of(key): value for key, value in points.items()}
    numbers = {number for number in numbered if number is not None}
    words = {key.rstrip("0123456789") for key in points}
    if not len(points) == len(numbers) > 2 or len(words) > 1 or joint_of(words.pop()) is not None:
        return None
    from_1 = min(numbers) == 1 and max(numbers) == len(numbers) in LAYOUTS
    return [numbered.get(number) for number in range(int(from_1), max(numbers) + 1)]


def no_joints(names: Iterable[str]) -> str:
    """That these name no joints, as the rest of a sentence."""
    some = " and ".join(repr(name[:20]) for name in [*dict.fromkeys(names)][:2])
    return f"calls its points {some}, which are no joints: call them nose, left shoulder, and so on."


def _of_apple(words: list[str]) -> list[str]:
    bone = " ".join(word for word in words if word not in _SIDES)
    side = [word for word in words if word in _SIDES]
    return [*side, _OF_APPLE[bone]] if bone in _OF_APPLE else words


def people_of_names(
    rows: Iterable[tuple[int, Told]], place: Callable[[Told], Row] = lambda row: row
) -> list[dict[int, Told]]:
    """What is told of joints by person, where a joint that comes again is somebody else's; what comes again
    alone (of the parts of a face, perhaps) is left. place: x, y, confidence of what is told.

    Files list a person after the other, or everybody's nose, everybody's neck ...: the way that makes the
    best bodies, of those that make about as much of somebody.
    """

    def strain_of(*people: dict[int, Told]) -> float:
        return sum(
            strain(pose_of_names({joint: place(told) for joint, told in each.items()})) for each in people
        )

    def worst(people: list[dict[int, Told]]) -> tuple[float, int]:
        return max(map(strain_of, _of_most(people)), default=math.inf), len(people)

    rows = list(rows)
    ways = [_given_back(_one_after_the_other(rows), strain_of), _joint_by_joint(rows)]
    most = max(len(person) for people in ways for person in people)
    ways = [people for people in ways if max(map(len, people)) + _FEW >= most]
    return _of_most(min(ways, key=worst))


def may_be_mixed(people: Sequence[Mapping[int, Any]]) -> bool:
    """Whether a joint may be told of somebody else than whose it is: of people as `people_of_names` gives
    them, who do not all have the same joints."""
    return len({frozenset(person) for person in people}) > 1


def _given_back(people: list[dict[int, Told]], strain_of: Callable[..., float]) -> list[dict[int, Told]]:
    """Who lacks the joints that everybody begins with has taken those of who comes next."""
    for place in range(len(people) - 1):
        one, other = people[place], people[place + 1]
        ways = [(one, other)]
        for many in range(1, _FEW + 1):
            mine, theirs = dict(list(one.items())[:-many]), dict(list(one.items())[-many:])
            if mine and not theirs.keys() & other.keys():
                ways.append((mine, theirs | other))
        people[place], people[place + 1] = min(ways, key=lambda pair: strain_of(*pair))
    return people


def _one_after_the_other(rows: Sequence[tuple[int, Told]]) -> list[dict[int, Told]]:
    people: list[dict[int, Told]] = [{}]
    for joint, told in rows:
        if joint in people[-1]:
            if len(people) == MOST_PEOPLE:
                break
            people.append({})
        people[-1][joint] = told
    return people


def _joint_by_joint(rows: Sequence[tuple[int, Told]]) -> list[dict[int, Told]]:
    people: list[dict[int, Told]] = [{}]
    times = Counter[int]()
    for joint, told in rows:
        if times[joint] == len(people) < MOST_PEOPLE:
            people.append({})
        if times[joint] < len(people):
            people[times[joint]][joint] = told
        times[joint] += 1
    return people


def _of_most(people: list[dict[int, Told]]) -> list[dict[int, Told]]:
    """Those with at least half as many joints as who has the most."""
    most = max(map(len, people))
    return [person for person in people if 2 * len(person) >= most > 0]


def pose_of_names(rows: Mapping[int, Row]) -> np.ndarray:
    """float64 [18, 3] (x, y, state) of (x, y, confidence) by joint; NaN is no confidence. A neck that is not
    named is made of the shoulders.
    """
    table = np.full((len(JOINTS), 3), np.nan)
    for joint, row in rows.items():
        table[joint] = row
    pose = to_coco18(table, COCO_18)
    if NECK not in rows:
        pose[NECK] = neck_of(pose)
    return pose
