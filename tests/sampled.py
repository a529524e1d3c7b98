"""The people of the box in a session, each encoded once."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from engine.api import Reference
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.session import Session

SAMPLES = RESOURCES / "samples"
# By their keys, held as long as the session is: what nobody holds is encoded anew when it comes again.
_HELD: WeakKeyDictionary[Session, dict[str, Reference]] = WeakKeyDictionary()


def sample(session: Session, name: str) -> Reference:
    photo = read_photo(SAMPLES / f"{name}.jpg")
    reference = session.add_reference(photo, read_pose(SAMPLES / f"{name}.json", photo.shape[:2]))
    _HELD.setdefault(session, {})[reference.key] = reference
    return reference
