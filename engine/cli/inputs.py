"""What the picture-making commands share: their options, and photos and poses from files."""

from __future__ import annotations

import argparse
import re
import sys
from typing import TYPE_CHECKING

import numpy as np

from engine.api import Reference
from engine.errors import InputError

if TYPE_CHECKING:
    from engine.session import Session

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
        "--pose",
        metavar="POSE",
        required=required,
        help="a pose file of any tool, a skeleton picture, or a photo",
    )
    parser.add_argument(
        "--person", metavar="N", type=int, help="which of several people in the pose file, from 1"
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
    own = _add_person(session, options.reference)
    session.use(own)
    session.set_pose(read_target_pose(options.pose, session.size, own, options.person))
    return session


def _add_person(session: Session, path: str) -> Reference:
    """Encode the photo of a person, who is looked for first: cut off at neck and knee somebody looks like a
    garment alone. Raises InputError where it shows such a garment."""
    from engine.people import find_pose
    from engine.photos import read_photo

    photo_HWC = read_photo(path)
    found_18x3 = find_pose(photo_HWC)
    if found_18x3 is not None:
        return session.add_reference(photo_HWC, found_18x3)
    own = add_photo(session, path)
    if own.alone:
        raise InputError(f"{path} shows a garment with nobody in it: take it by --garment, as in top={path}.")
    return own


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


def read_target_pose(
    path: str, size: tuple[int, int], reference: Reference | None = None, number: int | None = None
) -> np.ndarray:
    """Pose of a file, or of the person in a photo, in the model frame; what was assumed is said on stderr.

    reference: the photo it is for. number: which of several people, from 1. Raises InputError.
    """
    from engine.pose.formats import OpenPhoto, read_people, take
    from engine.pose.formats.pictures import is_picture, people_in_picture

    if is_picture(path):
        from engine.photos import read_photo

        photo_HWC = read_photo(path)
        file = people_in_picture(path, photo_HWC)
        if file is None:
            return _detected(path, photo_HWC, size, number)
    else:
        file = read_people(path)
    taken = take(file, size, OpenPhoto.of(reference, size), number)
    for note in taken.notes:
        print(note, file=sys.stderr)
    if len(file.people) > 1 and number is None:
        print("--person N takes another.", file=sys.stderr)
    return taken.pose_18x3


def _detected(path: str, photo_HWC: np.ndarray, size: tuple[int, int], number: int | None) -> np.ndarray:
    from engine import detect
    from engine.framing import frame_photo
    from engine.people import find_pose

    if number not in (None, 1):
        raise InputError(
            f"{path}: in a photo the most prominent person is found; there is no number {number}."
        )
    capability = detect.available()
    if not capability.available:
        raise InputError(f"The pose in {path} cannot be detected here: {capability.reason}.")
    found_18x3 = find_pose(photo_HWC)
    if not detect.available().available:  # it turned out so
        raise InputError(f"The pose in {path} cannot be detected here: {detect.available().reason}.")
    framed_18x3 = None if found_18x3 is None else frame_photo(photo_HWC, found_18x3, size).keypoints_18x3
    if framed_18x3 is None:
        raise InputError(f"No person was found in {path}, so it cannot serve as a pose.")
    return framed_18x3


def settle(session: Session, steps: int) -> None:
    """Let every photo that the session draws settle for so many steps."""
    for reference in session.in_use:
        while not session.settle(reference, steps).done:
            pass
