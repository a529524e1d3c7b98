"""Looseness: body-hugging helper meshes become garments that hang, in the rest pose, once per person.

The tool for everything is a grid of radii about a vertical axis: how far the body (or the cloth) reaches in
every direction at every height. Hanging cloth is a running maximum of it from top to bottom. Unit: decimetre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from .assets import AssetMeshes
from .body import Body
from .garments import Fit, Skirt
from .geometry import unit, vertex_normals

_WRAPPED = ("nearest", "wrap")


@dataclass(frozen=True)
class RadialGrid:
    """radius [rows, bins] between the heights bottom and top; bins go round from the back over the right
    side."""

    radius: np.ndarray
    bottom: float
    top: float

    @classmethod
    def measured(
        cls, theta, y, r, bottom: float, top: float, rows: int, bins: int, fill: int, fade: float = 1.0
    ):
        """The largest radius in every cell; empty cells take their neighbours', `fill` cells far."""
        row = np.clip(((y - bottom) / (top - bottom) * (rows - 1)).astype(int), 0, rows - 1)
        column = ((theta + np.pi) / (2 * np.pi) * bins).astype(int) % bins
        radius = np.zeros((rows, bins))
        np.maximum.at(radius, (row, column), r)
        for _ in range(fill):
            radius = np.where(radius == 0, ndimage.maximum_filter(radius, 3, mode=_WRAPPED) * fade, radius)
        return cls(radius, bottom, top)

    def smoothed(self, rows: float, bins: float) -> RadialGrid:
        return self.like(ndimage.gaussian_filter(self.radius, (rows, bins), mode=_WRAPPED))

    def like(self, radius: np.ndarray) -> RadialGrid:
        return RadialGrid(radius, self.bottom, self.top)

    def bridged(self) -> RadialGrid:
        """Cloth spans hollows sideways (between breasts, between buttocks): a closing along the bins."""
        bins = self.radius.shape[1]
        closed = ndimage.grey_closing(np.hstack([self.radius] * 3), size=(1, 9))[:, bins : 2 * bins]
        closed = ndimage.gaussian_filter(closed, (1, 1), mode=_WRAPPED)
        return self.like(np.maximum(self.radius, closed))

    def hanging(self, taper: float, start: float) -> RadialGrid:
        """From the height `start` downward cloth keeps its radius but for the taper."""
        radius = self.radius.copy()
        rows = len(radius)
        first = min(int((start - self.bottom) / (self.top - self.bottom) * (rows - 1)), rows - 1)
        step = (self.top - self.bottom) / (rows - 1)
        for row in range(first - 1, -1, -1):
            radius[row] = np.maximum(radius[row], radius[row + 1] - taper * step)
        return self.like(radius)

    def at(self, theta: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Radius in a direction at a height, linear between cells."""
        rows, bins = self.radius.shape
        row = np.clip((y - self.bottom) / (self.top - self.bottom) * (rows - 1), 0, rows - 1)
        column = ((theta + np.pi) / (2 * np.pi) * bins) % bins
        return ndimage.map_coordinates(np.hstack([self.radius, self.radius[:, :1]]), [row, column], order=1)


class Fitter:
    """Fits cloth to one body. Holds the vertical axis of its trunk."""

    def __init__(self, meshes: AssetMeshes, body: Body):
        self.meshes, self.body = meshes, body
        rows = meshes.tights_rows
        waist = rows[np.abs(meshes.base[rows, 1] - 2) < 1]
        self.axis_z = float(body.vertices[waist, 2].mean())

    def polar(self, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Direction (radians, 0 = front, positive to the left side) and distance from the trunk's axis."""
        x, z = points[:, 0], points[:, 2] - self.axis_z
        return np.arctan2(x, z), np.hypot(x, z)

    def _scaled(self, points: np.ndarray, rows: np.ndarray, factor: np.ndarray) -> None:
        points[rows, 0] *= factor
        points[rows, 2] = self.axis_z + (points[rows, 2] - self.axis_z) * factor

    def _outward(self, points: np.ndarray) -> np.ndarray:
        direction = points.copy()
        direction[:, 1] = 0
        direction[:, 2] -= self.axis_z
        return unit(direction)

    def _torso_drape(
        self, points: np.ndarray, looseness: float, taper: float, start: float, bridge: float
    ) -> np.ndarray:
        """How far the cloth stands off the trunk at every point."""
        theta, r = self.polar(points)
        y = points[:, 1]
        trunk = self.meshes.tights.arm[:, 1] < 0.1
        body = RadialGrid.measured(theta[trunk], y[trunk], r[trunk], -1.5, 6.0, 64, 32, fill=6).smoothed(
            1.2, 0.8
        )
        bridged = body.bridged()
        hanging = bridged.hanging(taper, start).smoothed(1.5, 1)
        hang = np.maximum(body.like(hanging.radius - bridged.radius).at(theta, y), 0)
        span = np.maximum(body.like(bridged.radius - body.radius).at(theta, y), 0)
        return hang * looseness + span * max(looseness, bridge)

    def top(
        self,
        fit: Fit,
        tuck: RadialGrid | None = None,
        waist: float = 0.0,
        inset: float = 0.05,
        outside: RadialGrid | None = None,
    ) -> np.ndarray:
        """Points [N, 3] of the tights loosened to a top.

        tuck: stay inside of this bottom, by `inset` (dm), below the height `waist`; outside: stay
        outside of this garment.
        """
        cloth = self.meshes.tights
        points = cloth.place(self.body.vertices)
        normals = vertex_normals(points, cloth.quads)
        along, arm = cloth.arm.T
        drape = self._torso_drape(points, fit.looseness, fit.taper, 4.2, 0.75)
        drape = np.maximum(drape, self._seat(points))
        # between the legs the surfaces face each other: they must not pass through the middle
        normals[:, 0] *= np.clip(np.abs(points[:, 0]) / 0.3, 0, 1) ** (cloth.canonical[:, 1] < 0.9)
        drape *= np.clip(1 - arm * 2, 0, 1) * np.clip((4.9 - points[:, 1]) / 0.8, 0, 1)
        # cloth lies on top of the shoulders and hangs free only from there on
        on_top = np.clip((normals[:, 1] - 0.1) / 0.5, 0, 1) * np.clip((0.9 - along) / 0.9, 0, 1)
        on_top *= np.clip((points[:, 1] - 4.6) / 0.6, 0, 1)
        gap = (fit.ease * (1 - 0.6 * on_top)).astype(np.float32)
        free = 0.1 + 0.9 * np.clip(along / 1.5, 0, 1)
        gap += np.clip((arm - 0.3) * 2, 0, 1) * fit.sleeve * free * np.clip(1 + fit.flare * along / 4, 0, 3)
        gap += 0.03 * np.clip((2.2 - np.abs(cloth.canonical[:, 1] - 1.5)) / 2, 0, 1) * fit.looseness
        points = (points + normals * gap[:, None] + self._outward(points) * drape[:, None]).astype(np.float32)
        if tuck is not None:
            self._tuck_in(points, tuck, waist, inset)
        if outside is not None:
            self.push_out(points, self.meshes.tights.arm[:, 1] < 0.5, outside)
        return points

    def _seat(self, points: np.ndarray) -> np.ndarray:
        """How far [N] the cloth below the hips stands off to hang straight over crotch and seat."""
        theta, r = self.polar(points)
        y = points[:, 1]
        trunk = self.meshes.tights.arm[:, 1] < 0.1
        hips = RadialGrid.measured(theta[trunk], y[trunk], r[trunk], -1.5, 2.5, 40, 32, fill=6)
        closed = ndimage.grey_closing(np.hstack([hips.radius] * 3), size=(1, 11))[:, 32:64]
        closed = ndimage.gaussian_filter(np.maximum.accumulate(closed[::-1])[::-1], (1.5, 1), mode=_WRAPPED)
        spanned = np.maximum(hips.like(closed).at(theta, y) - r, 0)
        return spanned * np.clip((0.9 - y) / 0.7, 0, 1)

    def levelled(self, points: np.ndarray) -> np.ndarray:
        """Canonical places [N, 3] of a top's points, with heights below the waist as at the flanks: on no
        body does a hem climb between the legs."""
        cloth = self.meshes.tights
        canonical = cloth.canonical.copy()
        trunk = (cloth.arm[:, 1] < 0.3) & (canonical[:, 1] < 2.2)
        flank = trunk & (np.abs(canonical[:, 0]) > 1.0) & (canonical[:, 1] > -2.5)
        order = np.argsort(points[flank, 1])
        heights, known = points[flank, 1][order], canonical[flank, 1][order]
        smooth = ndimage.uniform_filter1d(known, 41, mode="nearest")
        y = points[trunk, 1]
        share = np.clip((2.2 - canonical[trunk, 1]) / 1.2, 0, 1)
        canonical[trunk, 1] += (np.interp(y, heights, smooth) - canonical[trunk, 1]) * share
        return canonical

    def _tuck_in(self, points: np.ndarray, bottom: RadialGrid, waist: float, inset: float) -> None:
        rows = np.nonzero(
            (self.meshes.tights.arm[:, 1] < 0.5) & (points[:, 1] < waist + 1) & (points[:, 1] > -2)
        )[0]
        theta, r = self.polar(points[rows])
        y = points[rows, 1]
        limit = bottom.at(theta, np.minimum(y, waist - 0.12)) + np.clip(1.6 * (y - waist), -inset, 3)
        self._scaled(points, rows, np.minimum(1, limit / np.maximum(r, 1e-6)))

    def push_out(self, points: np.ndarray, trunk: np.ndarray, inner: RadialGrid) -> None:
        """Move those points [N, 3] that belong to the trunk [N] outside of an inner garment, in place."""
        rows = np.nonzero(trunk & (points[:, 1] < inner.top - 0.2) & (points[:, 1] > -2))[0]
        theta, r = self.polar(points[rows])
        y = points[rows, 1]
        need = (inner.at(theta, y) + 0.1) * np.clip((y + 1.9) / 0.9, 0.75, 1)
        push = np.clip(need / np.maximum(r, 1e-6), 1, 1.6) - 1
        self._scaled(points, rows, 1 + push * np.clip((inner.top - 0.2 - y) / 0.8, 0, 1))

    def trousers(self, fit: Fit) -> np.ndarray:
        """Points [N, 3] of the tights loosened to trousers."""
        cloth = self.meshes.tights
        points = cloth.place(self.body.vertices)
        normals = vertex_normals(points, cloth.quads)
        y0 = cloth.canonical[:, 1]
        shift = np.zeros_like(points)
        for side, on_side in (("L", points[:, 0] > 0), ("R", points[:, 0] < 0)):
            rows = np.nonzero(on_side & (cloth.leg > 0.3) & (y0 < 0.4))[0]
            shift[rows] += self._leg_drape(points[rows], side, fit)
        # cloth spans the seat, and in front the belly but not the crotch
        lowest = np.where(points[:, 2] < self.axis_z, -0.5, 0.4)
        seat = self._torso_drape(points, 0.0, 0.0, 0.1, 0.6) * np.clip((y0 - lowest) / 0.6, 0, 1)
        seat *= np.clip(1 - cloth.arm[:, 1] * 3, 0, 1)
        gap = fit.ease * np.where(y0 < 0.8, 1, 0.6)
        return (points + normals * gap[:, None] + shift + self._outward(points) * seat[:, None]).astype(
            np.float32
        )

    def _leg_drape(self, points: np.ndarray, side: str, fit: Fit) -> np.ndarray:
        """Moves [N, 3] of one leg's points, away from the line hip - knee - ankle."""
        bones = self.meshes.bones
        joints = np.array(
            [
                bones.head(f"{name}.{side}", self.body.vertices)
                for name in ("upperleg01", "lowerleg01", "foot")
            ]
        )
        y = points[:, 1]
        x = points[:, 0] - np.interp(-y, -joints[:, 1], joints[:, 0])
        z = points[:, 2] - np.interp(-y, -joints[:, 1], joints[:, 2])
        theta, r = np.arctan2(x, z), np.hypot(x, z)
        top = joints[0, 1] - 1.0
        leg = RadialGrid.measured(theta, y, r, joints[2, 1] - 0.6, top, 48, 24, fill=8).smoothed(1, 1)
        hanging = leg.hanging(fit.taper, top).smoothed(1, 1)
        off = (
            leg.like(hanging.radius - leg.radius).at(theta, y)
            * fit.looseness
            * np.clip((top + 0.3 - y) / 1.2, 0, 1)
        )
        return np.stack([np.sin(theta) * off, np.zeros_like(off), np.cos(theta) * off], 1)

    def skirt(self, skirt: Skirt, over: np.ndarray | None = None) -> tuple[np.ndarray, RadialGrid]:
        """Points [N, 3] of the skirt helper, reshaped from the hips down, and the grid of its radii.

        The helper gives topology and heights only; its radius comes from the hull of the body. over: points
        [M, 3] of clothes that it has to clear too.
        """
        meshes = self.meshes
        points = meshes.skirt.place(self.body.vertices)
        lower = (meshes.tights.arm[:, 1] < 0.5) & (meshes.tights.canonical[:, 1] < 2.4)
        hull_points = meshes.tights.place(self.body.vertices)[lower]
        theta, r = self.polar(hull_points)
        bottom, top = float(points[:, 1].min()), float(points[:, 1].max() + 0.2)
        if over is not None:
            hull_points = np.concatenate([hull_points, over[over[:, 1] < top]])
            theta, r = self.polar(hull_points)
        hull = RadialGrid.measured(
            theta, hull_points[:, 1], r, bottom, top, 72, 36, fill=10, fade=0.97
        ).smoothed(1, 1)
        hip = meshes.bones.head("upperleg01.L", self.body.vertices)[1] - 0.1
        radius = hull.radius.copy()
        step = (top - bottom) / len(radius)
        heights = np.linspace(bottom, top, len(radius))
        for row in range(len(radius) - 2, -1, -1):
            if heights[row] < hip:
                close = 0.96 if skirt.slope < 0 else 1.0
                radius[row] = np.maximum(hull.radius[row] * close, radius[row + 1] + skirt.slope * step)
            elif skirt.hanging:
                radius[row] = np.maximum(hull.radius[row], radius[row + 1])
        grid = hull.like(ndimage.gaussian_filter(radius, (1.2, 1.4), mode=_WRAPPED) + 0.1)

        theta, _ = self.polar(points)
        depth = np.clip((hip + 0.8 - points[:, 1]) / 4, 0, 1)
        waves = np.sin(
            skirt.waves * theta + skirt.phase + 0.6 * np.sin(3 * theta + skirt.phase)
        ) + 0.35 * np.sin(2 * skirt.waves * theta + 2 * skirt.phase)
        r = grid.at(theta, points[:, 1]) * (1 + skirt.flutes * depth * waves)
        shaped = np.stack([np.sin(theta) * r, points[:, 1], np.cos(theta) * r + self.axis_z], 1)
        return shaped.astype(np.float32), grid

    def silhouette(
        self, points: np.ndarray, bottom: float = -1.8, top: float = 2.6, rows: int = 44
    ) -> RadialGrid:
        """Radii of a finished garment about the trunk, fading above its upper edge: what an outer layer must
        clear."""
        theta, r = self.polar(points)
        y = points[:, 1]
        grid = RadialGrid.measured(theta, y, r, bottom, top, rows, 36, fill=2)
        highest = int(np.clip(((y - bottom) / (top - bottom) * (rows - 1)).astype(int), 0, rows - 1).max())
        # a point may lie anywhere in its cell, so the cells beside it have to clear it too
        wide = ndimage.maximum_filter(grid.radius, 3, mode=_WRAPPED)
        smooth = np.maximum(ndimage.gaussian_filter(wide, 0.8, mode=_WRAPPED), grid.radius * 0.99)
        step = 0.35 * (top - bottom) / (rows - 1)  # above it the outer cloth comes back to the body by and by
        for row in range(highest + 1, rows):
            smooth[row] = np.maximum(smooth[row - 1] - step, 0)
        return grid.like(smooth)
