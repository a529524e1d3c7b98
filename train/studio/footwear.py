"""Shoes: ready-made ones, or women's heels cut from the foot of the tights with a cone under the heel."""

from __future__ import annotations

import numpy as np

from .assets import BODY_VERTICES, SIDES, Assets
from .body import Body
from .garments import Heels, Outfit, Skirt
from .geometry import rigid, vertex_normals
from .parts import Part, accessory_mesh, cloth_mesh, part_mesh
from .rotations import rotation
from .surfaces import LEGS

_LOW_TEXTURES = ("shoes03", "shoes04")  # dark textures: their tint needs a lower mean luminance


def shoe_values(heels: Heels | None) -> dict[str, tuple]:
    """The shoe's edge for the shaders of skin and shoe."""
    if heels is None:
        return {}
    return {"shoe": (2 if heels.sandal else 1, heels.top, heels.dip, 0)}


def footwear_parts(assets: Assets, body: Body, outfit: Outfit) -> tuple[list[Part], np.ndarray]:
    """Parts of the shoes, and the base vertices [V] (boolean) that they hide."""
    meshes = assets.meshes
    hidden = np.zeros(len(meshes.base), bool)
    if outfit.heels is not None:
        heels = outfit.heels
        hidden[(meshes.base[:, 1] < heels.top - 0.5) & (meshes.base[:, 2] < 0.2)] = True
        return [_heel_cones(meshes, body, heels), _shoe_from_foot(meshes, body, heels)], hidden
    accessory = assets.accessory(outfit.shoes)
    rows = accessory.fitting.hidden
    hidden[rows[meshes.base[rows, 1] < -6.9]] = True
    tint = outfit.shoe_colour
    depth = 0.1 if isinstance(outfit.bottom, Skirt) else 0.3  # under the hem of trousers
    values = {
        "label": (LEGS, float(tint is not None), 0, 0),
        "depth": (depth, depth, 0, 0),
        "tint": (*(tint if tint is not None else (1, 1, 1)), 0.18 if outfit.shoes in _LOW_TEXTURES else 0.45),
        "shine": (0.12, 24, 0, 0),
    }
    texture = assets.texture("clothes", f"{outfit.shoes}_diffuse.png")
    return [
        Part("shoes", "textured", accessory_mesh(accessory, body.vertices), values, {"base": texture})
    ], hidden


def _shoe_from_foot(meshes, body: Body, heels: Heels) -> Part:
    cloth = meshes.tights
    points = cloth.place(body.vertices)
    rising = np.clip((cloth.canonical[:, 1:2] + 7.2) / max(heels.top + 7.2, 0.1), 0, 1)
    points = points + vertex_normals(points, cloth.quads) * (0.03 + heels.shaft * rising)
    values = {
        "label": (LEGS, 0, 0, 0),
        "depth": (0.1 - heels.shaft, 0.1 - heels.shaft, 0, 0),
        "tint": (*heels.colour, 1),
        "shine": (0.2, 30, 0, 0),
        "tile": (1, 0, 0, 0),
        "folds": (0.05 if heels.top > -7 else 0.0, 1, 0, 0),
        **shoe_values(heels),
    }
    y0, arm = cloth.canonical[:, 1], cloth.arm[:, 1]

    def needed(triangles: np.ndarray) -> np.ndarray:
        return (y0[triangles].min(1) < heels.top + 0.4) & (arm[triangles[:, 0]] < 0.3)

    mesh = cloth_mesh(cloth, points, needed)
    return Part("shoe uppers", "cloth", mesh, values, defines=("EDGE 4",))


def _heel_cones(meshes, body: Body, heels: Heels) -> Part:
    """A ten-sided cone under each heel, upright once the foot is pitched, held by the foot bone."""
    sides = 10
    angles = np.arange(sides) * 2 * np.pi / sides
    circle = np.stack([np.cos(angles), np.zeros(sides), np.sin(angles)], 1)
    down = rotation((1, 0, 0), -heels.pitch) @ np.array([0, -1.0, 0])
    points, moves, triangles, bones = [], [], [], []
    for side in SIDES:
        centre = _under_heel(meshes, body.vertices, side)
        moves.append(_under_heel(meshes, meshes.base, side) - centre)
        # down to where the ball of the pitched foot stands
        ball = meshes.bones.head(f"toe2-1.{side}", body.vertices)
        tip = centre + down * (np.sin(heels.pitch) * (ball[2] - centre[2]) + 0.1)
        first = sum(len(ring) for ring in points)
        points += [centre + (0, 0.12, 0) + circle * heels.radius, tip + circle * heels.foot_radius, tip[None]]
        for i in range(sides):
            j = (i + 1) % sides
            cone = [[i, j, sides + i], [j, sides + j, sides + i], [sides + i, sides + j, 2 * sides]]
            triangles += [[first + corner for corner in triangle] for triangle in cone]
        bones += [meshes.bones.index[f"foot.{side}"]] * (2 * sides + 1)
    points = np.concatenate(points).astype(np.float32)
    canonical = points + np.repeat(moves, len(points) // len(SIDES), 0)
    triangles = np.array(triangles, np.int32)
    skin = rigid(np.array(bones))
    values = {
        "label": (LEGS, 1, 0, 0),
        "depth": (0.05, 0.05, 0, 0),
        "tint": (*heels.colour, 1),
        "shine": (0.2, 30, 0, 0),
    }
    mesh = part_mesh(triangles, points, vertex_normals(points, triangles), skin, canonical=canonical)
    return Part("heels", "textured", mesh, values, casts_shadow=False)


def _under_heel(meshes, vertices: np.ndarray, side: str) -> np.ndarray:
    """The middle [3] of a heel's lower side in the rest pose."""
    ankle = meshes.bones.head(f"foot.{side}", vertices)
    points = vertices[:BODY_VERTICES]
    near = (
        (np.abs(points[:, 0] - ankle[0]) < 0.6)
        & (points[:, 1] < ankle[1] - 0.1)
        & (points[:, 2] < ankle[2] + 0.25)
    )
    foot = points[near]
    return np.array([foot[:, 0].mean(), foot[:, 1].min(), foot[:, 2].min() + 0.38])
