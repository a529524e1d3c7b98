"""Pictures as they leave the program."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine import detect
from engine.compositing.alone import person_alone
from engine.cv import cv2
from engine.export import ExportOptions, exported
from engine.paths import RESOURCES
from engine.pose import drawing
from engine.pose.formats import parse_people
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import COLOURS, LEFT_ELBOW, LEFT_WRIST
from engine.regions import REGIONS

FRAME = (256, 176)
HAIR = REGIONS.index("hair")


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


def pose_of(name, rgb):
    """A sample's own, in its px."""
    people = parse_people((RESOURCES / "samples" / f"{name}.json").read_text(), name).people
    (person,) = people
    assert person.canvas == rgb.shape[:2]
    return person.pose_18x3


@pytest.mark.parametrize("name", ["ada", "hugo"])
def test_the_matte_of_a_person_is_the_person(name):
    rgb = np.array(Image.open(RESOURCES / "samples" / f"{name}.jpg").convert("RGB"))
    truth = np.asarray(Image.open(RESOURCES / "samples" / f"{name}.parsing.png")) > 0
    matte = person_alone(rgb, pose_of(name, rgb), rgb.shape[:2])
    assert matte.shape == rgb.shape[:2] and matte.dtype == np.uint8
    seen = matte > 127
    assert (seen & truth).sum() / (seen | truth).sum() > 0.95
    assert ((matte > 20) & (matte < 235)).mean() < 0.03, "soft at the edge alone"


def before_her_hair_s_colours(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A sample before a ground of blots in the colours of its hair; what of it is hair, and the person."""
    rgb = np.array(Image.open(RESOURCES / "samples" / f"{name}.jpg").convert("RGB"))
    regions = np.asarray(Image.open(RESOURCES / "samples" / f"{name}.parsing.png"))
    hair, (rows, columns) = regions == HAIR, regions.shape
    blots = rgb[hair][np.random.default_rng(0).integers(0, hair.sum(), (rows // 8, columns // 8))]
    ground = cv2.resize(blots.astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC)
    hers = cv2.GaussianBlur((regions > 0).astype(np.float32), (0, 0), 0.8)[..., None]
    picture = rgb * hers + ground.clip(0, 255) * (1 - hers)
    return picture.round().astype(np.uint8), hair, regions > 0


@pytest.mark.skipif(not detect.available().available, reason="no pose detection here")
def test_dark_hair_before_dark_trees_is_whole():
    picture, hair, truth = before_her_hair_s_colours("gina")
    seen = person_alone(picture, pose_of("gina", picture), picture.shape[:2]) > 127
    assert (seen & hair).sum() / hair.sum() > 0.88
    assert (seen & truth).sum() / (seen | truth).sum() > 0.96


def test_where_the_landmarker_finds_nobody_the_parsing_network_does(monkeypatch):
    """Between a white sleeve and a white trunk it does not always see the white wall."""
    monkeypatch.setattr(detect, "person_mask", lambda *_: None)
    rgb = np.array(Image.open(RESOURCES / "samples" / "ada.jpg").convert("RGB"))
    truth = np.asarray(Image.open(RESOURCES / "samples" / "ada.parsing.png")) > 0
    seen = person_alone(rgb, pose_of("ada", rgb), rgb.shape[:2]) > 127
    assert (seen & truth).sum() / truth.sum() > 0.99
    assert (seen & truth).sum() / seen.sum() > 0.92


def test_an_arm_that_is_raised_is_not_left_behind():
    rgb = np.array(Image.open(RESOURCES / "samples" / "ada.jpg").convert("RGB"))
    pose, (rows, columns) = pose_of("ada", rgb), rgb.shape[:2]
    elbow, wrist, half = (0.72 * columns, 0.2 * rows), (0.87 * columns, 0.08 * rows), round(0.014 * rows)
    a, b = (tuple(np.rint(at).astype(int).tolist()) for at in (elbow, wrist))
    on = cv2.line(np.zeros((rows, columns), np.uint8), a, b, 1, 2 * half) > 0
    rgb[on] = (190, 140, 120)
    pose[LEFT_ELBOW], pose[LEFT_WRIST] = (*elbow, 2), (*wrist, 2)
    inner = cv2.line(np.zeros((rows, columns), np.uint8), a, b, 1, half) > 0
    assert person_alone(rgb, pose, (rows, columns))[inner].mean() > 235
    half_as_large = person_alone(rgb, pose * (0.5, 0.5, 1), (rows // 2, columns // 2))
    assert half_as_large[inner].mean() > 235, "a pose is of its frame"
    pose[[LEFT_ELBOW, LEFT_WRIST], 2] = 0
    hidden = person_alone(rgb, pose, (rows, columns))
    assert hidden[inner].mean() < 128, "nobody says that it is an arm"
