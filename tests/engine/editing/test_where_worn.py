"""Where a refined garment is shown, and where the one that came at once."""

from __future__ import annotations

import pytest
import torch

from engine.compositing.worn import Dressed
from engine.editing.swap import where_worn
from engine.garments import HAIR, PIECES, TROUSERS, garment


def standing(wide: int, rows: int, colour: float) -> Dressed:
    """Trousers so many positions wide from row 40 on."""
    picture = torch.full((1, 3, 128, 96), colour)
    pieces = torch.zeros(1, len(PIECES), 128, 96)
    pieces[:, 0] = 1.0
    pieces[:, :, 40 : 40 + rows, 48 - wide // 2 : 48 + wide // 2] = 0.0
    pieces[:, TROUSERS, 40 : 40 + rows, 48 - wide // 2 : 48 + wide // 2] = 1.0
    return Dressed(picture, pieces)


@pytest.mark.parametrize(
    ("wide", "rows", "taken"), [(40, 60, True), (32, 60, True), (28, 60, False), (30, 120, False)]
)
def test_refined_is_taken_in_place_of_what_was_broader_and_nowhere_else(wide, rows, taken):
    """Shorts under trousers leave nothing, and trousers under shorts are longer."""
    before, now = standing(wide, min(rows, 88), -1.0), standing(30, 60 if rows < 100 else 40, 0.0)
    made = where_worn(before, now, standing(26, 60, 1.0), [garment("trousers")], torch.zeros(1, 1, 128, 96))
    assert (made is not now) == taken
    if taken:
        assert made.picture[..., 60, 48 - 14].min() == 1.0, "at its edge"
        assert made.picture[..., 60, 5].max() == 0.0 and made.picture[..., 20, 48].max() == 0.0
        assert made.pieces[0, TROUSERS, 60, 48 - 14] == 0.0, "it is narrower"


def test_who_stands_as_in_the_photo_keeps_its_outline_and_gets_what_is_lacking():
    before, now, laid_11hw = standing(40, 60, -1.0), standing(30, 60, 0.0), torch.ones(1, 1, 128, 96)
    assert where_worn(before, now, standing(26, 60, 1.0), [garment("trousers")], laid_11hw) is now
    made = where_worn(before, now, standing(36, 60, 1.0), [garment("trousers")], laid_11hw)
    assert made.picture[..., 60, 48 - 17].min() == 1.0 and made.pieces[0, TROUSERS, 60, 48 - 17] == 1.0
    assert made.picture[..., 60, 48].max() == 0.0


def test_what_lies_over_a_garment_is_no_part_of_refining():
    """A giver's hair may be shorter; where the wearer's lay over the garment it does yet."""
    before, now, refined = standing(40, 60, -1.0), standing(30, 60, 0.0), standing(36, 60, 1.0)
    for worn in (before, now):
        worn.pieces[:, :, 40:56, 40:56] = 0.0
        worn.pieces[:, HAIR, 40:56, 40:56] = 1.0
    made = where_worn(before, now, refined, [garment("trousers")], torch.zeros(1, 1, 128, 96))
    assert made.picture[..., 42:54, 42:54].max() == 0.0 and made.pieces[0, HAIR, 42:54, 42:54].min() == 1.0
    assert made.picture[..., 80, 48 - 14].min() == 1.0
