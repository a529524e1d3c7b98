"""People of several data sets, each with its own numbers: two studios may both have a person 0."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from train.data.people import TRAINING_PEOPLE, People, View


class Crowd:
    """The people of data sets in turn, numbered from 0: `persons`, `view_counts`, `view` as of `People`.

    Unlike `People` of several folders, it takes sets that hold different people under the same number, and
    pictures of different sizes (size: the smallest). scenes: uint8 [h, w, 3] each, places they may be put
    before. Raises InputError as `People` does.
    """

    def __init__(self, folders: Iterable[str | Path], people: range = TRAINING_PEOPLE):
        self.scenes: Sequence[np.ndarray] = ()
        self._sets = [People(folder, people) for folder in folders]
        self._members = [(one, person) for one in self._sets for person in one.persons.tolist()]
        self.persons = np.arange(len(self._members))
        self.view_counts = np.concatenate([one.view_counts for one in self._sets])
        self.size = min(one.size for one in self._sets)
        self.skipped = Counter()  # none: a damaged record ends a run
        self.studio = ", ".join(sorted({one.studio for one in self._sets}))

    def __len__(self) -> int:
        return len(self._members)

    def views(self, person: int) -> int:
        return int(self.view_counts[person])

    def view(self, person: int, view: int) -> View:
        one, number = self._members[person]
        return one.view(number, view)

    @property
    def fingerprint(self) -> str:
        """sha256 over those of the sets, and over the scenes, where there are any."""
        digest = hashlib.sha256(" ".join(one.fingerprint for one in self._sets).encode())
        for scene in self.scenes:
            digest.update(hashlib.sha256(scene.tobytes()).digest())
        return digest.hexdigest()
