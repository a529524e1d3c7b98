"""The pose library in the box: `resources/poses/index.json` names poses, their files and small pictures.

One body shows them all. In the first it stands and faces the viewer, which tells how broad it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.paths import RESOURCES
from engine.pose.breadth import breadth, taken_up_by
from engine.pose.formats import read_pose
from engine.pose.placed import placed_as

POSES = RESOURCES / "poses"


@dataclass(frozen=True)
class LibraryPose:
    """A named pose: its OpenPose JSON, a small picture of it, and the standing pose of the same body. own:
    the user keeps it; there is no picture then, and the pose stands for the body."""

    name: str
    pose: Path
    thumbnail: Path
    standing: Path
    own: bool = False

    def worn(self, person_18x3: np.ndarray | None, size: tuple[int, int], whole: bool = False) -> np.ndarray:
        """The pose [18, 3] in a frame of `size` (H, W), as the person of a photo takes it over: as broad, at
        their place, in their size and cut as the photo cuts them; whole: as the library frames it.

        person_18x3: their pose in the photo. Raises InputError for a file that is no pose.
        """
        if person_18x3 is None:
            return read_pose(self.pose, size)
        body = breadth(read_pose(self.standing, size))
        pose = taken_up_by(read_pose(self.pose, size), body, breadth(person_18x3))
        return pose if whole else placed_as(pose, person_18x3)


def listed(folder: Path = POSES) -> list[LibraryPose]:
    """Every pose of the library that is whole, in order; none where there is no library."""
    try:
        entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))["poses"]
        found = [
            LibraryPose(
                str(entry["name"]),
                folder / entry["pose"],
                folder / entry["thumbnail"],
                folder / entries[0]["pose"],
            )
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [
        pose for pose in found if all(file.is_file() for file in (pose.pose, pose.thumbnail, pose.standing))
    ]
