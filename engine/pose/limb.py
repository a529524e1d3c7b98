"""An arm or a leg in space, seen in a picture: pulled by its end, it lies as limbs naturally do.

Two bones of known length and a place in the picture leave two things open, how deep the end lies and to where
the middle joint bends. Both come from `engine.pose.natural`; near the place where a pull began, both come
from how the limb lay there. So the result depends on the start and the target alone, not on the way between.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.pose import skeleton as sk
from engine.pose.body import bone_limit, read_body
from engine.pose.natural import NaturalLimb

_NEARLY = 0.02  # of a stretched limb: what it lacks to its reach, and over which depth changes its sign
_REMEMBERED = 0.25  # stretched limbs: how far from its start a pull remembers how the limb lay


@dataclass(frozen=True, eq=False)
class Limb:
    """upper, lower: longest the two bones may look, px. middle, end: [2] px from the limb's root, no farther
    than the bones reach. natural: how it mostly lies.
    """

    upper: float
    lower: float
    middle: np.ndarray
    end: np.ndarray
    natural: NaturalLimb

    @classmethod
    def read(cls, points: np.ndarray, there: np.ndarray, end: int) -> Limb | None:
        """The limb that ends in a wrist or an ankle. points: float64 [18, 2] px; there: bool [18]. None where
        nothing tells how large the body is."""
        middle, root = sk.PARENTS[end], sk.PARENTS[sk.PARENTS[end]]
        body = read_body(points, there)
        if body.trunk <= 0:
            return None
        kind = "arm" if end in (sk.RIGHT_WRIST, sk.LEFT_WRIST) else "leg"
        return cls(
            bone_limit(points, there, body.trunk, root, middle),
            bone_limit(points, there, body.trunk, middle, end),
            points[middle] - points[root],
            points[end] - points[root],
            NaturalLimb(kind, sk.SIDES[end] == "left", body),
        )

    @property
    def reach(self) -> float:
        return self.upper + self.lower

    def pulled(self, target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Middle joint and end, [2] px from the root, when the end is pulled to `target` or as near as the
        limb reaches."""
        far = math.hypot(*target)
        end = target * min(1.0, self.reach / far) if far > 0 else target
        start = self._lifted()
        depth, pole = self._natural(end)
        began, _ = self._natural_here
        way = (end - self.end) / (_REMEMBERED * self.reach)
        kept = math.exp(-float(way @ way))
        most = math.sqrt(max(self.reach**2 - float(end @ end), 0.0))
        depth = min(max(depth + kept * (start[1][2] - began), -most), most)
        least = (self.upper - self.lower) ** 2 - float(end @ end)
        if depth * depth < least:
            depth = math.copysign(math.sqrt(least), depth)
        return self._bent(np.array([*end, depth]), pole, kept * self._swivel(*start))[:2], end

    def _natural(self, end: np.ndarray) -> tuple[float, np.ndarray]:
        """Depth in px and direction of the bend [3] of a limb whose end is seen at `end`."""
        share, pole = self.natural.at(end / self.reach)
        depth, soft, seen = share * self.reach, _NEARLY * self.reach, math.hypot(*end)
        most = math.sqrt(max(self.reach**2 - seen**2, 0.0))
        depth *= most / max(math.hypot(depth, most), 1e-9)
        # A limb that is nearly as long as it can look would swing its middle by many px for each px of its
        # end. Bent no more than by a parabola of what it lacks, it swings evenly; the rest of it is depth.
        straight = self.reach - (self.reach - seen) ** 2 / (4 * soft)
        least = math.sqrt(max(straight**2 - seen**2, 0.0)) if straight > seen else 0.0
        return min(max(depth / soft, -1.0), 1.0) * max(abs(depth), least), pole

    @cached_property
    def _natural_here(self) -> tuple[float, np.ndarray]:
        return self._natural(self.end)

    def _frame(self, end: np.ndarray, pole: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors [3]: along the limb, aside towards the pole, and across both."""
        along = end / max(math.sqrt(end @ end), 1e-9)
        aside = pole - along * (along @ pole)
        aside /= max(math.sqrt(aside @ aside), 1e-9)
        return along, aside, _cross(along, aside)

    def _bent(self, end: np.ndarray, pole: np.ndarray, swivel: float) -> np.ndarray:
        """The middle joint [3] by the law of cosines, turned about the limb by `swivel` from the pole."""
        along, aside, across = self._frame(end, pole)
        far = min(max(math.sqrt(end @ end), abs(self.upper - self.lower), 1e-9), self.reach)
        there = (self.upper**2 - self.lower**2 + far * far) / (2 * far)
        off = math.sqrt(max(self.upper**2 - there * there, 0.0))
        return there * along + off * (math.cos(swivel) * aside + math.sin(swivel) * across)

    def _lifted(self) -> tuple[np.ndarray, np.ndarray]:
        """Middle and end [3] of the limb as it lies: the most natural of the four that its lengths allow."""
        depth, pole = self._natural_here
        usual = self._bent(np.array([*self.end, depth]), pole, 0.0)[2]
        shin = self.end - self.middle
        rise = math.sqrt(max(self.upper**2 - float(self.middle @ self.middle), 0.0))
        fall = math.sqrt(max(self.lower**2 - float(shin @ shin), 0.0))
        depths = [(one, one + other) for one in (rise, -rise) for other in (fall, -fall)]
        middle, end = min(depths, key=lambda pair: (pair[0] - usual) ** 2 + (pair[1] - depth) ** 2)
        return np.array([*self.middle, middle]), np.array([*self.end, end])

    def _swivel(self, middle: np.ndarray, end: np.ndarray) -> float:
        """The angle about the limb from the natural bend to the one it has."""
        _, pole = self._natural_here
        _, aside, across = self._frame(end, pole)
        return math.atan2(float(middle @ across), float(middle @ aside))


def inside(middle: np.ndarray, end: np.ndarray, box: np.ndarray) -> np.ndarray:
    """The middle joint [2] brought into a box [2, 2] (least, most; it is widened to hold root and end) by
    turning the bend towards the viewer: both bones only get to look shorter. px from the root.
    """
    least, most = np.minimum(box[0], np.minimum(end, 0)), np.maximum(box[1], np.maximum(end, 0))
    length = float(end @ end)
    foot = end * min(max(float(middle @ end) / length, 0.0), 1.0) if length > 1e-9 else 0.0 * end
    share = 1.0
    for at, off, low, high in zip(foot, middle - foot, least, most, strict=True):
        if not low <= at + off <= high:
            share = min(share, ((low if off < 0 else high) - at) / off)
    return foot + share * (middle - foot)


def _cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Cross product [3]; numpy's takes ten times as long for single vectors."""
    (ax, ay, az), (bx, by, bz) = a.tolist(), b.tolist()
    return np.array((ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx))
