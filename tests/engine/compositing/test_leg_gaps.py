"""Ground between legs, up to their crotch."""

from __future__ import annotations

import numpy as np
import pytest

from engine.compositing.leg_gaps import parted_to_the_crotch

from .test_garment_outline import trousers

GROUND, CLOTH = 230, 90


def photo(mask: np.ndarray, wedge: slice, light: int = GROUND) -> np.ndarray:
    rgb = np.where(mask, CLOTH, GROUND).astype(np.uint8)[..., None].repeat(3, 2)
    rgb[wedge, 87:89] = light
    return rgb


@pytest.mark.parametrize("light", [GROUND, 170], ids=["as the ground", "in shade"])
def test_they_part_where_the_ground_begins_to_be_seen(light):
    mask = trousers(crotch=100)
    parted = parted_to_the_crotch(mask, photo(mask, slice(80, 104), light))
    assert not parted[81:104, 87:89].any()
    assert parted[:79].sum() == mask[:79].sum() and (mask & ~parted).sum() < 60


def test_a_seam_is_no_ground():
    mask = trousers(crotch=100)
    assert (parted_to_the_crotch(mask, photo(mask, slice(60, 104), 60)) == mask).all()
    whole = mask.copy()
    whole[20:240, 60:116] = True
    assert (parted_to_the_crotch(whole, photo(whole, slice(0, 0))) == whole).all(), "no legs, no gap"
