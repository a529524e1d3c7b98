"""The regions of a parsing map as PISE's official weights know them (PISE spec section 1)."""

from __future__ import annotations

from engine.regions import REGIONS

# The author's order of the data that the official weights were trained on.
OFFICIAL_REGIONS = (
    "background", "hat", "hair", "upper clothes", "shoes", "pants or skirt", "skin", "face",
)  # fmt: skip
_OFFICIAL_OF = {
    "background": "background",
    "hair": "hair",
    "face": "face",
    "upper clothes": "upper clothes",
    "dress or skirt": "upper clothes",
    "pants": "pants or skirt",
    "arms": "skin",
    "legs": "skin",
}
# Index of ours -> index of theirs: a hat is hair with us, shoes are legs.
TO_OFFICIAL = tuple(OFFICIAL_REGIONS.index(_OFFICIAL_OF[name]) for name in REGIONS)
