"""What is under a point of the result: garments as they are meant, whole and with both sides. Without torch.

A *choice* is a tuple of garment words (`engine.garments`) in the order they were added. A pieces map is
uint8 [h, w] over the whole frame, which of `garments.PIECES` is seen (`api.Frame.pieces`). Points are x, y
from 0 to 1 across the frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from engine.api import DISTRIBUTION, PhotoMaps
from engine.cv import cv2
from engine.garments import PIECES, WORD_OF_PIECE, garment

Choice = tuple[str, ...]
LayerMaps = Mapping[str, np.ndarray]

_REACH = 2  # positions around the pointer in which a garment is found yet: a strap is two wide
_HOLE = 4  # positions from a garment that may be its own where a map has a hole: not shoes below trousers
_ALONE = 0.8  # share of a garment's textures in a position from which they alone make it
_SPECK = 12  # positions that a part must have to be outlined; the map's noise is smaller


def word_at(pieces_hw: np.ndarray, x: float, y: float) -> str:
    """The garment at a point, or the nearest one within two positions; "" where there is only background."""
    rows, columns = pieces_hw.shape
    if not (0.0 <= x < 1.0 and 0.0 <= y < 1.0):
        return ""
    row, column = int(y * rows), int(x * columns)
    if pieces_hw[row, column]:
        return meant(pieces_hw, int(pieces_hw[row, column]))
    top, left = max(0, row - _REACH), max(0, column - _REACH)
    near = pieces_hw[top : row + _REACH + 1, left : column + _REACH + 1]
    there = np.argwhere(near > 0)
    if not len(there):
        return ""
    nearest = there[np.square(there - (row - top, column - left)).sum(1).argmin()]
    return meant(pieces_hw, int(near[tuple(nearest)]))


def meant(pieces_hw: np.ndarray, piece: int) -> str:
    """The word for a piece: a skirt below a dress's upper part is the dress."""
    word = WORD_OF_PIECE[piece]
    if word == "skirt" and (pieces_hw == PIECES.index("dress")).sum() >= _SPECK:
        return "dress"
    return word


def mask_of(pieces_hw: np.ndarray, choice: Choice) -> np.ndarray:
    """bool [h, w]: where the garments of a choice are, all their parts but specks."""
    wanted = [piece for word in choice for piece in garment(word).takes]
    mask_hw = np.isin(pieces_hw, wanted)
    _, part_hw, stats, _ = cv2.connectedComponentsWithStats(mask_hw.astype(np.uint8), connectivity=8)
    large = stats[:, cv2.CC_STAT_AREA] >= _SPECK
    return mask_hw & large[part_hw]


def drawn_of(photos: Sequence[PhotoMaps]) -> dict[str, np.ndarray]:
    """C̄d of a picture, float32 [K, h, w] by layer: of each photo where what is drawn of it is seen."""
    found: dict[str, np.ndarray] = {}
    for photo in photos:
        for name, values_Khw in photo.maps.of(DISTRIBUTION).items():
            if photo.share_hw is not None:
                size = values_Khw.shape[:0:-1]
                values_Khw = values_Khw * cv2.resize(photo.share_hw, size, interpolation=cv2.INTER_AREA)
            if photo.taken is None or name not in found:  # who is mixed in shares the person's
                found[name] = found.get(name, 0.0) + values_Khw
    return found


def textures_of(distribution: LayerMaps, mask_hw: np.ndarray) -> tuple[str, np.ndarray]:
    """Which textures of the sharpest layer make mostly what is in a mask: the layer's name, bool [K].

    By more than half of what they make of the picture, as refining begins (`editing.coefficients.mostly`), or
    where none does, by NTED Eq. 15: a mean share in the mask of 3 / K. "" and none without layers.
    """
    name = max(distribution, key=lambda each: distribution[each][0].size, default="")
    if not name:
        return "", np.zeros(0, bool)
    values_Khw = distribution[name]
    inside_hw = cv2.resize(mask_hw.astype(np.float32), values_Khw.shape[:0:-1], interpolation=cv2.INTER_AREA)
    inside_K = (values_Khw * inside_hw).sum((1, 2))
    mine_K = inside_K > 0.5 * values_Khw.sum((1, 2))
    if not mine_K.any():
        mine_K = inside_K >= 3.0 / len(inside_K) * max(float(inside_hw.sum()), 1e-6)  # Eq. 15
    return name, mine_K


