"""What the renderer draws: parts, each a skinned mesh with a material, textures and one block of numbers.

Plain data without graphics calls; renderer.py uploads it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .assets import Accessory, Cloth
from .geometry import SkinWeights, vertex_normals
from .shapes import Solid

# The uniform block `Part` of the shaders: every member is a vec4.
PART_BLOCK = {
    "label": "surface id, recolouring (0 keep, 1 tint, 2 fabric), has a normal map, -",
    "depth": "how far the depth test sees it behind its place (dm): head and arms, trunk and legs, -, -",
    "top_body": "y of a jacket's button (0 none), hem y, hem curve, half width of the open front",
    "top_neck": "-, half width, front depth, back depth",
    "top_arm": "sleeve length, armhole, half width between straps, growth of a jacket's gap below its button",
    "bottom": "y of a skirt's slit, waist y, hem y, x of the slit",
    "tint": "linear rgb, mean luminance of the texture",
    "shine": "specular, gloss exponent, alpha threshold, -",
    "tile": "size dm, turn, offset x, offset y",
    "folds": "height dm, frequency, seed, weave",
    "sheer": "opacity, edge of the tile of lace (0 none), y from which a trunk is sheer, -",
    "print_at": "centre x, centre y, half size, share of a shell of fur that is no hair",
    "seams": "has a belt (2: of the accent), closing of a top (1 buttons, 2 a polo's three, 3 zip, 4 a "
    "coat's buttons, 5 in two rows), -, -",
    "seam_colour": "factor rgb, -",
    "accent": "linear rgb of contrasting pieces, whether ribs are of it too",
    "trim": "top: contrast (1 sleeves, 2 raglan), y of the colour block, width of ribs, pocket (1 breast, "
    "2 pouch, 3 hips, 4 two breasts); trousers: width of side stripes, -, width of ribs, cargo pockets; "
    "skirt: number of pleats, their depth",
    "stocking": "linear rgb, opacity",
    "shoe": "0 none 1 closed 2 sandal, top y, dip in front, -",
    "lips": "linear rgb, opacity",
    "beard": "linear rgb, density",
    "eyeshadow": "linear rgb, opacity",
    "complexion": "blush, freckles, oiliness (all 0..1), seed of the moles (0: none)",
    "hair": "is cut, length y, share of the second colour, its height",
    "hair_tip": "linear rgb, -",
}

# The rest-pose attributes of a vertex, in the order they are stored.
STATIC_ATTRIBUTES = {"rest_position": 3, "rest_normal": 3, "uv": 2, "canonical": 3, "arm": 2, "shade": 1}


@dataclass
class PartMesh:
    """static float32 [V, 14] (STATIC_ATTRIBUTES), triangles int32 [T, 3], skin weights [V, 4].

    coarse: fewer triangles [S, 3] over the same vertices, for shadows and for people far away.
    """

    static: np.ndarray
    triangles: np.ndarray
    skin: SkinWeights
    coarse: np.ndarray


@dataclass
class Part:
    """material: its shader, shaders/<material>.frag; defines: features of that shader that this part needs.

    values: members of PART_BLOCK as tuples (missing ones are 0); textures: "base", "print", "fabric",
    "normals" as pictures uint8 [H, W, 3 or 4] or files.
    """

    name: str
    material: str
    mesh: PartMesh
    values: dict[str, tuple]
    textures: dict[str, np.ndarray | Path] = field(default_factory=dict)
    defines: tuple[str, ...] = ()
    casts_shadow: bool = True


def part_mesh(
    triangles: np.ndarray,
    position: np.ndarray,
    normal: np.ndarray,
    skin: SkinWeights,
    coarse: np.ndarray | None = None,
    *,
    canonical: np.ndarray,
    **attributes: np.ndarray,
) -> PartMesh:
    """Collect the attributes of the vertices that the triangles use; attributes left out are 0.

    canonical: where the vertices are on the unmorphed base mesh, which every part has to tell.
    """
    attributes = {**attributes, "canonical": canonical, "rest_position": position, "rest_normal": normal}
    both = triangles if coarse is None else np.concatenate([triangles, coarse])
    used, renumbered = np.unique(both, return_inverse=True)
    renumbered = renumbered.reshape(-1, 3).astype(np.int32)
    fine, coarse = renumbered[: len(triangles)], renumbered[len(triangles) :]
    columns = []
    for name, width in STATIC_ATTRIBUTES.items():
        values = attributes.get(name)
        columns.append(
            np.zeros((len(used), width))
            if values is None
            else np.asarray(values)[used].reshape(len(used), width)
        )
    static = np.concatenate(columns, 1).astype(np.float32)
    fine = _near_ones_together(fine)
    return PartMesh(static, fine, skin[used], _near_ones_together(coarse) if len(coarse) else fine)


def _near_ones_together(triangles: np.ndarray) -> np.ndarray:
    """Sort triangles by place in memory: the renderer's vertex cache likes it."""
    return triangles[np.argsort(triangles.min(1), kind="stable")]


