"""A `.look` file read and written. Nothing of it is a program, and a file is never half written.

A zip: `mimetype` first, `manifest.json` (which version), `document.json` (the sections), the photos' original
bytes as `photos/<sha256><suffix>`, `Thumbnails/thumbnail.png`, and what sections keep beside them as
`sections/<name>/...`.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

from engine.errors import InputError
from engine.files import opened, printable, writing_whole
from engine.look import checks
from engine.look.archive import Archive, write_archive
from engine.look.checks import Damage
from engine.look.document import LookDocument, SourcePhoto, from_json, to_json
from engine.look.migrations import VERSION, migrated
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
        photos = tuple(_with_data(archive, photo, label) for photo in look.photos)
        kept = [name for name in archive.names if name.startswith(SECTION_MEMBERS)]
        return replace(look, photos=photos, members={name: archive.stored(name) for name in kept})


def peek_look(path: str | os.PathLike) -> LookDocument:
    """As `read_look`, but without the photos' bytes: quick, however large they are."""
    with opened(path, what="a look") as (file, label):
        return _document(Archive(file, label), label)


def _members(look: LookDocument) -> Iterator[tuple[str, bytes, bool]]:
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    manifest = {"format": FORMAT, "version": VERSION, "app": f"Poseloom {PROGRAM}", "saved": now}
    yield "mimetype", MIMETYPE.encode(), False
    yield "manifest.json", _json(manifest), True
    yield "document.json", _json(to_json(look)), True
    for photo in {photo.sha256: photo for photo in look.photos}.values():
        if photo.data is None:
            raise InputError(f"The look cannot be saved: {printable(photo.name)} itself is not here.")
        yield _member(photo), photo.data, False
    if look.thumbnail:
        yield THUMBNAIL, look.thumbnail, False
    for name, data in look.members.items():
        yield name, data, False


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, indent=1).encode()


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
        document = checks.mapping(_parsed(archive, "document.json"), "document.json")
        look = from_json(migrated(document, version))
    except Damage as damage:
        raise InputError(f"{label} is damaged: {damage}.") from None
    thumbnail = archive.small(THUMBNAIL, MOST_THUMBNAIL) if THUMBNAIL in archive.names else b""
    return replace(look, thumbnail=thumbnail)


def _parsed(archive: Archive, name: str) -> Any:
    try:
        return checks.parsed(archive.small(name, MOST_JSON).decode(), name)
    except UnicodeDecodeError:
        raise Damage(f"{name} is no text") from None


def _with_data(archive: Archive, photo: SourcePhoto, label: str) -> SourcePhoto:
    data = archive.stored(_member(photo))
    if hashlib.sha256(data).hexdigest() != photo.sha256:
        raise InputError(f"{label} is damaged: its photo {printable(photo.name)} is not what was saved.")
    return replace(photo, data=data)
