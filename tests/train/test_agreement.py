"""Keypoints against who is seen in the photo: the same pose elsewhere is found out, another is let be."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import detect
from engine.api import Capability
from engine.errors import InputError
from engine.pose.kinematics import t_pose
from engine.pose.skeleton import ABSENT, GUESSED, LEFT_EYE, NOSE, RIGHT_EYE
from train.data.agreement import check_seen, lies_elsewhere

SIZE = (512, 352)
SEEN = t_pose(SIZE).astype(np.float64) * (0.6, 0.6, 1) + (60, 80, 0)
SEEN[4, :2] += (10, -70)  # one arm lifted: a mirror image is another pose
NOISE = np.random.default_rng(3).normal(0, 2.0, (18, 2))


def moved(change) -> np.ndarray:
    pose = SEEN.copy()
    pose[:, :2] = change(pose[:, :2] + NOISE)
    return pose


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda xy: xy, None),
        (lambda xy: xy + (0, 8), None),
        (lambda xy: xy * 0.75, r"0\.7\d times as wide and 0\.7\d times as high"),
        (lambda xy: xy * 1.3, r"1\.[23]\d times as wide"),
        (lambda xy: xy / SIZE[::-1] * 1000, r"2\.[789]\d times as wide and (1\.9\d|2\.0\d) times as high"),
        (lambda xy: xy + (0, 90), "beside them"),
        (lambda xy: xy[:, ::-1], "x and y are exchanged"),
        (lambda xy: np.column_stack([xy[:, 1], 352 - xy[:, 0]]), "turned by 90 degrees"),
        (lambda xy: (352, 0) + xy * (-1, 1), "mirrored"),  # in its place, and with a face
        (lambda xy: (252, 0) + xy * (-1, 1), "mirrored"),
        (lambda xy: (0, 512) + xy * (1, -1), "upside down"),
    ],
)
def test_what_was_done_to_keypoints_is_named(change, sentence):
    said = lies_elsewhere(moved(change), SEEN)
    assert said is None if sentence is None else re.search(sentence, said)


@pytest.mark.parametrize("face", [ABSENT, GUESSED])
def test_a_back_that_was_taken_for_a_front_is_no_fault(face):
    back = moved(lambda xy: (352, 0) + xy * (-1, 1))
    back[[NOSE, RIGHT_EYE, LEFT_EYE], 2] = face
    assert lies_elsewhere(back, SEEN) is None


def test_two_mistaken_joints_do_not_hide_it():
    pose = moved(lambda xy: xy * 0.75)
    pose[[10, 13], :2] = (300, 30)
    assert "0.7" in lies_elsewhere(pose, SEEN)


def test_another_pose_is_no_fault():
    sitting = SEEN.copy()
    sitting[[9, 10, 12, 13], :2] += ((-90, -110), (40, -150), (90, -110), (-20, -200))
    sitting[[3, 4, 6, 7], :2] += ((60, 90), (120, 40), (-50, 120), (30, -20))
    sitting[:, :2] = sitting[:, :2] * 0.7 + 40
    assert lies_elsewhere(sitting, SEEN) is None


@given(st.integers(0, 7))
def test_few_joints_tell_nothing(count):
    pose = moved(lambda xy: xy * 0.5)
    pose[count:, 2] = 0
    assert lies_elsewhere(pose, SEEN) is None


def test_a_twin_beside_whom_the_file_is_about_is_let_be(monkeypatch):
    """The detector tells the larger of two people who stand alike; alone, the other one is found."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]] // 2
    photo = np.dstack([columns, rows, rows]).astype(np.uint8)  # a part of it tells where it lies
    other = SEEN.copy()
    other[:, :2] = other[:, :2] * 0.4 + (200, 250)

    def found(rgb_HWC):
        left, top = 2.0 * rgb_HWC[0, 0, :2]
        whole = rgb_HWC.shape == photo.shape
        return (SEEN if whole else other - (left, top, 0)).astype(np.float32)

    monkeypatch.setattr(detect, "available", lambda: Capability(True))
    monkeypatch.setattr(detect, "detect_pose", found)
    check_seen(other, photo, "a.json")
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: SEEN.astype(np.float32))
    with pytest.raises(InputError, match=r"a\.json: its joints are those of the person .* 0\.40 times"):
        check_seen(other, photo, "a.json")
    monkeypatch.setattr(detect, "available", lambda: Capability(False, "there is none"))
    check_seen(other, photo, "a.json")
