"""The maps of a frame as an .npz file: `<kind>/<name>`, float32 [K, h, w]."""

from __future__ import annotations

import io

import numpy as np

from engine.api import Maps


def npz_of(maps: Maps) -> bytes:
    """Of neural textures `extraction/<layer>` (C̄e, over the reference) and `distribution/<layer>` (C̄d, over
    the result); of another engine `<kind>/<name>`, as `engine.api` tells the kinds."""
    arrays = {f"{each.kind}/{each.name}": each.values_Khw for each in maps}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]  # for its stub they may be its option
    return buffer.getvalue()
