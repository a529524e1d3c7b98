"""In its own pose a photo is the photo, to the bit: with the weights in the box, on the samples."""

from __future__ import annotations

import numpy as np
import pytest

from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.session import Session

SAMPLES = RESOURCES / "samples"


@pytest.fixture(scope="module")
def session():
    opened = Session.open()
    yield opened
    opened.close()


@pytest.mark.parametrize("name", ["ada", "plaid-top", "striped-cardigan"])
def test_in_its_own_pose_a_photo_is_the_photo(session, name):
    """Where a photo ends at the hips, too, and what is worn hides them."""
    rgb_HWC = read_photo(SAMPLES / f"{name}.jpg")
    reference = session.add_reference(rgb_HWC, read_pose(SAMPLES / f"{name}.json", rgb_HWC.shape[:2]))
    session.use(reference)
    session.set_pose(reference.keypoints_18x3)
    frame = session.render()
    np.testing.assert_array_equal(frame.image, reference.image_HWC)
    np.testing.assert_array_equal(frame.finest, reference.finest_HWC)
