"""A pose file that lies beside a picture and is about it: its keypoints in px of that picture, or refused.

The application frames a pose that was made for another picture; here that would teach a wrong pair.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.errors import InputError
from engine.pose.formats import Person, read_people
from engine.pose.formats.layouts import BODY_STRAIN, strain
from engine.pose.formats.people import SHARES, STRETCHED
from engine.pose.formats.units import in_hundredths, in_thousandths, inside, spread, unit_of

_OTHER_SHAPE = 0.02  # of the aspect: rounding of small pictures
_CORNER = 0.5  # of both sides: keypoints that stay within were found in a smaller picture


def pose_beside(path: Path, photo: tuple[int, int], full: tuple[int, int] | None = None) -> np.ndarray:
    """float32 [18, 3] (x, y, state) in px of the photo of (H, W) = `photo`, of the file's largest person.

    full: (H, W) of the photo's file, where it is larger than what was read of it. Raises InputError where the
    file is for a picture of another shape, or its keypoints do not lie in this one.
    """
    person = max(read_people(path).people, key=lambda person: person.extent)
    return laid(person, path.name, photo, full or photo)


def laid(person: Person, name: str, photo: tuple[int, int], full: tuple[int, int]) -> np.ndarray:
    """`pose_beside` of a person that was read."""
    pose = person.pose_18x3.copy()
    there = pose[:, 2] > 0
    canvas = person.canvas or full
    aspect = (canvas[1] / canvas[0]) / (full[1] / full[0])
    if person.unit != STRETCHED and abs(aspect - 1) > _OTHER_SHAPE:
        sizes = " and ".join(f"{width:g} x {height:g}" for height, width in (canvas, full))
        raise InputError(f"{name}: is for a picture of another shape than the one beside it ({sizes} px).")
    xy, unit = pose[there, :2], person.unit
    if not unit and in_hundredths(pose, canvas):
        xy, unit = xy / 100, SHARES
    elif not unit and in_thousandths(pose, canvas):
        xy, unit = xy / 1000, SHARES
    if (unit or unit_of(xy)) == SHARES:
        xy = spread(xy, canvas)
    outside = int((~inside(xy, canvas)).sum())
    if 2 * outside > len(xy):
        raise InputError(f"{name}: {outside} of its {len(xy)} joints lie outside of the picture beside it.")
    corner = np.array(canvas[::-1]) * _CORNER
    # A canvas that is stated is believed of people who would be small in that quarter as well.
    fills = person.canvas is None or bool((np.ptp(xy, axis=0) > corner * _CORNER).any())
    if len(xy) > 1 and (xy.max(axis=0) < corner).all() and fills:
        raise InputError(
            f"{name}: all joints lie in the upper left quarter of the picture beside it, as if they were "
            "found in a smaller one; where they are right, cut the picture down to the person."
        )
    pose[there, :2] = xy * (np.array(photo[::-1]) / canvas[::-1])
    if BODY_STRAIN < strain(pose) < np.inf:
        raise InputError(f"{name}: its joints make no body in that order; OpenPose's order can be read.")
    return pose.astype(np.float32)
