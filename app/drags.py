"""Drags of a skeleton: which pose it has wherever the hand is. Places are px of the frame, poses [18, 3]."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.pose import groups, kinematics, symmetry
from engine.pose.skeleton import HEAD, JOINTS, NOSE, PARENTS
from engine.pose.snapping import angle_of, snapped

LIMB, FREE, BONE, WHOLE = "limb", "free", "bone", "whole"
"""How a drag moves the skeleton: as a body moves, the joint alone, the limb behind a bone turned, the whole
person."""

MOVE, ROTATE, SCALE = "move", "rotate", "scale"
"""What a drag does to a group of joints."""

LIMB_ENDS = tuple(chain[-1] for chain in symmetry.NAMED_LIMBS.values())
TURNED = (*LIMB_ENDS, *(chain[1] for chain in symmetry.NAMED_LIMBS.values()))  # about the joint above
_LEAST_SCALE = 0.05  # a group drawn together any further could not be spread again

Place = tuple[float, float]


@dataclass(frozen=True)
class Manner:
    """How a pulled joint takes others along.

    size: (H, W) of the frame. symmetric: its partner on the other side too. lengths_kept: bones stay as long
    as they are. limbs_bend: a hand or foot bends its limb. flipped: with elbow or knee on the other side.
    laid: how the skeleton follows that is laid on a photo by hand; None: as a body does. own: the pose of the
    person's photo, [18, 3], None where nobody was found in it.
    """

    size: tuple[int, int]
    symmetric: bool = False
    lengths_kept: bool = True
    limbs_bend: bool = True
    flipped: bool = False
    laid: Callable[[np.ndarray, int, Place], np.ndarray] | None = None
    own_18x3: np.ndarray | None = None

    def turns(self, joint: int) -> bool:
        """Whether a pulled joint goes about the one above it."""
        bends = self.limbs_bend and joint in LIMB_ENDS
        return self.lengths_kept and self.laid is None and not bends and joint in TURNED


@dataclass(frozen=True, eq=False)
class Drag:
    """start: the pose it began on. grip: where it was taken. text: the step it becomes. posed: the pose for
    a place of the hand, in the manner of that moment.

    pivot, base: a steady hand keeps to lines through this place, in steps from so many degrees. lead: the way
    from the hand to what it pulls.
    """

    start: np.ndarray
    grip: Place
    text: str
    posed: Callable[[Place, Manner], np.ndarray]
    pivot: Place
    base: float = 0.0
    lead: Place = (0.0, 0.0)

    def steadied(self, at: Place) -> Place:
        """Where a steady hand is that is here."""
        return snapped(self.pivot, at, self.base)

    def guide(self, at: Place) -> tuple[Place, Place]:
        """The line that a steady hand keeps to, from where it begins to what is pulled."""
        return _sum(self.pivot, self.lead), _sum(at, self.lead)


def of_person(start: np.ndarray, xy: Place) -> Drag:
    """The whole person pulled from `xy`."""

    def posed(at: Place, _manner: Manner) -> np.ndarray:
        return kinematics.move_person(start, _way(xy, at))

    return Drag(start, xy, "Move the person", posed, xy)


def of_bone(start: np.ndarray, joint: int, xy: Place) -> Drag:
    """The bone that ends in `joint` turned about its other end; a steady hand turns it to directions of the
    frame."""
    end = NOSE if joint in HEAD else joint
    pivot = _at(start, PARENTS[end])

    def posed(at: Place, manner: Manner) -> np.ndarray:
        return kinematics.turn_bone(start, joint, xy, at, manner.own_18x3)

    base = angle_of(pivot, xy) - angle_of(pivot, _at(start, end))
    return Drag(start, xy, f"Turn {_bone_name(joint)}", posed, pivot, base)


def of_joint(start: np.ndarray, joint: int, xy: Place, text: str, free: bool, turns: bool) -> Drag:
    """A joint pulled from `xy`. free: alone. turns: whether it goes about the joint above it, so that a
    steady hand turns their bone; else that goes straight."""
    here = _at(start, joint)
    lead = _way(xy, here)
    pivot = _sum(_at(start, PARENTS[joint]), _way(here, xy)) if turns else xy

    def posed(at: Place, manner: Manner) -> np.ndarray:
        return pulled(start, joint, _sum(at, lead), manner, free)

    return Drag(start, xy, text, posed, pivot, lead=lead)


def of_group(start: np.ndarray, joints: tuple[int, ...], mode: str, xy: Place) -> Drag:
    """Some joints moved, rotated or scaled about the middle of their box, taken at `xy`."""
    centre = centre_of(start, joints)
    grip = angle_of(centre, xy)

    def posed(at: Place, _manner: Manner) -> np.ndarray:
        if mode == MOVE:
            return groups.moved(start, joints, _way(xy, at))
        if mode == ROTATE:
            return groups.rotated(start, joints, angle_of(centre, at) - grip, centre)
        factor = max(math.dist(at, centre) / max(math.dist(xy, centre), 1e-6), _LEAST_SCALE)
        return groups.scaled(start, joints, factor, centre)

    text = f"{mode.capitalize()} {name_of(start, joints)}"
    return Drag(start, xy, text, posed, *((xy, 0.0) if mode == MOVE else (centre, grip)))


def pulled(start: np.ndarray, joint: int, to: Place, manner: Manner, free: bool = False) -> np.ndarray:
    """The pose with a joint pulled to a place, and what follows it. free: nothing does."""
    if manner.laid is not None:
        return manner.laid(start, joint, to)
    if manner.symmetric and not free:
        return symmetry.move_both(start, joint, to, lambda pose, one, at: _pulled(pose, one, at, manner))
    return _pulled(start, joint, to, manner, free)


def _pulled(pose: np.ndarray, joint: int, to: Place, manner: Manner, free: bool = False) -> np.ndarray:
    """With this one joint pulled."""
    if not free and not manner.lengths_kept:
        return kinematics.carry_joint(pose, joint, to, manner.own_18x3)
    if not free and not manner.limbs_bend and joint in LIMB_ENDS:
        return kinematics.turn_bone(pose, joint, _at(pose, joint), to, manner.own_18x3)
    return kinematics.move_joint(
        pose, joint, to, free=free, flipped=manner.flipped, size=manner.size, own_18x3=manner.own_18x3
    )


def centre_of(pose_18x3: np.ndarray, joints: tuple[int, ...]) -> Place:
    """The middle of the box around some joints."""
    x, y = groups.box_of(pose_18x3, joints).mean(axis=0).tolist()
    return x, y


def name_of(pose_18x3: np.ndarray, joints: tuple[int, ...]) -> str:
    """What some joints are called in a step of undo."""
    return "the person" if len(joints) == int((pose_18x3[:, 2] > 0).sum()) else f"{len(joints)} joints"


def _at(pose_18x3: np.ndarray, joint: int | None) -> Place:
    x, y = pose_18x3[joint, :2].tolist()
    return x, y


def _sum(one: Place, other: Place) -> Place:
    return one[0] + other[0], one[1] + other[1]


def _way(start: Place, end: Place) -> Place:
    return end[0] - start[0], end[1] - start[1]


def _bone_name(joint: int) -> str:
    """The part of the body that turns with the bone that ends in `joint`."""
    parts = {"elbow": "arm", "wrist": "forearm", "knee": "leg", "ankle": "shin"}
    side, _, name = JOINTS[joint].rpartition(" ")
    return f"{side} {parts[name]}" if name in parts else "head"
