"""The sections of a document: one named value each, as JSON has it.

What joins later joins by a name of its own: a section that this version does not know is kept as it was found
and written back, so it needs no new version of the file. A section whose meaning changes takes a new name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np

from engine.api import Stroke
from engine.garments import BACKGROUND, GARMENTS
from engine.look import checks
from engine.look.checks import Damage
from engine.look.document import (
    FARTHEST,
    Borrowed,
    ChangedTexture,
    DrawnBy,
    LookDocument,
    SourcePhoto,
    Worn,
    plain_pose,
    plain_suffix,
)
from engine.pose.formats import Carried
from engine.pose.skeleton import SEEN

LONGEST_NAME = 1_000  # characters; file systems end at 255 bytes
MOST_PHOTOS = 1_000
MOST_TEXTURES = 4096  # all layers of the largest network have 544
MOST_STROKES, MOST_POINTS = 1_000, 10_000  # what a hand paints in a day, and in one go
WIDEST = 1.0  # radius of a brush, in rows of the frame
_AROUND = 100.0  # rows of the frame from its corner: no brush gets farther
LOUDEST = 4.0  # scale of a texture
MOST_ROWS = 8192  # of a model frame: eight times the largest there is


def to_json(look: LookDocument) -> dict[str, Any]:
    """The document as JSON has it."""
    known = {name: section.write(look) for name, section in SECTIONS.items()}
    return {**look.others, **{name: value for name, value in known.items() if value is not None}}


def from_json(content: object) -> LookDocument:
    """Back from `to_json`. Raises Damage: what is wrong, to end a sentence."""
    given = checks.mapping(content, "the document")
    values: dict[str, Any] = {}
    for name, section in SECTIONS.items():
        if name in given:
            values |= section.read(given[name])
    look = LookDocument(**values, others={n: v for n, v in given.items() if n not in SECTIONS})
    ids = {photo.id for photo in look.photos}
    if len(ids) != len(look.photos):
        raise Damage("a photo is in it twice")
    if look.person and look.person not in ids:
        raise Damage("the person's photo is not in it")
    if look.borrow is not None and look.borrow.photo not in ids:
        raise Damage("the photo that is mixed in is not in it")
    if not ids.issuperset(worn.photo for worn in look.outfit):
        raise Damage("the photo of a garment is not in it")
    if not ids.issuperset(each.photo for each in look.textures if each.photo):
        raise Damage("the photo of a texture is not in it")
    return look


# Sections: what of the document each writes (None: nothing to say), and which fields it reads.


class Section(NamedTuple):
    write: Callable[[LookDocument], Any]
    read: Callable[[Any], dict[str, Any]]


def photo_json(photo: SourcePhoto) -> dict[str, Any]:
    """A photo as the document's section says it."""
    return {
        "id": photo.id,
        "name": photo.name,
        "sha256": photo.sha256,
        "suffix": photo.suffix,
        "pose": photo.pose_18x3.tolist(),
    }


def _read_photos(value: Any) -> dict[str, Any]:
    return {"photos": tuple(map(_photo, checks.sequence(value, "photos", MOST_PHOTOS)))}


def _photo(value: Any) -> SourcePhoto:
    given = checks.mapping(value, "a photo")
    sha256 = checks.text(given.get("sha256"), "the hash of a photo", 64)
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise Damage("the hash of a photo is none")
    name = checks.text(given.get("name"), "the name of a photo", LONGEST_NAME)
    suffix = plain_suffix(checks.text(given.get("suffix", ""), "the kind of a photo", 16))
    photo = SourcePhoto(name, sha256, suffix, _pose(given.get("pose"), "the pose of a photo"))
    if given.get("id") != photo.id:
        raise Damage("a photo and its pose do not belong together")
    return photo


def _write_pose(look: LookDocument) -> dict[str, Any]:
    return {"frame": list(look.frame), "joints": plain_pose(look.pose_18x3).tolist()}


def _read_pose(value: Any) -> dict[str, Any]:
    given = checks.mapping(value, "the pose")
    rows, columns = checks.sequence(given.get("frame"), "the frame", 2, least=2)
    frame = (
        checks.whole(rows, "a side of the frame", 1, MOST_ROWS),
        checks.whole(columns, "a side of the frame", 1, MOST_ROWS),
    )
    return {"frame": frame, "pose_18x3": _pose(given.get("joints"), "the pose")}


def _pose(value: Any, what: str) -> np.ndarray:
    rows = [checks.sequence(row, what, 3, least=3) for row in checks.sequence(value, what, 18, least=18)]
    limits = (FARTHEST, FARTHEST, SEEN)
    return plain_pose(np.array([list(map(checks.number, row, (what,) * 3, limits)) for row in rows]))


def _read_borrow(value: Any) -> dict[str, Any]:
    given = checks.mapping(value, "the mix")
    photo = checks.text(given.get("photo"), "the mix", LONGEST_NAME)
    amount = checks.number(given.get("amount"), "the share of the mix", 1.0)
    if amount < 0:
        raise Damage("the share of the mix is less than nothing")
    return {"borrow": Borrowed(photo, amount)}


