"""Where a hand goes: the goals of poses.py as places on this body in this pose. Unit: decimetre."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .poses import Arm


@dataclass(frozen=True)
class Goal:
    """wrist: its place [3]; pole: direction [3] the elbow points in; pronation of the forearm (radians);
    hand: direction [3] of the fingers, or None where they just follow the forearm."""

    wrist: np.ndarray
    pole: np.ndarray
    pronation: float
    hand: np.ndarray | None = None


@dataclass(frozen=True)
class Reach:
    """The trunk and the head that an arm moves about.

    sign: 1 for the left arm, -1 for the right one. hips, waist, chest: half width, front z and back z with
    the clothes. heights: y of landmarks in the rest pose. pelvis: its rotation [3, 3]. by_pelvis: carries a
    rest point along with the pelvis; by_bone: with a bone; turned: turns a direction with a bone.
    """

    sign: int
    hips: tuple[float, float, float]
    waist: tuple[float, float, float]
    chest: tuple[float, float, float]
    heights: dict[str, float]
    pelvis: np.ndarray
    by_pelvis: Callable[[np.ndarray], np.ndarray]
    by_bone: Callable[[str, np.ndarray], np.ndarray]
    turned: Callable[[str, np.ndarray], np.ndarray]

    def goal(self, arm: Arm) -> Goal:
        """The goal of an arm, moved by its jitter so that no two hands go to the same place.

        Points are (x outwards from the middle, y a height of the rest pose, z to the front).
        """
        a, b, c, d = arm.jitter
        out, by_pelvis, by_bone, turned = self._outwards, self.by_pelvis, self.by_bone, self.turned
        names = ("hip", "waist", "chest", "shoulder", "head")
        hip, waist, chest, shoulder, head = (self.heights[name] for name in names)
        (hip_width, hip_front, hip_back), (waist_width, waist_front, _), chest_front = (
            self.hips,
            self.waist,
            self.chest[1],
        )
        behind = out(0.5, 0, -1)
        match arm.goal:
            case "down":
                wrist = by_pelvis(out(hip_width + 0.55 + 0.25 * a, hip - 0.35 + 0.3 * b, 0.25 + 0.35 * c))
                return Goal(wrist, behind, -0.3 + 0.3 * d, self.pelvis @ out(-0.1, -1, 0.2 + 0.1 * d))
            case "swing forward":
                wrist = by_pelvis(out(hip_width + 0.45 + 0.2 * a, hip - 0.1, 1.5 + 0.5 * c))
                return Goal(wrist, behind, -0.2)
            case "swing back":
                wrist = by_pelvis(out(hip_width + 0.5 + 0.2 * a, hip + 0.1, -1.1 + 0.4 * c))
                return Goal(wrist, out(0.6, 0, -1), -0.2)
            case "hip":
                beside = out(waist_width + 0.55 + 0.12 * a, waist + 0.15 + 0.25 * b, -0.15 + 0.3 * c)
                fingers = self.pelvis @ out(-0.55, -0.55, 0.65)
                return Goal(by_pelvis(beside), out(1, 0.1, -0.8), 0.5 + 0.2 * d, fingers)
            case "pocket":
                beside = out(hip_width + 0.15 + 0.08 * a, hip + 0.75 + 0.15 * b, 0.35 + 0.25 * c)
                return Goal(by_pelvis(beside), out(0.8, 0, -1), -0.1, self.pelvis @ out(-0.12, -1, 0.25))
            case "back pocket":
                wrist = by_pelvis(out(0.62 * hip_width + 0.15 * a, hip + 0.85 + 0.2 * b, hip_back - 0.3))
                return Goal(wrist, out(0.9, 0, -1), -1.5, self.pelvis @ out(-0.15, -1, 0.15))
            case "belt":
                front = out(0.75 * hip_width + 0.1 * a, hip + 1.15 + 0.15 * b, hip_front + 0.15)
                return Goal(by_pelvis(front), out(1, 0, -0.6), 0.1, self.pelvis @ out(-0.35, -1, -0.1))
            case "thigh":
                front = out(0.8 * hip_width + 0.15 * a, hip - 0.2 + 0.25 * b, hip_front + 0.35)
                return Goal(
                    by_pelvis(front), out(1, 0, -0.8), -0.5 + 0.2 * d, self.pelvis @ out(-0.2, -1, 0.1)
                )
            case "lap":
                front = out(0.35 + 0.3 * a, hip + 1.1 + 0.25 * b, hip_front + 1.1 + 0.7 * c)
                return Goal(by_pelvis(front), out(1, 0, -0.5), 0.2, self.pelvis @ out(-0.7, -0.15, 0.6))
            case "knee":
                front = out(0.8 * hip_width + 0.2 * a, hip + 1.1 + 0.2 * b, hip_front + 2.1 + 0.4 * c)
                return Goal(by_pelvis(front), out(1, 0.1, -0.4), -0.2, self.pelvis @ out(-0.2 * d, -0.3, 1))
            case "opposite arm":
                across = out(-0.55 * waist_width + 0.15 * a, waist + 0.55 + 0.35 * b, waist_front + 0.55)
                fingers = turned("spine03", out(-1, 0.05 + 0.2 * d, -0.3))
                return Goal(by_bone("spine03", across), out(1, -0.5, -0.2), 0.2, fingers)
            case "clasp":
                wrist = by_pelvis(out(0.55 + 0.1 * a, hip + 0.3 + 0.3 * b, hip_front + 0.75))
                return Goal(wrist, out(1, 0, -0.5), 0.2, self.pelvis @ out(-0.9, -0.5, 0.1))
            case "folded":  # one hand upon the other before the waist
                before = waist_front + (0.75 if self.sign > 0 else 0.4)
                wrist = by_pelvis(out(0.75 + 0.25 * a, waist - 0.5 + 0.8 * b, before + 0.15 * c))
                return Goal(
                    wrist, out(1, -0.3, -0.4), 0.2 + 0.2 * d, self.pelvis @ out(-1, -0.15 + 0.2 * d, 0.1)
                )
            case "forearm":  # held out level, for a bag in the crook of the arm
                wrist = by_pelvis(out(0.75 * hip_width + 0.4 * a, waist + 0.4 + 0.5 * b, waist_front + 1.5))
                return Goal(wrist, out(0.5, -0.5, -1), 0.3 * d)
            case "back":
                wrist = by_pelvis(out(0.9 + 0.2 * a, hip + 1.5 + 0.3 * b, hip_back - 0.5))
                return Goal(wrist, out(1, 0, -0.3), -0.6, self.pelvis @ out(-1, -0.25, 0))
            case "hair":
                wrist = by_bone("head", out(1.15 + 0.2 * a, head + 0.35 + 0.4 * b, 0.1 + 0.3 * c))
                return Goal(wrist, out(1, 0.5 + 0.3 * d, 0.1), -0.4, turned("head", out(-0.7, 0.6, -0.2)))
            case "chin":
                wrist = by_bone("head", out(0.55 + 0.2 * a, head - 1.25 + 0.2 * b, 1.75))
                return Goal(wrist, out(0.6, -1, 0.3), 0.3, turned("head", out(-0.25, 1, -0.25)))
            case "lapel":
                wrist = by_bone("spine01", out(0.95 + 0.2 * a, chest + 1 + 0.5 * b, chest_front + 0.45))
                return Goal(wrist, out(1, -0.35, -0.1), 0.2, turned("spine01", out(-0.8, 0.4, -0.2)))
            case "crossed":
                above, before = (0.25, 0.75) if self.sign > 0 else (-0.1, 0.4)  # the left arm lies outside
                before_chest = out(-0.55 + 0.2 * a, chest + 0.35 + above, chest_front + before)
                fingers = turned("spine01", out(-1, 0.1, -0.25))
                return Goal(by_bone("spine01", before_chest), out(1, -0.6, 0.3), 0.1, fingers)
            case "above":
                wrist = by_bone("spine01", out(2.3 + 0.3 * a, head + 2.0 + 0.25 * b, 0.4 + 0.3 * c))
                return Goal(wrist, out(1, 0, 0.2), -0.6 + 0.2 * d, turned("spine01", out(-0.15, 1, 0.1)))
            case "level":
                wrist = by_bone("spine01", out(5.9, shoulder + 0.25 * b, 0.4 + 0.3 * c))
                return Goal(wrist, out(0, -0.6, -1), 0.2 * d, turned("spine01", out(1, 0, 0.15)))
            case "breast":
                beside = out(-0.25 + 0.2 * a, chest + 1.1 + 0.25 * b, chest_front + 0.5)
                fingers = turned("spine01", out(-1, 0.3, -0.5))
                return Goal(by_bone("spine01", beside), out(1, -0.7, 0.2), 0.1, fingers)
            case "small of back":
                wrist = by_pelvis(out(0.3 + 0.2 * a, hip + 1.6 + 0.2 * b, hip_back - 0.55))
                return Goal(wrist, out(1, 0, -0.4), -0.6, self.pelvis @ out(-1, 0.1, 0))
            case "below chin":
                below = out(0.5 + 0.15 * a, head - 2.05 + 0.1 * b, max(1.6, chest_front + 0.35))
                fingers = turned("head", out(-0.35, 1, -0.55))
                return Goal(by_bone("head", below), out(0.7, -1, 0.1), 0.5, fingers)
            case "out":
                wrist = by_bone("spine01", out(3.4 + 0.5 * a, chest - 0.8 + 0.9 * b, 0.9 + 0.6 * c))
                return Goal(wrist, out(0.4, -0.5, -1), 0.0)
        raise ValueError(f"no arm goal {arm.goal!r}")

    def _outwards(self, x: float, y: float, z: float) -> np.ndarray:
        return np.array([x * self.sign, y, z], float)
