"""A `.look` file read and written. Nothing of it is a program, and a file is never half written.

A zip: `mimetype` first, `manifest.json` (which version), `document.json` (the sections), the photos' original
bytes as `photos/<sha256><suffix>`, `Thumbnails/thumbnail.png`, and what sections keep beside them as
`sections/<name>/...` (those of pins: `engine.look.pins`).
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from engine.errors import InputError
from engine.files import opened, printable, writing_whole
from engine.look import checks, pins
from engine.look.archive import Archive, write_archive
from engine.look.checks import Damage
from engine.look.document import LookDocument, Pin, SourcePhoto
from engine.look.migrations import VERSION, migrated
from engine.look.sections import from_json, to_json
from engine.version import VERSION as PROGRAM

SUFFIX = ".look"
FORMAT = "poseloom-look"
MIMETYPE = "application/x-poseloom-look"
THUMBNAIL = "Thumbnails/thumbnail.png"
SECTION_MEMBERS = "sections/"
MOST_JSON = 16 << 20  # a thousand photos with their poses take one
MOST_THUMBNAIL = 4 << 20  # 256 px a side take at most a quarter of one


def write_look(path: str | os.PathLike, look: LookDocument, *, private: bool = False) -> None:
    """Write the look; `path` holds either the old file or the whole new one. private: as `writing_whole`.
    Raises InputError."""
    with writing_whole(path, private=private) as file:
        write_archive(file, _members(look))


def read_look(path: str | os.PathLike) -> LookDocument:
    """The look in a file, photos and all. Raises InputError: one sentence naming the file and the fault."""
    with opened(path, what="a look") as (file, label):
        archive = Archive(file, label)
        look = _document(archive, label)
        shelf = {photo.id: _with_data(archive, photo, _member(photo), label) for photo in look.photos}
        kept = [
            name
            for name in archive.names
            if name.startswith(SECTION_MEMBERS) and not name.startswith(pins.FOLDER)
        ]
        return replace(
            look,
            photos=tuple(shelf.values()),
            pins=tuple(_whole_pin(archive, pin, shelf, label) for pin in look.pins),
            members={name: archive.stored(name) for name in kept},
        )


def peek_look(path: str | os.PathLike) -> LookDocument:
    """As `read_look`, but without the photos' bytes: quick, however large they are."""
    with opened(path, what="a look") as (file, label):
        return _document(Archive(file, label), label)


def _members(look: LookDocument) -> Iterator[tuple[str, bytes, bool]]:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "version": VERSION, "app": f"Poseloom {PROGRAM}", "saved": now}
    yield "mimetype", MIMETYPE.encode(), False
    yield "manifest.json", _json(manifest), True
    section = pins.pins_to_json(look)
    yield "document.json", _json(to_json(look) | ({pins.SECTION: section} if section else {})), True
    for photo in {photo.sha256: photo for photo in look.photos}.values():
        yield _member(photo), _data(photo), False
    for name, beside in pins.members(look):
        yield name, beside if isinstance(beside, bytes) else _data(beside), False
    if look.thumbnail:
        yield THUMBNAIL, look.thumbnail, False
    for name, data in look.members.items():
        yield name, data, False


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()


def _data(photo: SourcePhoto) -> bytes:
    if photo.data is None:
        raise InputError(f"The look cannot be saved: {printable(photo.name)} itself is not here.")
    return photo.data


def _member(photo: SourcePhoto) -> str:
    return f"photos/{photo.sha256}{photo.suffix}"


def _document(archive: Archive, label: str) -> LookDocument:
    try:
        manifest = checks.mapping(_parsed(archive, "manifest.json"), "manifest.json")
        if manifest.get("format") != FORMAT:
            raise InputError(f"{label} is not a look.")
        version = checks.whole(manifest.get("version"), "its version", 1, 1_000_000)
        if version > VERSION:
            raise InputError(f"{label} was made by a newer Poseloom: its form is {version}, and {VERSION} is "
                             "the newest that this one reads.")  # fmt: skip
        document = migrated(checks.mapping(_parsed(archive, "document.json"), "document.json"), version)
        section = document.pop(pins.SECTION, None)
        look = from_json(document)
        if section is not None:
            look = replace(look, pins=pins.pins_from_json(section, look))
    except Damage as damage:
        raise InputError(f"{label} is damaged: {damage}.") from None
    thumbnail = archive.small(THUMBNAIL, MOST_THUMBNAIL) if THUMBNAIL in archive.names else b""
    return replace(look, thumbnail=thumbnail)


def _parsed(archive: Archive, name: str) -> Any:
    try:
        return checks.parsed(archive.small(name, MOST_JSON).decode(), name)
    except UnicodeDecodeError:
        raise Damage(f"{name} is no text") from None


def _whole_pin(archive: Archive, pin: Pin, shelf: Mapping[str, SourcePhoto], label: str) -> Pin:
    photos = tuple(
        shelf.get(photo.id) or _with_data(archive, photo, pins.photo_member(photo), label)
        for photo in pin.look.photos
    )
    picture = archive.stored(pins.picture_member(pin))
    return pin._replace(look=replace(pin.look, photos=photos), picture=picture)


def _with_data(archive: Archive, photo: SourcePhoto, member: str, label: str) -> SourcePhoto:
    data = archive.stored(member)
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise InputError(f"{label} is damaged: its photo {printable(photo.name)} is not what was saved.")
    return replace(photo, data=data)
