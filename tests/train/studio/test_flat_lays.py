"""Garments with nobody in them."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cv import cv2
from engine.flat_lays import garment_alone
from engine.pose.skeleton import LEFT_ELBOW, LEFT_SHOULDER, NECK, RIGHT_ELBOW, RIGHT_SHOULDER, SEEN
from engine.regions import REGIONS
from engine.session import Session
from train.data.people import People
from train.studio import STUDIO_OF_FLAT_LAYS
from train.studio.flat_lays import garments_alone, joints_of_garment
from train.studio.parts import Part, PartMesh
from train.studio.review import specks
from train.studio.surfaces import UPPER

CLOTH = [REGIONS.index(name) for name in ("upper clothes", "dress or skirt", "pants")]


@pytest.fixture(scope="module")
def views(studio):
    return [studio.photograph(index, 1, STUDIO_OF_FLAT_LAYS)[0] for index in range(7000, 7012)]


def test_one_garment_is_seen_and_nobody(views):
    kinds = set()
    for view in views:
        seen = [label for label in np.unique(view.parsing_HW) if label]
        assert len(seen) == 1 and seen[0] in CLOTH
        kinds.add(seen[0])
        assert (view.surface_HW3.any(2) == (view.parsing_HW > 0)).mean() > 0.99
    assert len(kinds) > 1


def test_it_is_whole_within_the_picture(views):
    for view in views:
        there = view.parsing_HW > 0
        assert not (there[0].any() or there[-1].any() or there[:, 0].any() or there[:, -1].any())
        assert there.mean() > 0.03
        assert specks(view.parsing_HW).sum() == 0


def test_joints_are_those_that_it_covers(views):
    for view in views:
        there = view.keypoints_18x3[:, 2] > 0
        assert there.sum() >= 2
        upper = (view.parsing_HW == CLOTH[0]).any()
        assert not upper or there[[RIGHT_SHOULDER, LEFT_SHOULDER]].all()
        for x, y, _ in view.keypoints_18x3[there]:
            near = view.parsing_HW[max(int(y) - 8, 0) : int(y) + 9, max(int(x) - 8, 0) : int(x) + 9]
            assert near.any()


def test_a_joint_beside_the_cloth_is_none_of_its():
    parsing_HW = np.zeros((200, 100), np.uint8)
    parsing_HW[50:100, 20:80] = CLOTH[0]
    keypoints = np.zeros((18, 3), np.float32)
    keypoints[NECK] = 50, 48, SEEN  # a collar is open there
    keypoints[LEFT_ELBOW], keypoints[RIGHT_ELBOW] = (90, 75, SEEN), (50, 110, SEEN)
    kept = joints_of_garment(keypoints, parsing_HW)
    assert kept[NECK].tolist() == [50, 48, SEEN]
    assert not kept[[LEFT_ELBOW, RIGHT_ELBOW]].any()
    assert keypoints[LEFT_ELBOW, 2] == SEEN  # what was given is as it was


@pytest.mark.parametrize(
    ("worn", "laid"),
    [
        (("shirt", "jacket", "collar"), {("shirt",), ("shirt", "jacket", "collar")}),
        (("shirt", "shirt"), {("shirt", "shirt")}),
    ],
)
def test_what_is_under_a_jacket_is_laid_without_it_and_never_nothing(worn, laid):
    nothing = np.zeros((0, 3), np.int32)
    mesh = PartMesh(np.zeros((0, 14), np.float32), nothing, None, nothing)
    parts = [Part(name, "cloth", mesh, {"label": (UPPER, 0, 0, 0)}) for name in worn]
    chosen = [garments_alone(parts, np.random.default_rng(seed)) for seed in range(12)]
    assert {tuple(part.name for part in garment) for garment in chosen} == laid


def test_the_command_writes_them_and_says_of_which_studio_they_are(rendered, tmp_path):
    options = ["--flat-lays", "--range", "7001:7002", "--views", "2", "--output", str(tmp_path / "laid")]
    assert rendered(*options) == 0
    people = People(tmp_path / "laid", range(7001, 7002))
    assert people.studio == STUDIO_OF_FLAT_LAYS and people.views(7001) == 2
    first, second = (people.view(7001, number).parsing_HW for number in range(2))
    assert set(np.unique(first)) == set(np.unique(second))  # one garment, seen twice
    assert not np.array_equal(first, second)


def test_the_network_in_the_box_sees_them_and_they_are_read_again_as_the_same(views):
    """By the pose that a look keeps, and framed already, as for another engine: three of them."""
    session = Session.open()
    found = 0
    for view in views:
        reference = session.add_reference(view.image_HWC)
        if not reference.alone:
            continue
        found += 1
        assert session.garments(reference)
        if found > 3:
            continue
        pose = garment_alone(view.image_HWC).pose_18x3
        cv2.setRNGSeed(found)
        assert session.add_reference(view.image_HWC, pose) is reference
        times = len(reference.finest_HWC) / len(reference.image_HWC)
        again = session.add_reference(
            reference.finest_HWC, reference.keypoints_18x3 * np.float32((times, times, 1)), reference.alone
        )
        assert again.alone and again.image_HWC.shape == reference.image_HWC.shape
        moved = pose + np.float32((0, 20, 0)) * (pose[:, 2:] > 0)
        assert not session.add_reference(view.image_HWC, moved).alone  # laid by hand: somebody
    session.close()
    assert found >= 9
