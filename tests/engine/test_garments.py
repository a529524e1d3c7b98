"""Garment words."""

from __future__ import annotations

import pytest

from engine.errors import InputError
from engine.garments import GARMENTS, LEAST_SHOWN, PIECE_OF_CLASS, PIECES, WORD_OF_PIECE, garment, offered
from engine.regions import REGIONS


def test_every_piece_has_a_word_and_every_word_replaces_what_it_takes():
    assert len(PIECE_OF_CLASS) == len(REGIONS) and len(WORD_OF_PIECE) == len(PIECES)
    for piece, word in enumerate(WORD_OF_PIECE[1:], 1):
        assert piece in garment(word).takes
    for each in GARMENTS.values():
        assert set(each.takes) <= set(each.goes) and not set(each.over) & set(each.goes)


def test_an_unknown_word_is_answered_with_the_words_there_are():
    with pytest.raises(InputError, match="'socks'.*top, trousers"):
        garment("socks")


@pytest.mark.parametrize(
    ("word", "shown", "lent"),
    [
        ("trousers", {"trousers": 0.3, "skirt": 0.2}, "trousers"),
        ("trousers", {"skirt": 0.2}, "skirt"),
        ("skirt", {"trousers": 0.3}, "trousers"),
        ("dress", {"top": 0.3}, "top"),
        ("dress", {"top": 0.4, "skirt": 0.25, "dress": 0.25, "face": 0.02}, "top"),  # no bare chest
        ("dress", {"top": 0.37, "skirt": 0.4, "dress": 0.76, "face": 0.03}, "dress"),
        ("dress", {"skirt": 0.6, "dress": 0.6, "face": 0.02}, "dress"),
        ("skirt", {"top": 0.4, "skirt": 0.25, "dress": 0.25, "face": 0.02}, "skirt"),
        ("top", {"trousers": 0.3}, None),
        ("hair", {"face": LEAST_SHOWN, "hair": LEAST_SHOWN / 2}, None),
        ("hair", {"face": LEAST_SHOWN, "hair": LEAST_SHOWN}, "hair"),
        ("trousers", {"top": 0.89, "trousers": 0.01, "hair": 0.04, "face": 0.001}, None),  # a jumper alone
        ("top", {"top": 0.89, "trousers": 0.01, "hair": 0.04, "face": 0.001}, "top"),
        ("trousers", {"top": 0.5, "trousers": 0.3, "hair": 0.1}, "trousers"),  # from the back
        # Cloth and nobody: itself, or what is asked for where it is often taken for another thing.
        ("skirt", {"top": 1.0}, "skirt"),
        ("trousers", {"top": 1.0}, None),
        ("top", {"skirt": 1.0, "dress": 1.0}, None),
        ("dress", {"skirt": 1.0, "dress": 1.0}, "skirt"),  # from shoulders it would be a sack
        ("dress", {"trousers": 1.0}, None),
        ("top", {"top": 1.0}, "top"),
        ("skirt", {"top": 1.0, "dress": 1.0}, "dress"),
        ("top", {"top": 1.0, "dress": 1.0}, "dress"),
        ("skirt", {"skirt": 1.0, "dress": 1.0}, "skirt"),
        ("trousers", {"skirt": 1.0, "dress": 1.0}, "skirt"),
        ("dress", {"top": 1.0}, "top"),
        ("top", {"trousers": 1.0}, None),
        ("skirt", {"trousers": 1.0}, "trousers"),
        ("hair", {"top": 1.0}, None),
    ],
)
def test_what_a_photo_lends(word, shown, lent):
    assert offered(word, shown) == lent
