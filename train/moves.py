"""The moves: what a designer does with a standing person, wide. Names and order, for all who make or rate
them.

Of data of moves (`train render --moves`) view 0 stands and view n shows `MOVES[n - 1]`.
"""

from __future__ import annotations

OF_ARM = (
    "wrist above the head",
    "wrist out at shoulder height",
    "hand on the hip",
    "hand at the chin",
    "hand across the chest",
    "hand behind the back",
)
OF_LEG = ("knee up and out", "ankle back", "step forward")
OF_HEAD = ("head to the right", "head to the left")
OF_TRUNK = ("trunk leant",)
MOVES = (*OF_ARM, *OF_LEG, *OF_HEAD, *OF_TRUNK)


def of_studio(studio: str) -> bool:
    """Whether data of this studio (`dataset.json`) are of moves."""
    return studio.endswith(" moves")
