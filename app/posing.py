"""The hand on the skeleton: gestures, keys and buttons as steps of undo."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtGui import QUndoStack

from app import fitting, history
from app.document import Document
from app.draft import Draft
from engine.errors import InputError
from engine.pose import groups, kinematics, symmetry
from engine.pose.formats import Carried
from engine.pose.skeleton import ABSENT, FLIP, JOINTS, SEEN

LIMB, FREE, BONE, WHOLE = "limb", "free", "bone", "whole"
"""How a drag moves the skeleton: as a body moves, the joint alone, the limb behind a bone turned, the whole
person."""

MOVE, ROTATE, SCALE = "move", "rotate", "scale"
"""What a drag does to a group of joints."""

NUDGE_REST_S = 2.0  # a pause in which one looks at what the nudges made
_LEAST_SCALE = 0.05  # a group drawn together any further could not be spread again

Place = tuple[float, float]


class EditTarget(Protocol):
    """What lies under the hand now: the person's document, or the draft over a photo with its own undo."""

    @property
    def active(self) -> Document: ...

    @property
    def stack(self) -> QUndoStack: ...

    @property
    def draft(self) -> Draft | None: ...

    @property
    def frame_size(self) -> tuple[int, int]: ...


@dataclass(frozen=True, eq=False)
class _Drag:
    """start: the pose it began on. grip: where it was taken. text: the step it becomes. posed: the pose for
    a place of the hand, with elbow or knee on the other side or not."""

    start: np.ndarray
    grip: Place
    text: str
    posed: Callable[[Place, bool], np.ndarray]


