"""The hand on the skeleton: gestures, keys and buttons as steps of undo."""

from __future__ import annotations

import time
from typing import Protocol

import numpy as np
from PySide6.QtGui import QUndoStack

from app import drags, fitting, history
from app.document import Document
from app.draft import Draft
from app.drags import BONE, FREE, WHOLE, Drag, Manner, Place
from engine.errors import InputError
from engine.pose import groups, kinematics, symmetry
from engine.pose.formats import Carried
from engine.pose.skeleton import ABSENT, FLIP, JOINTS, SEEN

NUDGE_REST_S = 2.0  # a pause in which one looks at what the nudges made


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


class Posing:
    """Every change of the pose. Positions are px of the shown frame, poses [18, 3].

    symmetric: whether a pulled joint takes its partner on the other side along. lengths_kept: whether bones
    stay as long as they are. limbs_bend: whether a pulled hand or foot bends its limb. guide: the line that a
    steady hand keeps to.
    """

    def __init__(self, target: EditTarget):
        self._target = target
        self._drag: Drag | None = None
        self._hand: Place = (0.0, 0.0)
        self._flipped = False
        self._gesture = 0
        self._row: tuple[int, object] | None = None  # what keys or wheel do one after another: gesture, what
        self._row_at = 0.0
        self._turned = (self.pose, 0.0, self.pose)  # what the wheel turns, how far so far, what came of it
        self.guide: tuple[Place, Place] | None = None
        self.symmetric = False
        self.lengths_kept = self.limbs_bend = True

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
            self._begin(drags.of_person(start, xy))
        elif mode == BONE:
            self._begin(drags.of_bone(start, joint, xy))
        else:
            free = mode == FREE
            turns = not free and self._manner().turns(joint)
            self._begin(drags.of_joint(start, joint, xy, self._step_text(joint, free), free, turns))

    def grab_group(self, joints: tuple[int, ...], mode: str, xy: Place) -> None:
        """Begin to move, rotate or scale some joints about the middle of their box, taken at `xy`."""
        self._begin(drags.of_group(self.pose.copy(), joints, mode, xy))

    def _begin(self, drag: Drag) -> None:
        self._gesture = history.new_gesture()
        self._drag, self._hand, self._flipped = drag, drag.grip, False

    def pull(self, xy: Place, steady: bool = False) -> None:
        """The hand moved to `xy`. steady: it keeps to directions in steps."""
        drag = self._drag
        if drag is not None and (xy != drag.grip or self._hand != drag.grip or self._flipped):
            self._hand = drag.steadied(xy) if steady else xy
            self.guide = drag.guide(self._hand) if steady else None
            self._step(drag.text, drag.posed(self._hand, self._manner()))

    def let_go(self) -> bool:
        """End the gesture, as one step; False if there was none."""
        ended, self._drag, self.guide = self._drag is not None, None, None
        return ended

    def cancel(self) -> None:
        """End the gesture where it began: no step of undo."""
        drag, self._drag, self.guide = self._drag, None, None
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

    def set_lengths_kept(self, on: bool) -> None:
        self.lengths_kept = on

    def set_limbs_bend(self, on: bool) -> None:
        self.limbs_bend = on

    def nudge(self, joint: int, shift: Place, alone: bool) -> None:
        """Move a joint by keys, alone or with what follows it. Nudges in a row are one step, until the hand
        rests."""
        self._continues((joint, alone))
        to = _shifted(self.pose, joint, shift)
        self._step(self._step_text(joint), drags.pulled(self.pose, joint, to, self._manner(), free=alone))

    def nudge_group(self, joints: tuple[int, ...], shift: Place) -> None:
        """Move some joints by keys, as they are to each other. Nudges in a row are one step."""
        if self._drag is None:
            self._continues(("moved", joints))
            self._step(f"Move {drags.name_of(self.pose, joints)}", groups.moved(self.pose, joints, shift))

    def turn(self, joints: tuple[int, ...], degrees: float) -> None:
        """Turn some joints about the middle of their box, none: the person. Turns in a row are one step,
        until the hand rests."""
        if not joints:
            joints = tuple(np.flatnonzero(self.pose[:, 2] > 0).tolist())
        if self._drag is not None or not joints:
            return
        start, turned, pose = self._turned
        if not self._continues(joints) or not np.array_equal(pose, self.pose):
            start, turned = self.pose.copy(), 0.0
        turned += degrees
        pose = groups.rotated(start, joints, turned, drags.centre_of(start, joints))
        self._turned = start, turned, pose
        self._step(f"Rotate {drags.name_of(start, joints)}", pose)

    def _continues(self, what: object) -> bool:
        """Whether keys or wheel go on with what they did a moment ago; else this begins a step."""
        now = time.monotonic()
        same = self._row == (self._gesture, what) and now - self._row_at <= NUDGE_REST_S
        if not same:
            self._gesture = history.new_gesture()
        self._row, self._row_at = (self._gesture, what), now
        return same

    def place(self, joint: int, xy: Place) -> None:
        """Put a joint at exactly `xy`, alone."""
        self._gesture = history.new_gesture()
        pose = drags.pulled(self.pose, joint, xy, self._manner(), free=True)
        self._step(self._step_text(joint, free=True), pose)

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

    def hide(self, joints: tuple[int, ...]) -> None:
        """Hide some joints, as one step."""
        self._target.stack.beginMacro(f"Hide {drags.name_of(self.pose, joints)}")
        for joint in joints:
            self.set_shown(joint, False)
        self._target.stack.endMacro()

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
        draft = self._target.draft
        start = draft.start if draft else self._own_pose()
        if start is not None and not np.array_equal(start, self.pose):
            self._push(history.ResetPose(self._target.active, np.array(start, dtype=np.float32)))

    def take(self, pose_18x3: np.ndarray, source: str, carried: Carried | None = None) -> None:
        """Replace the pose; `source` names where it comes from, `carried` came with it. Raises InputError for
        numbers that are none, whoever let them through."""
        pose = np.array(pose_18x3, dtype=np.float32)
        if not np.isfinite(pose).all():
            raise InputError(f"{source} holds a position that is not a number.")
        self._push(history.TakePose(self._target.active, pose, source, carried))

    def _manner(self) -> Manner:
        draft = self._target.draft
        return Manner(
            self._target.frame_size,
            self.symmetric,
            self.lengths_kept,
            self.limbs_bend,
            self._flipped and self._drag is not None,
            draft.pull if draft else None,
            None if draft else self._own_pose(),
        )

    def _own_pose(self) -> np.ndarray | None:
        """The pose that the person has in the photo."""
        look = self._target.active.look
        photo = look.photo(look.person)
        return photo.own_pose(self._target.frame_size) if photo else None

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


def _shifted(pose_18x3: np.ndarray, joint: int, shift: Place) -> Place:
    return pose_18x3[joint, 0] + shift[0], pose_18x3[joint, 1] + shift[1]
