from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.pose.planes import face_box, pose_planes, pose_planes_textbook, pose_planes_u8, present_joints

GOLDEN = Path(__file__).parents[2] / "data" / "nted" / "skeleton.npz"
FORMS = [pose_planes, pose_planes_textbook]


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return dict(file)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("rows", [256, 512])
@pytest.mark.parametrize("pose", range(6))
def test_bits_of_the_published_code(golden, pose, rows, form):
    expected = golden[f"set{pose}_{rows}_skeleton_u8"]
    planes = form(golden[f"set{pose}_{rows}_canvas_xy"], expected.shape[1:])
    assert planes.dtype == np.float32
    np.testing.assert_array_equal(planes, expected / np.float32(255))


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from([(256, 176), (128, 88), (64, 45), (33, 200)]))
def test_fast_form_is_the_textbook_form(seed, size):
    """Inside, outside and across the frame's border, near and far, seen and missing, whole and broken px."""
    rng = np.random.default_rng(seed)
    pose = np.empty((18, 3))
    pose[:, :2] = rng.uniform(-0.5, 1.5, (18, 2)) * size[::-1]
    if seed % 2:
        pose[:, :2] = pose[:, :2] * rng.uniform(0, 1) + rng.uniform(-20, 150, 2)
    if seed % 3 == 0:
        pose[:, :2] = pose[:, :2].round()
    pose[:, 2] = rng.integers(0, 3, 18)
    np.testing.assert_array_equal(pose_planes(pose, size), pose_planes_textbook(pose, size))


def test_joints_that_are_missing_whatever_their_place():
    pose = np.tile([50.0, 60.0, 2.0], (18, 1))
    pose[3, 2] = 0
    pose[4, 0] = -1
    pose[5, 1] = np.nan
    pose[6, 0] = np.inf
    pose[7, 1] = 1e9
    assert np.flatnonzero(~present_joints(pose)).tolist() == [3, 4, 5, 6, 7]
    planes = pose_planes(pose, (256, 176))
    for plane in (3 + 2, 3 + 3, 3 + 1, 3 + 4, 3 + 5):
        assert (planes[plane] == 1).all()
    assert planes[3].min() == 0


def test_nobody_is_black_and_far():
    planes = pose_planes(np.zeros((18, 3)), (128, 88))
    assert not planes[:3].any() and (planes[3:] == 1).all()


def test_pose_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="17, 3"):
        pose_planes(np.zeros((17, 3)), (256, 176))


def test_bytes_are_the_planes(golden):
    pose, size = golden["set4_256_canvas_xy"], (256, 176)
    np.testing.assert_array_equal(pose_planes_u8(pose, size) / np.float32(255), pose_planes(pose, size))


@pytest.mark.parametrize(
    ("eyes", "box"),
    [
        ([(84, 34), (92, 33)], (72, 17, 32)),
        ([(60, 20), (95, 24)], (34, 0, 86)),
        ([(100, 250), (96, 248)], (82, 223, 32)),
        ([(84, 34), (-1, -1)], None),
    ],
)
def test_face_box(eyes, box):
    """The boxes whose crops equal the published code's."""
    pose = np.full((18, 3), 5.0)
    pose[14, :2], pose[15, :2] = eyes
    assert face_box(pose, (256, 176)) == box
