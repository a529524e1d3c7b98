"""Poses of people whose head is not in the photo: sides, and limbs that were found beside themselves."""

import numpy as np
import pytest

from engine import detect, people
from engine.cv import cv2
from engine.hands import Hand
from engine.parsing import Parsed
from engine.people import agreed, before_the_trunk, find_people, find_pose, in_the_middle, is_headless
from engine.pose import skeleton as sk
from engine.regions import REGIONS

ARMS, LEGS, TOP = (REGIONS.index(name) for name in ("arms", "legs", "upper clothes"))


def body() -> np.ndarray:
    """Somebody from the front, px of a picture of 200 x 120, whose neck is 10 px below its upper edge."""
    pose = np.zeros((18, 3), np.float32)
    places = {
        sk.NECK: (60, 10), sk.RIGHT_SHOULDER: (40, 12), sk.LEFT_SHOULDER: (80, 12),
        sk.RIGHT_ELBOW: (32, 50), sk.LEFT_ELBOW: (88, 50), sk.RIGHT_WRIST: (30, 84), sk.LEFT_WRIST: (90, 84),
        sk.RIGHT_HIP: (50, 84), sk.LEFT_HIP: (70, 84), sk.RIGHT_KNEE: (50, 130), sk.LEFT_KNEE: (70, 130),
        sk.RIGHT_ANKLE: (50, 180), sk.LEFT_ANKLE: (70, 180),
    }  # fmt: skip
    for joint, place in places.items():
        pose[joint] = *place, sk.SEEN
    return pose


def seen(pose: np.ndarray) -> Parsed:
    """Arms 12 px and legs 14 px broad about that pose's, a trunk between."""
    regions = np.zeros((200, 120), np.uint8)
    regions[8:86, 42:79] = TOP
    for x in (50, 70):
        regions[86:190, x - 7 : x + 7] = LEGS
    for x in (31, 89):
        regions[30:95, x - 6 : x + 6] = ARMS
    arms = np.zeros((2, 200, 120), bool)
    arms[0, 30:95, 25:37] = arms[1, 30:95, 83:95] = True
    return Parsed(regions, pose.copy(), np.full((200, 120, 3), np.nan, np.float32), arms)


def test_where_both_lie_inside_what_was_found_stays():
    found = body()
    found[sk.RIGHT_ELBOW, :2] += (0, 4)
    assert agreed(found, seen(body())) == pytest.approx(found, abs=1.5)


@pytest.mark.parametrize("joint", [sk.RIGHT_ELBOW, sk.LEFT_WRIST, sk.RIGHT_KNEE, sk.LEFT_ANKLE])
def test_a_joint_beside_its_limb_is_in_it_and_a_legs_root_is_the_networks_with_it(joint):
    found = body()
    inwards = 1 if found[joint, 0] < 60 else -1
    found[joint, 0] += 9 * inwards
    root = {3: 2, 7: 5, 9: 8, 13: 11}[joint]
    of_leg = joint in (sk.RIGHT_KNEE, sk.LEFT_ANKLE)
    found[root, 0] += 4 * inwards * of_leg
    made = agreed(found, seen(body()))
    assert made[joint] == pytest.approx(body()[joint], abs=2)
    assert np.array_equal(made[root, :2], body()[root, :2])
    others = [each for each in range(2, 14) if each not in (joint, root)]
    assert made[others] == pytest.approx(found[others], abs=2)


def test_what_is_far_away_is_another_joint():
    found = body()
    found[sk.RIGHT_ANKLE, :2] = (72, 180)
    assert agreed(found, seen(body())) == pytest.approx(found, abs=1.5)


def test_who_was_found_from_behind_and_is_seen_from_the_front_has_the_sides_of_the_front():
    turned = body()[list(sk.FLIP)]
    assert agreed(turned, seen(body()))[2:14] == pytest.approx(body()[2:14], abs=1.5)
    assert agreed(body(), seen(turned))[2:14] == pytest.approx(body()[2:14], abs=1.5), (
        "and never the other way round"
    )


def test_headless_is_whose_photo_ends_where_a_head_would_begin():
    assert is_headless(body())
    lower = body()
    lower[:, 1] += 60
    with_eye = body()
    with_eye[sk.LEFT_EYE] = 63, 1, sk.SEEN
    no_hips = body()
    no_hips[[sk.RIGHT_HIP, sk.LEFT_HIP]] = 0
    assert not any(is_headless(pose) for pose in (lower, with_eye, no_hips))


def test_who_has_a_head_is_taken_as_found_without_another_look(monkeypatch):
    pose = body()
    pose[sk.LEFT_EYE] = 63, 1, sk.SEEN
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: pose)
    monkeypatch.setattr(detect, "detect_people", lambda rgb: [pose])
    monkeypatch.setattr(people.parsing, "parse", lambda rgb: pytest.fail("nobody asked"))
    photo = np.zeros((200, 120, 3), np.uint8)
    assert find_pose(photo) is pose and find_people(photo) == [pose]


def test_without_the_network_what_was_found_stays(monkeypatch, tmp_path):
    pose = body()
    monkeypatch.setattr(detect, "detect_people", lambda rgb: [pose])
    monkeypatch.setattr(people.parsing.parser, "SHIPPED", tmp_path / "nowhere.safetensors")
    assert find_people(np.zeros((200, 120, 3), np.uint8))[0] is pose


