"""The head that hair grows on: hairline, roots, room it must stay out of. All on the unmorphed base mesh
(canonical, dm); `Scalp.carry` takes points of that space to a person's body."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from .assets import BODY_VERTICES, Assets
from .geometry import SkinWeights, triangulate, unit, vertex_normals

CENTRE = np.array([0, 7.5, 0.5])  # of the skull
# height of the hairline by the angle from the front about the skull's axis (degrees): forehead, temple,
# sideburn, over and behind the ear, nape
_HAIRLINE = np.array(
    [
        (0, 8.06), (20, 8.06), (38, 8.0), (52, 7.74), (60, 7.5), (68, 7.16), (78, 7.12), (84, 7.5),
        (100, 7.56), (115, 7.35), (128, 6.95), (145, 6.72), (180, 6.64),
    ]
)  # fmt: skip
_SKELETON = (  # bones that carry hair at a height (dm): the head's turns fade out towards the chest
    ("head", 6.55), ("neck02", 6.2), ("neck01", 5.8), ("spine01", 5.3), ("spine02", 4.4), ("spine03", 3.0),
)  # fmt: skip
_ROOTS = 900
# a grid of places (dm) whose moves are known when a body is morphed
_CORNER, _SPACING, _GRID = np.array([-2.2, 2.4, -1.6]), 0.35, (14, 20, 12)
_NEIGHBOURS = 8


def height_over_hairline(points: np.ndarray) -> np.ndarray:
    """How far [N] canonical points lie above the hairline (dm, negative below)."""
    angle = np.degrees(np.arctan2(np.abs(points[:, 0]), points[:, 2] - 0.45))
    return points[:, 1] - np.interp(angle, *_HAIRLINE.T)


class Scalp:
    """roots [N, 3], farthest from those before first; the skin that bears hair: rows [R] of base vertices,
    triangles [T, 3] of these rows."""

    def __init__(self, assets: Assets):
        meshes = assets.meshes
        self.bones = meshes.bones
        self.base = base = meshes.base[:BODY_VERTICES]
        self.normals = vertex_normals(base, meshes.body_faces)
        over = height_over_hairline(base)
        triangles = triangulate(meshes.body_faces)
        triangles = triangles[(over[triangles] > -0.12).any(1) & _is_outer(base, triangles)]
        self.rows, numbers = np.unique(triangles, return_inverse=True)
        self.triangles = numbers.reshape(-1, 3).astype(np.int32)
        self.roots = _spread(base, triangles, over)
        trunk = meshes.body_arm[:BODY_VERTICES, 1] < 0.3
        self._skull = _skull_radius(base[(base[:, 1] > 6.1) & trunk])
        self._front, self._back = (_trunk_depth(base[trunk], sign) for sign in (1, -1))
        self._body_tree = cKDTree(base)
        nodes = np.stack(np.meshgrid(*(np.arange(n) for n in _GRID), indexing="ij"), -1).reshape(-1, 3)
        anchors = np.nonzero((base[:, 1] > 2.5) & trunk)[0]
        distances, nearest = cKDTree(base[anchors]).query(nodes * _SPACING + _CORNER, _NEIGHBOURS)
        weights = 1 / (distances + 0.08) ** 2
        self._shares = (weights / weights.sum(1, keepdims=True)).astype(np.float32)
        self._anchors = anchors[nearest]

    def skull(self, points: np.ndarray) -> np.ndarray:
        """Distance from CENTRE to the skin (or the ear) in the direction of points [N, 3]."""
        polar, azimuth = _angles(points - CENTRE)
        return _sample(self._skull, polar / np.pi * 23, azimuth / (2 * np.pi) * 48)

    def trunk(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """z of the front and of the back of neck, shoulders and chest at points [N, 3]."""
        row, column = (points[:, 1] - 1.0) * 5, np.abs(points[:, 0]) * 8
        return _sample(self._front, row, column), _sample(self._back, row, column)

    def carry(self, points: np.ndarray, body: np.ndarray) -> np.ndarray:
        """Canonical points [N, 3] on a morphed body: moved as the nearest vertices of head and trunk are."""
        moves = ((body[self._anchors] - self.base[self._anchors]) * self._shares[..., None]).sum(1)
        moves = moves.reshape(*_GRID, 3)
        place = ((points - _CORNER) / _SPACING).T
        moved = [ndimage.map_coordinates(moves[..., i], place, order=1, mode="nearest") for i in range(3)]
        return (points + np.stack(moved, 1)).astype(np.float32)

    def nearest(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Distances and rows [N, 4] of the base vertices of the body nearest to canonical points."""
        return self._body_tree.query(points, 4)

    def skin(self, points: np.ndarray) -> SkinWeights:
        """Bones of hair at canonical points [N, 3]: by height alone, so that locks bend smoothly."""
        names, heights = zip(*_SKELETON, strict=True)
        place = np.interp(-points[:, 1], -np.array(heights), np.arange(len(names)))
        upper = np.minimum(place.astype(int), len(names) - 2)
        share = (place - upper).astype(np.float32)
        numbers = np.array([self.bones.index[name] for name in names], np.int16)
        bones = np.zeros((len(points), 4), np.int16)
        weights = np.zeros((len(points), 4), np.float32)
        bones[:, 0], bones[:, 1] = numbers[upper], numbers[upper + 1]
        weights[:, 0], weights[:, 1] = 1 - share, share
        return SkinWeights(bones, weights)


