"""Pictures as they leave the program."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine import parsing
from engine.export import ExportOptions, exported
from engine.paths import RESOURCES
from engine.pose import drawing
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import COLOURS

FRAME = (256, 176)


@pytest.fixture
def drawn() -> np.ndarray:
    """A picture of twice the frame's size."""
    return np.random.default_rng(0).integers(0, 256, (512, 352, 3), np.uint8)


def test_as_it_is_drawn_it_is_untouched(drawn):
    assert exported(drawn, t_pose(FRAME), FRAME, ExportOptions()) is drawn


def test_twice_as_large_it_is_the_same_picture(drawn):
    smooth = np.asarray(Image.fromarray(drawn[:64, :44]).resize((352, 512)))
    large = exported(smooth, t_pose(FRAME), FRAME, ExportOptions(times=2))
    assert large.shape == (1024, 704, 3)
    small = np.asarray(Image.fromarray(large).resize((352, 512), Image.Resampling.BOX))
    assert np.abs(small.astype(int) - smooth).mean() < 1


@pytest.mark.parametrize("times", [1, 2])
def test_the_skeleton_lies_on_its_joints_in_openpose_s_colours(drawn, times):
    pose = t_pose(FRAME)
    pose[4, 2] = 0
    picture = exported(drawn, pose, FRAME, ExportOptions(times, pose_only=True))
    assert picture.shape == (512 * times, 352 * times, 3)
    for joint, limb in ((7, 5), (10, 8), (13, 11), (16, 14), (17, 16)):  # a joint, and the one limb it ends
        x, y = (pose[joint, :2] * 2 * times).astype(int)
        own, both = np.array(COLOURS[joint]), 0.4 * np.array(COLOURS[joint]) + 0.6 * np.array(COLOURS[limb])
        assert min(np.abs(picture[y, x] - wanted).max() for wanted in (own, both)) <= 1
    x, y = (pose[4, :2] * 2 * times).astype(int)
    assert not picture[y, x].any(), "a hidden joint is not drawn"
    assert (picture == 0).all(axis=2).mean() > 0.9


def test_over_the_picture_only_the_skeleton_s_own_pixels_change(drawn):
    pose = t_pose(FRAME) * np.float32((2, 2, 1))
    both = exported(drawn, t_pose(FRAME), FRAME, ExportOptions(skeleton=True))
    on = drawing.skeleton_picture(pose, drawn.shape[:2]).any(axis=2)
    assert np.array_equal(both[~on], drawn[~on]) and not np.array_equal(both[on], drawn[on])


def test_transparent_where_the_person_is_not(drawn):
    matte = np.zeros(drawn.shape[:2], np.uint8)
    matte[100:300, 50:200] = 200
    alone = exported(drawn, t_pose(FRAME), FRAME, ExportOptions(transparent=True), matte)
    assert np.array_equal(alone[..., :3], drawn) and np.array_equal(alone[..., 3], matte)
    both = exported(drawn, t_pose(FRAME), FRAME, ExportOptions(2, True, True), matte)
    on = drawing.skeleton_picture(t_pose(FRAME) * np.float32((4, 4, 1)), (1024, 704)).any(axis=2)
    assert both.shape == (1024, 704, 4) and (both[on, 3] == 255).all(), "the skeleton is not cut off"
    with pytest.raises(ValueError, match="matte"):
        exported(drawn, t_pose(FRAME), FRAME, ExportOptions(transparent=True))


@pytest.mark.parametrize("name", ["ada", "hugo"])
def test_the_matte_of_a_person_is_the_person(name):
    rgb = np.array(Image.open(RESOURCES / "samples" / f"{name}.jpg").convert("RGB"))
    truth = np.asarray(Image.open(RESOURCES / "samples" / f"{name}.parsing.png")) > 0
    matte = parsing.person_matte(rgb)
    assert matte.shape == rgb.shape[:2] and matte.dtype == np.uint8
    seen = matte > 127
    assert (seen & truth).sum() / (seen | truth).sum() > 0.9
    assert ((matte > 20) & (matte < 235)).mean() < 0.1, "soft at the edge alone"
