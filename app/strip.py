"""The looks of this sitting: taken by themselves after a pause, pinned by hand. Plain data, no Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from app.document import Look, same_look

MOST = 30
MOST_BYTES = 96 << 20  # of the pictures: 30 of the finest of a 256-row frame


@dataclass(frozen=True, eq=False)
class Snapshot:
    """A look and its picture, uint8 RGB. number: from 1, in the order they were taken."""

    number: int
    look: Look
    still_HWC: np.ndarray
    pinned: bool = False

    @property
    def name(self) -> str:
        return f"Look {self.number}"


class Strip:
    """The newest last. What is pinned stays; of the others the oldest go."""

    def __init__(self) -> None:
        self.snapshots: tuple[Snapshot, ...] = ()
        self._count = 0

    def find(self, look: Look) -> Snapshot | None:
        """The snapshot of this very look."""
        return next((each for each in self.snapshots if same_look(each.look, look)), None)

    def get(self, number: int) -> Snapshot | None:
        return next((each for each in self.snapshots if each.number == number), None)

    def take(self, look: Look, still_HWC: np.ndarray) -> Snapshot:
        """Keep a look; the one that is kept already where it is the same."""
        known = self.find(look)
        if known is not None:
            return known
        self._count += 1
        taken = Snapshot(self._count, look, still_HWC)
        self.snapshots = (*self.snapshots, taken)
        self._make_room()
        return taken

    def pin(self, number: int, pinned: bool) -> None:
        self.snapshots = tuple(
            replace(each, pinned=pinned) if each.number == number else each for each in self.snapshots
        )

    def remove(self, number: int) -> None:
        self.snapshots = tuple(each for each in self.snapshots if each.number != number)

    def clear(self) -> None:
        """Another look was opened: what is here is of other photos."""
        self.snapshots = ()

    def _make_room(self) -> None:
        while (
            len(self.snapshots) > MOST or sum(each.still_HWC.nbytes for each in self.snapshots) > MOST_BYTES
        ):
            loose = [each for each in self.snapshots[:-1] if not each.pinned]
            if not loose:
                return
            self.remove(loose[0].number)
