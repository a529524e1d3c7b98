"""Mesh arithmetic: corners, normals, subdivision, skinning weights. Pure functions over numpy arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.sparse as sparse


@dataclass(frozen=True)
class Corners:
    """A mesh as the graphics card wants it: vertex and uv index of every corner [C], triangles [T, 3]."""

    vertex: np.ndarray
    uv: np.ndarray
    triangles: np.ndarray


@dataclass(frozen=True)
class SkinWeights:
    """The four strongest bones of every vertex: bones int16 [V, 4], weights float32 [V, 4] summing to 1."""

    bones: np.ndarray
    weights: np.ndarray

    def __getitem__(self, rows) -> SkinWeights:
        return SkinWeights(self.bones[rows], self.weights[rows])


def rigid(bones: np.ndarray) -> SkinWeights:
    """Weights of points that one bone each carries: its number [V]."""
    weights = np.zeros((len(bones), 4), np.float32)
    weights[:, 0] = 1
    return SkinWeights(np.repeat(np.asarray(bones, np.int16)[:, None], 4, 1), weights)


def unit(vectors: np.ndarray) -> np.ndarray:
    """Scale to length 1 along the last axis."""
    return vectors / np.maximum(np.linalg.norm(vectors, axis=-1, keepdims=True), 1e-9)


def triangulate(quads: np.ndarray) -> np.ndarray:
    """Quads [Q, 4] -> triangles [2Q, 3]."""
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def unique_corners(faces: np.ndarray, face_uvs: np.ndarray) -> Corners:
    """Merge the corners that share vertex and uv; degenerate triangles are dropped."""
    keys = faces.astype(np.int64) * 1_000_000 + face_uvs
    unique, inverse = np.unique(keys.ravel(), return_inverse=True)
    triangles = triangulate(inverse.reshape(faces.shape))
    a, b, c = triangles.T
    triangles = triangles[(a != b) & (b != c) & (a != c)]
    return Corners(
        (unique // 1_000_000).astype(np.int32),
        (unique % 1_000_000).astype(np.int32),
        triangles.astype(np.int32),
    )


def vertex_normals(vertices: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Area-weighted unit normals [V, 3] of a mesh of quads [F, 4] or triangles [F, 3]."""
    if faces.shape[1] == 4:
        areas = np.cross(
            vertices[faces[:, 2]] - vertices[faces[:, 0]], vertices[faces[:, 3]] - vertices[faces[:, 1]]
        )
    else:
        areas = np.cross(
            vertices[faces[:, 1]] - vertices[faces[:, 0]], vertices[faces[:, 2]] - vertices[faces[:, 0]]
        )
    corners = faces.T.ravel()
    sums = np.stack(
        [np.bincount(corners, np.tile(areas[:, axis], faces.shape[1]), len(vertices)) for axis in range(3)], 1
    )
    return unit(sums).astype(np.float32)


def subdivide(faces: np.ndarray, vertex_count: int) -> tuple[sparse.csr_matrix, np.ndarray]:
    """One Catmull-Clark level as a matrix: new vertices = S @ old vertices. Returns S and the new quads.

    Open borders keep their shape. Old vertices that no face uses are left out.
    """
    count = len(faces)
    sides = np.sort(np.stack([faces, np.roll(faces, -1, 1)], -1).reshape(-1, 2), 1)
    edges, inverse, uses = np.unique(sides, axis=0, return_inverse=True, return_counts=True)
    inverse = inverse.ravel()
    owner = np.repeat(np.arange(count), 4)
    inner = uses == 2
    border = np.zeros(vertex_count, bool)
    border[edges[~inner].ravel()] = True

    def matrix(values, rows, columns, shape):
        return sparse.csr_matrix((values, (rows, columns)), shape=shape)

    def diagonal(values):
        return sparse.diags(np.asarray(values, float))

    face_points = matrix(np.full(count * 4, 0.25), owner, faces.ravel(), (count, vertex_count))
    midpoints = matrix(
        np.full(len(edges) * 2, 0.5),
        np.repeat(np.arange(len(edges)), 2),
        edges.ravel(),
        (len(edges), vertex_count),
    )
    edge_faces = matrix(np.ones(count * 4), inverse, owner, (len(edges), count))
    edge_points = (
        diagonal(np.where(inner, 0.5, 1.0)) @ midpoints
        + diagonal(np.where(inner, 0.25, 0.0)) @ edge_faces @ face_points
    )

    vertex_faces = matrix(np.ones(count * 4), faces.ravel(), owner, (vertex_count, count))
    valence = np.maximum(np.asarray(vertex_faces.sum(1)).ravel(), 1)
    vertex_edges = matrix(
        np.ones(len(edges) * 2),
        edges.ravel(),
        np.repeat(np.arange(len(edges)), 2),
        (vertex_count, len(edges)),
    )
    edge_valence = np.maximum(np.asarray(vertex_edges.sum(1)).ravel(), 1)
    identity = sparse.identity(vertex_count, format="csr")
    inside = (
        diagonal(1 / valence**2) @ vertex_faces @ face_points
        + diagonal(2 / (valence * edge_valence)) @ vertex_edges @ midpoints
        + diagonal((valence - 3) / valence) @ identity
    )
    outer = np.nonzero(~inner)[0]
    border_edges = matrix(
        np.ones(len(outer) * 2), edges[~inner].ravel(), np.repeat(outer, 2), (vertex_count, len(edges))
    )
    border_valence = np.maximum(np.asarray(border_edges.sum(1)).ravel(), 1)
    along = 0.5 * identity + 0.5 * diagonal(1 / border_valence) @ border_edges @ midpoints
    vertex_points = diagonal(~border) @ inside + diagonal(border) @ along

    points = sparse.vstack([vertex_points, edge_points, face_points]).tocsr()
    edge_rows = inverse.reshape(-1, 4) + vertex_count
    face_rows = np.arange(count) + vertex_count + len(edges)
    quads = np.stack(
        [np.stack([faces[:, k], edge_rows[:, k], face_rows, edge_rows[:, (k + 3) % 4]], 1) for k in range(4)],
        1,
    ).reshape(-1, 4)
    kept = np.unique(quads)
    renumber = np.full(points.shape[0], -1)
    renumber[kept] = np.arange(len(kept))
    return points[kept], renumber[quads].astype(np.int32)


def strongest_bones(weights: sparse.spmatrix) -> SkinWeights:
    """Keep the four largest weights of every row, renormalised."""
    weights = weights.tocsr()
    bones = np.zeros((weights.shape[0], 4), np.int16)
    values = np.zeros((weights.shape[0], 4), np.float32)
    for row in range(weights.shape[0]):
        start, end = weights.indptr[row : row + 2]
        order = np.argsort(-weights.data[start:end], kind="stable")[:4]
        bones[row, : len(order)] = weights.indices[start:end][order]
        values[row, : len(order)] = weights.data[start:end][order]
    return SkinWeights(bones, values / np.maximum(values.sum(1, keepdims=True), 1e-9))


def components(faces: np.ndarray, vertex_count: int) -> np.ndarray:
    """Number of the connected component of every vertex [V], counted in the order of their first vertices."""
    graph = sparse.csr_matrix(
        (np.ones(faces.size), (faces.ravel(), np.roll(faces, -1, 1).ravel())),
        shape=(vertex_count, vertex_count),
    )
    return sparse.csgraph.connected_components(graph, directed=False)[1]
