"""The pose library in the box: `resources/poses/index.json` names poses, their files and small pictures."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from engine.paths import RESOURCES

POSES = RESOURCES / "poses"


@dataclass(frozen=True)
class LibraryPose:
    """A named pose: its OpenPose JSON and a small picture of it."""

    name: str
    pose: Path
    thumbnail: Path


def listed(folder: Path = POSES) -> list[LibraryPose]:
    """Every pose of the library that is whole, in order; none where there is no library."""
    try:
        entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))["poses"]
        found = [
            LibraryPose(str(entry["name"]), folder / entry["pose"], folder / entry["thumbnail"])
            for entry in entries
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    return [pose for pose in found if pose.pose.is_file() and pose.thumbnail.is_file()]
