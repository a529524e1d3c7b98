"""What can be taken from another photo, as plain data: garment words over pieces. Without torch.

A *piece* is a parsing class (`engine.regions`), but for "dress or skirt", which is two: above the waist it
takes the place of a top, below it that of trousers. A garment is both sides of the body: two sleeves are one
top, two boots one pair.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.errors import InputError

PIECES = ("background", "hair", "face", "top", "dress", "skirt", "trousers", "arms", "legs")
HAIR, FACE, TOP, DRESS, SKIRT, TROUSERS, ARMS, LEGS = range(1, len(PIECES))
PIECE_OF_CLASS = (0, HAIR, FACE, TOP, SKIRT, TROUSERS, ARMS, LEGS)  # of "dress or skirt": below the waist
BACKGROUND = PIECES[0]  # the word for what is behind the person
WAIST = 1.0  # dm above the middle of the standard body; its belt hangs here
LEAST_SHOWN = 0.01  # of the person's pixels that must be of a garment for it to be seen in a photo ...
LEAST_FACELESS = 0.1  # ... where no face is seen: of cloth that lies alone some looks like what it is not


@dataclass(frozen=True)
class Garment:
    """A word with what it means in pieces.

    takes: what of the giver is laid on. goes: what of the wearer makes room for it. over: what lies over it:
    it stays where the wearer has it, and hides the garment where the giver has it.
    """

    word: str
    takes: tuple[int, ...]
    goes: tuple[int, ...]
    over: tuple[int, ...] = ()

    @property
    def legwear_kept(self) -> tuple[int, ...]:
        """What the wearer has on below the waist that makes no room for it."""
        return tuple(piece for piece in (SKIRT, TROUSERS) if piece not in self.goes)


GARMENTS = {
    garment.word: garment
    for garment in (
        Garment("top", (TOP, DRESS), (TOP, DRESS), (HAIR, FACE)),
        Garment("trousers", (TROUSERS,), (TROUSERS, SKIRT), (HAIR, FACE, TOP, DRESS, ARMS)),
        Garment("skirt", (SKIRT,), (TROUSERS, SKIRT), (HAIR, FACE, TOP, DRESS, ARMS)),
        Garment("dress", (DRESS, SKIRT), (TOP, DRESS, SKIRT, TROUSERS), (HAIR, FACE)),
        Garment("hair", (HAIR,), (HAIR,)),
        Garment("face", (FACE,), (FACE,), (HAIR,)),
        Garment("arms", (ARMS,), (ARMS,), (HAIR, FACE, TOP, DRESS)),
        Garment("legs", (LEGS,), (LEGS,), (SKIRT, TROUSERS, ARMS)),
    )
}


@dataclass(frozen=True)
class OutfitRegion:
    """What an outfit has one of. words: the garments that take it up; the first is what is asked for."""

    name: str
    words: tuple[str, ...]


OUTFIT = (
    OutfitRegion("Hair", ("hair",)),
    OutfitRegion("Face", ("face",)),
    OutfitRegion("Top", ("top", "dress")),
    OutfitRegion("Dress or skirt", ("dress", "skirt")),
    OutfitRegion("Trousers", ("trousers", "skirt", "dress")),
    OutfitRegion("Arms", ("arms",)),
    OutfitRegion("Legs and shoes", ("legs",)),
    OutfitRegion("Background", (PIECES[0],)),
)

# Not worn, but taken from another photo all the same: what is behind its person.
_BEHIND = Garment(BACKGROUND, (0,), (0,))
WORD_OF_PIECE = ("", "hair", "face", "top", "dress", "skirt", "trousers", "arms", "legs")
_CLOTHS = "top", "dress", "skirt", "trousers"
# Of what lies alone, by what it is seen as, what it lends for whom. Of 8 kinds of 12 each (evaluation.md)
# five skirts are seen as tops: these are what is asked for. Skirts and dresses are told by how they begin
# (`garment_kinds`), so a skirt is one, whatever is asked for: from shoulders it would be a sack. Of 11
# T-shirts and 21 trousers that are seen as what they are none is the other.
_TAKEN_FOR: Mapping[str, Mapping[str, str]] = {
    "top": {"top": "top", "dress": "top", "skirt": "skirt"},
    "skirt": {"skirt": "skirt", "trousers": "skirt", "dress": "skirt"},
    "trousers": {"trousers": "trousers", "skirt": "trousers"},
}
_ALONE = 0.99  # of what is seen in a photo, from which on it is cloth and nobody
_INSTEAD = {"trousers": "skirt", "skirt": "trousers", "dress": "top"}


def garment(word: str) -> Garment:
    """The garment that a word means, or the background. Raises InputError for another word."""
    if word == BACKGROUND:
        return _BEHIND
    if word not in GARMENTS:
        raise InputError(f"The garment {word!r} is unknown; the words are {', '.join(GARMENTS)}.")
    return GARMENTS[word]


def painted_as(word: str) -> int:
    """The piece that a brush of this word paints. Raises InputError for another word."""
    return garment(word).takes[0]


def offered(word: str, shown: Mapping[str, float]) -> str | None:
    """The word under which a photo lends what is asked for, None where it has nothing of the kind.

    shown: by word, how much of the person is it, 0 to 1. A garment that lies alone, taken for somebody, lends
    itself and not what some of it looks like. Who asks for trousers gets the skirt of a photo
    without trousers, and the other way round; the top, where a dress is asked for and none is worn.
    """
    if word in _CLOTHS and sum(shown.get(each, 0.0) for each in ("top", "skirt", "trousers")) >= _ALONE:
        return _lent_alone(word, shown)
    least = LEAST_FACELESS if shown.get("face", 0.0) < LEAST_SHOWN else LEAST_SHOWN
    for candidate in (word, _INSTEAD.get(word)):
        if candidate is None or (candidate == "dress" and _skirt_under_top(shown, least)):
            continue
        if shown.get(candidate, 0.0) >= least:
            return candidate
    return None


def _skirt_under_top(shown: Mapping[str, float], least: float) -> bool:
    """Whether what counts as a dress is but a skirt under a top: given for a dress, it would leave a bare
    chest."""
    above = shown.get("dress", 0.0) - shown.get("skirt", 0.0)
    return above < least <= shown.get("top", 0.0) - above


def _lent_alone(word: str, shown: Mapping[str, float]) -> str | None:
    """As `offered`, of a garment with nobody in it: a dress as a dress, whatever is asked for; a top never as
    trousers, nor what is worn below the waist as a top."""
    above = shown.get("dress", 0.0) - shown.get("skirt", 0.0)
    parts = {"top": shown.get("top", 0.0) - above, "dress": above, "skirt": shown.get("skirt", 0.0)}
    parts["trousers"] = shown.get("trousers", 0.0)
    itself = max(parts, key=lambda each: parts[each])
    if itself == "dress":
        return itself
    return _TAKEN_FOR[itself].get(word)
