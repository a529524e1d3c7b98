"""People who sit: on a box, a stool or a bench, feet before them, an ankle on the other knee, hands in the
lap or on the knees. Units as in poses.py. What is sat on is no part of the person.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

import numpy as np

from .assets import SIDES, Assets
from .body import Body
from .chance import choose
from .colours import draw_colour, linear
from .parts import Part, solid_part
from .poses import Foot, Pose, plan_pose
from .shapes import Solid, box, joined, tube
from .surfaces import HELD

_HANDS = {"lap": 0.34, "knee": 0.3, "down": 0.1, "hip": 0.06, "chin": 0.05, "hair": 0.05, "lapel": 0.1}
_BOTH = {"lap": 0.2, "knee": 0.15, "crossed": 0.06}  # ... of both hands at once
_SUNK = (3.2, 4.3)  # that hips are lower than of one who stands
_RISES = 0.35  # dm, that every pose lets hips rise where feet reach the floor anyway
_THICK = 0.95  # dm from the hip joints down to what is sat on


def draw_height(rng: np.random.Generator) -> float:
    """How much lower the hips of one who sits are (dm)."""
    return float(rng.uniform(*_SUNK))


def plan_to_sit(rng: np.random.Generator, sunk: float) -> Pose:
    """Somebody sitting so low."""
    uniform = rng.uniform
    hands = [choose(rng, _HANDS) for _ in SIDES]
    for both, chance in _BOTH.items():
        if rng.random() < chance:
            hands = [both, both]
    pose = plan_pose(rng, "stand", (hands[0], hands[1]))
    pose.shift[1] = -sunk - _RISES
    pose.pelvis.forward = pose.pelvis.tilt = 0.0  # the seat turns with the hips
    pose.spine.forward = uniform(-0.2, 0.4)
    apart, ahead = uniform(-0.35, 1.2), uniform(2.9, 4.4)
    for side, outwards in (("L", 1), ("R", -1)):
        move = np.array([outwards * apart + uniform(-0.2, 0.2), 0.0, ahead + uniform(-0.6, 0.6)])
        pose.feet[side] = Foot(move, uniform(0.0, 0.35))
    if rng.random() < 0.25:
        _cross(pose, SIDES[rng.integers(2)], rng)
    return pose


def _cross(pose: Pose, side: str, rng: np.random.Generator) -> None:
    """The leg of a side over the other."""
    inwards = -1 if side == "L" else 1
    other = pose.feet["R" if side == "L" else "L"].move
    other[0] = 0.3 * inwards
    across = rng.uniform(1.6, 2.6)
    pose.feet[side] = Foot(
        np.array([across * inwards, rng.uniform(2.4, 3.6), other[2] + rng.uniform(0.6, 1.4)]), 0.1
    )
    pose.feet[side].heel = rng.uniform(0.1, 0.5)


def seat_parts(assets: Assets, body: Body, rng: np.random.Generator, sunk: float) -> list[Part]:
    """What somebody sits on, carried by their hips: a box, or a plate on legs."""
    seed = rng.integers(1 << 31)
    bones = assets.meshes.bones
    (points, triangles), (rest, _) = (
        _seat(bones.head, vertices, sunk, np.random.default_rng(seed))
        for vertices in (assets.meshes.base, body.vertices)
    )
    carried = bones.holding("root", len(rest))
    tint, gloss = linear(draw_colour(rng)), rng.uniform(0.02, 0.2)
    return [solid_part("seat", (points, triangles), rest, carried, HELD, tint, 0.0, gloss)]


def _seat(
    head: Callable[..., np.ndarray], vertices: np.ndarray, sunk: float, rng: np.random.Generator
) -> Solid:
    """On a body in its rest pose, where it ends as much above the soles as hips will sink."""
    uniform = rng.uniform
    x, hips, z = (head("upperleg01.L", vertices) + head("upperleg01.R", vertices)) / 2
    top, bottom = hips - _THICK, vertices[:, 1].min() + sunk
    z -= uniform(0.0, 0.6)
    across, deep = uniform(1.6, 3.5), uniform(1.4, 2.0)
    if rng.random() < 0.5:
        return box((x, (top + bottom) / 2, z), (across, (top - bottom) / 2, deep), uniform(0.0, 0.25))
    plate = uniform(0.1, 0.4)
    solids = [box((x, top - plate, z), (across, plate, deep), uniform(0.0, 0.4))]
    for side, end in itertools.product((-0.85, 0.85), repeat=2):
        foot = np.array([x + side * across, bottom, z + end * deep])
        solids.append(tube(np.linspace(foot, foot * (1, 0, 1) + (0, top - plate, 0), 4), 0.15, closed=False))
    return joined(solids)
