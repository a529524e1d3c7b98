"""Poses in pictures: in a PNG's text, as our own exports and editors leave them there, or drawn as bones."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.files import opened, printable
from engine.photos import read_photo
from engine.pngtext import read_texts
from engine.pose.formats.drawn import people_drawn
from engine.pose.formats.people import Person, PoseFile
from engine.pose.formats.reading import parse_people
from engine.pose.skeleton import JOINTS

_HEADS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"qoif", b"\0\0\0\x0cjP")
_BODY = 14  # joints of trunk and limbs; those of a face may well be turned away
OWN_KEY = "poseloom"  # of the text in a picture that was exported here


def is_picture(path: str | os.PathLike) -> bool:
    """Whether a file begins as pictures do. Raises InputError where it cannot be read."""
    with opened(path, what="a pose file or a picture") as (file, _):
        head = file.read(12)
    return head.startswith(_HEADS) or head[4:8] == b"ftyp"


def people_in_picture(path: str | os.PathLike, rgb_HWC: np.ndarray | None = None) -> PoseFile | None:
    """Everybody whose pose a picture holds, None where it is a picture of anything else.

    rgb_HWC: what it shows, where that was read before. Raises InputError for a picture that cannot be read,
    and for one of our own whose pose is damaged.
    """
    label = printable(Path(path).name)
    for key, text in sorted(read_texts(path).items(), key=lambda item: item[0] != OWN_KEY):
        if text[:1] not in ("{", "["):
            continue
        try:
            found = parse_people(text, label)
        except InputError as error:
            if key == OWN_KEY:
                raise InputError(f"{label} says it was made here, but its pose is damaged.") from error
            continue
        rgb_HWC = read_photo(path) if rgb_HWC is None else rgb_HWC
        return replace(found, people=tuple(_on_canvas(person, rgb_HWC) for person in found.people))
    return people_in_pixels(read_photo(path) if rgb_HWC is None else rgb_HWC, label)


def people_in_pixels(rgb_HWC: np.ndarray, name: str) -> PoseFile | None:
    """Everybody drawn as bones in a picture (uint8 RGB), None where nobody is."""
    canvas = float(rgb_HWC.shape[0]), float(rgb_HWC.shape[1])
    people = tuple(Person(pose, canvas, notes=_lacks(pose, name)) for pose in people_drawn(rgb_HWC))
    return PoseFile(name, people) if people else None


def _lacks(pose_18x3: np.ndarray, name: str) -> tuple[str, ...]:
    """That bones of somebody were not seen, if so: they may be there, too thin or too blurred."""
    lacking = [JOINTS[joint] for joint in range(_BODY) if pose_18x3[joint, 2] <= 0]
    told = f"{', '.join(lacking[:-1])} and {lacking[-1]}" if len(lacking) > 1 else "".join(lacking)
    return (f"{name} shows bones without {told}: look whether they are all there.",) if lacking else ()


def _on_canvas(person: Person, rgb_HWC: np.ndarray) -> Person:
    """On the picture's own canvas, where the text names none."""
    if person.canvas is not None:
        return person
    return replace(person, canvas=(float(rgb_HWC.shape[0]), float(rgb_HWC.shape[1])))
