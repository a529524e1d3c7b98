"""A hand before a garment, and a neck above it, where the map has the garment there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.compositing.bare_skin import bare_skin
from engine.pose import skeleton as sk

SMALL, CLOTH, SKIN, DARK = (128, 88), (-0.6, -0.4, 0.1), (0.5, 0.1, -0.1), (-0.9, -0.9, -0.9)
HAND, ARM, NECK = np.s_[70:84, 20:30], np.s_[40:70, 21:29], np.s_[20:28, 38:48]


def scene(times: int = 2):
    """Cloth with an arm and its hand before it, and a neck; the map has both ends as the cloth's. Picture,
    garment, bare skin as the map has it, joints."""
    skin_hw = np.zeros(SMALL, bool)
    for part in (HAND, ARM, NECK):
        skin_hw[part] = True
    picture_hw3 = np.where(skin_hw[..., None], SKIN, CLOTH)
    seen_hw = skin_hw.copy()
    seen_hw[HAND] = seen_hw[24:28, 38:48] = False
    large = np.ones((times, times))
    picture_3HW = np.stack([np.kron(plane_hw, large) for plane_hw in np.moveaxis(picture_hw3, -1, 0)])
    garment_HW = np.kron(~seen_hw, large)
    joints_18x3 = np.zeros((18, 3), np.float32)
    joints_18x3[sk.RIGHT_ELBOW], joints_18x3[sk.RIGHT_WRIST] = (25, 44, 2), (25, 68, 2)
    for joint, x in ((sk.NECK, 43), (sk.RIGHT_SHOULDER, 25), (sk.LEFT_SHOULDER, 61)):
        joints_18x3[joint] = x, 26, 2
    picture_1CHW, garment_11HW = (
        torch.from_numpy(each).float()[None] for each in (picture_3HW, garment_HW[None])
    )
    return picture_1CHW, garment_11HW, torch.from_numpy(seen_hw).float()[None, None], joints_18x3


@pytest.mark.parametrize("times", (2, 4, 8))
def test_a_hand_and_a_neck_are_told_from_the_cloth_by_their_colour(times):
    found = bare_skin(*scene(times))
    hands_HW, neck_HW = found.hands[0, 0], found.neck[0, 0]
    hand = np.s_[times * 72 : times * 82, times * 22 : times * 28]
    neck = np.s_[times * 25 : times * 27, times * 41 : times * 45]
    assert hands_HW[hand].mean() > 0.95 and hands_HW.sum() < 1.3 * times**2 * 14 * 10
    assert neck_HW[neck].mean() > 0.95 and neck_HW.sum() < 1.3 * times**2 * 4 * 10
    assert hands_HW[neck].max() == neck_HW[hand].max() == 0


def test_nothing_is_told_without_joints_or_bare_arms_and_of_a_colour_far_from_skins():
    picture, garment, skin, joints = scene()
    hidden = joints * np.array((1, 1, 0), np.float32)
    dark = picture.clone()
    dark[0, :, 140:168, 40:60] = torch.tensor(DARK)[:, None, None]  # a glove
    for scenes in (
        (picture, garment, skin, None),
        (picture, garment, skin, hidden),
        (picture, garment, 0 * skin, joints),
        (dark, garment, skin, joints),
    ):
        assert bare_skin(*scenes).hands.max() == 0


def test_a_sliver_of_the_colour_of_skin_is_a_fold():
    picture, garment, skin, joints = scene()
    fold = picture.clone()
    fold[0, :, 140:168, 40:60] = torch.tensor(CLOTH)[:, None, None]
    fold[0, :, 150:168, 50:53] = torch.tensor(SKIN)[:, None, None]
    assert bare_skin(fold, garment, skin, joints).hands[..., 146:, :].max() == 0
