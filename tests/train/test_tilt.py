"""The tilted camera among the augmentations."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from train.data.augment import NONE, tilt_view
from train.data.pairs import PairLoader
from train.data.people import People, View


@pytest.fixture(scope="module")
def people(stick_people):
    return People(stick_people)


def marked(places):
    """A grey picture with a white spot of class 3 at every keypoint."""
    keypoints = np.zeros((18, 3), np.float32)
    image = np.full((128, 88, 3), 60, np.uint8)
    parsing, surface = np.zeros((128, 88), np.uint8), np.zeros((128, 88, 3), np.uint8)
    for joint, (x, y) in enumerate(places):
        keypoints[joint] = x + 0.5, y + 0.5, 2  # the middle of a pixel
        spot = np.s_[y - 2 : y + 3, x - 2 : x + 3]
        image[spot], parsing[spot], surface[spot] = 255, 3, 100 + joint
    return View(image, parsing, keypoints, "full", "front", surface)


@pytest.mark.parametrize("degrees", [-3.0, 0.0, 2.0])
def test_everything_turns_together(degrees):
    view = marked([(20, 15), (70, 20), (44, 64), (15, 110), (75, 100)])
    tilted = tilt_view(view, degrees)
    for joint in range(5):
        x, y = tilted.keypoints_18x3[joint, :2].astype(int)
        assert tilted.parsing_HW[y, x] == 3
        assert (tilted.surface_HW3[y, x] == 100 + joint).all()
        assert tilted.image_HWC[y, x].min() > 230
    rows, columns = np.nonzero(tilted.surface_HW3[:, :, 0] == 100)
    centre = columns.mean() + 0.5, rows.mean() + 0.5
    np.testing.assert_allclose(tilted.keypoints_18x3[0, :2], centre, atol=0.5)
    assert not tilted.keypoints_18x3[5:].any()  # absent ones stay as they are
    assert set(np.unique(tilted.parsing_HW)) == {0, 3}
    assert tilted.image_HWC[0, 0, 0] == 60  # the border goes on in the corners
    if degrees:
        turned = tilted.keypoints_18x3[3, 0] - view.keypoints_18x3[3, 0]
        assert np.sign(turned) == np.sign(degrees)  # counter-clockwise: what is below goes right
    else:
        np.testing.assert_array_equal(tilted.image_HWC, view.image_HWC)


def test_only_the_reference_is_tilted(people):
    plain = next(iter(PairLoader(people, (64, 44), 6, seed=3)))
    tilted = next(iter(PairLoader(people, (64, 44), 6, seed=3, augmentation=replace(NONE, tilt=1.0))))
    assert (plain.target_BCHW == tilted.target_BCHW).all()
    assert (plain.reference_BCHW != tilted.reference_BCHW).flatten(1).any(1).all()
