"""Labelled photographs: labels as regions, skin divided by the pose, what no region has not counted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat
from standing import STANDING

from engine import detect
from engine.errors import InputError
from engine.regions import REGIONS
from train.data.labelled_photos import (
    UNKNOWN,
    divided_skin,
    labelled_names,
    meanings,
    read_labelled,
)
from train.metrics.parsing import confusion, region_figures

LABELS = ("null", "skin", "jeans", "bag", "coat", "hair", "shoes")
SKIN = len(REGIONS)


@pytest.fixture
def pose():
    return STANDING * np.float32((1.8, 2, 1))


@pytest.fixture
def folder(tmp_path):
    for place in ("photos", "annotations/pixel-level"):
        (tmp_path / place).mkdir(parents=True)
    cells = np.empty((1, len(LABELS)), object)
    cells[0] = LABELS
    savemat(tmp_path / "label_list.mat", {"label_list": cells})
    labels_HW = np.zeros((256, 176), np.uint8)
    labels_HW[120:230, 60:116] = LABELS.index("jeans")
    labels_HW[60:120, 60:116] = LABELS.index("coat")
    labels_HW[100:120, 60:70] = LABELS.index("bag")
    savemat(tmp_path / "annotations/pixel-level/0001.mat", {"groundtruth": labels_HW})
    for name in ("0001", "0002"):
        Image.fromarray(np.full((256, 176, 3), 128, np.uint8)).save(tmp_path / "photos" / f"{name}.jpg")
    return tmp_path


def test_skin_is_the_face_the_arms_and_neck_or_the_legs(pose):
    everywhere_HW = np.full((256, 176), SKIN, np.uint8)
    divided_HW = divided_skin(everywhere_HW, pose)

    def at(point):
        return REGIONS[divided_HW[int(point[1]), int(point[0])]]

    assert at(pose[0]) == "face"
    for joint in (3, 4, 6, 7):
        assert at(pose[joint]) == "arms"
    for joint in (9, 10, 12, 13):
        assert at(pose[joint]) == "legs"
    beyond_wrist = pose[4, :2] + 0.35 * (pose[4, :2] - pose[3, :2])
    assert at(beyond_wrist) == "arms", "a hand that hangs beside a thigh"
    assert at(pose[1, :2] + (0, 4)) == "arms", "the neck"


def test_what_is_no_skin_stays(pose):
    regions_HW = np.random.default_rng(0).choice([0, 3, 5, UNKNOWN], (256, 176)).astype(np.uint8)
    np.testing.assert_array_equal(divided_skin(regions_HW, pose), regions_HW)


def test_a_photo_with_its_labels_in_the_frame(folder, pose, monkeypatch):
    mask_HW = np.zeros((256, 176), np.float32)
    mask_HW[40:230, 50:126] = 1
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: pose)
    monkeypatch.setattr(detect, "person_mask", lambda rgb, keypoints: mask_HW)
    assert labelled_names(folder) == ["0001"], "a photo without labels is none"
    photo = read_labelled(folder, "0001", meanings(folder), (256, 176))
    assert photo.image_HWC.shape == (256, 176, 3)
    share = {region: (photo.regions_HW == region).mean() for region in np.unique(photo.regions_HW)}
    assert set(share) == {0, REGIONS.index("pants"), REGIONS.index("upper clothes"), UNKNOWN}
    jeans = photo.regions_HW == REGIONS.index("pants")
    assert photo.person_HW[jeans].mean() > 0.99, "labels and mask lie on each other"
    middle = np.argwhere(jeans).mean(0)
    assert abs(middle[1] - 88) < 176 * 0.1


def test_of_nobody_nothing_is_read(folder, monkeypatch):
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: None)
    assert read_labelled(folder, "0001", meanings(folder), (256, 176)) is None


def test_labels_of_another_size_are_named(folder):
    savemat(folder / "annotations/pixel-level/0001.mat", {"groundtruth": np.zeros((20, 20), np.uint8)})
    with pytest.raises(InputError, match=r"0001\.mat: is no map of 7 labels"):
        read_labelled(folder, "0001", meanings(folder), (256, 176))
    (folder / "annotations/pixel-level/0001.mat").write_bytes(b"no matlab")
    with pytest.raises(InputError, match=r"0001\.mat: cannot be read as labels"):
        read_labelled(folder, "0001", meanings(folder), (256, 176))


def test_a_folder_without_labels_is_said(tmp_path):
    with pytest.raises(InputError, match="annotations/pixel-level"):
        labelled_names(tmp_path)


def test_what_no_region_has_counts_neither_way():
    truth = np.array([[0, 3, UNKNOWN, UNKNOWN]])
    figures = region_figures(confusion(truth, np.array([[0, 3, 3, 5]])))
    assert figures["mIoU"] == 1.0 and figures["IoU upper clothes"] == 1.0
    assert region_figures(confusion(truth, np.array([[3, 3, 3, 5]])))["IoU upper clothes"] == 0.5
