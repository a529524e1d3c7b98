"""What a neural texture does in this picture, told by what is seen there: pure functions, without torch.

Training may give a texture a name; on a photo that training never saw it can do something else. Of every
texture's distribution C̄d the share is told that lies on each garment of the result. pieces_hw: as
`api.Frame.pieces`; words: of `engine.garments`, "" is the background.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from engine.cv import cv2
from engine.garments import WORD_OF_PIECE

MOSTLY = 0.5  # share of a texture's distribution from which on it is one garment's


class Doing(NamedTuple):
    """The garment that a texture makes most of, and how much of the texture lies there, 0 to 1."""

    word: str
    share: float

    def __str__(self) -> str:
        return f"{self.word or 'background'} {self.share:.2f}"


def shares_by_word(distribution_Khw: np.ndarray, pieces_hw: np.ndarray) -> dict[str, np.ndarray]:
    """How much of each texture's distribution lies on each garment that is seen, float32 [K] by word; over
    the words they sum to 1 for every texture that is anywhere."""
    rows, columns = distribution_Khw.shape[1:]
    whole_K = distribution_Khw.sum((1, 2)).clip(min=1e-9)
    shares: dict[str, np.ndarray] = {}
    for piece in np.flatnonzero(np.bincount(pieces_hw.ravel())).tolist():
        mask_hw = (pieces_hw == piece).astype(np.float32)
        # By area: a coarse position may lie on two garments.
        mask_hw = cv2.resize(mask_hw, (columns, rows), interpolation=cv2.INTER_AREA)
        word = WORD_OF_PIECE[piece]
        shares[word] = shares.get(word, 0.0) + (distribution_Khw * mask_hw).sum((1, 2)) / whole_K
    return shares


def doings(distribution_Khw: np.ndarray, pieces_hw: np.ndarray) -> list[Doing]:
    """What each texture of a layer does."""
    shares = shares_by_word(distribution_Khw, pieces_hw)
    words = list(shares)
    share_WK = np.stack([shares[word] for word in words])
    most_K = share_WK.argmax(0)
    return [Doing(words[most], float(share_WK[most, k])) for k, most in enumerate(most_K.tolist())]


def piece_mask(pieces_hw: np.ndarray, word: str) -> np.ndarray:
    """Where this garment is seen, float32 [h, w], 0 or 1."""
    return np.isin(pieces_hw, [k for k, each in enumerate(WORD_OF_PIECE) if each == word]).astype(np.float32)


def makers(distribution: Mapping[str, np.ndarray], pieces_hw: np.ndarray, word: str) -> list[tuple[str, int]]:
    """The textures of all layers that make mostly this garment: layer and number from 0."""
    return [
        (layer, k)
        for layer, values_Khw in distribution.items()
        for k, doing in enumerate(doings(values_Khw, pieces_hw))
        if doing.word == word and doing.share > MOSTLY
    ]