def test_the_network_looks_at_the_body_alone_and_answers_in_px_of_the_photo(monkeypatch):
    """A photo with as much again beside the person."""
    found, looked = body(), []
    found[:, 0] += 120 * (found[:, 2] > 0)
    found[sk.RIGHT_ELBOW, 0] += 9

    def parse(rgb: np.ndarray) -> Parsed:
        looked.append(rgb.shape)
        parsed = seen(body())
        left = int(np.floor(found[found[:, 2] > 0, 0].min() - 0.15 * 170)) - 120
        shift = np.zeros(3, np.float32)
        shift[0] = left
        keypoints = np.where(parsed.keypoints_18x3[:, 2:] > 0, parsed.keypoints_18x3 - shift, 0)
        return Parsed(
            np.roll(parsed.regions_HW, -left, 1),
            keypoints,
            parsed.surface_HW3,
            np.roll(parsed.arms_2HW, -left, 2),
        )

    monkeypatch.setattr(detect, "detect_pose", lambda rgb: found)
    monkeypatch.setattr(people.parsing, "parse", parse)
    made = find_pose(np.zeros((200, 360, 3), np.uint8))
    assert looked[0][1] < 130
    assert made[sk.RIGHT_ELBOW, :2] == pytest.approx((152, 50), abs=1.5)


@pytest.mark.parametrize("aside", [-11, -4, 0, 5, 9])
def test_an_elbow_and_a_wrist_are_in_the_middle_of_their_arm(aside):
    """A straight arm of 20 px about a slanting line."""
    pose = np.zeros((18, 3), np.float32)
    pose[sk.NECK], pose[sk.RIGHT_HIP], pose[sk.LEFT_HIP] = (90, 10, 2), (80, 90, 2), (100, 90, 2)
    arm = sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST
    pose[list(arm)] = (70, 15, 2), (60, 55, 2), (50, 95, 2)
    mask = np.zeros((120, 120), np.uint8)
    cv2.line(mask, (70, 15), (48, 103), 1, 20)
    off = pose.copy()
    off[arm[1], 0] += aside
    made = in_the_middle(off, arm, mask > 0)
    assert made[arm[1], :2] == pytest.approx(pose[arm[1], :2] + (0.06 * aside, -0.24 * aside), abs=1.5)
    assert made[arm[2], :2] == pytest.approx(pose[arm[2], :2], abs=1.5)
    assert np.array_equal(in_the_middle(off, arm, np.ones_like(mask) > 0), off), "no edge near"
    assert np.array_equal(in_the_middle(off, arm, np.zeros_like(mask) > 0), off), "no arm seen"


@pytest.mark.parametrize(("down_to", "state"), [(95, sk.SEEN), (60, sk.GUESSED)])
def test_a_hand_in_its_pocket_is_before_the_trunk_where_its_forearm_is_seen(down_to, state):
    pose = body()
    pose[sk.RIGHT_WRIST, 2] = sk.GUESSED
    arm = np.zeros((200, 120), bool)
    arm[30:down_to, 25:37] = True
    made = before_the_trunk(pose, (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST), arm)
    assert made[sk.RIGHT_WRIST, 2] == state and made[sk.LEFT_WRIST, 2] == sk.SEEN
    assert np.array_equal(made[:, :2], pose[:, :2])


def crossed() -> np.ndarray:
    """Forearms that cross, their wrists too near to their elbows."""
    pose = body()
    pose[[sk.RIGHT_ELBOW, sk.RIGHT_WRIST], :2] = (32, 50), (66, 46)
    pose[[sk.LEFT_ELBOW, sk.LEFT_WRIST], :2] = (88, 50), (58, 44)
    pose[sk.LEFT_EYE] = 63, 1, sk.SEEN
    return pose


def hand(side: int, x: float, y: float) -> Hand:
    return Hand(side, np.full((21, 2), (x, y), np.float32), 0.9)


def test_wrists_of_arms_that_lie_on_each_other_are_where_hands_begin(monkeypatch):
    pose = crossed()
    monkeypatch.setattr(detect, "detect_pose", lambda rgb: pose)
    monkeypatch.setattr(people, "find_hands", lambda rgb, told: [hand(0, 78, 42), hand(1, 57, 44)])
    made = find_pose(np.zeros((200, 120, 3), np.uint8))
    assert made[sk.RIGHT_WRIST].tolist() == [78, 42, sk.SEEN]
    assert made[sk.LEFT_WRIST].tolist() == pose[sk.LEFT_WRIST].tolist(), "so little may be either's fault"
    others = [joint for joint in range(18) if joint != sk.RIGHT_WRIST]
    assert np.array_equal(made[others], pose[others]) and pose[sk.RIGHT_WRIST, 0] == 66


def test_of_arms_that_hang_nobody_asks_for_hands(monkeypatch):
    pose = body()
    monkeypatch.setattr(people, "find_hands", lambda *_: pytest.fail("nobody asked"))
    assert people.with_wrists(np.zeros((200, 120, 3), np.uint8), pose) is pose
    for state in (sk.ABSENT, sk.GUESSED):
        pose = crossed()
        pose[sk.LEFT_ELBOW, 2] = state
        assert people.with_wrists(np.zeros((200, 120, 3), np.uint8), pose) is pose
