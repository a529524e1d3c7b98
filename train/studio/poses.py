"""Poses of the photo studio, drawn as intentions: stance, bends of the trunk, where each hand goes.

A pose says nothing of bones: skeleton.py reaches for these goals with whatever body it is given. Angles in
radians, lengths in decimetres, L and R are the person's own sides.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .assets import SIDES
from .chance import choose

STANCES = {"stand": 0.3, "contrapposto": 0.3, "walk": 0.2, "crossed": 0.1, "wide": 0.1}
ARM_GOALS = {
    "down": 0.47,
    "hip": 0.13,
    "pocket": 0.12,
    "clasp": 0.03,
    "back": 0.04,
    "hair": 0.05,
    "chin": 0.03,
    "lapel": 0.04,
    "out": 0.05,
    "swing forward": 0.02,
    "swing back": 0.02,
}
_CLAVICLE = {"hair": 0.3, "out": 0.12, "chin": 0.05}


@dataclass
class Bend:
    """A rotation of a part of the trunk: twist about y, tilt about z, forward about x."""

    twist: float = 0.0
    tilt: float = 0.0
    forward: float = 0.0


@dataclass
class Arm:
    """goal: a name of ARM_GOALS or "crossed"; jitter [4] in -1..1; curl of the fingers; wrist flexion."""

    goal: str
    jitter: np.ndarray
    clavicle: float = -0.1
    curl: float = 0.3
    wrist: float = 0.0


@dataclass
class Foot:
    """Where the ankle stands against the rest pose [3], toe-out, and heel lift."""

    move: np.ndarray
    toe_out: float = 0.0
    heel: float = 0.0


@dataclass
class Pose:
    stance: str
    pelvis: Bend
    spine: Bend
    head: Bend
    arms: dict[str, Arm]
    feet: dict[str, Foot]
    shift: np.ndarray = field(default_factory=lambda: np.zeros(3))


def draw_pose(rng: np.random.Generator, plain: bool = False) -> Pose:
    """A random standing or walking pose; a plain one stands with hanging arms."""
    uniform = rng.uniform

    def normal(sigma: float) -> float:
        return float(np.clip(rng.normal(0, sigma), -2.2 * sigma, 2.2 * sigma))

    pelvis = Bend(normal(0.12), normal(0.05), normal(0.03))
    spine = Bend(normal(0.1), 0.0, normal(0.05))
    spine.tilt = -pelvis.tilt * uniform(0.7, 1.5) + normal(0.03)  # the shoulders counter the hips
    head = Bend(normal(0.22), normal(0.07), normal(0.1))
    stance = "stand" if plain else choose(rng, STANCES)
    pose = Pose(stance, pelvis, spine, head, {}, {})
    for side, inwards in (("L", -0.75), ("R", 0.75)):
        pose.feet[side] = Foot(np.array([inwards + normal(0.2), 0.0, 0.0]), uniform(-0.05, 0.35))
    ahead = "L" if uniform() < 0.5 else "R"
    _place_feet(pose, ahead, rng)
    goals = ["down", "down"] if plain else _draw_goals(rng, pose, ahead)
    for side, goal in zip(SIDES, goals, strict=True):
        curl = uniform(0.3, 0.7) if goal == "hip" else uniform(0.1, 0.5)
        pose.arms[side] = Arm(
            goal, uniform(-1, 1, 4), _CLAVICLE.get(goal, -0.1) + normal(0.03), curl, normal(0.12)
        )
    return pose


def _place_feet(pose: Pose, ahead: str, rng: np.random.Generator) -> None:
    uniform = rng.uniform
    left, right = pose.feet["L"], pose.feet["R"]
    front, rear = pose.feet[ahead], pose.feet["R" if ahead == "L" else "L"]
    sign = 1 if ahead == "L" else -1
    if pose.stance == "contrapposto":  # the hip goes over the standing leg, the other leg is free
        pose.shift[0] = sign * uniform(0.3, 0.6)
        pose.pelvis.tilt = sign * uniform(0.05, 0.12)
        pose.spine.tilt = -pose.pelvis.tilt * uniform(1, 1.5)
        rear.move += (-sign * uniform(0, 0.5), 0, uniform(0.3, 1))
        rear.toe_out = uniform(0.1, 0.6)
    elif pose.stance == "walk":
        stride = uniform(0.9, 1.9)
        front.move[2] += stride
        rear.move += (0, uniform(0.35, 0.6), -stride * 0.9)
        rear.heel = uniform(0.3, 0.55)
        left.move[0] -= 0.35
        right.move[0] += 0.35
        pose.shift[2] = uniform(-0.1, 0.2)
    elif pose.stance == "crossed":
        front.move[2] += uniform(0.4, 0.8)
        left.move[0] -= uniform(0.4, 0.75)
        right.move[0] += uniform(0.4, 0.75)
    elif pose.stance == "wide":
        left.move[0] += uniform(0.4, 1)
        right.move[0] -= uniform(0.4, 1)


def _draw_goals(rng: np.random.Generator, pose: Pose, ahead: str) -> list[str]:
    """What the left and the right hand do."""
    goals = [choose(rng, ARM_GOALS) for _ in SIDES]
    if pose.stance == "walk" and rng.random() < 0.7:  # arms swing against the legs
        goals = ["swing back", "swing forward"] if ahead == "L" else ["swing forward", "swing back"]
    for both, chance in (("clasp", 0.04), ("crossed", 0.04), ("hip", 0.05), ("down", 0.18)):
        if rng.random() < chance:
            goals = [both, both]
    return goals