@lru_cache(maxsize=2)
def scalp_of(assets: Assets) -> Scalp:
    """The scalp of the asset folder's base mesh, made once."""
    return Scalp(assets)


def _is_outer(base: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """Triangles of the skull, not of ears or mouth."""
    middle = base[triangles].mean(1)
    ear = (np.abs(middle[:, 0]) > 0.78) & (middle[:, 1] < 7.5)
    return ~ear & (np.linalg.norm(middle - CENTRE, axis=1) > 0.6)


def _spread(base: np.ndarray, triangles: np.ndarray, over: np.ndarray) -> np.ndarray:
    """Points [N, 3] spread evenly over the hairy triangles: each the farthest from those before."""
    rng = np.random.default_rng(11)
    inner = triangles[(over[triangles] > 0).any(1)]
    corners = base[inner]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    chosen = rng.choice(len(inner), 6 * _ROOTS, p=area / area.sum())
    shares = rng.dirichlet([1, 1, 1], len(chosen))
    points = (corners[chosen] * shares[..., None]).sum(1)
    points = points[height_over_hairline(points) > 0.03]
    order, gap = [0], np.full(len(points), np.inf)
    for _ in range(_ROOTS - 1):
        gap = np.minimum(gap, ((points - points[order[-1]]) ** 2).sum(1))
        order.append(int(gap.argmax()))
    return points[order]


def _angles(vectors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Angle from straight up (0..pi) and about the axis (0..2 pi)."""
    length = np.maximum(np.linalg.norm(vectors, axis=1), 1e-6)
    polar = np.arccos(np.clip(vectors[:, 1] / length, -1, 1))
    return polar, np.arctan2(vectors[:, 0], vectors[:, 2]) % (2 * np.pi)


def _skull_radius(points: np.ndarray) -> np.ndarray:
    """[24, 49]: greatest radius about CENTRE near every direction, by the two angles."""
    polar, azimuth = np.meshgrid(np.linspace(0, np.pi, 24), np.linspace(0, 2 * np.pi, 49), indexing="ij")
    directions = np.stack(
        [np.sin(polar) * np.sin(azimuth), np.cos(polar), np.sin(polar) * np.cos(azimuth)], -1
    ).reshape(-1, 3)
    offsets = points - CENTRE
    nearest = cKDTree(unit(offsets)).query(directions, 8)[1]
    radius = np.linalg.norm(offsets, axis=1)[nearest].max(1).reshape(24, 49)
    return ndimage.gaussian_filter(radius, 0.7, mode=("nearest", "wrap"))


def _trunk_depth(points: np.ndarray, sign: int) -> np.ndarray:
    """[28, 16]: foremost (sign 1) or hindmost z by height from 1 dm on and distance from the middle."""
    height, aside = np.meshgrid(1 + np.arange(28) / 5, np.arange(16) / 8, indexing="ij")
    places = np.stack([height, aside], -1).reshape(-1, 2)
    front = points[points[:, 2] * sign > 0.1 * sign]
    nearest = cKDTree(np.stack([front[:, 1], np.abs(front[:, 0])], 1)).query(places, 6)[1]
    depth = (front[nearest, 2] * sign).max(1).reshape(28, 16) * sign
    return ndimage.gaussian_filter(depth, 1.0, mode="nearest")


def _sample(table: np.ndarray, row: np.ndarray, column: np.ndarray) -> np.ndarray:
    """Bilinear look-up, clamped at the borders."""
    row = np.clip(row, 0, table.shape[0] - 1.001)
    column = np.clip(column, 0, table.shape[1] - 1.001)
    i, j = row.astype(int), column.astype(int)
    u, v = row - i, column - j
    return (table[i, j] * (1 - v) + table[i, j + 1] * v) * (1 - u) + (
        table[i + 1, j] * (1 - v) + table[i + 1, j + 1] * v
    ) * u
