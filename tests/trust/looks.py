"""Saved looks, and pictures with a look in them, by the corpus's rules."""

from __future__ import annotations

import io
import json
import random
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from trust.corpus import (
    EITHER,
    QUICK,
    READ,
    REFUSED,
    Case,
    damaged,
    odd_json,
    pictures,
    strange,
    with_text,
)


@cache
def whole_look() -> bytes:
    """A look of two photos, with all that a look can say."""
    from some_looks import full_look

    from engine.look import write_look

    with tempfile.TemporaryDirectory() as folder:
        write_look(Path(folder) / "a.look", full_look())
        return (Path(folder) / "a.look").read_bytes()


def members(look: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(look)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: dict[str, bytes], deflated: tuple[str, ...] = ()) -> bytes:
    """A zip of these members, stored but for some."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in parts.items():
            method = zipfile.ZIP_DEFLATED if name in deflated else zipfile.ZIP_STORED
            archive.writestr(name, data, method, QUICK)
    return buffer.getvalue()


def looks(rng: random.Random) -> Iterator[Case]:
    yield from strange("look", ".look")
    whole = whole_look()
    parts = members(whole)
    document = json.loads(parts["document.json"])
    yield Case("look", "plain.look", whole, READ)
    yield Case("look", "repacked.look", packed(parts), READ)
    yield Case("look", "packed.look", packed(parts, tuple(parts)), REFUSED)
    for name in ("document.json", "manifest.json", "Thumbnails/thumbnail.png"):
        yield Case("look", "bomb.look", packed(parts | {name: bytes(200_000_000)}, (name,)), REFUSED)
        without = {other: data for other, data in parts.items() if other != name}
        yield Case("look", "lacks.look", packed(without), READ if name.startswith("Th") else REFUSED)
    for name in (
        "../../up.png",
        "/etc/passwd",
        "a\\b",
        "C:x",
        "photos/",
        "photos/../x",
        "a" * 60_000,
    ):
        yield Case("look", "path.look", packed(parts | {name: b"x"}), EITHER)
    for text in ("[" * 100_000, '{"a":' * 100_000, "null", "[]", "\ufeff{}", '{"pose": 1e999}', "9" * 5000):
        for name in ("document.json", "manifest.json"):
            yield Case("look", "odd.look", packed(parts | {name: text.encode()}), REFUSED)
    many = {f"sections/{number}": b"" for number in range(20_000)}
    yield Case("look", "many.look", packed(parts | many), REFUSED)
    yield Case("look", "photos.look", packed(parts | {"document.json": _with_photos(document, 5000)}), EITHER)
    yield Case("look", "swapped.look", with_photo(pictures()["plain.png"]), READ)
    bomb = (Path(__file__).parents[1] / "data" / "torture" / "scan_bomb3000.prog.jpg").read_bytes()
    yield Case("look", "bombs.look", with_photo(bomb), REFUSED)
    yield Case("look", "words.look", with_photo(b"words" * 9), REFUSED)
    while True:
        kind = rng.randrange(4)
        if kind == 0:
            yield Case("look", "damaged.look", damaged(rng, whole))
        elif kind == 1:
            odd = odd_json(rng, parts["document.json"].decode()).encode()
            yield Case("look", "odd.look", packed(parts | {"document.json": odd}))
        elif kind == 2:
            odd = odd_json(rng, parts["manifest.json"].decode()).encode()
            yield Case("look", "odd.look", packed(parts | {"manifest.json": odd}))
        else:
            said = with_text(pictures()["plain.png"], json.dumps({"look": _odd(rng, document)}))
            yield Case("export", "look.png", said)


def _odd(rng: random.Random, document: dict) -> object:
    text = odd_json(rng, json.dumps(document))
    try:
        return json.loads(text)
    except ValueError:
        return text


def _with_photos(document: dict, count: int) -> bytes:
    return json.dumps(document | {"photos": document["photos"] * count}).encode()


def with_photo(data: bytes) -> bytes:
    """A look whose person's photo is of these bytes."""
    from some_looks import full_look, standing

    from engine.look import SourcePhoto, write_look

    look = full_look()
    photo = SourcePhoto.of("her.png", data, standing())
    with tempfile.TemporaryDirectory() as folder:
        write_look(Path(folder) / "a.look", replace(look, photos=(photo, look.photos[1]), person=photo.id))
        return (Path(folder) / "a.look").read_bytes()
