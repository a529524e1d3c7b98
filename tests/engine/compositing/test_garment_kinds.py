"""What a garment hangs from, and where its waist is, told by its outline."""

from __future__ import annotations

import pytest

from engine.compositing.garment_kinds import from_waist, waist_of

from .test_garment_outline import drawn, shirt

FLARED = drawn((64, 20), (112, 20), (150, 230), (26, 230))
PENCIL = drawn((58, 60), (118, 60), (126, 100), (122, 180), (54, 180), (50, 100))
MINI = drawn((60, 80), (64, 84), (112, 84), (116, 80), (140, 150), (36, 150))  # its waist hangs through
SLIP = drawn((70, 60), (78, 20), (82, 20), (88, 76), (94, 20), (98, 20), (106, 60), (110, 230), (66, 230))
NECKED = drawn((60, 20), (76, 20), (88, 50), (100, 20), (116, 20), (122, 70), (130, 220), (46, 220), (54, 70))
BANDEAU = drawn((58, 40), (118, 40), (106, 90), (126, 140), (122, 200), (54, 200), (50, 140), (70, 90))


@pytest.mark.parametrize("skirt", [FLARED, PENCIL, MINI], ids=["flared", "pencil", "mini"])
def test_a_skirt_begins_at_a_waist(skirt):
    assert from_waist(skirt)


@pytest.mark.parametrize(
    "dress", [SLIP, NECKED, BANDEAU, shirt(hem=230)], ids=["slip", "V", "bandeau", "tee"]
)
def test_what_hangs_from_shoulders_does_not(dress):
    assert not from_waist(dress)


def test_a_waist_is_where_a_dress_ceases_to_be_narrow():
    assert waist_of(BANDEAU) == pytest.approx(92, abs=4)
    fitted = drawn((54, 20), (122, 20), (110, 60), (110, 100), (150, 230), (26, 230), (66, 100), (66, 60))
    assert waist_of(fitted) == pytest.approx(103, abs=4), "where its skirt begins, not below its chest"
    assert waist_of(FLARED) is None and waist_of(NECKED) is None
