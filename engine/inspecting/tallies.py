"""How much of each garment that is seen is copied, and where the number is to stand."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from engine.cv import cv2
from engine.editing.evidence import by_garment
from engine.garments import WORD_OF_PIECE
from engine.inspecting.values import XY, peak_of

LEAST = 0.004  # of the picture: what is smaller has no room for a number


class Tally(NamedTuple):
    """copied: 0 to 1. at: the place of the garment that is farthest from its outline."""

    word: str
    copied: float
    at: XY

    def __str__(self) -> str:
        return f"{self.word} {self.copied:.0%} copied"


def tallies(evidence_HW: np.ndarray, pieces_hw: np.ndarray) -> tuple[Tally, ...]:
    """Of every garment that is seen; the background has none. pieces_hw: as `api.Frame.pieces`."""
    copied, found = by_garment(evidence_HW, pieces_hw), []
    for word in filter(None, copied):
        inside_hw = np.pad((pieces_hw == WORD_OF_PIECE.index(word)).astype(np.uint8), 1)
        if inside_hw.sum() >= LEAST * pieces_hw.size:
            deep_hw = cv2.distanceTransform(inside_hw, cv2.DIST_L2, 5)[1:-1, 1:-1]
            found.append(Tally(word, copied[word], peak_of(deep_hw)))
    return tuple(found)
