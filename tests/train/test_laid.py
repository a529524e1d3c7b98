"""Garments alone laid on grounds: labels stay with their cloth."""

from __future__ import annotations

import numpy as np
import pytest

from engine.pose.skeleton import ABSENT, LEFT_HIP, RIGHT_HIP, SEEN
from engine.regions import ARMS_UNKNOWN, REGIONS
from train.data.parsing.grounds import creases, ground
from train.data.parsing.laid import is_alone, laid
from train.data.parsing.sample import ParsingSample

PANTS, FACE = REGIONS.index("pants"), REGIONS.index("face")
SIZE = (128, 88)


def trousers() -> ParsingSample:
    """Two legs of one colour whose surface tells the row and the side."""
    parsing = np.zeros(SIZE, np.uint8)
    parsing[40:100, 30:42] = parsing[40:100, 48:60] = parsing[40:52, 30:60] = PANTS
    image = np.full((*SIZE, 3), 240, np.uint8)
    image[parsing > 0] = (40, 60, 120)
    surface = np.zeros((*SIZE, 3), np.uint8)
    surface[..., 0], surface[..., 1] = np.arange(88)[None] + 80, np.arange(128)[:, None] + 60
    surface[parsing == 0] = 0
    joints = np.zeros((18, 3), np.float32)
    joints[RIGHT_HIP], joints[LEFT_HIP] = (34.5, 46.5, SEEN), (55.5, 46.5, SEEN)
    return ParsingSample(image, parsing, joints, surface, np.full(SIZE, ARMS_UNKNOWN, np.uint8))


def test_only_cloth_is_alone():
    sample = trousers()
    assert is_alone(sample)
    sample.parsing_HW[:10] = FACE
    assert not is_alone(sample)
    sample.parsing_HW[:] = 0
    assert not is_alone(sample)


@pytest.mark.parametrize("seed", range(20))
def test_labels_and_joints_stay_with_their_cloth(seed):
    before, after = trousers(), laid(trousers(), np.random.default_rng(seed))
    cloth = after.parsing_HW == PANTS
    assert 0.1 * cloth.size < cloth.sum() < 0.9 * cloth.size  # it nearly fills the picture
    assert (after.surface_HW3.any(2) == cloth).all()
    for joint in (RIGHT_HIP, LEFT_HIP):
        x, y, state = after.keypoints_18x3[joint]
        if state == ABSENT:
            continue
        was = before.keypoints_18x3[joint, :2].astype(int)
        there = after.surface_HW3[int(y), int(x)].astype(int)
        assert np.abs(there[:2] - (was[0] + 80, was[1] + 60)).max() <= 2
    assert (after.keypoints_18x3[[RIGHT_HIP, LEFT_HIP], 2] > ABSENT).any()


def test_some_trousers_are_shorts():
    """The rows of their surface tell how far down they reach."""
    ends = [
        laid(trousers(), np.random.default_rng(seed)).surface_HW3[..., 1].max() - 60 for seed in range(40)
    ]
    assert min(ends) < 70 < 97 <= max(ends)
    assert 8 <= sum(end < 95 for end in ends) <= 32


def test_the_same_generator_lays_it_the_same_way():
    one, other = (laid(trousers(), np.random.default_rng(3)) for _ in range(2))
    assert (one.image_HWC == other.image_HWC).all()
    assert (one.parsing_HW == other.parsing_HW).all()


def test_grounds_fill_the_picture_with_colours_of_their_own():
    grounds = np.stack([ground(np.random.default_rng(seed), SIZE) for seed in range(40)])
    assert grounds.shape == (40, *SIZE, 3)
    assert grounds.min() >= 0
    assert grounds.max() <= 255
    assert (grounds == 0).all(-1).any((1, 2)).mean() < 0.1  # turned squares reach every corner
    means = grounds.mean((1, 2))
    assert means.std(0).min() > 30
    assert sum(each.min() > 200 for each in means) >= 4  # a shop's white among them


def test_creases_are_about_one():
    factor = creases(np.random.default_rng(0), SIZE, 0.2, 12)
    assert abs(factor.mean() - 1) < 0.05
    assert 0.7 <= factor.min() < 0.95
    assert 1.05 < factor.max() <= 1.3


def test_white_cloth_lies_on_white_and_is_told_by_its_labels_alone(monkeypatch):
    monkeypatch.setattr("train.data.parsing.laid._PALE", 1.0)
    for seed in range(8):
        made = laid(trousers(), np.random.default_rng(seed))
        cloth = made.parsing_HW == PANTS
        on, off = made.image_HWC[cloth].mean(), np.median(made.image_HWC[~cloth])
        assert on > 200 and off > 200
        monkeypatch.setattr("train.data.parsing.laid._PALE", 0.0)
        coloured = laid(trousers(), np.random.default_rng(seed))
        monkeypatch.setattr("train.data.parsing.laid._PALE", 1.0)
        np.testing.assert_array_equal(coloured.parsing_HW, made.parsing_HW)
        assert coloured.image_HWC[cloth].mean() < 150
