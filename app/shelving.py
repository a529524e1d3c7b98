"""What is done to photos on the shelf, as steps of undo; and whose pose stays when the person changes.

Whoever becomes the person comes in the pose of the photo, opened from a file or made the person on the shelf.
The pose of before is offered.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoStack

from app import history, shelf_history
from app.document import Document, Photo
from app.jobs import CORRECTED, EncodePhoto
from app.photo_importer import PhotoImporter
from engine.pose import kinematics
from engine.pose.upright import quarters_to_stand


class Shelving(QObject):
    """take_pose: called with a pose and whose it is, when it is to stay after all. frame_size: tells (H, W)
    of the model frame.
    """

    offered = Signal(str, str, object)  # a sentence, what can be done about it, the call that does it
    notice = Signal(str, str, str)  # grade, sentence, details

    def __init__(
        self,
        document: Document,
        stack: QUndoStack,
        photos: PhotoImporter,
        take_pose: Callable[[np.ndarray, str], None],
        frame_size: Callable[[], tuple[int, int]],
        parent: QObject,
    ):
        super().__init__(parent)
        self._document, self._stack, self._photos, self._take_pose = document, stack, photos, take_pose
        self._frame_size = frame_size
        photos.person_opened.connect(self._tell_opened)
        photos.garment_shelved.connect(self._offer_to_turn)
        photos.pose_left.connect(self._remember)
        self._left: np.ndarray | None = None  # the pose of before, where a hand had made it

    def rename(self, key: str, name: str) -> None:
        if self._document.look.photo(key):
            history.do(self._stack, shelf_history.RenamePhoto(self._document, key, name))

    def move_to(self, key: str, place: int) -> None:
        """Put a photo at this place of the row, from 0; the ends where it would be beyond them."""
        look = self._document.look
        if look.photo(key):
            place = min(max(place, 0), len(look.photos) - 1)
            history.do(self._stack, shelf_history.MovePhoto(self._document, key, place))

    def move_by(self, key: str, places: int) -> None:
        keys = [photo.key for photo in self._document.look.photos]
        if key in keys:
            self.move_to(key, keys.index(key) + places)

    def remove(self, key: str) -> None:
        """Take a photo off the shelf; the person's own stays."""
        if key == self._document.look.person:
            self.notice.emit("info", "This photo is the person. Make another photo the person first.", "")
        elif self._document.look.photo(key):
            history.do(self._stack, history.RemovePhoto(self._document, key))

    def make_person(self, key: str) -> None:
        """Show the person of another photo, in the present pose."""
        if key != self._document.look.person and self._document.look.photo(key):
            history.do(self._stack, history.ChangePerson(self._document, key))

    def become(self, key: str) -> None:
        """Make this photo the person, in its own pose."""
        look = self._document.look
        photo = look.photo(key)
        if photo is None or key == look.person:
            return
        pose = photo.own_pose(self._frame_size())
        if pose is None:
            pose = kinematics.t_pose(self._frame_size())
        self._remember()
        command = shelf_history.BecomePerson(self._document, key, np.array(pose, np.float32))
        history.do(self._stack, command)
        self._tell_opened()

    def correct(self, key: str) -> None:
        """Lay the skeleton of a photo anew, beginning with the one it has."""
        if here := self._here(key):
            self._photos.correct(here[0])

    def turn(self, key: str, quarters: int) -> None:
        """Turn a photo by quarters clockwise; the person is looked for again."""
        if here := self._here(key):
            photo, data = here
            self._photos.encode(EncodePhoto(data, photo.name, CORRECTED, None, quarters, replaces=key))

    def take_as(self, key: str, alone: bool) -> None:
        """Read a photo again, as of a garment with nobody in it, or as of somebody who wears it."""
        if here := self._here(key):
            photo, data = here
            self._photos.encode(EncodePhoto(data, photo.name, CORRECTED, replaces=key, alone=alone))

    def _here(self, key: str) -> tuple[Photo, bytes] | None:
        """A photo and its file's bytes, to be read again; it is told where those are not here."""
        photo = self._document.look.photo(key)
        if photo is None:
            return None
        if photo.source.data is None:
            self.notice.emit("error", f"{photo.name} itself is not here: open its file again.", "")
            return None
        return photo, photo.source.data

    # Whose pose stays.

    def _remember(self) -> None:
        """Somebody else is about to be the person: keep the pose in mind if it was made here."""
        look = self._document.look
        made = bool(look.person) and not shelf_history.in_own_pose(look, self._frame_size())
        self._left = look.pose.copy() if made else None

    def _tell_opened(self) -> None:
        pose, self._left = self._left, None
        name = self._document.look.name_of(self._document.look.person)
        if pose is not None:
            self.offered.emit(
                f"{name} is shown in the pose of the photo.",
                "Keep the pose of before",
                lambda: self._take_pose(pose, "the person before"),
            )
        self._offer_to_turn(self._document.look.person)

    def _offer_to_turn(self, key: str) -> None:
        """A photo whose person lies may lie on its side itself."""
        photo = self._document.look.photo(key)
        own_18x3 = None if photo is None else photo.reference.keypoints_18x3
        if photo is None or own_18x3 is None or photo.source.data is None:
            return
        quarters = quarters_to_stand(own_18x3)
        if quarters:
            lies = "stands on its head" if quarters == 2 else "lies on its side"
            self.offered.emit(f"{photo.name} {lies}.", "Turn it", lambda: self.turn(key, quarters))
