"""Bags that are carried: in the hand, in the crook of the arm, under the arm, on the shoulder.

No part of the person, as published data sets have it: what covers the person there is background. (Bags that
are worn across the body or on the back are bags.py's.)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from .assets import Assets
from .body import Body
from .chance import choose
from .colours import draw_colour, linear
from .geometry import unit
from .parts import Part, solid_part
from .shapes import Solid, box, joined, tube
from .surfaces import HELD

_LEATHERS = (
    (24, 22, 24),
    (60, 38, 26),
    (120, 78, 46),
    (170, 130, 90),
    (110, 24, 30),
    (215, 205, 190),
    (200, 60, 40),
)


@dataclass(frozen=True)
class Handbag:
    """kind: "hand", "elbow", "clutch" or "shoulder"; colours: linear rgb of bag and trim; half: half sizes
    across, along and through (dm); side: "L" or "R"; drop: of the bag below what it hangs from (dm)."""

    kind: str
    colour: np.ndarray
    trim: np.ndarray
    half: np.ndarray
    side: str
    roundness: float
    gloss: float
    drop: float


def draw_handbag(rng: np.random.Generator) -> Handbag:
    uniform = rng.uniform
    kind = choose(rng, {"hand": 0.4, "elbow": 0.22, "clutch": 0.13, "shoulder": 0.25})
    half = np.array([uniform(0.9, 2.1), uniform(0.6, 1.5), uniform(0.25, 0.7)])
    if kind == "clutch":
        half = np.array([uniform(0.8, 1.3), uniform(0.4, 0.65), 0.15])
    leather = rng.random() < 0.75
    colour = linear(_LEATHERS[rng.integers(len(_LEATHERS))] if leather else draw_colour(rng))
    trim = linear(_LEATHERS[rng.integers(len(_LEATHERS))]) if rng.random() < 0.4 else colour * 0.7
    side, drop = (
        "LR"[rng.integers(2)],
        {"hand": 0.55, "elbow": 0.7, "shoulder": 3.6}.get(kind, -0.6 * half[1]),
    )
    return Handbag(kind, colour, trim, half, side, uniform(0.1, 0.5), uniform(0.03, 0.3), drop)


def draw_shown_bag(rng: np.random.Generator) -> Handbag:
    """A bag of those that shops show: held more often than not, of any shape, its handles long or hardly
    there."""
    uniform, bag = rng.uniform, draw_handbag(rng)
    kind = choose(rng, {"hand": 0.45, "clutch": 0.3, "elbow": 0.1, "shoulder": 0.15})
    half = np.array([uniform(0.7, 2.2), uniform(0.5, 2.2), uniform(0.12, 0.6)])
    drop = {"hand": uniform(0.1, 1.2), "elbow": uniform(0.5, 1.2), "shoulder": uniform(1.2, 3.9)}.get(kind)
    if drop is None:  # a clutch, or a bag gathered in the fist, lies in the hand
        half[:2] = (uniform(0.6, 1.5), uniform(0.35, 1.1))
        drop = uniform(-1.2, -0.2) * half[1]
    return replace(bag, kind=kind, half=half, roundness=uniform(0.1, 0.95), drop=float(drop))


def handbag_parts(assets: Assets, body: Body, bag: Handbag) -> list[Part]:
    """The bag and its handles."""
    made = [_solids(assets, vertices, bag) for vertices in (assets.meshes.base, body.vertices)]
    bone = {"elbow": f"upperarm02.{bag.side}", "shoulder": "spine03"}.get(bag.kind, f"wrist.{bag.side}")
    looks = ((bag.colour, -0.1), (bag.trim, -0.15))
    return [
        solid_part(
            "handbag",
            made[0][k],
            made[1][k][0],
            assets.meshes.bones.holding(bone, len(made[0][k][0])),
            HELD,
            *looks[k],
            bag.gloss,
        )
        for k in range(len(looks))
    ]


def _solids(assets: Assets, vertices: np.ndarray, bag: Handbag) -> tuple[Solid, Solid]:
    """Bag, and handles with flap, on a body in its rest pose."""
    bones = assets.meshes.bones

    def joint(name: str) -> np.ndarray:
        return bones.head(f"{name}.{bag.side}", vertices)

    shoulder, elbow, wrist = joint("upperarm01"), joint("lowerarm01"), joint("wrist")
    outwards = np.array([1.0 if bag.side == "L" else -1.0, 0, 0])
    match bag.kind:
        case "hand" | "clutch":
            down = unit(wrist - elbow)
            hung = wrist + 0.85 * down
        case "elbow":
            down = unit(elbow - shoulder)
            hung = elbow + 0.35 * down + np.array([0, 0, 0.45])
        case _:
            down = np.array([0, -1.0, 0])
            hung = shoulder * (1, 0, 1) + outwards * 0.25 + np.array([0, shoulder[1] + 0.5, 0])
    forth = unit(np.cross(down, outwards if abs(down[0]) < 0.9 else (0, 0, 1.0)))
    through = np.cross(forth, down)
    turn = np.stack([forth, -down, through])  # rows: across, up, through
    across, high, deep = bag.half
    drop = bag.drop
    centre = np.array([0, -drop - high, 0.0])
    pieces = [box(centre, bag.half, bag.roundness)]
    trims = [box(centre + (0, 0.45 * high, 0.02), bag.half * (1.02, 0.57, 1.04), bag.roundness)]
    if bag.kind != "clutch":
        for side in (-1, 1):
            angle = np.linspace(0, np.pi, 13)
            wide, tall = (0.5 * across, drop + 0.12) if bag.kind != "shoulder" else (0.6 * across, drop)
            path = np.stack([wide * np.cos(angle), tall * np.sin(angle) ** 0.7 - drop, angle * 0], 1)
            trims.append(tube(path + (0, 0, 0.4 * deep * side), 0.05, closed=False, flat=1.5))

    def placed(solid: Solid) -> Solid:
        return hung + solid[0] @ turn, solid[1]

    return placed(joined(pieces)), placed(joined(trims))
