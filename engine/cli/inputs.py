"""What the picture-making commands share: their options, and photos and poses from files."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from engine.api import Reference
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.session import Session

POSE_FILES = (".json", ".txt", ".csv")
LONGEST_SIDE = 1024  # px: twice the largest official frame; what a frame takes grows with its area


def frame_size(text: str, longest: int = LONGEST_SIDE) -> tuple[int, int]:
    """Read "256x176" as (256, 176), rows first; for argparse."""
    size = re.fullmatch(r"(\d{1,9})x(\d{1,9})", text.lower(), re.ASCII)
    if size is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no size: write rows x columns, as in 256x176")
    height, width = int(size[1]), int(size[2])
    if max(height, width) > longest:
        raise argparse.ArgumentTypeError(f"{text} is too large: {longest} px are the most for a side")
    return height, width


def add_options(parser: argparse.ArgumentParser, required: bool = True) -> None:
    """The options every command has that renders a reference in a pose. required: that both are given."""
    parser.add_argument("--reference", metavar="IMG", required=required, help="photo of the person")
    parser.add_argument(
        "--pose", metavar="POSE", required=required, help="OpenPose JSON, DeepFashion .txt, or a photo"
    )
    parser.add_argument("--weights", metavar="W", help="another weights file than the one in the box")
    parser.add_argument(
        "--size", metavar="HxW", type=frame_size, help="model frame; default: as the weights were made for"
    )
    parser.add_argument("--device", metavar="D", default="auto", help="auto, cpu, cuda or mps")


def open_session(options: argparse.Namespace) -> Session:
    """The session the options ask for, with reference and pose set."""
    from engine.session import Session

    session = Session.open(options.weights, options.device, options.size)
    if note := session.weights_info.get("note"):
        print(note, file=sys.stderr)
    own = add_photo(session, options.reference)
    session.use(own)
    session.set_pose(read_target_pose(options.pose, session.size))
    return session


def add_photo(session: Session, path: str) -> Reference:
    """Encode a photo; says on stderr where no person was found in it."""
    from engine import detect
    from engine.photos import read_photo

    reference = session.add_reference(read_photo(path))
    if reference.keypoints_18x3 is None:
        capability = detect.available()
        why = (
            "No person was found"
            if capability.available
            else f"Nobody can be looked for ({capability.reason})"
        )
        print(f"{why} in {path}; the whole photo is used as it is.", file=sys.stderr)
    return reference


def read_target_pose(path: str, size: tuple[int, int]) -> np.ndarray:
    """Pose of a file, or of the person in a photo, in the model frame. Raises InputError."""
    if Path(path).suffix.lower() in POSE_FILES:
        from engine.pose.formats import read_pose

        return read_pose(path, size)
    from engine import detect
    from engine.framing import frame_photo
    from engine.photos import read_photo

    photo = read_photo(path)
    capability = detect.available()
    if not capability.available:
        raise InputError(f"The pose in {path} cannot be detected here: {capability.reason}.")
    found_18x3 = detect.detect_pose(photo)
    if not detect.available().available:  # it turned out so
        raise InputError(f"The pose in {path} cannot be detected here: {detect.available().reason}.")
    framed_18x3 = None if found_18x3 is None else frame_photo(photo, found_18x3, size).keypoints_18x3
    if framed_18x3 is None:
        raise InputError(f"No person was found in {path}, so it cannot serve as a pose.")
    return framed_18x3
