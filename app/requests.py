"""What is asked of the engine for a look."""

from __future__ import annotations

import numpy as np

from app.document import Look, heard
from engine.api import GarmentSwap, Mix, RenderRequest


def request_of(look: Look, stamp: int, maps: bool = False, pieces: bool = False) -> RenderRequest | None:
    """The frozen request that renders this look exactly, None while it has no person."""
    if not look.person:
        return None
    borrow = heard(look)
    mixes = (Mix(borrow.key, float(borrow.amount)),) if borrow is not None else ()
    pose = np.array(look.pose, dtype=np.float32)
    pose.setflags(write=False)
    swaps = tuple(
        GarmentSwap(worn.key, worn.word, worn.strength)
        for worn in look.outfit
        if worn.strength > 0 and not worn.muted and worn.key != look.person
    )
    changes = tuple(changed.slot for changed in look.textures)
    return RenderRequest(look.person, pose, mixes, None, maps, stamp, swaps, pieces, changes, look.strokes)
