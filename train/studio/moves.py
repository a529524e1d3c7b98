"""The moves of `train.moves` as poses of a person who stands. Radians and decimetres, as in poses.py."""

from __future__ import annotations

import copy

import numpy as np

from train.moves import OF_ARM, OF_HEAD

from .assets import SIDES
from .poses import Pose, plan_pose

_GOALS = dict(zip(OF_ARM, ("above", "level", "hip", "below chin", "breast", "small of back"), strict=True))
_CLAVICLE = {"above": 0.4, "level": 0.12, "below chin": 0.0}  # raised with the arm; hanging arms have -0.1
_CURL = {"above": 0.25, "level": 0.2, "hip": 0.5, "below chin": 1.0, "breast": 0.15, "small of back": 0.4}
_HEAD_TILT = np.radians(30)
_LEAN = np.radians(20)
FACINGS = {"front": 0.7, "three-quarter": 0.3}  # of the data of moves: arms are seen, and what they do


def plan_to_move(rng: np.random.Generator) -> tuple[Pose, str]:
    """Somebody standing with hanging arms, and the side (of SIDES) whose arm and leg will move."""
    return plan_pose(rng, "stand", ("down", "down")), SIDES[rng.integers(2)]


def moved(pose: Pose, move: str, side: str, rng: np.random.Generator) -> Pose:
    """The pose after a move (`train.moves.MOVES`) of the arm or leg of a side, of head or trunk; all else
    stays."""
    pose = copy.deepcopy(pose)
    outwards = 1 if side == "L" else -1
    foot = pose.feet[side]
    if move in OF_ARM:
        arm = pose.arms[side]
        arm.goal, arm.jitter, arm.wrist = _GOALS[move], rng.uniform(-1, 1, 4), 0.0
        arm.clavicle, arm.curl = _CLAVICLE.get(arm.goal, -0.05), _CURL[arm.goal]
    elif move in OF_HEAD:
        # the crown goes to the person's right, which is where x is negative
        pose.head.tilt = _HEAD_TILT if move == OF_HEAD[0] else -_HEAD_TILT
    elif move == "knee up and out":
        foot.move += (outwards * rng.uniform(0.9, 1.5), rng.uniform(2.6, 3.4), rng.uniform(0.8, 1.2))
        foot.toe_out, foot.heel = 0.7, 0.45
    elif move == "ankle back":
        foot.move += (0.0, rng.uniform(2.2, 2.9), rng.uniform(-2.9, -2.3))
        foot.heel = 1.0
    elif move == "step forward":
        stride = rng.uniform(2.2, 2.8)
        foot.move += (0.3 * outwards, 0.0, stride)
        pose.shift[2] += 0.35 * stride
    elif move == "trunk leant":
        pose.spine.tilt += rng.choice((-1, 1)) * _LEAN
    else:
        raise ValueError(f"there is no move {move!r}")
    return pose
