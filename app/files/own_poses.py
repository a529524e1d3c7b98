"""Poses that the user keeps: OpenPose JSON files in a folder of their own, to be shared as they are."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np

from app.files import poses
from app.files.poses import LibraryPose
from engine.errors import InputError
from engine.files import make_folder, opened, write_whole
from engine.paths import user_data
from engine.pose import formats

LONGEST = 60  # characters of a name


def folder() -> Path:
    return user_data() / "poses"


def listed() -> list[LibraryPose]:
    """The user's poses by name; none where there is no such folder."""
    try:
        files = sorted(folder().glob("*.json"), key=lambda path: path.stem.casefold())
    except OSError:
        return []
    return [LibraryPose(path.stem, path, path, path, own=True) for path in files if path.is_file()]


def library() -> list[LibraryPose]:
    """All poses there are: the user's, then those in the box."""
    return [*listed(), *poses.listed()]


def free_name() -> str:
    """A name that is not taken."""
    taken = {pose.name for pose in listed()}
    return next(name for number in range(1, len(taken) + 2) if (name := f"My pose {number}") not in taken)


def keep(pose_18x3: np.ndarray, size: tuple[int, int], name: str) -> Path:
    """Write a pose in a frame of `size` (H, W) under a name. Raises InputError for a name that is none or is
    taken, and where it cannot be written."""
    path = _path_of(name)
    content = formats.on_canvas(pose_18x3, formats.Canvas.of_frame(size), None)
    make_folder(path.parent)
    write_whole(path, (json.dumps(content) + "\n").encode("ascii"))
    return path


def rename(pose: LibraryPose, name: str) -> None:
    """Raises InputError as `keep`."""
    path = _path_of(name)
    try:
        pose.pose.rename(path)
    except OSError as error:
        raise InputError(f"{pose.name} cannot be renamed: {error.strerror}.") from error


def share(pose: LibraryPose, path: Path) -> None:
    """Write a pose's file as it is to another place. Raises InputError where it cannot be."""
    with opened(pose.pose, what="a pose") as (file, _):
        write_whole(path, file.read())


def remove(pose: LibraryPose) -> None:
    """Raises InputError where it cannot be."""
    try:
        pose.pose.unlink()
    except OSError as error:
        raise InputError(f"{pose.name} cannot be removed: {error.strerror}.") from error


def _path_of(name: str) -> Path:
    plain = re.sub(r"[^\w .,+()-]", "", name).strip(" .")[:LONGEST]
    if not plain:
        raise InputError("A pose needs a name of letters or numbers.")
    path = folder() / f"{plain}.json"
    if path.exists() or plain.casefold() in (pose.name.casefold() for pose in poses.listed()):
        raise InputError(f"There is a pose called {plain} already.")
    return path
