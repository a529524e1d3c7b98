"""Simple solids as (points [N, 3], triangles [T, 3]): tubes, balls, boxes, plates."""

from __future__ import annotations

import numpy as np

from .geometry import triangulate, unit

Solid = tuple[np.ndarray, np.ndarray]


def joined(solids: list[Solid]) -> Solid:
    """Several solids as one."""
    starts = np.cumsum([0] + [len(points) for points, _ in solids[:-1]])
    triangles = [triangles + start for (_, triangles), start in zip(solids, starts, strict=True)]
    return np.concatenate([points for points, _ in solids]), np.concatenate(triangles).astype(np.int32)


def grid_triangles(rows: int, columns: int, closed: bool = False) -> np.ndarray:
    """Triangles of a grid of points in row order; closed: the last column meets the first."""
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns if closed else columns - 1), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    quads = np.stack([a, b, b + columns, a + columns], -1).reshape(-1, 4)
    return triangulate(quads).astype(np.int32)


def tube(
    path: np.ndarray, radius: float, closed: bool, sides: int = 4, across=(0, 0, 1), flat: float = 1.0
) -> Solid:
    """A tube about a path [K, 3]. across: roughly the direction that the section's second axis takes; flat:
    how much wider the section is along it. radius in the path's unit."""
    along = np.roll(path, -1, 0) - np.roll(path, 1, 0) if closed else np.gradient(path, axis=0)
    second = np.broadcast_to(np.asarray(across, float), path.shape)
    first = unit(np.cross(along, second))
    second = unit(np.cross(first, along))
    angle = (np.arange(sides) + 0.5) * 2 * np.pi / sides
    section = np.cos(angle)[:, None, None] * first + flat * np.sin(angle)[:, None, None] * second
    points = (path + radius * section).transpose(1, 0, 2)
    count = len(path)
    if closed:
        points = np.concatenate([points, points[:1]])
    return points.reshape(-1, 3), grid_triangles(count + closed, sides, closed=True)


def ball(centre, radius: float, rows: int = 5, columns: int = 8) -> Solid:
    """A sphere."""
    polar = np.linspace(0, np.pi, rows)[:, None]
    azimuth = np.arange(columns) * 2 * np.pi / columns
    unit_points = np.stack(
        [np.sin(polar) * np.sin(azimuth), np.cos(polar) + 0 * azimuth, np.sin(polar) * np.cos(azimuth)], -1
    )
    return np.asarray(centre) + radius * unit_points.reshape(-1, 3), grid_triangles(
        rows, columns, closed=True
    )


def box(centre, half, roundness: float = 0.3) -> Solid:
    """A box with soft edges. half: half sizes; roundness 0 (sharp) .. 1 (an ellipsoid)."""
    points, triangles = ball((0, 0, 0), 1.0, 9, 16)
    power = 0.12 + 0.88 * roundness
    cube = np.sign(points) * np.abs(points) ** power
    return np.asarray(centre) + cube * np.asarray(half), triangles


def plate(outline: np.ndarray) -> Solid:
    """A flat fan inside of a closed outline [K, 3]."""
    count = len(outline)
    k = np.arange(count)
    fan = np.stack([k, (k + 1) % count, np.full(count, count)], 1).astype(np.int32)
    return np.concatenate([outline, outline.mean(0)[None]]), fan
