"""The people of the box in a session, each encoded once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

import numpy as np

from engine.api import Reference
from engine.cv import cv2
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.session import Session

SAMPLES = RESOURCES / "samples"
# By their keys, held as long as the session is: what nobody holds is encoded anew when it comes again.
_HELD: WeakKeyDictionary[Session, dict[str, Reference]] = WeakKeyDictionary()


def sample(session: Session, name: str, coarse: bool = False) -> Reference:
    """coarse: at half of its size, the engine's, so that it draws what somebody is given of it."""
    photo = read_photo(SAMPLES / f"{name}.jpg")
    pose = read_pose(SAMPLES / f"{name}.json", photo.shape[:2])
    if coarse:
        photo = cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
        pose = pose * np.array((0.5, 0.5, 1), np.float32)
    reference = session.add_reference(photo, pose)
    _HELD.setdefault(session, {})[reference.key] = reference
    return reference
