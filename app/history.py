"""Undo: a command a verb, and the only code that changes the document once it is open.

Commands hold the fields they change, before and after, never whole looks, so they stay true when the shelf
fills up beneath them. One gesture is one step: commands of the same gesture merge, and vanish if it ends
where it began.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtGui import QUndoCommand, QUndoStack

from app.document import Borrow, Document, Look, Photo, same_value
from engine.pose.formats import Carried
from engine.pose.skeleton import JOINTS

UNDO_LIMIT = 200
_gestures = itertools.count(1)


def new_gesture() -> int:
    """A number for the commands of one gesture; no other has it."""
    return next(_gestures)


def do(stack: QUndoStack, command: LookCommand) -> None:
    """Make a command the next step, or part of the last where both are of one gesture.

    One that changes nothing is left: a stack forgets what could be redone whatever is pushed. Nothing is left
    to Qt to merge: what it merges, PySide keeps for ever, and a drag is a command a movement of the mouse.
    """
    if not command.changes:
        return
    last = stack.command(stack.index() - 1) if 0 < stack.index() == stack.count() else None
    if not (isinstance(last, LookCommand) and last.joins(command)):
        stack.push(command)
        return
    command.redo()
    if last.changes:
        stack.indexChanged.emit(stack.index())
        stack.undoTextChanged.emit(stack.undoText())
    else:
        last.setObsolete(True)
        stack.undo()  # which takes it off


def pose_before(stack: QUndoStack) -> np.ndarray | None:
    """The pose [18, 3] that the last step to change it began on; None where no step has changed it since
    this person came."""
    for place in range(stack.index() - 1, -1, -1):
        step = stack.command(place)
        first = step.child(0) if step.childCount() else step  # of a macro the first of its commands
        if isinstance(first, LookCommand) and first.before.get("person") != first.after.get("person"):
            return None
        if isinstance(first, LookCommand) and "pose" in first.before:
            return first.before["pose"]
    return None


class LookCommand(QUndoCommand):
    """Sets fields of the look. `gesture`: commands with the same non-zero number are one step (`do`).

    A pose that is set is no library pose, unless `library` says which.
    """

    def __init__(self, document: Document, text: str, gesture: int = 0, **after: Any):
        super().__init__(text)
        if "pose" in after:
            after.setdefault("library", "")
        self.document = document
        self.gesture = gesture
        self.after = after
        self.before = {name: getattr(document.look, name) for name in after}

    @property
    def changes(self) -> bool:
        """Whether the fields are others afterwards."""
        return not all(same_value(self.after[name], self.before[name]) for name in self.after)

    def redo(self) -> None:
        self.document.settle(**self.after)

    def undo(self) -> None:
        self.document.settle(**self.before)

    def joins(self, other: LookCommand) -> bool:
        """Lead to where `other` does, if that goes on with the same gesture; whether it does."""
        if not self.gesture or other.gesture != self.gesture or other.after.keys() != self.after.keys():
            return False
        self.after = other.after
        self.setText(other.text())
        return True


class ChangePose(LookCommand):
    """A moment of a gesture on the skeleton."""

    def __init__(self, document: Document, text: str, pose: np.ndarray, gesture: int):
        super().__init__(document, text, gesture, pose=pose)


class SetJointState(LookCommand):
    """A joint hidden or shown again."""

    def __init__(self, document: Document, joint: int, state: int):
        pose = document.look.pose.copy()
        pose[joint, 2] = state
        super().__init__(document, f"{'Show' if state else 'Hide'} {JOINTS[joint]}", pose=pose)


class PlaceJoint(LookCommand):
    """A joint put at a place and shown, where it had none."""

    def __init__(self, document: Document, joint: int, pose: np.ndarray):
        super().__init__(document, f"Show {JOINTS[joint]}", pose=pose)


class MirrorPose(LookCommand):
    """Left and right exchanged."""

    def __init__(self, document: Document, pose: np.ndarray):
        super().__init__(document, "Mirror the pose", pose=pose)


class TakePose(LookCommand):
    """The pose replaced by one from elsewhere; `source` completes "Take the pose of ...". library: its name
    where it is of the library.
    """

    def __init__(
        self,
        document: Document,
        pose: np.ndarray,
        source: str,
        carried: Carried | None = None,
        library: str = "",
    ):
        text = f"Take the pose of {source}"
        super().__init__(document, text, pose=pose, carried=carried, library=library)


class TakeLook(LookCommand):
    """The look of an exported picture: its photos join the shelf. look: its other fields."""

    def __init__(self, document: Document, look: Look, source: str):
        photos = document.look.photos
        for photo in look.photos:
            photos = photos if any(photo.key == other.key for other in photos) else (*photos, photo)
        super().__init__(
            document,
            f"Take the look of {source}",
            photos=photos,
            person=look.person,
            pose=look.pose,
            borrow=look.borrow,
            library=look.library,
            outfit=look.outfit,
            textures=look.textures,
            strokes=look.strokes,
            carried=look.carried,
        )


class ResetPose(LookCommand):
    """The pose as it was to begin with: the photo's own, or the skeleton laid afresh."""

    def __init__(self, document: Document, pose: np.ndarray):
        super().__init__(document, "Reset the pose", pose=pose, carried=None)


class OpenPerson(LookCommand):
    """A new photo on the shelf becomes the person, in its own pose."""

    def __init__(self, document: Document, photo: Photo, pose: np.ndarray):
        photos = _with(document, photo)
        super().__init__(
            document,
            f"Open {photo.name}",
            photos=photos,
            person=photo.key,
            pose=pose,
            borrow=None,
            carried=None,
            outfit=(),
            textures=(),
            strokes=(),
        )


class ShelvePhoto(LookCommand):
    """A photo put on the shelf as garment reference, nothing of it mixed in yet."""

    def __init__(self, document: Document, photo: Photo):
        borrow = Borrow(photo.key, 0.0)
        super().__init__(
            document, f"Put {photo.name} on the shelf", photos=_with(document, photo), borrow=borrow
        )


class RemovePhoto(LookCommand):
    """A photo taken off the shelf; the person's own photo cannot be."""

    def __init__(self, document: Document, key: str):
        look = document.look
        photos = tuple(photo for photo in look.photos if photo.key != key)
        borrow = None if look.borrow is not None and look.borrow.key == key else look.borrow
        outfit = tuple(worn for worn in look.outfit if worn.key != key)
        textures = tuple(each for each in look.textures if each.photo != key)
        super().__init__(
            document,
            f"Remove {look.name_of(key)}",
            photos=photos,
            borrow=borrow,
            outfit=outfit,
            textures=textures,
        )


class ChangePerson(LookCommand):
    """Another photo of the shelf becomes the person, in the present pose; what was painted is not theirs."""

    def __init__(self, document: Document, key: str):
        look = document.look
        borrow = look.borrow
        if borrow is not None and borrow.key == key:
            borrow = replace(borrow, key=look.person) if look.photo(look.person) else None
        text = f"Make {look.name_of(key)} the person"
        super().__init__(document, text, person=key, borrow=borrow, strokes=())


class BorrowFrom(LookCommand):
    """Another garment reference chosen, or its share changed."""

    def __init__(self, document: Document, borrow: Borrow, gesture: int = 0):
        name = document.look.name_of(borrow.key)
        super().__init__(document, f"Mix in {100 * borrow.amount:.0f} % of {name}", gesture, borrow=borrow)


def _with(document: Document, photo: Photo) -> tuple[Photo, ...]:
    """The shelf with this photo on it once."""
    look = document.look
    return look.photos if look.photo(photo.key) else (*look.photos, photo)
