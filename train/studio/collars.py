"""Collars, lapels and hoods: sheets laid over the shoulders of a top.

They are designed on the base mesh and carried over to the loosened top of a person, point by point, with
the moves of the top's nearest points. Unit: decimetre; directions round the neck in radians, 0 in front.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import cKDTree

from .assets import Cloth
from .cloth import RadialGrid
from .garments import Top
from .geometry import SkinWeights, triangulate, vertex_normals
from .parts import PartMesh, part_mesh

_NECK_Z = 0.2  # of the axis of the base mesh's neck
_NEAREST = 6


@dataclass(frozen=True)
class Sheet:
    """A grid of points [rows, columns, 3] on the base mesh; border [rows, columns]: distance to its free
    border."""

    points: np.ndarray
    border: np.ndarray


def collar_mesh(top: Top, cloth: Cloth, points: np.ndarray) -> PartMesh:
    """The collar of a top whose loosened points [N, 3] these are."""
    surface = NeckSurface(cloth)
    match top.collar:
        case "shirt":
            start = 0.55 if top.neck.kind == "vee" or top.opening else 0.16
            sheets = [surface.fold(start, 0.25, 0.46, 0.26)]
        case "polo":
            sheets = [surface.fold(0.5, 0.22, 0.38, 0.16)]
        case "stand":
            sheets = [surface.stand(0.5 if top.opening or top.neck.kind == "vee" else 0.14, 0.34)]
        case "hood":
            sheets = [surface.hood(0.75 if top.opening else 0.4)]
        case _:
            sheets = [surface.fold(0.82, 0.15, 0.48, 0.05), *surface.lapels(top.button, top.opening)]
    return carried(sheets, cloth, points)


class NeckSurface:
    """The base mesh about neck and chest as radii about the axis of the neck."""

    def __init__(self, cloth: Cloth):
        at = cloth.canonical
        rows = (cloth.arm[:, 1] < 0.5) & (at[:, 1] > 0.5)
        x, y, z = at[rows, 0], at[rows, 1], at[rows, 2] - _NECK_Z
        grid = RadialGrid.measured(np.arctan2(x, z), y, np.hypot(x, z), 0.5, 6.2, 60, 48, fill=4)
        self.grid = grid.smoothed(0.7, 1.0)

    def radius(self, theta, y):
        theta, y = np.broadcast_arrays(theta, y)
        theta = (theta + np.pi) % (2 * np.pi) - np.pi
        return self.grid.at(theta - np.pi / 48, y)  # the grid counts from a cell's border

    @staticmethod
    def place(theta, r, y) -> np.ndarray:
        return np.stack(np.broadcast_arrays(np.sin(theta) * r, y, np.cos(theta) * r + _NECK_Z), -1)

    @staticmethod
    def seat(theta):
        """Height at which a collar sits on the shoulders: lowest at the throat."""
        front = 0.5 + 0.5 * np.cos(theta)
        return 5.66 + 0.13 * np.sin(theta) ** 2 - 0.24 * front**2

    def stand(self, start: float, height: float) -> Sheet:
        """A band that stands round the neck, open in front by `start` to both sides."""
        theta = np.linspace(start, 2 * np.pi - start, 49)
        t = np.linspace(0, 1, 5)[:, None]
        y = self.seat(theta) - 0.16 + t * (height + 0.16)
        r = np.maximum(self.radius(theta, y), 0.5) + 0.05 + 0.05 * t
        return Sheet(self.place(theta, r, y), np.broadcast_to((1 - t) * height, y.shape))

    def fold(self, start: float, stand: float, fall: float, point: float) -> Sheet:
        """A band that stands round the neck and falls over outwards.

        fall: its length, which grows by `point` towards its corners in front.
        """
        theta = np.linspace(start, 2 * np.pi - start, 65)
        in_front = np.clip(1 - (np.pi - np.abs(theta - np.pi) - start) / 0.9, 0, 1) ** 1.5
        top = self.seat(theta) + stand - 0.12 * in_front
        r_top = np.maximum(self.radius(theta, top), 0.5) + 0.08
        rows, border = [], []
        for t in (0.0, 0.5, 1.0):
            y = self.seat(theta) - 0.16 + t * (top - self.seat(theta) + 0.16)
            lean = np.clip(self.radius(theta, y) - r_top, 0, 0.06)  # upright, or it would pierce the fall
            rows.append(self.place(theta, r_top + lean * (1 - t), y))
            border.append(np.full(len(theta), 1.0))
        rows.append(self.place(theta, r_top + 0.03, top + 0.04))
        border.append(np.full(len(theta), 1.0))
        length = fall + point * in_front
        outwards = np.sign(np.pi - theta) * in_front * 0.32  # corners point to the sides
        for t in (0.08, 0.3, 0.55, 0.8, 1.0):
            y = top - t * length * 0.88
            turned = theta + outwards * t
            out = np.maximum(r_top + 0.05 + t * length * 0.42, self.radius(turned, y) + 0.09)
            rows.append(self.place(turned, out, y))
            border.append((1 - t) * length)
        ends = np.minimum(np.arange(len(theta)), np.arange(len(theta))[::-1]) * 0.08
        return Sheet(np.stack(rows)[:, ::-1], np.minimum(np.stack(border), ends)[:, ::-1])

    def hood(self, start: float) -> Sheet:
        """A hood that lies on the back: a roll round the neck, a bag behind."""
        theta = np.linspace(start, 2 * np.pi - start, 61)
        behind = np.clip(1 - np.abs(theta - np.pi) / (np.pi - start), 0, 1)
        bag = behind * behind * (3 - 2 * behind)
        seat = self.seat(theta)
        thick = 0.16 + 0.5 * bag
        rows = []
        for out, up in ((0.03, -0.1), (0.08, 0.2), (0.25, 0.36), (0.6, 0.34), (0.95, 0.08), (1.0, -0.25)):
            y = seat + up * (0.55 + 0.45 * bag) - 0.25 * bag * max(-up, 0)
            r = np.maximum(self.radius(theta, np.maximum(y, seat - 0.1)), 0.5)
            rows.append(self.place(theta, r + thick * out + 0.04, y))
        low = seat - 0.25 - 1.0 * bag
        for t, out in ((0.5, 0.85), (0.85, 0.5), (1.0, 0.12)):
            y = (seat - 0.3 * (0.55 + 0.45 * bag)) * (1 - t) + low * t
            rows.append(self.place(theta, self.radius(theta, y) + 0.04 + thick * out * (0.3 + 0.7 * bag), y))
        return Sheet(np.stack(rows)[:, ::-1], np.full((len(rows), len(theta)), 1.0))

    def lapels(self, button: float, growth: float) -> list[Sheet]:
        """The turned-back edges of a jacket from the button up to the notch under the collar."""
        y = np.concatenate([np.linspace(button, 4.75, 14), [4.9, 5.05, 5.2, 5.35]])[:, None]
        rising = np.clip((y - button) / (4.75 - button), 0, 1)
        width = 0.78 * rising**0.75 - 0.3 * np.clip((y - 4.75) / 0.15, 0, 1)
        t = np.linspace(0, 1, 6)
        sheets = []
        for side in (1, -1):
            x = 0.03 + (y - button) * growth - 0.02 + width * t
            theta = np.arctan2(x, 0.9)
            for _ in range(4):
                theta = np.arcsin(np.clip(x / self.radius(side * theta, y), 0, 0.98))
            r = self.radius(side * theta, y) + 0.05 + 0.07 * np.sin(t * np.pi * 0.6)
            points = self.place(side * theta, r, y + 0.18 * t * np.clip((y - 4.3) / 0.6, 0, 1))
            border = np.broadcast_to((1 - t) * width, x.shape)
            sheets.append(Sheet(points[:, ::side], border[:, ::side]))
        return sheets


def carried(sheets: list[Sheet], cloth: Cloth, points: np.ndarray) -> PartMesh:
    """Sheets on the base mesh -> a mesh on the top whose loosened points [N, 3] are given."""
    quads, first = [], 0
    for sheet in sheets:
        rows, columns = sheet.border.shape
        number = first + np.arange(rows * columns).reshape(rows, columns)
        corners = number[:-1, :-1], number[:-1, 1:], number[1:, 1:], number[1:, :-1]
        quads.append(np.stack([corner.ravel() for corner in corners], 1))
        first += rows * columns
    quads = np.concatenate(quads)
    canonical = np.concatenate([sheet.points.reshape(-1, 3) for sheet in sheets])
    border = np.concatenate([sheet.border.ravel() for sheet in sheets])
    distance, near = cKDTree(cloth.canonical).query(canonical, _NEAREST)
    share = 1 / (distance**2 + 0.01)
    share /= share.sum(1, keepdims=True)
    moved = canonical + ((points - cloth.canonical)[near] * share[..., None]).sum(1)
    return part_mesh(
        triangulate(quads),
        moved,
        vertex_normals(moved, quads),
        _blended(cloth.skin, near, share),
        canonical=canonical,
        uv=np.stack([border, np.zeros_like(border)], 1),
    )


def _blended(skin: SkinWeights, near: np.ndarray, share: np.ndarray) -> SkinWeights:
    """Weights of points that lie among others: near [N, k] are their rows in skin, share [N, k] sums to 1."""
    count = int(skin.bones.max()) + 1
    dense = np.zeros((len(near), count), np.float32)
    for k in range(near.shape[1]):
        for j in range(4):
            np.add.at(
                dense,
                (np.arange(len(near)), skin.bones[near[:, k], j]),
                skin.weights[near[:, k], j] * share[:, k],
            )
    bones = np.argsort(-dense, axis=1, kind="stable")[:, :4]
    weights = np.take_along_axis(dense, bones, 1)
    weights /= weights.sum(1, keepdims=True)
    return SkinWeights(bones.astype(np.int16), weights.astype(np.float32))
