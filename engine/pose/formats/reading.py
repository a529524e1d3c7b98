"""From a file or a text to one person's pose in the model frame, and what has to be said about it."""

from __future__ import annotations

import json
import os
import re
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.errors import InputError
from engine.files import opened, text_of
from engine.pose.formats import arrays
from engine.pose.formats.carried import Carried, carried_of
from engine.pose.formats.jsonforms import people_of
from engine.pose.formats.layouts import BODY_STRAIN, UNSURE, strain
from engine.pose.formats.loose import bare, value_of
from engine.pose.formats.open_photo import OpenPhoto
from engine.pose.formats.people import MOST_PEOPLE, Person, PoseFile
from engine.pose.formats.placing import placed
from engine.pose.formats.strangers import stranger_of
from engine.pose.formats.textforms import people_in_text
from engine.pose.skeleton import JOINTS

_SPACE = re.compile(r"\s*")
_OPENING = ("{", "[")
_MANY = 6  # joints: two or three may well lie on each other
_OF_PYTHON = ("array(", "tensor(", "np.", "(")
MOST_BYTES = 1_000_000  # the largest of one person has 20 KB; larger ones take seconds to read


@dataclass(frozen=True, eq=False)
class Taken:
    """One person's pose out of a file.

    pose_18x3: float32 (x, y, state) in px of the frame. notes: sentences about what was assumed, and how many
    people there are. person: who it is. carried: what came along.
    """

    pose_18x3: np.ndarray
    notes: tuple[str, ...]
    person: Person
    carried: Carried | None


def read_people(path: str | os.PathLike) -> PoseFile:
    """Everybody in a pose file. Raises InputError: one sentence naming the file and the fault."""
    with opened(path, what="a pose file") as (file, label):
        data = file.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise InputError(f"{label} is too large for a pose file: {MOST_BYTES // 1_000_000} MB are the most.")
    if data.startswith(arrays.MAGIC):
        return PoseFile(label, _with_joints(arrays.people_in_array(data, label), label))
    if stranger := stranger_of(data):
        raise InputError(f"{label} {stranger}")
    return parse_people(text_of(data, label, "a pose file"), label)


def parse_people(text: str, name: str) -> PoseFile:
    """`read_people` of a file's text (or the clipboard's); `name` is what messages call it."""
    text = text.strip()
    if not text:
        raise InputError(f"{name} is empty.")
    if len(text) > MOST_BYTES:
        raise InputError(f"{name} is too large for a pose: {MOST_BYTES // 1_000_000} MB are the most.")
    content = None
    if text[0] not in "{[" and not text.startswith(_OF_PYTHON) and (inner := bare(text))[:1] in _OPENING:
        text = inner if value_of(inner) is not None else text
    if text[0] in "{[":
        content, people = _from_json(text, name)
    else:
        people = people_in_text(text, name)
    return PoseFile(name, _with_joints(people, name), content)


def _with_joints(people: tuple[Person, ...], name: str) -> tuple[Person, ...]:
    seen = tuple(person for person in people if (person.pose_18x3[:, 2] > 0).any())
    if not seen:
        raise InputError(
            f"{name} holds no joint that is there; one below a confidence of {UNSURE} counts as absent."
        )
    return seen


def _from_json(text: str, name: str) -> tuple[Any, tuple[Person, ...]]:
    def refuse(constant: str) -> None:
        raise InputError(
            f"{name} holds {constant} where a number is needed; a missing joint is 0, 0, 0 or null."
        )

    try:
        content = json.loads(text, parse_constant=refuse)
    except InputError:
        raise
    except json.JSONDecodeError as error:
        content = _documents(text) or value_of(text)
        if content is None and text[0] == "[" and _is_python(text):
            return None, people_in_text(text, name)
        if content is None:
            fault = f"{error.msg.lower()} in line {error.lineno}"
            raise InputError(f"{name} is not valid JSON: {fault}.") from None
    except (RecursionError, ValueError):
        raise InputError(f"{name} is not a pose file: its JSON is beyond reason.") from None
    try:
        return content, people_of(content, name)
    except RecursionError:
        raise InputError(f"{name} is not a pose file: its JSON is nested beyond reason.") from None
    except OverflowError:
        raise InputError(f"{name} is not a pose file: it holds numbers beyond reason.") from None


