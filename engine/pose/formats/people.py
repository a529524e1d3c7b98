"""What a pose file holds, as plain data, before it is laid into any frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

MOST_PEOPLE = 1000  # that are read of a file

PIXELS = "pixels"
SHARES = "shares"  # of the canvas, 0 to 1 or -1 to 1
STRETCHED = "stretched"  # pixels of a canvas that the picture was stretched to, whatever shape it had
METRES = "metres"  # a body of its own size, without a place in any picture


@dataclass(frozen=True, eq=False)
class Person:
    """pose_18x3: float64 (x, y, state) in the file's own unit. canvas: (H, W) of the picture it was made for.
    frame: which of the file's pictures or frames, from 0. unit: what the file says it is in, "" if nothing.
    notes: sentences about how it was read. source: the JSON object of the person, or None.
    """

    pose_18x3: np.ndarray
    canvas: tuple[float, float] | None = None
    frame: int = 0
    unit: str = ""
    notes: tuple[str, ...] = ()
    source: dict[str, Any] | None = None

    @property
    def extent(self) -> float:
        """Area of the box around the joints that are there; a person of no area comes after any other."""
        there = self.pose_18x3[self.pose_18x3[:, 2] > 0, :2]
        return float(np.prod(np.ptp(there, axis=0))) if len(there) else -1.0


@dataclass(frozen=True, eq=False)
class PoseFile:
    """name: what messages call it. people: in the file's order. content: the JSON document, or None."""

    name: str
    people: tuple[Person, ...]
    content: Any = field(default=None, repr=False)
