"""A look in a session: its photos encoded, its person, pose, mix and outfit set."""

from __future__ import annotations

from engine.errors import InputError
from engine.look.document import DrawnBy, LookDocument
from engine.models.registry import ENGINES
from engine.photos import read_photo
from engine.session import Session


def weights_for(look: LookDocument) -> str | None:
    """The weights file in the box of the engine that drew the look; None: the default one."""
    engine = ENGINES.get(look.drawn_by.engine)
    return str(engine.weights) if engine and engine.weights.is_file() else None


def drawn_by(session: Session) -> DrawnBy:
    """What a look drawn by this session says of it."""
    return DrawnBy(session.engine, session.weights_info["name"], session.weights_info["sha256"])


def open_in(session: Session, look: LookDocument, label: str) -> None:
    """Let the session draw the look. Raises InputError; `label` is what messages call the look."""
    photos = {}
    for photo in look.photos:
        if photo.data is None:
            raise InputError(f"{label} does not hold {photo.name} itself.")
        photos[photo.id] = session.add_reference(read_photo(photo.data, photo.name), photo.pose_18x3)
    if look.person not in photos:
        raise InputError(f"{label} shows nobody.")
    session.use(photos[look.person])
    session.set_pose(look.pose_in(session.size))
    if look.borrow is not None and look.borrow.photo != look.person:
        session.mix(photos[look.borrow.photo], look.borrow.amount)
    for worn in look.outfit:
        if worn.strength > 0 and not worn.muted and worn.photo != look.person:
            session.wear(worn.word, photos[worn.photo], worn.strength)
    session.paint(look.strokes)
    for changed in look.textures:
        session.change(changed.slot, photos.get(changed.photo))
