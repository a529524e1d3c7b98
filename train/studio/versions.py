"""What data of the studio are called by: its version, and what kind of sitting they are of."""

from __future__ import annotations

STUDIO_VERSION = "4"
# What data of `Person.pulled`, of `Person.moved`, of `Studio.swap`, of people in coats, in the street, in
# shops' photographs and sitting, and of garments alone are of.
STUDIO_OF_PULLS, STUDIO_OF_MOVES = f"{STUDIO_VERSION} pulls", f"{STUDIO_VERSION} moves"
STUDIO_OF_SWAPS, STUDIO_OF_COATS = f"{STUDIO_VERSION} swaps", f"{STUDIO_VERSION} coats"
STUDIO_OF_STREET, STUDIO_OF_FLAT_LAYS = f"{STUDIO_VERSION} street", f"{STUDIO_VERSION} flat lays"
STUDIO_OF_SITTING, STUDIO_OF_SHOPS = f"{STUDIO_VERSION} sitting", f"{STUDIO_VERSION} shops"
# By the option of `train render` that asks for it.
STUDIO_OF_OPTION = {
    "pulls": STUDIO_OF_PULLS,
    "moves": STUDIO_OF_MOVES,
    "swaps": STUDIO_OF_SWAPS,
    "coats": STUDIO_OF_COATS,
    "street": STUDIO_OF_STREET,
    "sitting": STUDIO_OF_SITTING,
    "shops": STUDIO_OF_SHOPS,
    "flat-lays": STUDIO_OF_FLAT_LAYS,
}


def studio_asked_for(options: object) -> str:
    """The studio that parsed options ask for, each named as there; the plain one where they ask for none."""
    asked = (
        studio for name, studio in STUDIO_OF_OPTION.items() if getattr(options, name.replace("-", "_"), False)
    )
    return next(asked, STUDIO_VERSION)
