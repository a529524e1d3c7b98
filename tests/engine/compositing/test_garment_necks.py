"""Where a garment with nobody in it shows its inside."""

from __future__ import annotations

import numpy as np

from engine.compositing.garment_necks import back_of_neck
from engine.compositing.garment_outline import upper

from .test_garment_outline import COLUMNS, ROWS, arms_of, shirt


def test_a_neck_s_edge_is_where_colours_change_all_along_it():
    mask = shirt()
    rgb = np.full((ROWS, COLUMNS, 3), 200, np.uint8)
    y, x = np.mgrid[:ROWS, :COLUMNS]
    inside = mask & (y < 40 + 22 * (1 - ((x - 88) / 18) ** 2)) & (np.abs(x - 88) < 18)
    rgb[inside] = 120
    rgb[110:116, 60:116] = 20  # a print's edge is no neck's
    found = back_of_neck(mask, rgb, upper(mask, arms_of(mask)))
    assert (found & inside).sum() > 0.85 * inside.sum()
    assert (found & ~inside).sum() < 0.3 * inside.sum()


def test_a_neck_that_cannot_be_seen_is_shallow():
    mask = shirt()
    found = back_of_neck(mask, np.full((ROWS, COLUMNS, 3), 200, np.uint8), upper(mask, arms_of(mask)))
    assert found.sum() > 0 and not found[60:].any()


def test_a_label_is_behind_a_neck_that_cannot_be_seen():
    """It is sewn in there: the edge lies below it."""
    mask = shirt()
    rgb = np.full((ROWS, COLUMNS, 3), 200, np.uint8)
    plain = back_of_neck(mask, rgb, upper(mask, arms_of(mask)))
    rgb[43:52, 84:93] = 90
    labelled = back_of_neck(mask, rgb, upper(mask, arms_of(mask)))
    assert labelled[43:52, 84:93].all() and not plain[51, 88]
    rgb[43:52, 84:93] = 200
    rgb[90:99, 84:93] = 90  # a print on the chest
    assert np.array_equal(back_of_neck(mask, rgb, upper(mask, arms_of(mask))), plain)
