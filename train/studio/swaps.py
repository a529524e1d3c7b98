"""One person in a garment of another: the truth that a swap is rated by."""

from __future__ import annotations

from dataclasses import replace

from .garments import Outfit, Top, Trousers


def swapped(wearer: Outfit, giver: Outfit, word: str) -> Outfit | None:
    """The wearer's outfit with the giver's top (and jacket) or trousers; None where one of the two has no
    such garment that is cut from cloth by itself, as suits and dresses are not."""
    if not all(isinstance(each.top, Top) and not each.top.dress for each in (wearer, giver)):
        return None
    if word == "top":
        bottom = wearer.bottom
        if isinstance(bottom, Trousers):
            bottom = replace(bottom, over_top=giver.top.tucked)
        return replace(wearer, top=giver.top, jacket=giver.jacket, bottom=bottom)
    if not isinstance(wearer.bottom, Trousers) or not isinstance(giver.bottom, Trousers):
        return None
    return replace(wearer, bottom=replace(giver.bottom, over_top=wearer.top.tucked))