def _documents(text: str) -> list | None:
    """One document behind the other, mostly a line each, as trackers log them; None where that is not so."""
    decoder, documents, at = json.JSONDecoder(), [], 0
    try:
        while at < len(text):
            document, at = decoder.raw_decode(text, at)
            documents.append(document)
            at = _SPACE.search(text, at).end()  # type: ignore[union-attr]  # nothing is found too
    except (RecursionError, ValueError):
        return None
    return documents


def _is_python(text: str) -> bool:
    """Whether brackets hold what NumPy prints, not broken JSON."""
    return "(" in text or ("," not in text.split("]")[0])


def take(
    file: PoseFile, size: tuple[int, int], photo: OpenPhoto | None = None, number: int | None = None
) -> Taken:
    """One person of a file in a frame of `size` (H, W): the one of this number, from 1, in the file's order,
    or the largest of its first picture. Raises InputError.
    """
    people = file.people
    if number is not None and not 1 <= number <= len(people):
        count = f"{len(people)} people" if len(people) > 1 else "one person"
        raise InputError(f"{file.name} holds {count}; there is no number {number}.")
    if number is None:
        first = [person for person in people if person.frame == people[0].frame]
        person = max(first, key=lambda person: person.extent)
    else:
        person = people[number - 1]
    pose, notes = placed(person, file.name, size, photo)
    if unlikely := _unlikely(person.pose_18x3, pose, file.name):
        notes = [unlikely, *notes]
    if number is None and len(people) > 1:
        notes = [_many(file, people.index(person) + 1), *notes]
    if not np.isfinite(pose).all():
        raise InputError(f"{file.name} holds numbers that are beyond any picture.")
    carried = carried_of(file, person, pose)
    return Taken(pose.astype(np.float32), (*person.notes, *notes), person, carried)


def _unlikely(told_18x3: np.ndarray, pose_18x3: np.ndarray, name: str) -> str:
    """What has to be said of somebody who is hardly a body, as the file tells and as they lie in the frame;
    "" for nothing. Raises InputError where all joints lie in one place."""
    there = told_18x3[:, 2] > 0
    if there.sum() >= _MANY and not np.ptp(told_18x3[there, :2], axis=0).any():
        raise InputError(f"{name} holds {there.sum()} joints that all lie in one place.")
    if not np.isfinite(strain(told_18x3)):
        joints = [JOINTS[joint] for joint in np.flatnonzero(there)]
        told = f"{', '.join(joints[:-1])} and {joints[-1]}" if len(joints) > 1 else joints[0]
        return f"{name} holds {told} and nothing else of a body: look whether that is meant."
    if strain(pose_18x3) > BODY_STRAIN:
        return f"{name} holds joints that make no body in that order: look whether they are somebody's."
    return ""


def _many(file: PoseFile, taken: int) -> str:
    """How many people there are, and which was taken."""
    frames = len({person.frame for person in file.people})
    count = len(file.people)
    many = f"{count} people" if count < MOST_PEOPLE else f"{count} people or more"
    where = f" in {frames} pictures" if frames > 1 else ""
    return f"{file.name} holds {many}{where}; number {taken} was taken."


def read_pose(
    path: str | os.PathLike,
    size: tuple[int, int],
    photo: OpenPhoto | None = None,
    number: int | None = None,
) -> np.ndarray:
    """The pose in a file: float32 [18, 3] (x, y, state) in px of the model frame of `size` (H, W).

    Of several people the largest, or the one of this number, from 1. photo: the open one, on which a pose
    that was made for it lies where its maker saw it. Raises InputError: one sentence naming the file and the
    fault.
    """
    return take(read_people(path), size, photo, number).pose_18x3


def parse_pose(text: str, name: str, size: tuple[int, int]) -> np.ndarray:
    """`read_pose` of a file's text (or the clipboard's); `name` is what messages call it."""
    return take(parse_people(text, name), size).pose_18x3
