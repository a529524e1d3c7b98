"""The brush of Dress mode: whether it is in the hand, what it paints, how wide it is."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, Signal

from engine.garments import BACKGROUND, GARMENTS

WORDS = (*GARMENTS, BACKGROUND)
_NARROWEST, _WIDEST = 1.5, 64.0  # px of the frame
_STEP = 1.2  # of a key or a notch of the wheel
_CORNERS = 48  # of the circle that shows it


class Brush(QObject):
    """radius: px of the frame."""

    changed = Signal()

    def __init__(self, parent: QObject):
        super().__init__(parent)
        self.on, self.word, self.radius = False, "top", 8.0

    def take_up(self, on: bool) -> None:
        """Into the hand, or away."""
        if on != self.on:
            self.on = on
            self.changed.emit()

    def choose(self, word: str) -> None:
        """What it paints: one of WORDS."""
        if word != self.word:
            self.word = word
            self.changed.emit()

    def widen(self, steps: float) -> None:
        """By so many steps; narrower where they are negative."""
        self.radius = float(np.clip(self.radius * _STEP**steps, _NARROWEST, _WIDEST))
        self.changed.emit()

    def outline(self, xy: tuple[float, float], size: tuple[int, int]) -> list[np.ndarray]:
        """Its rim around a point, as a closed line [N, 2] from 0 to 1 across a frame (H, W)."""
        angles = np.linspace(0.0, 2 * np.pi, _CORNERS, endpoint=False)
        rim = np.array(xy) + self.radius * np.stack([np.cos(angles), np.sin(angles)], -1)
        return [(rim / (size[1], size[0])).astype(np.float32)]
