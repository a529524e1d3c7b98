"""Bags: worn across the body or on the back.

There is no class for bags among the eight. The map of published data sets takes what a person carries for
background, yet a bag that is worn moves with the trunk and belongs to the reference's look, so it has to be
carried over as clothes are: bags and their straps are labelled upper clothes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assets import BODY_VERTICES, Assets
from .body import Body
from .chance import choose
from .colours import draw_colour, linear
from .geometry import SkinWeights
from .parts import Part, solid_part
from .scalp import scalp_of
from .shapes import box, joined, tube
from .surfaces import UPPER

_CLOTHES = 0.22  # dm of cloth between the skin and a strap
_BRASS = np.array([0.5, 0.36, 0.16])
_LEATHERS = ((28, 26, 26), (60, 38, 26), (120, 78, 46), (170, 130, 90), (110, 24, 30), (215, 205, 190))


@dataclass(frozen=True)
class Bag:
    """kind: "cross body" or "backpack"; colour: linear rgb; size: 0..1; side: 1 hangs at the
    person's left; gloss: of its leather."""

    kind: str
    colour: np.ndarray
    size: float
    side: int
    gloss: float


def draw_bag(rng: np.random.Generator) -> Bag | None:
    """A bag for six people of a hundred."""
    kind = choose(rng, {"": 0.94, "cross body": 0.035, "backpack": 0.025})
    if not kind:
        return None
    leather = kind != "backpack" and rng.random() < 0.7
    colour = linear(_LEATHERS[rng.integers(len(_LEATHERS))] if leather else draw_colour(rng))
    return Bag(kind, colour, float(rng.random()), int(rng.choice([-1, 1])), 0.2 if leather else 0.03)


def bag_parts(assets: Assets, body: Body, bag: Bag) -> list[Part]:
    """The bag and its straps."""
    if bag.kind == "backpack":
        return _backpack(assets, body, bag)
    return _across(assets, body, bag)


def _across(assets: Assets, body: Body, bag: Bag) -> list[Part]:
    """A bag on the front of one hip; its strap goes over the other shoulder and round the back."""
    side = bag.side
    up = np.linspace(0, 1, 16)
    x, y = side * (1.05 - 2.15 * up), 0.9 + 4.65 * up
    half = np.array([0.7 + 0.4 * bag.size, 0.5 + 0.35 * bag.size, 0.22])
    made = []
    for vertices in (assets.meshes.base, body.vertices):
        front, back = (_outside(assets, vertices, x, y, sign) for sign in (1, -1))
        over = 0.5 * (front[-1] + back[-1]) + (0, 0.3, 0)
        round_hip = 0.5 * (front[:1] + back[:1]) + (side * 0.75, 0, 0)
        line = _smooth(
            np.concatenate([front, over[None], back[::-1], round_hip, front[:1] + (side * 0.3, -0.1, 0)])
        )
        strap = tube(line, 0.03, closed=False, across=(0.5, 0.5, 0.7), flat=2.0)
        centre = front[0] + (side * 0.1, 0.1 - half[1], 0.5 * half[2])
        flap = box(centre + (0, 0.48 * half[1], 0.14), half * (1.02, 0.55, 0.75), 0.25)
        clasp = box(centre + (0, 0, 0.14 + 0.78 * half[2]), (0.09, 0.06, 0.03), 0.2)
        made.append((strap, joined([box(centre, half, 0.25), flap]), clasp))
    skins = (
        _skin_of_trunk(assets, made[0][0][0]),
        assets.meshes.bones.holding("root", len(made[0][1][0])),
        assets.meshes.bones.holding("root", len(made[0][2][0])),
    )
    looks = ((bag.colour * 0.8, -0.4, bag.gloss), (bag.colour, -0.15, bag.gloss), (_BRASS, -0.16, 0.6))
    return [
        solid_part("bag", made[0][k], made[1][k][0], skins[k], UPPER, *looks[k]) for k in range(len(looks))
    ]


