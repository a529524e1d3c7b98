"""Looks that are pinned, in the file of the look they are kept with.

They are a section of the document, "pins": photos that are not on the shelf, and looks, which name their
photos by id. Pictures and those photos' bytes lie beside it, so a version that does not know the section
writes all of it back.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.look import checks
from engine.look.checks import Damage
from engine.look.document import DrawnBy, LookDocument, Pin, SourcePhoto
from engine.look.sections import LONGEST_NAME, MOST_PHOTOS, from_json, photo_json, to_json

SECTION = "pins"
FOLDER = f"sections/{SECTION}/"
MOST_PINS = 1_000
HIGHEST = 1_000_000


def pinned(number: int, name: str, look: LookDocument, picture: bytes = b"") -> Pin:
    """A pin of a look, without what belongs to the file as a whole."""
    alone = replace(look, pins=(), drawn_by=DrawnBy(), thumbnail=b"", others={}, members={})
    return Pin(number, name, alone, picture)


def pins_to_json(look: LookDocument) -> dict[str, Any] | None:
    """The section, None where nothing is pinned."""
    if not look.pins:
        return None
    return {
        "photos": list(map(photo_json, _beside(look))),
        "looks": [
            {
                "number": pin.number,
                "name": pin.name,
                "look": to_json(pin.look) | {"photos": [photo.id for photo in pin.look.photos]},
            }
            for pin in look.pins
        ],
    }


def pins_from_json(value: Any, look: LookDocument) -> tuple[Pin, ...]:
    """Back from `pins_to_json`, without pictures. look: the one they are kept with. Raises Damage.

    A pin is left out where a photo of it has gone from the shelf: a version that knows no pins took it off.
    """
    given = checks.mapping(value, "the pins")
    beside = checks.sequence(given.get("photos"), "the pins", MOST_PHOTOS)
    entries = [*map(photo_json, look.photos), *(checks.mapping(each, "a photo") for each in beside)]
    photos = {checks.text(each.get("id"), "a photo", LONGEST_NAME): each for each in entries}
    found = [_pin(each, photos) for each in checks.sequence(given.get("looks"), "the pins", MOST_PINS)]
    pins = tuple(pin for pin in found if pin is not None)
    if len({pin.number for pin in pins}) != len(pins):
        raise Damage("two pins have one number")
    return pins


def _pin(value: Any, photos: Mapping[str, dict[str, Any]]) -> Pin | None:
    given = checks.mapping(value, "a pin")
    number = checks.whole(given.get("number"), "the number of a pin", 1, HIGHEST)
    name = checks.text(given.get("name"), "the name of a pin", LONGEST_NAME)
    content = checks.mapping(given.get("look"), "a pin")
    ids = [
        checks.text(each, "a photo of a pin", LONGEST_NAME)
        for each in checks.sequence(content.get("photos"), "a pin", MOST_PHOTOS)
    ]
    if not photos.keys() >= set(ids):
        return None
    return pinned(number, name, from_json({**content, "photos": [photos[each] for each in ids]}))


def picture_member(pin: Pin) -> str:
    """Where the picture of a pin lies in the file."""
    return f"{FOLDER}{pin.number}.png"


def photo_member(photo: SourcePhoto) -> str:
    """Where a photo lies that is not on the shelf."""
    return f"{FOLDER}{photo.sha256}{photo.suffix}"


def members(look: LookDocument) -> Iterator[tuple[str, SourcePhoto | bytes]]:
    """What lies beside the section: pictures, and photos that are not on the shelf, each once."""
    for pin in look.pins:
        yield picture_member(pin), pin.picture
    yield from {photo_member(photo): photo for photo in _beside(look)}.items()


def _beside(look: LookDocument) -> tuple[SourcePhoto, ...]:
    return look.all_photos[len(look.photos) :]
