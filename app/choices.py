"""Poses that can be chosen by name: what is there now, the photo's own, looks of the strip, the library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from app.document import Look, Photo, Snapshot
from app.files.poses import LibraryPose


@dataclass(frozen=True, eq=False)
class NamedPose:
    """on: the pose [18, 3] as the person of a photo takes it; raises InputError where its file is none.
    still_HWC: a picture of it, uint8 RGB; None: it is of the library, which has one."""

    name: str
    on: Callable[[Photo], np.ndarray]
    still_HWC: np.ndarray | None = None


def named_poses(
    look: Look,
    size: tuple[int, int],
    still_HWC: np.ndarray,
    looks: Sequence[Snapshot],
    library: Sequence[LibraryPose],
) -> list[NamedPose]:
    """size: the model frame (H, W). still_HWC: the picture of the look."""

    def own(photo: Photo) -> np.ndarray:
        pose = photo.own_pose(size)
        return look.pose if pose is None else pose

    def of_look(snapshot: Snapshot) -> NamedPose:
        return NamedPose(snapshot.name, lambda photo: snapshot.look_in(size).pose, snapshot.still_HWC)

    def of_library(pose: LibraryPose) -> NamedPose:
        return NamedPose(pose.name, lambda photo: pose.worn(photo.own_pose(size), size))

    person = look.photo(look.person)
    return [
        NamedPose("Present pose", lambda photo: look.pose, still_HWC),
        NamedPose("The photo's own pose", own, person.reference.image_HWC if person else still_HWC),
        *map(of_look, reversed(looks)),
        *map(of_library, library),
    ]
