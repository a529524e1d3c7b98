"""The pose library in the box: `resources/poses/index.json` names poses, their files and small pictures.

One body shows them all. In the first it stands and faces the viewer, which tells how broad it is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.paths import RESOURCES
from engine.pose.breadth import breadth, worn_by
from engine.pose.formats import read_pose

POSES = RESOURCES / "poses"


@dataclass(frozen=True)
class LibraryPose:
    """A named pose: its OpenPose JSON, a small picture of it, and the standing pose of the same body."""

    name: str
    pose: Path
    thumbnail: Path
    standing: Path

    def worn(self, person_18x3: np.ndarray | None, size: tuple[int, int]) -> np.ndarray:
        """The pose [18, 3] in a frame of `size` (H, W), as broad as the person of another pose is.

        Raises InputError for a file that is no pose.
        """
        own = None if person_18x3 is None else breadth(person_18x3)
        return worn_by(read_pose(self.pose, size), breadth(read_pose(self.standing, size)), own)


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
