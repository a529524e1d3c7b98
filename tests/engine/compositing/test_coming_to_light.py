"""What comes to light of a trunk: a crop top, a belly that counts as the top, trousers, and the left arm."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from flat_scene import SHIRT, SIZE, TROUSERS, classes, own_pose, pose, seen
from torch import Tensor

from engine.compositing.coming_to_light import skin, with_rows_carried_on
from engine.compositing.own_pose import OwnPose
from engine.compositing.trunk_sides import below_chest
from engine.pictures import to_rgb, to_tensor
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARM = REGIONS.index("arms")
ALL = slice(20, 118)
TRUNK, LAY = slice(30, 64), slice(64, 70)
WHITE, SKIN, BLUE = (230, 230, 235), (180, 120, 90), (60, 80, 120)
OWN = classes((SHIRT, (slice(20, 64), TRUNK)), (TROUSERS, (slice(64, 118), TRUNK)), (ARM, (ALL, LAY)))
BELLY = slice(52, 64)
"""Rows between top and trousers; hips are at row 64, shoulders at row 30 or so."""


def photo() -> np.ndarray:
    picture = np.full((*SIZE, 3), 90, np.uint8)
    for rows, colour in ((slice(20, 52), WHITE), (BELLY, SKIN), (slice(64, 118), BLUE)):
        picture[rows, TRUNK] = colour
    picture[ALL, LAY] = SKIN
    return picture


def painted(own_hw: Tensor = OWN) -> OwnPose:
    """With white cloth under all of the arm."""
    limbs = torch.zeros(1, 4, *SIZE)
    limbs[0, 3, ALL, LAY] = 1.0
    under = torch.zeros(1, 5, *SIZE)
    under[:, :3] = to_tensor(np.full((*SIZE, 3), WHITE, np.uint8), under.device)
    under[0, 4, ALL, slice(61, 73)] = 1.0
    tones_123 = torch.tensor([SKIN, SKIN])[None] / 127.5 - 1.0
    return own_pose(seen(own_hw), pose(), limbs=limbs, under=under)._replace(skin=tones_123)


def own_places() -> np.ndarray:
    return np.moveaxis(np.indices(SIZE), 0, -1)[..., ::-1].astype(np.float32) + np.float32(0.5)


def under(own: OwnPose, rgb: np.ndarray, pattern: np.ndarray | None = None) -> np.ndarray:
    pattern = own_places() if pattern is None else pattern
    made, cloth = with_rows_carried_on(own, to_tensor(rgb, own.under.device), None, None, pattern)
    assert cloth is None and torch.equal(made.under[:, 3:], own.under[:, 3:])
    return to_rgb(made.under[:, :3]).astype(int)


def test_where_an_arm_lay_before_a_belly_that_counts_as_a_top_there_is_skin():
    there = under(painted(), photo())
    assert np.abs(there[55:61, 64:68] - SKIN).max() < 12
    assert np.abs(there[66:69, 64:66] - BLUE).max() < 12, "and its hems go on, to the trousers"
    assert (there[80:110] == WHITE).all(), "below them all stays"
    assert np.abs(there[20:28] - WHITE).max() == 0, "above a chest's middle all stays"


def test_in_a_fine_picture_it_is_told_too():
    own, fine = painted(), photo().repeat(4, 0).repeat(4, 1)
    before = np.full_like(fine, WHITE)
    made, cloth = with_rows_carried_on(own, to_tensor(photo(), own.under.device), fine, before, own_places())
    assert cloth is not None and (before == WHITE).all()
    assert np.abs(cloth[222:242, 258:270].astype(int) - SKIN).max() < 12
    assert np.abs(to_rgb(made.under[:, :3]).astype(int)[56:60, 65:67] - SKIN).max() < 12


def test_without_a_belly_nothing_changes():
    """The top goes on to the trousers; and of a top in a colour of skin nothing is told."""
    rgb = photo()
    rgb[BELLY, TRUNK] = WHITE
    assert (under(painted(), rgb) == WHITE).all()
    rgb[20:64, TRUNK] = SKIN
    assert (under(painted(), rgb) == WHITE).all()


def test_nothing_is_asked_for_where_no_arm_lies_on_anything():
    own = painted()
    own.under[:, 3:] = 0.0
    made, _ = with_rows_carried_on(own, to_tensor(photo(), own.under.device), None, None, own_places())
    assert made is own


def test_a_sliver_beyond_an_arm_ends_no_row():
    """Of what is dark on its other side 3 px count as trunk."""
    own_hw = OWN.clone()
    own_hw[20:118, 73:76] = SHIRT
    rgb, own = photo(), painted(own_hw)
    own.under[0, 4, ALL, slice(61, 76)] = 1.0
    rgb[:, 70:76] = 0
    assert np.abs(under(own, rgb)[56:60, 64:70] - SKIN).max() < 25


def test_what_a_pattern_copies_stays():
    pattern = own_places()
    pattern[:, 58:76] += 7.0
    assert (under(painted(), photo(), pattern) == WHITE).all()


def test_skin_is_told_in_light_and_shade_and_a_sleeve_is_no_tone_of_it():
    tones = np.array([SKIN, (157, 177, 186)], np.float32)
    picture = np.array([[SKIN, (126, 84, 63), (225, 150, 112), WHITE, BLUE, (157, 177, 186), (40, 28, 21)]])
    assert skin(picture.astype(np.uint8), tones)[0] == pytest.approx([1, 1, 1, 0, 0, 0, 0], abs=0.15)


def test_skin_in_the_dark_is_redder_and_nothing_as_light_is():
    tone = np.array([(170, 86, 43)], np.float32)
    picture = np.array([[(115, 44, 12), (218, 82, 20)]], np.uint8)
    dark, light = skin(picture, tone)[0]
    assert dark > 0.8 and light == 0


def test_below_the_chest_is_told_by_shoulders_and_hips():
    now = pose()[0]
    now[[sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER], 1] = -0.5
    now[[sk.RIGHT_HIP, sk.LEFT_HIP], 1] = 0.3
    now[[sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER, sk.RIGHT_HIP, sk.LEFT_HIP], 2] = 1.0
    below = below_chest(now, 200)  # rows 50 to 130
    assert not below[:78].any() and (below[86:] == 1).all() and 0.3 < below[82] < 0.7
    now[[sk.RIGHT_HIP, sk.LEFT_HIP], 2] = 0.0
    assert not below_chest(now, 200).any()
