"""Swaps whose truth is known: what of another person somebody wears in the data of them.

Of data of swaps (`train render --swaps`) there are six views a person: the wearer standing, and in another
pose; the giver; the wearer in the giver's garment, standing and in the other pose, before the same camera
in the same light; and that garment with nobody in it.
"""

from __future__ import annotations

STANDING, POSED, GIVER, STANDING_TRUTH, POSED_TRUTH, LAID = VIEWS = range(6)
TRUTH_OF = {STANDING: STANDING_TRUTH, POSED: POSED_TRUTH}
WORDS = ("top", "trousers")  # garment words, in turn


def word_of(person: int) -> str:
    """What a person of these data takes from the giver."""
    return WORDS[person % len(WORDS)]


def of_studio(studio: str) -> bool:
    """Whether data of this studio (`dataset.json`) are of swaps."""
    return studio.endswith(" swaps")
