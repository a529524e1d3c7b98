"""DeepFashion's names: of pictures, of the keypoint files beside them, and of the persons in them."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from engine.errors import InputError

_FLAT = re.compile(r"fashion_?(WOMEN|MEN)_?(.+?)_?id_?(\d{8})_?(\d{2})_(\d)_?(\w+)")


def picture_key(name: str) -> str:
    """The key `img/WOMEN/Dresses/id_00000002/02_1_front.png` of a picture, from any name it goes by.

    name: a path below `img` or `img_highres` (with either, and folders before it, or without), or the flat
    name of the older pair lists, `fashionWOMENDressesid0000000202_1front.jpg`. Raises InputError for anything
    else.
    """
    path = PurePosixPath(name.strip().strip('"').replace("\\", "/"))
    parts = path.with_suffix("").parts if path.name else ()
    if len(parts) == 1 and (flat := _FLAT.fullmatch(parts[0])):
        who, kind, person, outfit, number, view = flat.groups()
        parts = (who, kind, f"id_{person}", f"{outfit}_{number}_{view}")
    else:
        roots = [number for number, part in enumerate(parts) if part in ("img", "img_highres")]
        parts = parts[roots[0] + 1 :] if roots else parts  # without somebody's own folders
    if len(parts) < 2 or path.is_absolute() or ".." in parts:
        raise InputError(f"{name.strip() or 'An empty name'} is no name of a DeepFashion picture.")
    return "/".join(("img", *parts)) + ".png"


def flat_name(key: str) -> str:
    """The flat name of a picture, without its extension; other keys give their parts joined."""
    parts = PurePosixPath(key).with_suffix("").parts[1:]
    outfit, _, rest = parts[-1].partition("_")
    number, _, view = rest.partition("_")
    return "fashion" + "".join(parts[:-1]).replace("id_", "id") + f"{outfit}_{number}{view}"


def pose_path(key: str) -> str:
    """Where the keypoints of a picture are: `pose/WOMEN/Dresses/id_00000002/02_1_front.txt`."""
    return "pose/" + key.removeprefix("img/").removesuffix(".png") + ".txt"


def person_of(key: str) -> str:
    """The person in a picture, in any outfit: its folder."""
    return key.rpartition("/")[0]


def outfit_of(key: str) -> str:
    """A person in one outfit: what the pictures of a pair share. `02_1_front` is view 1 of outfit 02."""
    folder, _, name = key.rpartition("/")
    return f"{folder}/{name.partition('_')[0]}"
