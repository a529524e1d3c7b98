"""Styles of the hair that grows lock by lock (hair.py): what a hairdresser would say of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .chance import choose

# how often; what it is: see draw_haircut
_STYLES = {
    True: {
        "long": 0.2,
        "shoulder": 0.19, "bob": 0.15, "waves": 0.14, "curls": 0.1, "bun": 0.08, "top knot": 0.04,
        "pony tail": 0.05, "pixie": 0.05,
    },
    False: {
        "crop": 0.24, "side part": 0.2, "swept back": 0.15, "buzz": 0.17, "fade": 0.12, "curly top": 0.08,
        "man bun": 0.02, "mid length": 0.02,
    },
}  # fmt: skip


@dataclass(frozen=True)
class Haircut:
    """flow: "parted", "crop" (away from the crown), "back", "gathered" in a knot, or "none" (shaved).

    hem: height at which the locks end; length: the longest lock, sides: on temples and nape; part: place of
    the parting; volume: how far off the skull; wave: amplitude (all dm), waves: per dm; fringe: height of
    its ends (0: none); in_front: share of the locks at the sides that fall before the shoulders; knot:
    where hair is gathered; bun: its radius, tail: length of a pony tail; locks: how many, width of each.
    """

    name: str
    flow: str
    hem: float = 6.0
    length: float = 6.0
    sides: float = 6.0
    part: float = 0.0
    volume: float = 0.1
    wave: float = 0.0
    waves: float = 0.5
    fringe: float = 0.0
    in_front: float = 0.5
    knot: tuple[float, float, float] = (0.0, 0.0, 0.0)
    bun: float = 0.0
    tail: float = 0.0
    locks: int = 230
    width: float = 0.34


# flow, and values in the order they are drawn in: two numbers are a range, three a place of such values
_CUTS: dict[str, tuple[str, dict]] = {
    "long": ("parted", {"hem": (3.2, 4.9), "volume": (0.08, 0.16), "wave": (0, 0.04)}),
    "shoulder": ("parted", {"hem": (4.9, 5.9), "volume": (0.08, 0.18), "wave": (0, 0.05)}),
    "bob": ("parted", {"hem": (6.1, 6.75), "volume": (0.1, 0.22), "wave": (0, 0.04)}),
    "waves": (
        "parted",
        {"hem": (3.6, 5.8), "volume": (0.14, 0.24), "wave": (0.07, 0.13), "waves": (0.45, 0.8), "locks": 240},
    ),
    "curls": (
        "parted",
        {"hem": (4.6, 6.4), "volume": (0.2, 0.32), "wave": (0.12, 0.2), "waves": (0.8, 1.3),
         "locks": 300, "width": 0.3},
    ),
    "bun": ("gathered", {"knot": (0, (6.9, 7.9), -0.62), "bun": (0.3, 0.42)}),
    "top knot": ("gathered", {"knot": (0, 8.5, (-0.15, 0.1)), "bun": (0.27, 0.4)}),
    "pony tail": (
        "gathered", {"knot": (0, (7.1, 8.2), -0.58), "bun": 0.13, "tail": (1.5, 3.4), "wave": (0, 0.1)}
    ),
    "pixie": (
        "crop",
        {"length": (0.7, 1.1), "sides": (0.5, 0.8), "volume": (0.1, 0.18),
         "locks": 380, "width": 0.26},
    ),
    "crop": (
        "crop",
        {"length": (0.35, 0.7), "sides": (0.22, 0.4), "volume": (0.06, 0.14),
         "locks": 420, "width": 0.22},
    ),
    "side part": (
        "crop",
        {"length": (0.7, 1.1), "sides": (0.3, 0.5), "volume": (0.1, 0.18),
         "locks": 400, "width": 0.24},
    ),
    "swept back": (
        "back",
        {"length": (1.0, 1.8), "sides": (0.3, 0.9), "volume": (0.1, 0.2),
         "locks": 360, "width": 0.24},
    ),
    "fade": (
        "crop", {"length": (0.4, 0.9), "sides": 0.0, "volume": (0.1, 0.2), "locks": 300, "width": 0.22}
    ),
    "curly top": (
        "crop",
        {"length": (0.5, 0.9), "sides": (0.2, 0.4), "volume": (0.15, 0.25), "wave": 0.08, "waves": 2.2,
         "locks": 420, "width": 0.22},
    ),
    "buzz": ("none", {"length": 0.0, "volume": 0.0, "locks": 0}),
}  # fmt: skip
_SAME_CUT = {"mid length": "bob", "man bun": "top knot"}  # another name on the other sex
_GATHERED = {"volume": 0.05, "locks": 320, "width": 0.25}


def draw_haircut(rng: np.random.Generator, female: bool) -> Haircut:
    """A haircut that suits a woman or a man."""
    uniform = rng.uniform

    def drawn(value):
        match value:
            case (low, high):
                return uniform(low, high)
            case (_, _, _):
                return tuple(drawn(part) for part in value)
        return value

    name = choose(rng, _STYLES[female])
    part = float(rng.choice([0.0, uniform(0.2, 0.4), -uniform(0.2, 0.4)], p=[0.4, 0.3, 0.3]))
    fringe = uniform(7.5, 7.68) if female and rng.random() < 0.22 else 0.0
    in_front = float(rng.choice([0.0, 0.5, 1.0], p=[0.35, 0.3, 0.35]))
    flow, ranges = _CUTS[_SAME_CUT.get(name, name)]
    values = {field: drawn(value) for field, value in ranges.items()}
    if flow == "parted":
        values |= {"part": part, "fringe": fringe, "in_front": in_front}
    elif flow == "gathered":
        values |= _GATHERED
    elif name == "pixie":
        values["part"] = part or 0.3
    elif name == "side part":
        values["part"] = float(rng.choice([-1, 1])) * uniform(0.3, 0.45)
    return Haircut(name, flow, **values)
