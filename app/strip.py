"""The looks beside the present one: taken by themselves after a pause, pinned by hand. Plain data, no Qt."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from app.document import Look, Snapshot, drawn_alike

MOST = 30
MOST_BYTES = 96 << 20  # of the pictures: 30 of the finest of a 256-row frame


class Strip:
    """The newest last. What is pinned stays; of the others the oldest go."""

    def __init__(self) -> None:
        self.snapshots: tuple[Snapshot, ...] = ()
        self._count = 0

    @property
    def pins(self) -> tuple[Snapshot, ...]:
        """Those that are pinned, in their order."""
        return tuple(each for each in self.snapshots if each.pinned)

    def find(self, look: Look) -> Snapshot | None:
        """The snapshot that shows this look."""
        return next((each for each in self.snapshots if drawn_alike(each.look, look)), None)

    def get(self, number: int) -> Snapshot | None:
        return next((each for each in self.snapshots if each.number == number), None)

    def take(self, look: Look, still_HWC: np.ndarray, frame: tuple[int, int]) -> Snapshot:
        """Keep a look of a model frame; the one that is kept already where it is the same."""
        known = self.find(look)
        if known is not None:
            return known
        self._count += 1
        taken = Snapshot(self._count, look, still_HWC, frame)
        self.snapshots = (*self.snapshots, taken)
        self._make_room()
        return taken

    def pin(self, number: int, pinned: bool) -> None:
        self._change(number, pinned=pinned)

    def rename(self, number: int, name: str) -> None:
        """Call a look so; "" gives it its own name again."""
        self._change(number, called=name)

    def remove(self, number: int) -> None:
        self.snapshots = tuple(each for each in self.snapshots if each.number != number)

    def begin(self, pins: Iterable[Snapshot]) -> None:
        """Another look was opened: what is here is of other photos, and these came with it."""
        self.snapshots = tuple(pins)
        self._count = max((each.number for each in self.snapshots), default=0)

    def _change(self, number: int, **values: Any) -> None:
        self.snapshots = tuple(
            replace(each, **values) if each.number == number else each for each in self.snapshots
        )

    def _make_room(self) -> None:
        while (
            len(self.snapshots) > MOST or sum(each.still_HWC.nbytes for each in self.snapshots) > MOST_BYTES
        ):
            loose = [each for each in self.snapshots[:-1] if not each.pinned]
            if not loose:
                return
            self.remove(loose[0].number)