class Posing:
    """Every change of the pose. Positions are px of the shown frame, poses [18, 3].

    symmetric: whether a pulled joint takes its partner on the other side along.
    """

    def __init__(self, target: EditTarget):
        self._target = target
        self._drag: _Drag | None = None
        self._hand: Place = (0.0, 0.0)
        self._flipped = False
        self._gesture = 0
        self._nudging: tuple[int, tuple[int, bool]] | None = None  # the gesture; joint, and whether alone
        self._nudged_at = 0.0
        self.symmetric = False

    @property
    def pose(self) -> np.ndarray:
        return self._target.active.look.pose

    @property
    def dragging(self) -> bool:
        return self._drag is not None

    def grab(self, joint: int, mode: str, xy: Place) -> None:
        """Begin a gesture: `joint`, the bone that ends in it, or the whole person pulled from `xy`."""
        start = self.pose.copy()
        if mode == WHOLE or (mode == BONE and self._target.draft):
            self._begin(
                start, xy, "Move the person", lambda at, _: kinematics.move_person(start, _way(xy, at))
            )
        elif mode == BONE:
            text = f"Turn {_bone_name(joint)}"
            self._begin(start, xy, text, lambda at, _: kinematics.turn_bone(start, joint, xy, at))
        else:

            def pulled(at: Place, flipped: bool) -> np.ndarray:
                return self._moved(start, joint, _shifted(start, joint, _way(xy, at)), mode == FREE, flipped)

            self._begin(start, xy, self._step_text(joint, mode == FREE), pulled)

    def grab_group(self, joints: tuple[int, ...], mode: str, xy: Place) -> None:
        """Begin to move, rotate or scale some joints about the middle of their box, taken at `xy`."""
        start = self.pose.copy()
        middle = groups.box_of(start, joints).mean(axis=0)
        centre = (float(middle[0]), float(middle[1]))
        who = "the person" if len(joints) == int((start[:, 2] > 0).sum()) else f"{len(joints)} joints"
        grip = math.atan2(xy[1] - centre[1], xy[0] - centre[0]), math.dist(xy, centre)

        def posed(at: Place, _: bool) -> np.ndarray:
            if mode == MOVE:
                return groups.moved(start, joints, _way(xy, at))
            if mode == ROTATE:
                turn = math.atan2(at[1] - centre[1], at[0] - centre[0]) - grip[0]
                return groups.rotated(start, joints, math.degrees(turn), centre)
            factor = max(math.dist(at, centre) / max(grip[1], 1e-6), _LEAST_SCALE)
            return groups.scaled(start, joints, factor, centre)

        self._begin(start, xy, f"{mode.capitalize()} {who}", posed)

    def _begin(
        self, start: np.ndarray, xy: Place, text: str, posed: Callable[[Place, bool], np.ndarray]
    ) -> None:
        self._gesture = history.new_gesture()
        self._drag, self._hand, self._flipped = _Drag(start, xy, text, posed), xy, False

    def pull(self, xy: Place) -> None:
        """The hand moved to `xy`."""
        drag = self._drag
        if drag is not None and (xy != drag.grip or self._hand != drag.grip or self._flipped):
            self._hand = xy
            self._step(drag.text, drag.posed(xy, self._flipped))

    def let_go(self) -> bool:
        """End the gesture, as one step; False if there was none."""
        ended, self._drag = self._drag is not None, None
        return ended

    def cancel(self) -> None:
        """End the gesture where it began: no step of undo."""
        drag, self._drag = self._drag, None
        if drag is not None and not np.array_equal(self.pose, drag.start):
            self._step(drag.text, drag.start)

    def flip(self, joint: int) -> None:
        """Bend elbow or knee to the other side: of the limb being pulled, else of the one `joint` is on."""
        if self._drag is not None:
            self._flipped = not self._flipped
            self.pull(self._hand)
        elif joint >= 0:
            self._change(
                f"Bend {symmetry.limb_of(joint)} the other way", kinematics.flip_limb(self.pose, joint)
            )

    def set_symmetric(self, on: bool) -> None:
        self.symmetric = on

    def nudge(self, joint: int, shift: Place, alone: bool) -> None:
        """Move a joint by keys, alone or with what follows it. Nudges in a row are one step, until the hand
        rests."""
        now, row = time.monotonic(), (joint, alone)
        if (self._gesture, row) != self._nudging or now - self._nudged_at > NUDGE_REST_S:
            self._gesture = history.new_gesture()
        self._nudging, self._nudged_at = (self._gesture, row), now
        moved = self._moved(self.pose, joint, _shifted(self.pose, joint, shift), free=alone)
        self._step(self._step_text(joint), moved)

    def place(self, joint: int, xy: Place) -> None:
        """Put a joint at exactly `xy`, alone."""
        self._gesture = history.new_gesture()
        self._step(self._step_text(joint, free=True), self._moved(self.pose, joint, xy, free=True))

    def set_shown(self, joint: int, shown: bool) -> None:
        """Hide a joint, or show it where it was (or where it may be if it never had a place)."""
        pose = self.pose
        if shown == (pose[joint, 2] > 0):
            return
        if shown and not kinematics.placed_joints(pose)[joint]:
            size = self._target.frame_size
            place = fitting.guess_place(pose, kinematics.t_pose(size), joint, size)
            pose = pose.copy()
            pose[joint] = (*place, SEEN)
            self._push(history.PlaceJoint(self._target.active, joint, pose))
        else:
            self._push(history.SetJointState(self._target.active, joint, SEEN if shown else ABSENT))

    def show_all(self) -> None:
        """Show every hidden joint, as one step."""
        if (self.pose[:, 2] > 0).all():
            return
        self._target.stack.beginMacro("Show all joints")
        for joint in range(len(self.pose)):
            self.set_shown(joint, True)
        self._target.stack.endMacro()

    def mirror(self) -> None:
        """Exchange left and right."""
        mirrored = kinematics.mirror(self.pose, self._target.frame_size)
        self._push(history.MirrorPose(self._target.active, mirrored))

    def copy_across(self, joint: int) -> None:
        """The arm or leg that `joint` is on, copied to the other side."""
        if name := symmetry.limb_of(joint):
            self._change(f"Copy {name} across", symmetry.copy_limb(self.pose, name))

    def turn_around(self) -> None:
        """Show the person's other side."""
        self._change("Turn around", symmetry.turn_around(self.pose))

    def reset(self) -> None:
        """Back to the pose the person has in the photo."""
        look = self._target.active.look
        photo = look.photo(look.person)
        draft = self._target.draft
        start = draft.start if draft else photo.reference.keypoints_18x3 if photo else None
        if start is not None and not np.array_equal(start, self.pose):
            self._push(history.ResetPose(self._target.active, np.array(start, dtype=np.float32)))

    def take(self, pose_18x3: np.ndarray, source: str, carried: Carried | None = None) -> None:
        """Replace the pose; `source` names where it comes from, `carried` came with it. Raises InputError for
        numbers that are none, whoever let them through."""
        pose = np.array(pose_18x3, dtype=np.float32)
        if not np.isfinite(pose).all():
            raise InputError(f"{source} holds a position that is not a number.")
        self._push(history.TakePose(self._target.active, pose, source, carried))

    def _moved(
        self, start: np.ndarray, joint: int, target: Place, free: bool = False, flipped: bool = False
    ) -> np.ndarray:
        """The pose with a joint moved to `target` and what follows it."""
        if self._target.draft:
            return self._target.draft.pull(start, joint, target)
        size = self._target.frame_size
        if self.symmetric and not free:
            return symmetry.move_both(start, joint, target, flipped=flipped, size=size)
        return kinematics.move_joint(start, joint, target, free=free, flipped=flipped, size=size)

    def _step_text(self, joint: int, free: bool = False) -> str:
        name = JOINTS[joint]
        if self.symmetric and not free and FLIP[joint] != joint and not self._target.draft:
            return f"Move both {name.split()[-1]}s"
        return f"Move {name}"

    def _change(self, text: str, pose: np.ndarray) -> None:
        """A step by itself, if it changes anything."""
        if not np.array_equal(pose, self.pose):
            self._gesture = history.new_gesture()
            self._step(text, pose)

    def _step(self, text: str, pose: np.ndarray) -> None:
        """A moment of the present gesture."""
        self._push(history.ChangePose(self._target.active, text, pose, self._gesture))

    def _push(self, command: history.LookCommand) -> None:
        history.do(self._target.stack, command)


def _way(start: Place, end: Place) -> Place:
    return end[0] - start[0], end[1] - start[1]


def _shifted(pose_18x3: np.ndarray, joint: int, shift: Place) -> Place:
    return pose_18x3[joint, 0] + shift[0], pose_18x3[joint, 1] + shift[1]


def _bone_name(joint: int) -> str:
    """The part of the body that turns with the bone that ends in `joint`."""
    parts = {"elbow": "arm", "wrist": "forearm", "knee": "leg", "ankle": "shin"}
    side, _, name = JOINTS[joint].rpartition(" ")
    return f"{side} {parts[name]}" if name in parts else "head"
