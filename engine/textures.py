"""What neural textures are for, where their training told them, and what to call them: pure functions.

Training may give the textures of a layer patches of the dressed surface. Weights then carry, for such a
layer, the region and the place of every texture. A place is canonical: where the patch lies on the base body
in rest pose, dm from its middle; x to the person's left, y up, z to the front. That body is 16.6 dm tall,
its soles at y = -8.2, its arms hanging away from it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Purpose:
    """Region of a texture (a parsing class by name) and canonical place (dm); None for the background."""

    region: str
    place: tuple[float, float, float] | None = None


# Heights that a patch's centre is above, dm, and their words.
_LEGS = ((-0.9, "hip"), (-3.0, "thigh"), (-4.5, "knee"), (-6.6, "calf"), (-7.3, "ankle"), (-math.inf, "foot"))
_TRUNK = (
    (5.0, "shoulder height"), (3.1, "chest height"), (1.6, "waist height"), (-0.9, "hip height"),
    (-3.0, "thigh height"), (-4.5, "knee height"), (-6.6, "calf height"), (-math.inf, "ankle height"),
)  # fmt: skip
_HEIGHTS = {
    "hair": ((7.1, "crown"), (6.3, "ear height"), (5.3, "neck height"), *_TRUNK),
    "face": ((7.6, "forehead"), (7.15, "eye height"), (6.65, "nose height"), (6.42, "mouth height"),
             (-math.inf, "chin")),
    "pants": (*_LEGS[:-2], (-math.inf, "ankle")),
    "legs": _LEGS,
}  # fmt: skip
_SLEEVED = ("upper clothes", "dress or skirt")
_ARM, _ARM_ENDS = 2.1, 1.5  # dm: an arm hangs further out than this, and higher
_ALONG_ARM = ((2.7, "upper arm"), (3.65, "elbow"), (4.15, "forearm"))  # how far out they end
_NECK = (1.2, 4.9)  # dm: bare skin nearer to the middle than this, and higher, is the neck's
_MIDDLE = 0.35  # dm to either side
_FLAT = 0.35  # dm behind and before a body's axis where a patch is at its side


def describe(purpose: Purpose) -> str:
    """What a texture is for, in words, as "upper clothes, left front, chest height". Sides are the person's.

    Several textures may have the same words; see `names`.
    """
    if purpose.place is None:
        return purpose.region
    x, y, z = purpose.place
    side = "" if abs(x) < _MIDDLE else "left" if x > 0 else "right"
    if abs(x) > _ARM and y > _ARM_ENDS and purpose.region in (*_SLEEVED, "arms"):
        end = "hand" if purpose.region == "arms" else "cuff"
        part = next((word for most, word in _ALONG_ARM if abs(x) < most), end)
        return f"{purpose.region}, {side}, {part}"
    if purpose.region == "arms" and abs(x) < _NECK[0] and y > _NECK[1]:
        return f"neck, {side or _face(y, z) or 'middle'}"
    height = next(word for least, word in _HEIGHTS.get(purpose.region, _TRUNK) if y >= least)
    face = "" if purpose.region == "face" else _face(y, z)
    where = " ".join(word for word in (side or "middle", face) if word)
    return f"{purpose.region}, {where}, {height}"


def _face(y: float, z: float) -> str:
    """Whether a place is at the front or the back of the body, "" for its side."""
    axis = 0.5 if y > 6 else 0.3 if y > -4 else 0.1
    return "front" if z > axis + _FLAT else "back" if z < axis - _FLAT else ""


def names(purposes: Sequence[Purpose]) -> tuple[str, ...]:
    """A name for every texture of a layer, each its own: where words are shared, they are numbered."""
    words = [describe(purpose) for purpose in purposes]
    shared = {word for word, times in Counter(words).items() if times > 1}
    taken = set(words)
    return tuple(_numbered(word, taken) if word in shared else word for word in words)


def _numbered(word: str, taken: set[str]) -> str:
    number = 1
    while f"{word} ({number})" in taken:
        number += 1
    taken.add(f"{word} ({number})")
    return f"{word} ({number})"


def to_json(purposes: Iterable[Purpose]) -> list[dict]:
    """Plain data for a weights file: a region, and a place rounded to a millimetre or null."""
    return [
        {"region": each.region, "place": each.place and [round(value, 2) for value in each.place]}
        for each in purposes
    ]


def from_json(data: Mapping[str, Sequence[Mapping]]) -> dict[str, tuple[Purpose, ...]]:
    """Purposes by layer, out of `to_json` by layer. Raises ValueError for anything else."""
    try:
        return {
            str(layer): tuple(Purpose(str(each["region"]), _place(each["place"])) for each in textures)
            for layer, textures in data.items()
        }
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError(f"no purposes of textures: {error}") from None


def _place(data: Sequence[float] | None) -> tuple[float, float, float] | None:
    if data is None:
        return None
    x, y, z = (float(value) for value in data)
    if not all(map(math.isfinite, (x, y, z))):
        raise ValueError("a place that is none")
    return x, y, z
