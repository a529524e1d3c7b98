"""What people wear besides clothes: glasses, earrings, necklaces, watches, bracelets, caps and beanies.

Shaped on the unmorphed base mesh (dm) and carried to the body. Labels: glasses and earrings are face, hats
hair, necklaces, watches and bracelets belong to the skin of arms and neck.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .assets import BODY_VERTICES, Assets
from .body import Body
from .chance import choose
from .colours import draw_colour, linear
from .geometry import unit
from .parts import Part, solid_part
from .scalp import CENTRE, scalp_of
from .shapes import Solid, ball, grid_triangles, joined, plate, tube
from .surfaces import ARMS, FACE, HAIR

_METALS = {"gold": (0.5, 0.34, 0.12), "silver": (0.5, 0.5, 0.52), "rose": (0.5, 0.3, 0.22)}
_LEATHER = ((30, 26, 26), (70, 44, 28), (120, 82, 52), (150, 20, 30), (225, 222, 215))


@dataclass(frozen=True)
class Extras:
    """Each is None or "" where it is not worn. glasses: (lens width, height, squareness, rim, dark lenses);
    sizes in dm, colours linear rgb. hat: "beanie", "cap" or "brimmed"."""

    glasses: tuple[float, float, float, float, bool] | None
    frame: np.ndarray
    earring: str
    metal: np.ndarray
    necklace: str
    drop: float
    watch: str
    strap: np.ndarray
    hat: str
    hat_colour: np.ndarray


def draw_extras(rng: np.random.Generator, female: bool) -> Extras:
    """What a person wears; most wear none of a kind."""
    uniform = rng.uniform
    glasses = None
    kind = choose(rng, {"none": 0.85, "clear": 0.1, "dark": 0.05})
    if kind != "none":
        glasses = (
            uniform(0.23, 0.3),
            uniform(0.16, 0.25),
            uniform(2, 5),
            uniform(0.012, 0.03),
            kind == "dark",
        )
    dark = rng.random() < 0.65
    frame = linear((22, 20, 20)) if dark else linear(_LEATHER[rng.integers(len(_LEATHER))])
    metal = np.array(_METALS[choose(rng, {"gold": 0.5, "silver": 0.4, "rose": 0.1})])
    earrings = {"": 0.62, "stud": 0.14, "hoop": 0.14, "drop": 0.1} if female else {"": 0.95, "stud": 0.05}
    necklaces = (
        {"": 0.8, "chain": 0.12, "pendant": 0.05, "pearls": 0.03} if female else {"": 0.93, "chain": 0.07}
    )
    watches = {"": 0.74, "watch": 0.14, "bangle": 0.12} if female else {"": 0.76, "watch": 0.24}
    return Extras(
        glasses,
        frame,
        choose(rng, earrings),
        metal,
        choose(rng, necklaces),
        uniform(0, 1),
        choose(rng, watches),
        linear(_LEATHER[rng.integers(len(_LEATHER))]),
        choose(rng, {"": 0.945, "beanie": 0.025, "cap": 0.03}),
        linear(draw_colour(rng)),
    )


def extra_parts(assets: Assets, body: Body, extras: Extras) -> list[Part]:
    """Parts of all that is worn."""
    parts = []
    if extras.glasses is not None:
        rims, lenses = _glasses(*extras.glasses[:4])
        parts.append(_on_head(assets, body, "glasses", rims, FACE, extras.frame, -0.02, 0.3))
        if extras.glasses[4]:
            parts.append(_on_head(assets, body, "lenses", lenses, FACE, (0.012, 0.01, 0.01), -0.01, 0.5, 60))
    if extras.earring:
        solid = _earrings(extras.earring, extras.drop)
        parts.append(_on_head(assets, body, "earrings", solid, FACE, extras.metal, 0.0, 0.6))
    if extras.necklace:
        parts.append(_necklace(assets, body, extras))
    if extras.watch:
        parts += _wristwear(assets, body, extras)
    if extras.hat:
        solid = _hat(assets, extras.hat)
        parts.append(_on_head(assets, body, extras.hat, solid, HAIR, extras.hat_colour, -0.45, 0.03, 12))
    return parts


class OnSkin:
    """Places near the skin of the base mesh, found again on a body."""

    def __init__(self, assets: Assets, points: np.ndarray):
        meshes = assets.meshes
        distance, self.rows = scalp_of(assets).nearest(points)
        share = 1 / (distance + 0.03) ** 2
        self.share = (share / share.sum(1, keepdims=True))[..., None]
        self.skin = meshes.body_skin[self.rows[:, 0]]

    def of(self, vertices: np.ndarray) -> np.ndarray:
        """The places [N, 3] on the (morphed) vertices."""
        return (vertices[self.rows] * self.share).sum(1)


def _on_head(assets, body, name, solid, label, tint, depth, specular, gloss=40.0) -> Part:
    rest = scalp_of(assets).carry(solid[0], body.vertices)
    skin = assets.meshes.bones.holding("head", len(rest))
    return solid_part(name, solid, rest, skin, label, tint, depth, specular, gloss)


def _glasses(width: float, height: float, squareness: float, rim: float) -> tuple[Solid, Solid]:
    """Rims with bridge and temples; lenses."""
    angle = np.arange(20) * 2 * np.pi / 20
    x, y = np.cos(angle), np.sin(angle)
    outline = np.stack(
        [np.sign(x) * np.abs(x) ** (2 / squareness), np.sign(y) * np.abs(y) ** (2 / squareness)], 1
    )
    rims, lenses = [], []
    middle = 0.09 + width
    for side in (-1, 1):
        lens_x = side * middle + width * outline[:, 0]
        lens_y = 7.27 + height * outline[:, 1] * (1 + 0.06 * side * outline[:, 0])
        path = np.stack([lens_x, lens_y, 1.59 - 0.28 * lens_x**2], 1)
        rims.append(tube(path, rim, closed=True))
        lenses.append(plate(path))
        hinge = side * (middle + width)
        temple = [(hinge, 7.3, 1.59 - 0.28 * hinge**2), (side * 0.77, 7.29, 1.1), (side * 0.85, 7.24, 0.5)]
        temple.append((side * 0.83, 7.02, 0.2))
        rims.append(tube(np.array(temple), rim, closed=False, across=(1, 0, 0)))
    bridge = np.array([(-0.1, 7.31, 1.59), (0, 7.35, 1.64), (0.1, 7.31, 1.59)])
    rims.append(tube(bridge, rim, closed=False))
    return joined(rims), joined(lenses)


def _earrings(kind: str, size: float) -> Solid:
    solids = []
    for side in (-1, 1):
        lobe = np.array([side * 0.82, 6.97, 0.47])
        solids.append(ball(lobe, 0.035))
        if kind == "hoop":
            radius = 0.08 + 0.16 * size
            angle = np.arange(14) * 2 * np.pi / 14
            ring = lobe - (0, radius, 0) + radius * np.stack([0 * angle, np.cos(angle), np.sin(angle)], 1)
            solids.append(tube(ring, 0.016, closed=True, across=(1, 0, 0)))
        elif kind == "drop":
            length = 0.12 + 0.3 * size
            solids.append(tube(np.array([lobe, lobe - (0, length, 0)]), 0.012, closed=False))
            solids.append(ball(lobe - (0, length, 0), 0.05))
    return joined(solids)


def _necklace(assets: Assets, body: Body, extras: Extras) -> Part:
    """A chain or pearls on the skin: what clothes cover of it is behind them."""
    count = 44
    angle = np.arange(count) * 2 * np.pi / count
    front = 0.5 + 0.5 * np.cos(angle)
    low = 5.5 - 0.55 * extras.drop
    aside = 0.62 * np.sin(angle) * (1 + 0.25 * extras.drop * front)
    around = np.stack([aside, 5.98 - (5.98 - low) * front**1.6, 0.2 + 0.75 * np.cos(angle)], 1)
    places = OnSkin(assets, around)

    def line(vertices: np.ndarray) -> np.ndarray:
        path = places.of(vertices)
        for _ in range(4):
            path = 0.25 * np.roll(path, 1, 0) + 0.5 * path + 0.25 * np.roll(path, -1, 0)
        return path + unit(path - path.mean(0) * (1, 0, 1) - (0, 5.6, 0)) * 0.05

    def worn(vertices: np.ndarray) -> Solid:
        path = line(vertices)
        if extras.necklace == "pearls":
            return joined([ball(place, 0.045, 4, 6) for place in path])
        chain = [tube(path, 0.02, closed=True, across=(0, 1, 0))]
        if extras.necklace == "pendant":
            chain.append(ball(path[0] - (0, 0.08, 0), 0.075))
        return joined(chain)

    solid, rest = worn(assets.meshes.base), worn(body.vertices)[0]
    nearest = OnSkin(assets, solid[0]).skin
    tint = (0.75, 0.7, 0.64) if extras.necklace == "pearls" else extras.metal
    return solid_part("necklace", solid, rest, nearest, ARMS, tint, 0.03, 0.5)


def _wristwear(assets: Assets, body: Body, extras: Extras) -> list[Part]:
    """A watch on the left wrist or a bangle on the right one; a long sleeve hides it."""
    side = "L" if extras.watch == "watch" else "R"
    solids = []
    for vertices in (assets.meshes.base, body.vertices):
        elbow, wrist = (
            assets.meshes.bones.head(f"{name}.{side}", vertices) for name in ("lowerarm01", "wrist")
        )
        along = unit(wrist - elbow)
        middle = wrist - 0.22 * along
        points = vertices[:BODY_VERTICES] - middle
        near = (np.abs(points @ along) < 0.22) & (np.linalg.norm(points, axis=1) < 0.8)
        across = points[near] - (points[near] @ along)[:, None] * along
        middle = middle + across.mean(0)
        outer = unit(np.cross(along, (0, 0, 1))) * (1 if side == "L" else -1)
        first = unit(outer - (outer @ along) * along)
        second = np.cross(along, first)
        across = across - across.mean(0)
        a, b = (np.percentile(np.abs(across @ axis), 96) + 0.03 for axis in (first, second))
        angle = np.arange(18) * 2 * np.pi / 18
        ring = middle + a * np.cos(angle)[:, None] * first + b * np.sin(angle)[:, None] * second
        watch = side == "L"
        band = tube(ring, 0.025, closed=True, across=along, flat=3.2 if watch else 1.2)
        pieces = [band]
        if watch:
            dial = np.stack([np.cos(angle), np.sin(angle)], 1) * 0.17
            face = middle + (a + 0.05) * first + dial[:, :1] * along + dial[:, 1:] * second
            pieces.append(plate(face))
            pieces.append(tube(face, 0.035, closed=True, across=first))
        solids.append(pieces)
    parts = []
    for k, rest in enumerate(solids[1]):
        tint = extras.metal if k == 2 or side == "R" else (extras.strap if k == 0 else (0.6, 0.6, 0.58))
        skin = assets.meshes.bones.holding(f"lowerarm02.{side}", len(rest[0]))
        parts.append(solid_part("wristwear", solids[0][k], rest[0], skin, ARMS, tint, 0.02, 0.35))
    return parts


def _hat(assets: Assets, kind: str) -> Solid:
    """A dome over the skull down to a straight hem: a beanie with its cuff, or a cap with its brim."""
    scalp = scalp_of(assets)
    columns, rows = 36, 12
    azimuth = np.arange(columns) * 2 * np.pi / columns
    hem_front, hem_back = (7.82, 7.05) if kind == "beanie" else (7.92, 7.3)
    hem = 0.5 * (hem_front + hem_back) + 0.5 * (hem_front - hem_back) * np.cos(azimuth)
    flat = np.stack([np.sin(azimuth), np.zeros(columns), np.cos(azimuth)], 1)
    lowest = np.arctan2(hem - CENTRE[1], 0.95)
    share = np.linspace(0, 1, rows)[:, None]
    height = np.pi / 2 + (lowest - np.pi / 2) * share
    ways = np.cos(height)[..., None] * flat + np.sin(height)[..., None] * np.array([0, 1, 0])
    ways = unit(ways).reshape(-1, 3)
    off = np.where(share > 0.8, 0.21, 0.16) if kind == "beanie" else 0.12 + 0.06 * np.sin(share * np.pi)
    off = np.repeat(off, columns)
    radius = scalp.skull(CENTRE + ways) + off
    if kind == "beanie":
        radius += 0.22 * np.clip(ways[:, 1] - 0.8, 0, 1) * 3
    dome = (CENTRE + ways * radius[:, None], grid_triangles(rows, columns, closed=True))
    if kind == "beanie":
        return dome
    edge = dome[0].reshape(rows, columns, 3)[-1]
    if kind == "brimmed":
        steps = np.linspace(0, 1, 4)[:, None, None]
        ring = edge[None] + flat[None] * 0.75 * steps - np.array([0, 0.18, 0]) * steps
        return joined([dome, (ring.reshape(-1, 3), grid_triangles(4, columns, closed=True))])
    front = edge[(np.arange(columns) + columns // 2) % columns][columns // 2 - 6 : columns // 2 + 7]
    bend = np.linspace(-1, 1, 13)
    reach = 0.85 * np.sqrt(np.clip(1 - 0.95 * bend**2, 0, 1))
    steps = np.linspace(0, 1, 4)[:, None]
    brim = front[None] + np.stack(
        [0.12 * bend * steps, -0.12 * steps - 0.16 * bend**2 * steps, reach * steps], -1
    )
    return joined([dome, (brim.reshape(-1, 3), grid_triangles(4, 13))])
