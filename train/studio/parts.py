"""What the renderer draws: parts, each a skinned mesh with a material, textures and one block of numbers.

Plain data without graphics calls; renderer.py uploads it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .assets import Accessory
from .geometry import SkinWeights, vertex_normals

# The uniform block `Part` of the shaders: every member is a vec4.
PART_BLOCK = {
    "label": "surface id, recolouring (0 keep, 1 tint, 2 fabric), has a normal map, -",
    "depth": "how far the depth test sees it behind its place (dm): head and arms, trunk and legs, -, -",
    "top_body": "-, hem y, hem curve, half width of the open front",
    "top_neck": "-, half width, front depth, back depth",
    "top_arm": "sleeve length, armhole, half width between straps, -",
    "bottom": "-, waist y, hem y, -",
    "tint": "linear rgb, mean luminance of the texture",
    "shine": "specular, gloss exponent, alpha threshold, -",
    "tile": "size dm, turn, offset x, offset y",
    "folds": "height dm, frequency, seed, weave",
    "print_at": "centre x, centre y, half size, -",
    "seams": "has a belt, -, -, -",
    "seam_colour": "factor rgb, -",
    "stocking": "linear rgb, opacity",
    "shoe": "0 none 1 closed 2 sandal, top y, dip in front, -",
    "lips": "linear rgb, opacity",
    "beard": "linear rgb, density",
    "eyeshadow": "linear rgb, opacity",
    "hair": "is cut, length y, share of the second colour, its height",
    "hair_tip": "linear rgb, -",
}

# The rest-pose attributes of a vertex, in the order they are stored.
STATIC_ATTRIBUTES = {"rest_position": 3, "rest_normal": 3, "uv": 2, "canonical": 3, "arm": 2, "across": 1}


@dataclass
class PartMesh:
    """static float32 [V, 14] (STATIC_ATTRIBUTES), triangles int32 [T, 3], skin weights [V, 4]."""

    static: np.ndarray
    triangles: np.ndarray
    skin: SkinWeights


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
    **attributes: np.ndarray,
) -> PartMesh:
    """Collect the attributes of the vertices that the triangles use; attributes left out are 0."""
    attributes = {**attributes, "rest_position": position, "rest_normal": normal}
    used, triangles = np.unique(triangles, return_inverse=True)
    triangles = triangles.reshape(-1, 3)
    columns = []
    for name, width in STATIC_ATTRIBUTES.items():
        values = attributes.get(name)
        columns.append(
            np.zeros((len(used), width))
            if values is None
            else np.asarray(values)[used].reshape(len(used), width)
        )
    # neighbouring triangles near each other in memory: the renderer's vertex cache likes it
    triangles = triangles[np.argsort(triangles.min(1), kind="stable")]
    return PartMesh(np.concatenate(columns, 1).astype(np.float32), triangles.astype(np.int32), skin[used])


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
        canonical=points[at],
    )


def _bent_outward(points: np.ndarray, normals: np.ndarray, centre: np.ndarray) -> np.ndarray:
    away = points - centre
    away[:, 1] *= np.where(away[:, 1] < 0, 0.15, 1)  # below the head mostly sideways
    away[:, 2] += np.where(points[:, 1] < centre[1] - 1.2, 0.5, 0)
    away /= np.linalg.norm(away, axis=1, keepdims=True)
    normals = np.where((normals * away).sum(1, keepdims=True) < 0, -normals, normals)
    bent = 0.25 * normals + 0.75 * away
    return bent / np.linalg.norm(bent, axis=1, keepdims=True)