def _backpack(assets: Assets, body: Body, bag: Bag) -> list[Part]:
    half = np.array([1.15 + 0.25 * bag.size, 1.5 + 0.4 * bag.size, 0.5 + 0.2 * bag.size])
    solids = []
    for vertices in (assets.meshes.base, body.vertices):
        behind = _outside(assets, vertices, np.zeros(3), np.array([3.2, 3.9, 4.6]), -1)
        centre = np.array([0, 3.6, behind[:, 2].min() - 0.9 * half[2]])
        pocket = box(centre - (0, 0.4 * half[1], 0.75 * half[2]), half * (0.72, 0.45, 0.5), 0.3)
        sack = joined([box(centre, half, 0.3), pocket])
        straps = []
        for side in (-1, 1):
            y = np.linspace(2.9, 5.5, 12)
            x = side * (1.45 - 0.42 * np.sin(np.linspace(0.1, 1, 12) * np.pi / 2))
            front = _outside(assets, vertices, x, y, 1)
            back = _outside(assets, vertices, x[-3:], y[-3:], -1)
            over = 0.5 * (front[-1] + back[-1]) + (0, 0.32, 0)
            below = np.array([[side * 1.75, 2.7, 0.1], [side * 1.0, 2.4, centre[2]]])
            straps.append(_smooth(np.concatenate([below[::-1], front, over[None], back[::-1]])))
        solids.append(
            [sack, joined([tube(line, 0.05, False, across=(1, 0, 0), flat=2.6) for line in straps])]
        )
    skins = (
        assets.meshes.bones.holding("spine02", len(solids[0][0][0])),
        _skin_of_trunk(assets, solids[0][1][0]),
    )
    looks = ((bag.colour, -0.05), (bag.colour * 0.8, -0.35))
    return [
        solid_part("bag", solids[0][k], solids[1][k][0], skins[k], UPPER, *looks[k], bag.gloss)
        for k in range(len(looks))
    ]


def _outside(assets: Assets, vertices, x, y, sign: int) -> np.ndarray:
    """Points [K, 3] before (sign 1) or behind the clothed trunk at canonical x, y."""
    base = assets.meshes.base[:BODY_VERTICES]
    arm = assets.meshes.body_arm[:BODY_VERTICES, 1]
    trunk = np.nonzero(
        (arm < 0.35) & (base[:, 1] > -1) & (base[:, 1] < 6) & (base[:, 2] * sign > 0.12 * sign - 0.2)
    )[0]
    distance = (base[trunk, 0] - x[:, None]) ** 2 + (base[trunk, 1] - y[:, None]) ** 2
    rows = trunk[np.argsort(distance, 1)[:, :5]]
    points = vertices[rows].mean(1)
    points[:, 2] = (vertices[rows, 2] * sign).max(1) * sign + sign * _CLOTHES
    return points


def _smooth(path: np.ndarray) -> np.ndarray:
    for _ in range(3):
        path[1:-1] = 0.25 * path[:-2] + 0.5 * path[1:-1] + 0.25 * path[2:]
    return path


def _skin_of_trunk(assets: Assets, points: np.ndarray) -> SkinWeights:
    """Weights of the nearest skin without the arms': straps stay where they are when an arm is raised."""
    bones = assets.meshes.bones
    _, rows = scalp_of(assets).nearest(points)
    skin = assets.meshes.body_skin[rows[:, 0]]
    of_arm = np.array([name.startswith(("upperarm", "lowerarm")) for name in bones.names])
    chosen, weights = skin.bones.copy(), np.where(of_arm[skin.bones], 0, skin.weights)
    bare = weights.sum(1) < 0.05
    chosen[bare, 0], weights[bare, 0] = bones.index["spine02"], 1
    return SkinWeights(chosen, (weights / weights.sum(1, keepdims=True)).astype(np.float32))
