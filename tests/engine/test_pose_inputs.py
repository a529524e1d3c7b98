"""What `--pose` takes, and what it says about it."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine import detect
from engine.api import Capability, Reference
from engine.cli.inputs import read_target_pose
from engine.errors import InputError
from engine.pose.formats import OpenPhoto, read_people, take

DATA = Path(__file__).parents[1] / "data"
SIZE = (256, 176)
PHOTO = (1024, 768)
MATRIX = np.array([[0.3, 0, -20.0], [0, 0.3, -40.0]])
REFERENCE = Reference("key", np.zeros((*SIZE, 3), np.uint8), None, None, PHOTO, MATRIX)


def test_a_pose_file_lies_on_the_reference(capsys):
    path = DATA / "poses" / "03_openpose_scale01_nocanvas.json"
    pose = read_target_pose(str(path), SIZE, REFERENCE)
    truth = np.array(json.loads((DATA / "poses" / "TRUTH.json").read_text())["portrait"]["xy"])
    np.testing.assert_allclose(pose[:, :2], truth * 0.3 - (20, 40), atol=0.2)
    assert "taken as large as the open photo" in capsys.readouterr().err
    read_target_pose(str(DATA / "poses" / "06_controlnet_normalised.json"), SIZE, REFERENCE)
    assert capsys.readouterr().err == ""


def test_the_reference_may_have_another_frame():
    fine = Reference("key", np.zeros((512, 352, 3), np.uint8), None, None, PHOTO, 2 * MATRIX)
    np.testing.assert_allclose(OpenPhoto.of(fine, SIZE).matrix_2x3, MATRIX)
    assert OpenPhoto.of(Reference("key", np.zeros((*SIZE, 3), np.uint8)), SIZE) is None


def test_of_several_people_one_is_named(capsys):
    path = DATA / "poses" / "18_two_people.json"
    first = read_target_pose(str(path), SIZE)
    said = capsys.readouterr().err.splitlines()
    assert said == ["18_two_people.json holds 2 people; number 1 was taken.", "--person N takes another."]
    second = read_target_pose(str(path), SIZE, number=2)
    assert capsys.readouterr().err == "" and not np.array_equal(first, second)
    with pytest.raises(InputError, match="there is no number 0"):
        read_target_pose(str(path), SIZE, number=0)


@pytest.mark.parametrize(
    "name", ["landscape_1280x720.png", "overlay_on_photo.jpg", "skeleton_with_json_in_png_text.png"]
)
def test_skeleton_pictures_need_no_detector(name, monkeypatch, capsys):
    monkeypatch.setattr(detect, "available", lambda: Capability(False, "there is none"))
    pose = read_target_pose(str(DATA / "skeletons" / name), SIZE)
    expected = take(read_people(DATA / "poses" / "06_controlnet_normalised.json"), SIZE).pose_18x3
    there = pose[:, 2] > 0
    assert there.sum() >= 17 and capsys.readouterr().err == ""
    np.testing.assert_allclose(pose[there, :2], expected[there, :2], atol=1.5)


def test_our_own_pictures_bring_their_pose_back():
    pose = read_target_pose(str(DATA / "skeletons" / "poseloom_export_blank_pixels.png"), SIZE)
    np.testing.assert_allclose(pose[0], (83.626, 24.581, 2), atol=1e-3)


def test_other_pictures_are_looked_at(tmp_path, monkeypatch):
    Image.fromarray(np.full((300, 200, 3), 90, np.uint8)).save(tmp_path / "a.jpg")
    monkeypatch.setattr(detect, "available", lambda: Capability(False, "there is none"))
    with pytest.raises(InputError, match="cannot be detected here: there is none"):
        read_target_pose(str(tmp_path / "a.jpg"), SIZE)
    with pytest.raises(InputError, match=r"a\.jpg: in a photo .* there is no number 2"):
        read_target_pose(str(tmp_path / "a.jpg"), SIZE, number=2)
    monkeypatch.setattr(detect, "available", lambda: Capability(True))
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: None)
    with pytest.raises(InputError, match="No person was found"):
        read_target_pose(str(tmp_path / "a.jpg"), SIZE)


def test_names_do_not_decide_what_a_file_is(tmp_path):
    text = (DATA / "poses" / "06_controlnet_normalised.json").read_bytes()
    (tmp_path / "pose.dat").write_bytes(text)
    (tmp_path / "bones.txt").write_bytes((DATA / "skeletons" / "landscape_1280x720.png").read_bytes())
    for name in ("pose.dat", "bones.txt"):
        assert (read_target_pose(str(tmp_path / name), SIZE)[:, 2] > 0).all()
