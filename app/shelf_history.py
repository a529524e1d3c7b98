"""Undo of what is done to the photos on the shelf: their names, their order, whose pose they have."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from app.document import Document, Look, Photo
from app.history import LookCommand


class RenamePhoto(LookCommand):
    """Another name for people; the photo is the same."""

    def __init__(self, document: Document, key: str, name: str):
        photos = tuple(
            replace(photo, source=replace(photo.source, name=name)) if photo.key == key else photo
            for photo in document.look.photos
        )
        super().__init__(document, f"Rename {document.look.name_of(key)} to {name}", photos=photos)


class MovePhoto(LookCommand):
    """A photo at another place of the row, from 0."""

    def __init__(self, document: Document, key: str, place: int):
        look = document.look
        photos = [photo for photo in look.photos if photo.key != key]
        photos.insert(place, next(photo for photo in look.photos if photo.key == key))
        same = all(one is other for one, other in zip(photos, look.photos, strict=True))
        super().__init__(
            document, f"Move {look.name_of(key)} on the shelf", photos=look.photos if same else tuple(photos)
        )


class BecomePerson(LookCommand):
    """A photo of the shelf becomes the person in its own pose; what was worn was worn by somebody else."""

    def __init__(self, document: Document, key: str, pose: np.ndarray):
        look = document.look
        borrow = look.borrow
        if borrow is not None and borrow.key == key:
            borrow = replace(borrow, key=look.person) if look.photo(look.person) else None
        super().__init__(
            document,
            f"Make {look.name_of(key)} the person",
            person=key,
            borrow=borrow,
            pose=pose,
            carried=None,
        )


class ReplacePhoto(LookCommand):
    """A photo in the place of another of the same picture: turned, or with its skeleton put right.

    The pose of the look follows where it was the photo's own.
    """

    def __init__(self, document: Document, key: str, photo: Photo, text: str):
        look = document.look

        def now(other: str) -> str:
            return photo.key if other == key else other

        kept = tuple(other for other in look.photos if other.key != photo.key or other.key == key)
        values: dict[str, Any] = {
            "photos": tuple(photo if other.key == key else other for other in kept),
            "person": now(look.person),
            "borrow": look.borrow and replace(look.borrow, key=now(look.borrow.key)),
            "outfit": tuple(replace(worn, key=now(worn.key)) for worn in look.outfit),
        }
        pose, size = photo.reference.keypoints_18x3, photo.reference.image_HWC.shape[:2]
        if look.person == key and pose is not None and in_own_pose(look, size):
            values["pose"] = np.array(pose, np.float32)
        super().__init__(document, text, **values)


def in_own_pose(look: Look, size: tuple[int, int]) -> bool:
    """Whether the pose, in a frame of `size` (H, W), is the one that the person has in the photo."""
    photo = look.photo(look.person)
    own = photo.own_pose(size) if photo else None
    return own is not None and np.array_equal(look.pose, own)
