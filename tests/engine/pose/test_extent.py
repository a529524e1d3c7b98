"""How much of a person is in a photo: held against the sample people, whose silhouettes are known."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pytest
from PIL import Image

from engine.paths import RESOURCES
from engine.pose import skeleton as sk
from engine.pose.extent import body_box, stature, wanted_box
from engine.pose.formats import read_pose
from engine.regions import REGIONS

SAMPLES = RESOURCES / "samples"
SIDES = ("RIGHT", "LEFT")


class Whole(NamedTuple):
    """A sample who stands in her photo from crown to sole: joints [18, 2], which are there, their parsing."""

    points: np.ndarray
    present: np.ndarray
    parsing: np.ndarray

    @property
    def rows(self) -> tuple[int, int]:
        rows = np.flatnonzero(self.parsing.any(1))
        return rows[0], rows[-1] + 1

    @property
    def tall(self) -> int:
        top, bottom = self.rows
        return bottom - top


@lru_cache
def people() -> list[Whole]:
    found = []
    for sample in json.loads((SAMPLES / "index.json").read_text())["samples"]:
        parsing = np.array(Image.open(SAMPLES / sample["parsing"]))
        pose = read_pose(SAMPLES / sample["pose"], parsing.shape)
        present = pose[:, 2] > 0
        if present[[sk.RIGHT_ANKLE, sk.LEFT_ANKLE]].all():
            found.append(Whole(pose[:, :2].astype(float), present, parsing))
    assert len(found) > 10
    return found


def only(joints) -> np.ndarray:
    present = np.zeros(18, bool)
    present[list(joints)] = True
    return present


def both(name: str) -> list[int]:
    return [getattr(sk, f"{side}_{name}") for side in SIDES]


@pytest.mark.parametrize(
    "joints",
    [
        (sk.NECK, *both("HIP")),
        *((getattr(sk, f"{side}_HIP"), getattr(sk, f"{side}_KNEE")) for side in SIDES),
        *((getattr(sk, f"{side}_KNEE"), getattr(sk, f"{side}_ANKLE")) for side in SIDES),
        both("SHOULDER"),
        (sk.NECK, sk.NOSE),
        both("EAR"),
        *((sk.NOSE, ear) for ear in both("EAR")),
    ],
)
def test_every_length_alone_tells_the_stature_of_some_and_overrates_nobody_by_much(joints):
    guesses = [
        stature(person.points, only(joints)) / person.tall
        for person in people()
        if person.present[list(joints)].all()
    ]
    assert 0.75 < max(guesses) < 1.1


def test_the_stature_is_told_to_a_twentieth():
    for person in people():
        assert stature(person.points, person.present) == pytest.approx(person.tall, rel=0.05)


def reach(person: Whole, joint: int) -> float:
    """Of a box around that joint alone, in statures."""
    left, _, right, _ = body_box(person.points, only([joint]), person.tall)
    return (right - left) / 2 / person.tall


@pytest.mark.parametrize("name", ["SHOULDER", "ELBOW", "HIP", "KNEE"])
def test_around_a_joint_the_body_reaches_beyond_the_nearest_outline_and_not_twice_as_far(name):
    nearest, reaches = [], []
    for person in people():
        rows, columns = np.nonzero(person.parsing == 0)
        for joint in both(name):
            if person.present[joint]:
                x, y = person.points[joint]
                nearest.append(np.hypot(columns + 0.5 - x, rows + 0.5 - y).min() / person.tall)
                reaches.append(reach(person, joint))
    assert 1 < np.median(reaches) / np.median(nearest) < 2


def test_around_a_wrist_most_of_a_hand_is_in():
    lengths, reaches = [], []
    for person in people():
        rows, columns = np.nonzero(person.parsing == REGIONS.index("arms"))
        for elbow, wrist in zip(both("ELBOW"), both("WRIST"), strict=True):
            if person.present[[elbow, wrist]].all():
                forearm = person.points[wrist] - person.points[elbow]
                along, across = forearm / np.linalg.norm(forearm), forearm[::-1] * (-1, 1)
                beyond = np.stack([columns + 0.5, rows + 0.5], 1) - person.points[wrist]
                aside = np.abs(beyond @ across) / np.linalg.norm(forearm) / person.tall
                lengths.append((beyond @ along)[aside < 0.03].max() / person.tall)
                reaches.append(reach(person, wrist))
    assert 0.6 < np.median(reaches) / np.median(lengths) < 1.3


def test_around_an_ankle_most_of_a_foot_is_in():
    soles = [(person.rows[1] - person.points[both("ANKLE"), 1].max()) / person.tall for person in people()]
    assert 0.6 < reach(people()[0], sk.LEFT_ANKLE) / np.median(soles) < 1.3


@pytest.mark.parametrize("hidden", [(), sk.HEAD], ids=["face", "no face"])
def test_above_the_crown_is_a_little_air_also_where_the_face_is_not_seen(hidden):
    air = []
    for person in people():
        present = person.present.copy()
        present[list(hidden)] = False
        air.append((person.rows[0] - body_box(person.points, present, person.tall)[1]) / person.tall)
    assert min(air) > -0.01 and max(air) < 0.05


# The box

ASPECT = 176 / 256
PHOTO = (1200, 1600)

# Somebody of 454 px who stands in the middle of that photo.
STANDING = 2 * np.array(
    [
        (88, 38), (88, 62), (68, 63), (60, 92), (57, 120), (107, 63), (115, 92), (119, 120), (75, 121),
        (73, 170), (72, 220), (101, 121), (102, 170), (103, 220), (84, 34), (92, 34), (79, 37), (97, 37),
    ]
) + (700, 300)  # fmt: skip
UPPER = (*sk.HEAD, sk.NECK, *both("SHOULDER"), *both("ELBOW"))
LEGS = (*both("HIP"), *both("KNEE"), *both("ANKLE"))


def pose(joints=range(18), scale: float = 1.0, move: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    made = np.zeros((18, 3))
    made[:, :2] = scale * (STANDING - (876, 560)) + (876, 560) + move
    made[list(joints), 2] = sk.SEEN
    return made


def test_a_whole_body_fills_the_frame_as_in_the_training_pictures():
    """With 2 to 14 hundredths of air, in the middle of that."""
    body = body_box(STANDING.astype(float), np.ones(18, bool), 454.0)
    high = wanted_box(pose(), PHOTO, ASPECT).height / (body[3] - body[1])
    assert 1.02 <= high <= 1.14 and high == pytest.approx((1.02 + 1.14) / 2, abs=0.015)


def test_arms_that_are_spread_have_the_least_air_of_the_training_pictures():
    spread = pose()
    for side, elbow, wrist in ((-1, sk.RIGHT_ELBOW, sk.RIGHT_WRIST), (1, sk.LEFT_ELBOW, sk.LEFT_WRIST)):
        spread[[elbow, wrist], :2] = (876 + side * 130, 426), (876 + side * 230, 426)
    left, _, right, _ = body_box(spread[:, :2], np.ones(18, bool), 454.0)
    assert wanted_box(spread, PHOTO, ASPECT).width / (right - left) == pytest.approx(1.02, abs=0.01)


AKIMBO = {sk.RIGHT_ELBOW: -110, sk.RIGHT_WRIST: -50, sk.LEFT_ELBOW: 110, sk.LEFT_WRIST: 50}
ASIDE = {sk.RIGHT_ELBOW: -20, sk.RIGHT_WRIST: 20, sk.LEFT_ELBOW: 110, sk.LEFT_WRIST: 180}


@pytest.mark.parametrize("across", [AKIMBO, ASIDE], ids=["akimbo", "to one side"])
@pytest.mark.parametrize("width", [600, 330])
def test_of_somebody_cut_off_at_the_hips_all_of_both_arms_is_shown_where_the_photo_has_the_room(
    across, width
):
    """In px of the middle of the person; in a photo that is too narrow as much as it has."""
    seen = pose((*UPPER, *both("HIP"), *both("WRIST")), move=(width / 2 - 876, -300))
    for joint, off in across.items():
        seen[joint, 0] = width / 2 + off
    photo = (600, width)
    inside = (seen[:, 2] > 0) & (seen[:, 0] < width)
    left, _, right, _ = body_box(seen[:, :2], inside, 454.0)
    box = wanted_box(seen, photo, ASPECT)
    if right - left < ASPECT * photo[0]:
        assert box.left < left + 1 and box.left + box.width > min(right, width) - 1
    assert box.top >= -1 and box.left >= -1 and box.left + box.width <= width + 1
    assert box.top + box.height <= photo[0] + 1


def test_a_person_of_twenty_px_is_a_stray_detection_and_of_thirty_is_somebody():
    assert wanted_box(pose(scale=20 / 454), PHOTO, ASPECT) is None
    assert wanted_box(pose(scale=30 / 454), PHOTO, ASPECT) is not None


def test_where_no_hip_is_known_the_picture_ends_between_hips_and_knees():
    box = wanted_box(pose(UPPER), PHOTO, ASPECT)
    hips, knees = STANDING[sk.LEFT_HIP, 1], STANDING[sk.LEFT_KNEE, 1]
    assert hips < box.top + box.height < knees


def test_legs_alone_are_shown_from_between_hips_and_chest():
    box = wanted_box(pose(LEGS), PHOTO, ASPECT)
    hips, neck = STANDING[sk.LEFT_HIP, 1], STANDING[sk.NECK, 1]
    assert 0.55 < (hips - box.top) / (hips - neck) < 0.8


def test_a_face_alone_has_room_around_it():
    box = wanted_box(pose(sk.HEAD), PHOTO, ASPECT)
    shoulders, crown = STANDING[sk.NECK, 1], STANDING[sk.NOSE, 1] - 50
    assert 0.4 < (shoulders - crown) / box.height < 0.8


def test_a_close_up_keeps_the_strip_above_the_head_and_more_than_a_strip_it_does_not():
    """A stature of 330 px is told there; its head begins 13 px below the photo's edge, or 23."""
    close = [wanted_box(pose((*UPPER, *both("HIP")), move=(0, dy)), PHOTO, ASPECT) for dy in (-316, -306)]
    assert close[0].top == 0 and close[1].top > 5


def test_a_person_at_the_photos_edge_stands_a_little_off_the_centre():
    """To show less of what lies outside: by half a tenth of the frame, as in the training pictures."""
    box = wanted_box(pose(move=(-754, 0)), PHOTO, ASPECT)
    middle = (STANDING[sk.RIGHT_WRIST, 0] + STANDING[sk.LEFT_WRIST, 0]) / 2 - 754
    assert box.left < 0
    assert 0.045 < (box.left + box.width / 2 - middle) / box.width < 0.08


@pytest.mark.parametrize("width, inside", [(200, True), (170, False)])
def test_of_a_body_that_is_cut_off_a_seventh_may_be_lost_to_stay_in_the_photo_and_no_quarter(width, inside):
    joints = pose(move=(width / 2 - 876, -300))
    joints[joints[:, 1] >= 380, 2] = 0
    box = wanted_box(joints, (380, width), ASPECT)
    assert (box.left >= -1e-6 and box.left + box.width <= width + 1e-6) == inside
