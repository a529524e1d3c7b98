"""The hand on the skeleton: gestures, keys and buttons as steps of undo."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtGui import QUndoStack

from app import fitting, history
from app.document import Document
from app.draft import Draft
from engine.errors import InputError
from engine.pose import kinematics
from engine.pose.skeleton import ABSENT, SEEN

LIMB, FREE, WHOLE = "limb", "free", "whole"
"""How a drag moves the skeleton: lengths kept, the joint alone, the whole person."""


NUDGE_REST_S = 2.0  # a pause in which one looks at what the nudges made
PERSON = -1  # where a joint is asked for


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
    """joint: or PERSON. free: the joint alone. start: the pose it began on. grip: where it was taken."""

    joint: int
    free: bool
    start: np.ndarray
    grip: tuple[float, float]


class Posing:
    """Every change of the pose. Positions are px of the shown frame, poses [18, 3]."""

    def __init__(self, target: EditTarget):
        self._target = target
        self._drag: _Drag | None = None
        self._gesture = 0
        self._nudging: tuple[int, tuple[int, bool]] | None = None  # the gesture; joint, and whether alone
        self._nudged_at = 0.0

    @property
    def pose(self) -> np.ndarray:
        return self._target.active.look.pose

    @property
    def dragging(self) -> bool:
        return self._drag is not None

    def grab(self, joint: int, mode: str, xy: tuple[float, float]) -> None:
        """Begin a gesture: `joint` (or the whole person) pulled from `xy`."""
        self._gesture = history.new_gesture()
        self._drag = _Drag(PERSON if mode == WHOLE else joint, mode == FREE, self.pose.copy(), xy)

    def pull(self, xy: tuple[float, float]) -> None:
        """The hand moved to `xy`."""
        drag = self._drag
        if drag is None:
            return
        shift = (xy[0] - drag.grip[0], xy[1] - drag.grip[1])
        if drag.joint == PERSON:
            self._step(PERSON, kinematics.move_person(drag.start, shift))
        else:
            target = _shifted(drag.start, drag.joint, shift)
            self._step(drag.joint, self._moved(drag.start, drag.joint, target, drag.free))

    def let_go(self) -> bool:
        """End the gesture, as one step; False if there was none."""
        ended, self._drag = self._drag is not None, None
        return ended

    def cancel(self) -> None:
        """End the gesture where it began: no step of undo."""
        drag, self._drag = self._drag, None
        if drag is not None and not np.array_equal(self.pose, drag.start):
            self._step(drag.joint, drag.start)

    def nudge(self, joint: int, shift: tuple[float, float], alone: bool) -> None:
        """Move a joint by keys, alone or with what follows it. Nudges in a row are one step, until the hand
        rests."""
        now, row = time.monotonic(), (joint, alone)
        if (self._gesture, row) != self._nudging or now - self._nudged_at > NUDGE_REST_S:
            self._gesture = history.new_gesture()
        self._nudging, self._nudged_at = (self._gesture, row), now
        self._step(joint, self._moved(self.pose, joint, _shifted(self.pose, joint, shift), free=alone))

    def place(self, joint: int, xy: tuple[float, float]) -> None:
        """Put a joint at exactly `xy`, alone."""
        self._gesture = history.new_gesture()
        self._step(joint, self._moved(self.pose, joint, xy, free=True))

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

    def reset(self) -> None:
        """Back to the pose the person has in the photo."""
        look = self._target.active.look
        photo = look.photo(look.person)
        draft = self._target.draft
        start = draft.start if draft else photo.reference.keypoints_18x3 if photo else None
        if start is not None and not np.array_equal(start, self.pose):
            self._push(history.ResetPose(self._target.active, np.array(start, dtype=np.float32)))

    def take(self, pose_18x3: np.ndarray, source: str) -> None:
        """Replace the pose; `source` names where it comes from. Raises InputError for numbers that are none,
        whoever let them through."""
        pose = np.array(pose_18x3, dtype=np.float32)
        if not np.isfinite(pose).all():
            raise InputError(f"{source} holds a position that is not a number.")
        self._push(history.TakePose(self._target.active, pose, source))

    def _moved(
        self, start: np.ndarray, joint: int, target: tuple[float, float], free: bool = False
    ) -> np.ndarray:
        """The pose with a joint moved to `target` and what follows it."""
        if self._target.draft:
            return self._target.draft.pull(start, joint, target)
        return kinematics.move_joint(start, joint, target, free=free)

    def _step(self, joint: int, pose: np.ndarray) -> None:
        """A moment of the present gesture."""
        if joint == PERSON:
            self._push(history.MovePerson(self._target.active, pose, self._gesture))
        else:
            self._push(history.MoveJoint(self._target.active, joint, pose, self._gesture))

    def _push(self, command: history.LookCommand) -> None:
        history.do(self._target.stack, command)


def _shifted(pose_18x3: np.ndarray, joint: int, shift: tuple[float, float]) -> tuple[float, float]:
    return pose_18x3[joint, 0] + shift[0], pose_18x3[joint, 1] + shift[1]
