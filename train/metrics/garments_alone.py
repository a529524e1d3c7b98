"""How garments are seen that real photographs show with nobody in them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from engine.errors import InputError
from engine.flat_lays import garment_alone
from engine.models.parser import Parser
from engine.photos import read_photo
from train.data.files_found import photos_below

KINDS = {
    "upper clothes": ("t-shirt", "shirt", "longsleeve", "outwear", "upper clothes"),
    "pants": ("pants", "shorts", "trousers"),
    "dress or skirt": ("dress", "skirt", "dress or skirt"),
}


class Seen(NamedTuple):
    """Of the photos in one folder: how many there are, are seen to be of a garment alone, and are seen to be
    of that kind as well."""

    photos: int
    alone: int
    of_kind: int


def garments_seen(network: Parser, folder: Path, most: int) -> Iterator[tuple[str, Seen]]:
    """Of every folder in a folder whose name is a kind of garment (`KINDS`), by its first photos.

    Raises InputError where there is no such folder.
    """
    of = {word: region for region, words in KINDS.items() for word in words}
    kinds = (
        [kind for kind in sorted(folder.iterdir()) if kind.is_dir() and kind.name in of]
        if folder.is_dir()
        else []
    )
    if not kinds:
        raise InputError(f"{folder}: holds no folder named by a garment ({', '.join(sorted(of))}).")
    for kind in kinds:
        photos = photos_below(kind, deep=False)[:most]
        alone = of_kind = 0
        for photo in photos:
            rgb_HWC = read_photo(photo)
            garment = garment_alone(rgb_HWC, network)
            alone += garment is not None
            of_kind += garment is not None and garment.kind == of[kind.name]
        yield kind.name, Seen(len(photos), alone, of_kind)