def _write_carried(look: LookDocument) -> dict[str, Any] | None:
    carried = look.carried
    if carried is None:
        return None
    matrix = np.asarray(carried.matrix_2x3, np.float64).tolist()
    return {"document": carried.document, "person": carried.person, "matrix": matrix}


def _read_carried(value: Any) -> dict[str, Any]:
    what = "what came with the pose"
    given = checks.mapping(value, what)
    rows = [checks.sequence(row, what, 3, 3) for row in checks.sequence(given.get("matrix"), what, 2, 2)]
    matrix = np.array([[checks.number(each, what, FARTHEST) for each in row] for row in rows])
    document, person = (checks.mapping(given.get(name), what) for name in ("document", "person"))
    return {"carried": Carried(document, person, matrix)}


def _read_outfit(value: Any) -> dict[str, Any]:
    return {"outfit": tuple(map(_worn, checks.sequence(value, "the outfit", len(GARMENTS) + 1)))}


def _worn(value: Any) -> Worn:
    given = checks.mapping(value, "a garment")
    word = checks.text(given.get("word"), "a garment", LONGEST_NAME)
    if word not in (*GARMENTS, BACKGROUND):
        raise Damage("it wears what is no garment")
    strength = checks.number(given.get("strength"), "the strength of a garment", 1.0)
    if strength < 0:
        raise Damage("the strength of a garment is less than nothing")
    photo = checks.text(given.get("photo"), "a garment", LONGEST_NAME)
    return Worn(word, photo, strength, given.get("muted") is True, given.get("locked") is True)


def _read_textures(value: Any) -> dict[str, Any]:
    return {"textures": tuple(map(_texture, checks.sequence(value, "the textures", MOST_TEXTURES)))}


def _texture(value: Any) -> ChangedTexture:
    given = checks.mapping(value, "a texture")
    scale = checks.number(given.get("scale"), "the scale of a texture", LOUDEST)
    if scale < 0:
        raise Damage("the scale of a texture is less than nothing")
    colour = checks.text(given.get("colour", ""), "the colour of a texture", 7)
    if not re.fullmatch("(#[0-9a-f]{6})?", colour):
        raise Damage("the colour of a texture is none")
    return ChangedTexture(
        checks.text(given.get("layer"), "the layer of a texture", LONGEST_NAME),
        checks.whole(given.get("texture"), "the number of a texture", 0, MOST_TEXTURES),
        checks.text(given.get("photo", ""), "a texture", LONGEST_NAME),
        scale,
        given.get("muted") is True,
        given.get("solo") is True,
        colour,
    )


def _write_strokes(look: LookDocument) -> list[dict[str, Any]] | None:
    return [
        {
            "word": stroke.word,
            "points": [list(point) for point in stroke.points],
            "radius": stroke.radius,
            "pose": [list(joint) for joint in stroke.pose],
        }
        for stroke in look.strokes
    ] or None


def _read_strokes(value: Any) -> dict[str, Any]:
    return {"strokes": tuple(map(_stroke, checks.sequence(value, "what was painted", MOST_STROKES)))}


def _stroke(value: Any) -> Stroke:
    what = "a stroke"
    given = checks.mapping(value, what)
    word = checks.text(given.get("word"), what, LONGEST_NAME)
    if word not in (*GARMENTS, BACKGROUND):
        raise Damage("it is painted with what is no garment")
    radius = checks.number(given.get("radius"), what, WIDEST)
    if radius <= 0:
        raise Damage("a stroke has no width")
    points = [
        checks.sequence(each, what, 2, 2)
        for each in checks.sequence(given.get("points"), what, MOST_POINTS, 1)
    ]
    line = tuple((checks.number(x, what, _AROUND), checks.number(y, what, _AROUND)) for x, y in points)
    joints = tuple((float(x), float(y), float(state)) for x, y, state in _pose(given.get("pose"), what))
    return Stroke(word, line, radius, joints)


def _read_drawn_by(value: Any) -> dict[str, Any]:
    given = checks.mapping(value, "the weights")
    fields = (checks.text(given.get(name, ""), "the weights", LONGEST_NAME) for name in DrawnBy._fields)
    return {"drawn_by": DrawnBy(*fields)}


def _text_section(name: str) -> Section:
    return Section(
        lambda look: getattr(look, name) or None,
        lambda value: {name: checks.text(value, name, LONGEST_NAME)},
    )


SECTIONS: Mapping[str, Section] = {
    "photos": Section(lambda look: list(map(photo_json, look.photos)), _read_photos),
    "person": _text_section("person"),
    "pose": Section(_write_pose, _read_pose),
    "borrow": Section(lambda look: look.borrow and look.borrow._asdict(), _read_borrow),
    "library": _text_section("library"),
    "outfit": Section(lambda look: [worn._asdict() for worn in look.outfit] or None, _read_outfit),
    "textures": Section(lambda look: [each._asdict() for each in look.textures] or None, _read_textures),
    "strokes": Section(_write_strokes, _read_strokes),
    "carried": Section(_write_carried, _read_carried),
    "drawn_by": Section(lambda look: look.drawn_by._asdict(), _read_drawn_by),
}
