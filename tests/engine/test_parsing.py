"""Parsing of pictures of every size, and the weights in the box on a rendered person."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine import parsing
from engine.contract import ReferenceInput
from engine.cv import cv2
from engine.errors import InputError
from engine.models import parser
from engine.models.parser.network import ParserOutput
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.pose.kinematics import mirror
from engine.regions import SURFACE_SPAN


class ByColour(torch.nn.Module):
    """Stands in for a network: bright pixels are upper clothes, their surface position is their colour;
    the neck is where it is brightest."""

    def forward(self, picture_BCHW, joints_BJ3=None):
        light = picture_BCHW.mean(1)
        logits = torch.zeros(len(light), 8, *light.shape[1:])
        logits[:, 3] = 20 * light
        heat = torch.full((1, 18, light.shape[1] // 4, light.shape[2] // 4), -30.0)
        heat[:, 1] = 30 * torch.nn.functional.avg_pool2d(light, 4)
        return ParserOutput(logits, heat, torch.ones_like(heat), picture_BCHW.clone(), logits, logits[:, :2])


def with_person(size: tuple[int, int], box: tuple[int, int, int, int]) -> np.ndarray:
    """A black picture with a white box: top, bottom, left, right."""
    rgb = np.zeros((*size, 3), np.uint8)
    rgb[box[0] : box[1], box[2] : box[3]] = 255
    return rgb


@pytest.mark.parametrize("size", [(256, 176), (100, 61), (1, 1), (17, 300), (900, 700), (300, 1200)])
def test_results_have_the_pictures_size(size):
    parsed = parsing.parse(np.zeros((*size, 3), np.uint8), ByColour())
    assert parsed.regions_HW.shape == size and parsed.regions_HW.dtype == np.uint8
    assert parsed.keypoints_18x3.shape == (18, 3)
    assert parsed.surface_HW3.shape == (*size, 3) and np.isnan(parsed.surface_HW3).all()


@pytest.mark.parametrize(
    ("size", "box"),
    [
        ((256, 176), (40, 200, 60, 120)),
        ((1000, 800), (100, 900, 200, 600)),
        ((900, 700), (500, 620, 300, 370)),
    ],
)
def test_person_is_where_it_is(size, box):
    """In a frame, in a large photo, and small in a large photo, where it is looked at twice."""
    rgb = with_person(size, box)
    parsed = parsing.parse(rgb, ByColour())
    wrong = (parsed.regions_HW == 3) != (rgb[:, :, 0] > 0)
    assert wrong.mean() < 0.01
    assert np.median(parsed.surface_HW3[parsed.regions_HW == 3]) == pytest.approx(SURFACE_SPAN)
    assert np.isnan(parsed.surface_HW3[parsed.regions_HW == 0]).all()
    x, y, state = parsed.keypoints_18x3[1]
    assert state == 2 and box[2] <= x <= box[3] and box[0] <= y <= box[1]
    assert (parsed.keypoints_18x3[[0, *range(2, 18)]] == 0).all()


def test_small_person_is_outlined_finely():
    """120 px of 900 are 34 px of the first look; the second knows the edges to about a pixel."""
    rgb = with_person((900, 700), (500, 620, 300, 370))
    parsed = parsing.parse(rgb, ByColour())
    rows = np.flatnonzero(parsed.regions_HW.any(1))
    assert abs(rows[0] - 500) <= 2 and abs(rows[-1] - 619) <= 2


@pytest.mark.parametrize(
    "rgb", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)]
)
def test_what_is_no_picture_is_refused(rgb):
    with pytest.raises(ValueError, match="a picture is uint8"):
        parsing.parse(rgb, ByColour())


def test_capability_names_the_missing_file(tmp_path, monkeypatch):
    monkeypatch.setattr(parser, "SHIPPED", tmp_path / "parser.safetensors")
    assert not parsing.available().available
    assert "parser.safetensors" in parsing.available().reason


SAMPLES = RESOURCES / "samples"


@pytest.mark.parametrize("name", ["ada", "dan", "ella"])
def test_weights_in_the_box_see_a_sample(name):
    """Joints and regions are about where the sample's labels have them. The pictures are twice as large as
    those the network was made for."""
    rgb = read_photo(SAMPLES / f"{name}.jpg")
    truth = read_pose(SAMPLES / f"{name}.json", rgb.shape[:2])
    regions = cv2.imread(str(SAMPLES / f"{name}.parsing.png"), cv2.IMREAD_UNCHANGED)
    parsed = parsing.parse(rgb)
    seen = truth[:, 2] == 2
    both = seen & (parsed.keypoints_18x3[:, 2] > 0)
    assert both.sum() >= 0.7 * seen.sum()
    distance = np.linalg.norm(truth[both, :2] - parsed.keypoints_18x3[both, :2], axis=1)
    assert np.median(distance) < 0.025 * rgb.shape[0]
    person, found = regions > 0, parsed.regions_HW > 0
    assert (person & found).sum() > 0.85 * (person | found).sum()
    assert (regions == parsed.regions_HW)[person].mean() > 0.7
    assert np.isfinite(parsed.surface_HW3[parsed.regions_HW > 0]).all()


@pytest.mark.parametrize("size", [(512, 352), (256, 176), (300, 210)])
def test_places_are_what_parsing_sees(size):
    rgb = cv2.resize(read_photo(SAMPLES / "ella.jpg"), size[::-1], interpolation=cv2.INTER_AREA)
    picture = torch.from_numpy(rgb).movedim(-1, 0)[None] / 127.5 - 1
    places = parsing.surface_map(torch.cat([picture, -picture]))[:1]
    assert places.shape[:2] == (1, 11) and places.dtype == torch.float32 and not places.requires_grad
    assert all(side % 16 == 0 and side <= 288 for side in places.shape[2:])
    fitted = torch.nn.functional.interpolate(places, size, mode="bilinear")[0]
    parsed = parsing.parse(rgb)
    assert (fitted[:8].argmax(0).numpy() == parsed.regions_HW).mean() > 0.98
    person = (parsed.regions_HW > 0) & (fitted[:8].argmax(0).numpy() > 0)
    distance = np.linalg.norm(fitted[8:].movedim(0, -1).numpy() * SURFACE_SPAN - parsed.surface_HW3, axis=-1)
    assert np.median(distance[person]) < 0.1


@pytest.mark.parametrize("told", [False, True])
def test_a_careful_look_sees_the_mirror_image_mirrored(told):
    """And what a glance sees: the mean of looks at one picture and its mirror image knows no side."""
    rgb = cv2.resize(read_photo(SAMPLES / "ella.jpg"), (176, 256), interpolation=cv2.INTER_AREA)
    picture = torch.from_numpy(rgb).movedim(-1, 0)[None] / 127.5 - 1
    joints = joints_mirrored = None
    if told:
        pose = read_pose(SAMPLES / "ella.json", (512, 352)) * np.array((0.5, 0.5, 1), np.float32)
        joints, joints_mirrored = (torch.tensor(each)[None] for each in (pose, mirror(pose, rgb.shape[:2])))
    glance, (careful, arms) = parsing.surface_map(picture), parsing.careful_look(picture, joints)
    mirrored, arms_mirrored = (
        seen.flip(3) for seen in parsing.careful_look(picture.flip(3), joints_mirrored)
    )
    mirrored[:, 8] *= -1
    torch.testing.assert_close(arms[:, 8:], arms_mirrored[:, 8:].flip(1), atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(arms[:, :8], arms_mirrored[:, :8], atol=1e-4, rtol=1e-3)
    torch.testing.assert_close(careful, mirrored, atol=1e-4, rtol=1e-3)
    assert careful.shape == glance.shape and not torch.equal(careful, glance)
    same = careful[:, :8].argmax(1) == glance[:, :8].argmax(1)
    assert same.float().mean() > 0.97
    person = (careful[:, :8].argmax(1) > 0) & (glance[:, :8].argmax(1) > 0)
    distance = (careful - glance)[:, 8:].norm(dim=1)[person] * SURFACE_SPAN
    assert distance.median() < 0.3  # dm: a side mistaken for the other is two


def test_joints_that_are_told_count_for_arms_most():
    """A pose aside of the person changes arms more than the person's own; of the rest half is seen untold. A
    pose of which nothing is seen is told as none."""
    rgb = cv2.resize(read_photo(SAMPLES / "ella.jpg"), (176, 256), interpolation=cv2.INTER_AREA)
    picture = torch.from_numpy(rgb).movedim(-1, 0)[None] / 127.5 - 1
    pose = torch.tensor(read_pose(SAMPLES / "ella.json", (512, 352)))[None] * torch.tensor((0.5, 0.5, 1.0))
    aside = pose + torch.tensor((40.0, 0.0, 0.0))
    network = parser.load(parser.SHIPPED)
    untold, told, wrong = (parsing.looks(network, picture, joints) for joints in (None, pose, aside))
    near, far = ((untold.arms - each.arms)[:, 8:].abs().mean() for each in (told, wrong))
    assert far > 1.1 * near > 0
    assert (untold.surface - wrong.surface)[:, :8].abs().mean() < 0.8 * far
    guessed = ReferenceInput(picture, np.concatenate([pose[0, :, :2], np.ones((18, 1))], 1))
    assert guessed.joints_1J3 is None
    seen = pose[..., 2:] == 2
    assert not seen.all() and torch.equal(ReferenceInput(picture, pose[0].numpy()).joints_1J3, pose * seen)


def test_a_missing_parsing_network_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(parser, "SHIPPED", tmp_path / "parser.safetensors")
    monkeypatch.setattr(parsing, "_networks", {})
    with pytest.raises(InputError, match="parser.safetensors does not exist"):
        parsing.surface_map(torch.zeros(1, 3, 64, 48))
