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


@pytest.mark.parametrize("mirrored", [False, True], ids=["to the right", "to the left"])
@pytest.mark.parametrize(
    ("breadth", "slope", "outside"),
    [(60, 1.0, 20), (30, 1.9, 0), (30, 1.0, 0)],
    ids=["within", "steep", "cut"],
)
def test_a_slanting_gap_is_followed_as_far_as_the_picture_goes(breadth, slope, outside, mirrored):
    mask = np.zeros((128, 88), bool)
    mask[10:, 88 - outside - breadth : 88 - outside] = True
    slit = np.zeros_like(mask)
    first = 88 - outside - breadth + round(0.4 * breadth)
    for row in range(80, 105):
        column = first + round(slope * (100 - min(row, 100)))
        slit[row, column : column + 2] = True
    mask[100:105] &= ~slit[100:105]
    rgb = np.where(mask, CLOTH, GROUND).astype(np.uint8)[..., None].repeat(3, 2)
    rgb[mask & slit] = 170  # in shade
    if mirrored:
        mask, slit, rgb = (picture[:, ::-1] for picture in (mask, slit, rgb))
    gone = mask & ~parted_to_the_crotch(mask, rgb)
    assert not (gone & ~slit).any() and (gone.any(1) == (mask & slit).any(1)).all()
