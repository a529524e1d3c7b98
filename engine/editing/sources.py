"""Which photo gives what to a picture: its own maps, told from those of the photos mixed in or worn.

Pure functions over plain data, without torch. Textures that are mixed (NTED Eq. 13) share one distribution
over the result, each photo has a part of every texture; a garment is drawn by itself (`editing.swap`), so its
photo has a distribution of its own and all that lies where the garment is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.api import DISTRIBUTION, Maps, Mix, PhotoMaps
from engine.garments import Garment

Given = tuple[str, Garment, float]  # key of a giver, what it gives, at which strength


def photo_maps(
    identity: str,
    mixes: Sequence[Mix],
    drawn: Mapping[str, Maps],
    worn: Mapping[str, np.ndarray],
    of_reference: Callable[[str], Maps],
) -> tuple[PhotoMaps, ...]:
    """The photos of a picture, the person's first.

    drawn: the maps over the result of what was drawn, by the key of the photo it was drawn of. worn: how much
    of each position is a giver's garment, float32 [h, w] by the giver's key. of_reference: the maps that lie
    on a photo.
    """
    own = drawn[identity]
    counts = {name: len(values_Khw) for name, values_Khw in own.of(DISTRIBUTION).items()}
    taken = taken_of([mix.coefficients for mix in mixes], counts)
    left_hw = 1.0 - np.sum(list(worn.values()), axis=0) if worn else None
    parts: dict[str, dict[str, np.ndarray]] = {}
    for key, part in zip([identity, *(mix.reference for mix in mixes)], taken, strict=True):
        before = parts.get(key)  # who is mixed in twice is one photo
        parts[key] = part if before is None else {name: before[name] + part[name] for name in part}
    found = [
        PhotoMaps(key, Maps((*of_reference(key), *own)), part if mixes else None, left_hw)
        for key, part in parts.items()
    ]
    for key, share_hw in worn.items():
        found.append(PhotoMaps(key, Maps((*of_reference(key), *drawn[key])), None, share_hw))
    return tuple(found)


def taken_of(
    coefficients: Sequence[float | Mapping[str, np.ndarray]], counts: Mapping[str, int]
) -> list[dict[str, np.ndarray]]:
    """How much of every texture is the person's, then each other photo's, float32 [K] by layer; they sum
    to 1.

    coefficients: m of those mixed in, one after another: s = s + m (s_other - s) (NTED Eq. 13). counts:
    textures of each layer.
    """
    taken = [{name: np.ones(many, np.float32) for name, many in counts.items()}]
    for each in coefficients:
        part = {name: _of_layer(each, name, many) for name, many in counts.items()}
        taken = [{name: (1 - part[name]) * values for name, values in before.items()} for before in taken]
        taken.append(part)
    return taken


def worn_shares(pieces_hw: np.ndarray, given: Sequence[Given]) -> dict[str, np.ndarray]:
    """How much of each position of the result is a giver's garment, float32 [h, w] by the giver's key.

    pieces_hw: as `api.Frame.pieces`, garments on, where a garment is one piece: the first that it takes.
    given: in the order they were put on; the later covers the earlier.
    """
    found = {key: np.zeros(pieces_hw.shape, np.float32) for key, _, _ in given}
    for key, garment, strength in given:
        here_hw = pieces_hw == garment.takes[0]
        for share_hw in found.values():
            share_hw[here_hw] = 0.0
        found[key][here_hw] = strength
    return found


def _of_layer(coefficients: float | Mapping[str, np.ndarray], name: str, many: int) -> np.ndarray:
    if isinstance(coefficients, Mapping):
        return np.asarray(coefficients.get(name, np.zeros(many)), np.float32)
    return np.full(many, coefficients, np.float32)