def lit(extraction_Khw: np.ndarray, mine_K: np.ndarray) -> np.ndarray:
    """Where on a reference some textures are gathered, float [h, w]: 0 for nowhere, 1 for twice as much as if
    they were gathered everywhere alike, and more."""
    light_hw = extraction_Khw[mine_K].sum(0)
    return np.minimum(1.0, light_hw / max(2.0 * float(light_hw.mean()), 1e-12))


def seen_as(pieces_hw: np.ndarray, choice: Choice, distribution: LayerMaps) -> np.ndarray:
    """bool [h, w]: the garments of a choice, where the pieces map has them, and beside that what their
    textures alone make of its background, as in a hole of the map. `mask_of` where nothing is known of
    textures.

    Attention takes nothing off: on photographs the ends of short sleeves are made by textures of arms. Nor
    does it take from another garment: the textures of a top of one photo make trousers of another.
    """
    mask_hw = mask_of(pieces_hw, choice)
    name, mine_K = textures_of(distribution, mask_hw)
    if not mine_K.any():
        return mask_hw
    share_hw = cv2.resize(
        distribution[name][mine_K].sum(0), mask_hw.shape[::-1], interpolation=cv2.INTER_LINEAR
    )
    beside_hw = cv2.dilate(mask_hw.astype(np.uint8), np.ones((2 * _HOLE + 1,) * 2, np.uint8)) > 0
    seen_hw = mask_hw | ((share_hw > _ALONE) & (pieces_hw == 0) & beside_hw)
    _, part_hw = cv2.connectedComponents(seen_hw.astype(np.uint8), connectivity=8)
    return seen_hw & np.isin(part_hw, part_hw[mask_hw])  # beside it, not elsewhere


def outline(mask_hw: np.ndarray) -> list[np.ndarray]:
    """The rims of a mask as closed lines of points float32 [N, 2], holes too."""
    rows, columns = mask_hw.shape
    # Along the edges of positions, not through their middles, which would be half a position too small.
    large = cv2.resize(mask_hw.astype(np.uint8), (2 * columns, 2 * rows), interpolation=cv2.INTER_NEAREST)
    smooth = cv2.GaussianBlur(np.pad(large, 2) * np.float32(255), (0, 0), 1.2) > 127
    lines, _ = cv2.findContours(smooth.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_TC89_L1)
    size = np.array((2 * columns, 2 * rows), np.float32)
    return [(line[:, 0].astype(np.float32) - 1.5) / size for line in lines if len(line) > 2]


def added(choice: Choice, word: str) -> Choice:
    """With another garment; one that is in it already moves to the end."""
    return (*removed(choice, word), word) if word else choice


def removed(choice: Choice, word: str) -> Choice:
    return tuple(each for each in choice if each != word)


def grown(pieces_hw: np.ndarray, choice: Choice) -> Choice:
    """With the garment that touches it most; as it is where there is no other."""
    near_hw = cv2.dilate(mask_of(pieces_hw, choice).astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    others: dict[str, int] = {}
    for piece, touching in enumerate(np.bincount(pieces_hw[near_hw], minlength=len(PIECES))):
        word = meant(pieces_hw, piece)
        if word and word not in choice and not _covered(word, choice):
            others[word] = others.get(word, 0) + int(touching)
    most = max(others, key=lambda word: others[word], default="")
    return added(choice, most) if most and others[most] else choice


def shrunk(choice: Choice) -> Choice:
    """Without what was added last; one garment always stays."""
    return choice[:-1] if len(choice) > 1 else choice


def _covered(word: str, choice: Choice) -> bool:
    return set(garment(word).takes) <= {piece for each in choice for piece in garment(each).takes}
