"""The look inside a picture that was exported: as text beside the pixels, photos by their hashes alone, and
by name where that is wanted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace

from engine.errors import InputError
from engine.look import checks
from engine.look.checks import Damage
from engine.look.document import LookDocument
from engine.look.sections import from_json, to_json
from engine.pose.formats import openpose_dict
from engine.pose.skeleton import JOINTS

KEY = "poseloom"
VERSION = 1


def png_texts(look: LookDocument, names: bool = False) -> dict[str, str]:
    """iTXt entries for a picture of this look: our JSON, and one line for people.

    names: whether photos are called as their files are, which may say more than a picture that is given away
    should; else by numbers.
    """
    look = look if names else _nameless(look)
    person = look.photo(look.person)
    name = person.name if person else ""
    data = {
        "version": VERSION,
        "pose": openpose_dict(look.pose_18x3, look.frame),
        "person": {"name": name},
        "weights": {"name": look.drawn_by.weights, "sha256": look.drawn_by.sha256},
        "look": to_json(look),
    }
    line = f"Poseloom; person: {name}; joints shown: {int((look.pose_18x3[:, 2] > 0).sum())} of {len(JOINTS)}"
    if look.borrow is not None and look.borrow.amount > 0 and (other := look.photo(look.borrow.photo)):
        line += f"; mix: {look.borrow.amount:.0%} of {other.name}"
    line += f"; weights: {look.drawn_by.weights} {look.drawn_by.sha256[:12]}"
    return {KEY: json.dumps(data, ensure_ascii=False, allow_nan=False), "parameters": line}


def is_number(name: str) -> bool:
    """Whether a photo is called so because its name was not to be told."""
    return re.fullmatch(r"photo \d+", name) is not None


def _nameless(look: LookDocument) -> LookDocument:
    """The look without what files are called: its photos', and those that a pose file may tell of."""
    photos = tuple(replace(photo, name=f"photo {n}") for n, photo in enumerate(look.photos, 1))
    return replace(look, photos=photos, carried=look.carried and look.carried.points_alone())


def look_of(texts: Mapping[str, str], label: str) -> LookDocument | None:
    """The look in a picture's text entries, its photos without data; None where an older Poseloom left only
    the pose. Raises InputError where it is damaged; `label` is what messages call the picture.
    """
    try:
        data = checks.mapping(checks.parsed(texts.get(KEY, ""), "what it says"), "what it says")
        return from_json(data["look"]) if "look" in data else None
    except Damage:
        raise InputError(f"{label} says it was made here, but its parameters are damaged.") from None