def cloth_mesh(
    cloth: Cloth, points: np.ndarray, keep: Callable[[np.ndarray], np.ndarray], **attributes: np.ndarray
) -> PartMesh:
    """A garment's mesh from loosened points [N, 3] of a cloth.

    keep: a function of triangles [T, 3] that says which of them the garment needs [T].
    """
    fine, coarse = cloth.triangles, cloth.coarse_triangles
    return part_mesh(
        fine[keep(fine)],
        points,
        vertex_normals(points, cloth.quads),
        cloth.skin,
        coarse[keep(coarse)],
        canonical=cloth.canonical,
        arm=cloth.arm,
        **attributes,
    )


def accessory_mesh(
    accessory: Accessory,
    base: np.ndarray,
    parts: tuple[int, ...] | None = None,
    outward_from: np.ndarray | None = None,
    points: np.ndarray | None = None,
) -> PartMesh:
    """An accessory on a body. parts: connected components to take (all); points: its vertices, where they
    are not simply those of the fitting.

    outward_from: centre of the head; normals of hair are bent away from it by three quarters, or its cards
    would show.
    """
    if points is None:
        points = accessory.fitting.place(base)
    normals = vertex_normals(points, accessory.faces)
    corners = accessory.corners
    triangles = corners.triangles
    if parts is not None:
        triangles = triangles[np.isin(accessory.parts[corners.vertex[triangles[:, 0]]], parts)]
    if outward_from is not None:
        normals = _bent_outward(points, normals, outward_from)
    at = corners.vertex
    return part_mesh(
        triangles,
        points[at],
        normals[at],
        accessory.skin[at],
        uv=accessory.uvs[corners.uv],
        canonical=accessory.canonical[at],
    )


def _bent_outward(points: np.ndarray, normals: np.ndarray, centre: np.ndarray) -> np.ndarray:
    away = points - centre
    away[:, 1] *= np.where(away[:, 1] < 0, 0.15, 1)  # below the head mostly sideways
    away[:, 2] += np.where(points[:, 1] < centre[1] - 1.2, 0.5, 0)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    normals = np.where((normals * away).sum(1, keepdims=True) < 0, -normals, normals)
    bent = 0.25 * normals + 0.75 * away
    return bent / np.linalg.norm(bent, axis=1, keepdims=True)


def solid_part(
    name: str,
    solid: Solid,
    rest: np.ndarray,
    skin: SkinWeights,
    label: int,
    tint,
    depth: float,
    specular: float = 0.1,
    gloss: float = 25.0,
) -> Part:
    """A part of one colour (tint: linear rgb). solid: on the unmorphed base; rest [N, 3]: its points on the
    body; depth: how far behind its place the depth test sees it (dm)."""
    points, triangles = solid
    values = {
        "label": (label, 1, 0, 0),
        "depth": (depth, depth, 0, 0),
        "tint": (*tint, 1),
        "shine": (specular, gloss, 0, 0),
    }
    mesh = part_mesh(triangles, rest, vertex_normals(rest, triangles), skin, canonical=points)
    return Part(name, "textured", mesh, values)
