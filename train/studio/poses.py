"""Poses of the photo studio, drawn as intentions: stance, bends of the trunk, where each hand goes.

A pose says nothing of bones: skeleton.py reaches for these goals with whatever body it is given. Angles in
radians, lengths in decimetres, L and R are the person's own sides.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field

import numpy as np

from .assets import SIDES
from .bvh import Recording
from .chance import choose

RECORDED = {"standing": 0.12, "run": 0.025}  # shares of the poses that were recorded, by the name's beginning
STANCES = {
    "stand": 0.27,
    "contrapposto": 0.3,
    "walk": 0.16,
    "turning walk": 0.05,
    "crossed": 0.12,
    "wide": 0.1,
}
ARM_GOALS = {
    "down": 0.44,
    "hip": 0.14,
    "pocket": 0.11,
    "back pocket": 0.04,
    "belt": 0.02,
    "thigh": 0.03,
    "opposite arm": 0.04,
    "clasp": 0.02,
    "back": 0.03,
    "small of back": 0.015,
    "hair": 0.05,
    "chin": 0.01,
    "below chin": 0.035,
    "lapel": 0.04,
    "breast": 0.04,
    "above": 0.04,
    "level": 0.03,
    "out": 0.04,
    "swing forward": 0.02,
    "swing back": 0.02,
}
BOTH_ARMS = {
    "clasp": 0.035,
    "crossed": 0.05,
    "above": 0.012,
    "level": 0.008,
    "hip": 0.045,
    "back": 0.02,
    "back pocket": 0.02,
    "pocket": 0.02,
    "down": 0.16,
}
PULLS = ("arm", "leg", "head tilted", "head turned", "trunk leant")  # what `pulled` moves
_AT_EASE = ("down", "hip", "thigh", "swing forward")  # goals of hands before they are pulled
_CLAVICLE = {"hair": 0.3, "above": 0.4, "level": 0.12, "out": 0.12, "chin": 0.05}
_CURL = {
    "hip": (0.3, 0.7),
    "down": (0.2, 0.7),
    "swing forward": (0.2, 0.8),
    "swing back": (0.2, 0.8),
    "below chin": (0.8, 1.2),
}
_TURNED_AWAY = 0.35  # radians between the person's front and the camera from which on people look back to it


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


@dataclass
class Recorded:
    """A recorded pose (bvh.py) and how much of its bends; trunk, head and limbs (by the bone's name) are bent
    a little further."""

    recording: Recording
    amount: float
    spine: Bend
    head: Bend
    limbs: dict[str, Bend]


def draw_pose(
    rng: np.random.Generator,
    recordings: dict[str, Recording] | None = None,
    yaw: float = 0.0,
    plain: bool = False,
) -> Pose | Recorded:
    """A random standing or walking pose; a plain one stands with hanging arms.

    recordings: poses to take a share from (RECORDED). yaw: how far the person is turned from the camera, for
    those who look at it.
    """
    if recordings and not plain:
        draw = rng.random()
        for kind, chance in RECORDED.items():
            if draw < chance:
                return _draw_recorded(rng, recordings, kind)
            draw -= chance
    pose = plan_pose(rng, "stand", ("down", "down")) if plain else plan_pose(rng)
    away = (yaw + np.pi) % (2 * np.pi) - np.pi
    if not plain and abs(away) > _TURNED_AWAY and rng.random() < 0.4:
        _look_at_camera(pose, away, rng)
    return pose


def _look_at_camera(pose: Pose, away: float, rng: np.random.Generator) -> None:
    """Head and shoulders turn back towards the camera, as far as a neck goes: over the shoulder."""
    wanted = -away * rng.uniform(0.6, 1)
    pose.spine.twist += float(np.clip(0.2 * wanted, -0.3, 0.3))
    pose.head.twist = float(np.clip(0.75 * wanted, -0.95, 0.95))
    pose.head.tilt = 0.4 * pose.head.tilt
    pose.head.forward += 0.08 if abs(away) > 2 else 0.0


def _draw_recorded(rng: np.random.Generator, recordings: dict[str, Recording], kind: str) -> Recorded:
    """A recorded pose, as it is or mirrored, every limb a few degrees off; a run is seldom a sprint."""
    names = sorted(name for name in recordings if name.startswith(kind))
    recording = recordings[names[rng.integers(len(names))]]
    if rng.random() < 0.5:
        recording = recording.mirrored()

    def bend(sigma: float) -> Bend:
        return Bend(*np.clip(rng.normal(0, sigma, 3), -2 * sigma, 2 * sigma))

    spread = {"upperarm01": 0.06, "lowerarm01": 0.07, "wrist": 0.1, "upperleg01": 0.03}
    limbs = {f"{name}.{side}": bend(sigma) for name, sigma in spread.items() for side in SIDES}
    amount = rng.uniform(0.45, 0.8) if kind == "run" else rng.uniform(0.85, 1.05)
    return Recorded(recording, amount, bend(0.04), bend(0.1), limbs)


def plan_pose(
    rng: np.random.Generator, stance: str | None = None, goals: tuple[str, str] | None = None
) -> Pose:
    """A pose of a stance (STANCES), left and right hand going for goals (ARM_GOALS, BOTH_ARMS); what is not
    ordered is drawn, and so is what makes any two poses differ a little."""
    uniform = rng.uniform

    def normal(sigma: float) -> float:
        return float(np.clip(rng.normal(0, sigma), -2.2 * sigma, 2.2 * sigma))

    pelvis = Bend(normal(0.12), normal(0.05), normal(0.03))
    spine = Bend(normal(0.1), 0.0, normal(0.05))
    spine.tilt = -pelvis.tilt * uniform(0.7, 1.5) + normal(0.03)  # the shoulders counter the hips
    head = Bend(normal(0.22), normal(0.07), normal(0.1))
    pose = Pose(stance or choose(rng, STANCES), pelvis, spine, head, {}, {})
    for side, inwards in (("L", -0.75), ("R", 0.75)):
        pose.feet[side] = Foot(np.array([inwards + normal(0.2), 0.0, 0.0]), uniform(-0.05, 0.35))
    ahead = "L" if uniform() < 0.5 else "R"
    _place_feet(pose, ahead, rng)
    for side, goal in zip(SIDES, goals or _draw_goals(rng, pose, ahead), strict=True):
        curl = uniform(*_CURL.get(goal, (0.1, 0.5)))
        pose.arms[side] = Arm(
            goal, uniform(-1, 1, 4), _CLAVICLE.get(goal, -0.1) + normal(0.03), curl, normal(0.12)
        )
    return pose


def plan_to_pull(rng: np.random.Generator) -> Pose:
    """A pose to pull at: standing, hands where they can be seen to move."""
    return plan_pose(rng, "stand", tuple(str(goal) for goal in rng.choice(_AT_EASE, 2)))


def pulled(pose: Pose, part: str, rng: np.random.Generator) -> Pose:
    """The pose with one part (PULLS) moved, as one who pulls at a joint does; either side alike."""
    pose = copy.deepcopy(pose)
    side = SIDES[rng.integers(2)]
    either = rng.choice((-1, 1))
    if part == "arm":
        arm = pose.arms[side]
        others = [goal for goal in ARM_GOALS if goal != arm.goal]
        arm.goal, arm.jitter = others[rng.integers(len(others))], rng.uniform(-1, 1, 4)
        arm.clavicle = _CLAVICLE.get(arm.goal, -0.1)
    elif part == "leg":
        outwards = 1 if side == "L" else -1
        pose.feet[side].move += (
            outwards * rng.uniform(0.5, 1.6),
            rng.uniform(0, 0.8),
            rng.uniform(-0.3, 0.3),
        )
    elif part == "head tilted":
        pose.head.tilt += either * rng.uniform(0.12, 0.4)
    elif part == "head turned":
        pose.head.twist += either * rng.uniform(0.15, 0.6)
    elif part == "trunk leant":
        pose.spine.tilt += either * rng.uniform(0.1, 0.3)
    else:
        raise ValueError(f"nobody pulls at {part!r}")
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
    elif pose.stance in ("walk", "turning walk"):
        if pose.stance == "turning walk":  # the hips go one way, shoulders and head stay behind
            pose.pelvis.twist = sign * uniform(0.25, 0.5)
            pose.spine.twist = -pose.pelvis.twist * uniform(0.5, 0.9)
            pose.head.twist -= pose.pelvis.twist * uniform(0, 0.8)
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
    if "walk" in pose.stance and rng.random() < 0.7:  # arms swing against the legs
        goals = ["swing back", "swing forward"] if ahead == "L" else ["swing forward", "swing back"]
    for both, chance in BOTH_ARMS.items():
        if rng.random() < chance:
            goals = [both, both]
    return goals
