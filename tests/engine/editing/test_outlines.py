"""What is pointed at ends where the picture's edges are."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.compositing.tailoring import matte
from engine.editing.outlines import sharp
from engine.pictures import to_tensor

CLOTH, WALL = (200, 60, 40), (90, 110, 120)


def scene(top: int, left: int, bottom: int, right: int) -> tuple[np.ndarray, np.ndarray]:
    """A cloth before a wall, uint8 [256, 176, 3], and where it is."""
    cloth_HW = np.zeros((256, 176), bool)
    cloth_HW[top:bottom, left:right] = True
    noise_HWC = np.random.default_rng(0).integers(-6, 7, (256, 176, 3))
    return (np.where(cloth_HW[..., None], CLOTH, WALL) + noise_HWC).astype(np.uint8), cloth_HW


def test_a_mask_two_positions_off_ends_at_the_edge():
    picture_HWC, cloth_HW = scene(60, 50, 200, 120)
    mask_hw = np.zeros((128, 88), bool)
    mask_hw[32:102, 27:62] = True
    found_HW = sharp(mask_hw, picture_HWC)
    wrong = (found_HW != cloth_HW).sum()
    assert wrong < 0.25 * (np.kron(mask_hw, np.ones((2, 2), bool)) != cloth_HW).sum()


@pytest.mark.parametrize("rows", [(60, 200), (100, 140)])
def test_what_is_around_it_changes_nothing(rows):
    """As the matte of the whole picture, of which only the window around the mask is looked at."""
    picture_HWC, _ = scene(rows[0], 50, rows[1], 120)
    mask_hw = np.zeros((128, 88), bool)
    mask_hw[rows[0] // 2 + 2 : rows[1] // 2 + 2, 27:62] = True
    share_11hw = torch.from_numpy(mask_hw.astype(np.float32))[None, None]
    whole_HW = matte(share_11hw, to_tensor(picture_HWC))[0, 0].numpy() > 0.5
    assert (sharp(mask_hw, picture_HWC) == whole_HW).mean() > 0.9999


def test_a_white_cuff_before_a_pale_wall_is_outlined_as_the_map_has_it():
    """Between its wall and a hand that is darker than both, colours would give it to the wall."""
    picture_HWC = np.full((256, 176, 3), 226, np.uint8)
    picture_HWC[60:120, 82:92] = 229
    picture_HWC[120:170, 83:91] = (150, 90, 60)
    there_HW = np.zeros((256, 176), bool)
    there_HW[60:120, 82:92] = True
    wall_HW = np.ones_like(there_HW)
    wall_HW[60:170, 82:92] = False
    mask_hw = there_HW[::2, ::2]
    assert (sharp(mask_hw, picture_HWC) != there_HW).sum() > 0.4 * there_HW.sum()
    assert (sharp(mask_hw, picture_HWC, wall_HW[::2, ::2]) != there_HW).sum() < 0.05 * there_HW.sum()


def test_what_is_not_of_the_walls_colours_ends_at_its_own_edge_before_one():
    picture_HWC, cloth_HW = scene(60, 50, 200, 120)
    mask_hw = np.zeros((128, 88), bool)
    mask_hw[32:102, 27:62] = True
    assert (sharp(mask_hw, picture_HWC, ~mask_hw) == sharp(mask_hw, picture_HWC)).mean() > 0.999


def test_nothing_is_nowhere_and_everything_everywhere():
    picture_HWC, _ = scene(60, 50, 200, 120)
    assert not sharp(np.zeros((128, 88), bool), picture_HWC).any()
    assert sharp(np.ones((128, 88), bool), picture_HWC).all()


def test_a_frame_that_ends_within_a_position_is_outlined_where_it_is():
    """As of an engine whose canvas is larger than its frame: the last positions are begun ones."""
    picture_HWC, cloth_HW = scene(60, 50, 200, 120)
    mask_hw = np.zeros((128, 88), bool)
    mask_hw[32:102, 27:62] = True
    whole_HW = sharp(mask_hw, picture_HWC)
    part_HW = sharp(mask_hw[:126, :86], np.ascontiguousarray(picture_HWC[:251, :171]))
    assert (part_HW == whole_HW[:251, :171]).mean() > 0.999
