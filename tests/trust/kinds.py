"""All kinds of inputs, in turn."""

from __future__ import annotations

import random
from collections.abc import Iterator

from trust.commands import commands, drawn
from trust.corpus import Case, checkpoints, exports, pastes, photos, poses, settings, weights
from trust.folders import folders
from trust.looks import looks

KINDS = (photos, poses, exports, weights, checkpoints, settings, pastes, looks, folders, drawn, commands)


def cases(count: int, seed: int = 0) -> Iterator[Case]:
    """`count` cases, all kinds in turn; the first ones of a kind are the same whatever the count."""
    kinds = [each(random.Random(f"{seed} {each.__name__}")) for each in KINDS]
    for index in range(count):
        yield next(kinds[index % len(kinds)])
