"""Hands that a landmarker finds: whose they are, and of a picture of the box, where."""

from types import SimpleNamespace

import numpy as np
import pytest

from engine import hands, pose_model
from engine.api import Capability
from engine.hands import POINTS, Hand, assigned, find_hands
from engine.landmarkers import Landmarker
from engine.paths import RESOURCES
from engine.people import find_pose
from engine.photos import read_photo
from engine.pose import skeleton as sk

RIGHT, LEFT = 0, 1
needs_model = pytest.mark.skipif(
    not hands.available().available, reason=f"no hands are found here: {hands.available().reason}"
)


def standing() -> np.ndarray:
    """Both arms hang, 100 px apart; each bone is 50 px long."""
    pose = np.zeros((18, 3), np.float32)
    for x, arm in (
        (50, (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST)),
        (150, (sk.LEFT_SHOULDER, sk.LEFT_ELBOW, sk.LEFT_WRIST)),
    ):
        for joint, y in zip(arm, (50, 100, 150), strict=True):
            pose[joint] = x, y, sk.SEEN
    return pose


def hand(side: int, x: float, y: float, certainty: float = 0.9) -> Hand:
    return Hand(side, np.full((POINTS, 2), (x, y), np.float32), certainty)


def test_a_hand_is_the_nearer_wrists_whatever_its_shape_is_taken_for():
    right, left = assigned([hand(RIGHT, 152, 152), hand(LEFT, 52, 152, 0.7)], standing())
    assert (right.side, right.points_21x2[0, 0]) == (RIGHT, 52) and right.certainty == pytest.approx(0.3)
    assert (left.side, left.points_21x2[0, 0]) == (LEFT, 152) and left.certainty == pytest.approx(0.1)


def test_between_two_wrists_that_are_near_each_other_its_shape_decides():
    pose = standing()
    pose[[sk.RIGHT_WRIST, sk.LEFT_WRIST], 0] = 98, 102
    for side in (RIGHT, LEFT):
        (found,) = assigned([hand(side, 100, 152)], pose)
        assert found.side == side and found.certainty == 0.9


@pytest.mark.parametrize(("aside", "side"), [(5.0, RIGHT), (7.5, LEFT)])
def test_a_shape_weighs_as_much_as_a_quarter_of_an_arms_bone(aside, side):
    """So much nearer to the left wrist, of two that are 30 px apart: 6.25 px are as much."""
    pose = standing()
    pose[:, 0] += np.where(pose[:, 0] < 100, 35, -35)
    (found,) = assigned([hand(RIGHT, 100 + aside, 150, 1.0)], pose)
    assert found.side == side


@pytest.mark.parametrize(("off", "found"), [(21.0, 1), (24.0, 0)])
def test_a_hand_begins_less_than_half_a_bone_from_its_wrist(off, found):
    assert len(assigned([hand(RIGHT, 50, 150 + off)], standing())) == found


class Watched:
    """A landmarker that sees one hand in the middle of all it is asked for, and keeps it."""

    def __init__(self):
        self.squares = []

    def available(self):
        return Capability(True)

    def look(self, square_SS3, read):
        self.squares.append(square_SS3)
        middle = SimpleNamespace(x=0.5, y=0.5)
        told = SimpleNamespace(category_name="Left", score=0.5)
        return read(SimpleNamespace(hand_landmarks=[[middle] * POINTS], handedness=[[told]]))


@pytest.mark.parametrize(("bone", "side"), [(50.0, 100.0), (2.0, 100.0)])
def test_around_a_wrist_two_bones_are_looked_at_from_a_little_beyond_it(monkeypatch, bone, side):
    """A photo whose colours tell x and y. Arms that point at us are half as long as shoulders are apart."""
    pose, watched = standing(), Watched()
    for arm in ((sk.RIGHT_ELBOW, sk.RIGHT_WRIST), (sk.LEFT_ELBOW, sk.LEFT_WRIST)):
        pose[list(arm), 1] = 150 - bone, 150
    pose[[sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER], 1] = 150 - 2 * bone
    monkeypatch.setattr(hands, "_landmarker", watched)
    y_hw, x_hw = np.mgrid[:256, :256].astype(np.uint8)
    found = find_hands(np.stack([x_hw, y_hw, x_hw], 2), pose)
    beyond = 150 + 0.25 * bone
    assert [each.side for each in found] == [RIGHT, LEFT]
    assert found[0].points_21x2 == pytest.approx(np.full((POINTS, 2), (50, beyond)), abs=0.5)
    square = watched.squares[1].astype(float)
    assert square.shape == (256, 256, 3), "a multiple of four, and no less than the library's models look at"
    for at, (x, y) in {(0, 0): (-1, -1), (255, 255): (1, 1), (0, 255): (1, -1)}.items():
        assert square[at][:2] == pytest.approx((150 + x * side / 2, beyond + y * side / 2), abs=1.5)


def test_of_each_side_there_is_one_hand_the_nearest_and_none_far_from_its_wrist():
    found = assigned([hand(RIGHT, 50, 165), hand(RIGHT, 50, 155), hand(LEFT, 150, 180)], standing())
    assert [(each.side, each.points_21x2[0, 1]) for each in found] == [(RIGHT, 155)]
    pose = standing()
    pose[sk.RIGHT_WRIST] = 0
    assert assigned([hand(RIGHT, 0, 0)], pose) == [], "an absent wrist is nowhere"


def test_without_the_model_no_hand_is_found_and_it_is_said_why(monkeypatch):
    monkeypatch.setattr(hands, "_landmarker", Landmarker("HandLandmarker", pose_model.HANDS))
    monkeypatch.setattr(pose_model, "find", lambda bundle: None)
    capability = hands.available()
    assert isinstance(capability, Capability) and not capability.available
    assert "engine.pose_model" in capability.reason and "hand model" in capability.reason
    assert find_hands(np.zeros((200, 200, 3), np.uint8), standing()) == []


def test_a_damaged_model_is_an_absent_capability(monkeypatch, tmp_path):
    pytest.importorskip("mediapipe")
    (tmp_path / "damaged").write_bytes(b"not a bundle")
    monkeypatch.setattr(hands, "_landmarker", Landmarker("HandLandmarker", pose_model.HANDS))
    monkeypatch.setattr(pose_model, "find", lambda bundle: tmp_path / "damaged")
    assert find_hands(np.zeros((200, 200, 3), np.uint8), standing()) == []
    assert "could not be started" in hands.available().reason


@needs_model
def test_both_hands_of_a_person_of_the_box_begin_at_their_wrists_and_end_below():
    photo = read_photo(RESOURCES / "samples" / "ada.jpg")
    pose = find_pose(photo)
    found = find_hands(photo, pose)
    assert [hand.side for hand in found] == [RIGHT, LEFT]
    for hand, elbow, wrist in zip(
        found, (sk.RIGHT_ELBOW, sk.LEFT_ELBOW), (sk.RIGHT_WRIST, sk.LEFT_WRIST), strict=True
    ):
        assert hand.points_21x2.shape == (POINTS, 2)
        forearm = np.linalg.norm(pose[wrist] - pose[elbow])
        assert np.linalg.norm(hand.points_21x2[0] - pose[wrist, :2]) < 0.2 * forearm
        assert (hand.points_21x2[[8, 12, 16, 20], 1] > hand.points_21x2[0, 1] + 0.1 * forearm).all()
    wall = np.full_like(photo, 128)
    assert find_hands(wall, pose) == []
