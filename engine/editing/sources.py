"""Which photo gives what to a picture: its own maps, told from those of the photos mixed in or worn.

Pure functions over plain data, without torch. Textures that are mixed (NTED Eq. 13) share one distribution
over the result, each photo has a part of every texture; a garment is drawn by itself (`editing.swap`), so its
photo has a distribution of its own and all that lies where the garment is seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.api import DISTRIBUTION, Maps, Mix, PhotoMaps
from engine.cv import cv2
from engine.garments import Garment

Given = tuple[str, Garment, float]  # key of a giver, what it gives, at which strength


def photo_maps(
    identity: str,
    mixes: Sequence[Mix],
    drawn: Mapping[str, Maps],
    worn: Mapping[str, np.ndarray],
    of_reference: Callable[[str], Maps],
    details: Mapping[str, np.ndarray | None] | None = None,
) -> tuple[PhotoMaps, ...]:
    """The photos of a picture, the person's first.

    drawn: the maps over the result of what was drawn, by the key of the photo it was drawn of. worn: how much
    of each position is a giver's garment, float32 [h, w] by the giver's key. of_reference: the maps that lie
    on a photo. details: `PhotoMaps.detail_2HW` of what was drawn.
    """
    details = details or {}
    own = drawn[identity]
    counts = {name: len(values_Khw) for name, values_Khw in own.of(DISTRIBUTION).items()}
    taken = taken_of([mix.coefficients for mix in mixes], counts)
    left_hw = 1.0 - np.sum(list(worn.values()), axis=0) if worn else None
    parts: dict[str, dict[str, np.ndarray]] = {}
    for key, part in zip([identity, *(mix.reference for mix in mixes)], taken, strict=True):
        before = parts.get(key)  # who is mixed in twice is one photo
        parts[key] = part if before is None else {name: before[name] + part[name] for name in part}
    found = [
        PhotoMaps(key, Maps((*of_reference(key), *own)), part if mixes else None, left_hw, details.get(key))
        for key, part in parts.items()
    ]
    for key, share_hw in worn.items():
        maps = Maps((*of_reference(key), *drawn[key]))
        found.append(PhotoMaps(key, maps, None, share_hw, details.get(key)))
    return tuple(found)


def photo_share(
    own_HW: np.ndarray | None, worn: Mapping[str, np.ndarray], photos: Mapping[str, np.ndarray | None]
) -> np.ndarray | None:
    """How much of every pixel is taken from a photo, float32 [H, W]: from the person's, and where a garment
    is worn from its giver's; None where nothing of the person is.

    own: of the person without garments. worn: as in `photo_maps`. photos: of each giver, drawn by itself.
    """
    if own_HW is None:
        return None
    left_HW, found_HW = np.ones_like(own_HW), np.zeros_like(own_HW)
    for key, share_hw in worn.items():
        share_HW = cv2.resize(share_hw, own_HW.shape[::-1], interpolation=cv2.INTER_LINEAR)
        theirs_HW = photos[key]
        left_HW -= share_HW
        found_HW += share_HW * (0.0 if theirs_HW is None else theirs_HW)
    return left_HW * own_HW + found_HW


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
