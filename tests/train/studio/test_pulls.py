"""People at whom somebody pulls: one part moves, all else stays."""

from __future__ import annotations

import json

import numpy as np
import pytest

from engine.errors import InputError
from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_EYE,
    LEFT_WRIST,
    NECK,
    NOSE,
    RIGHT_ANKLE,
    RIGHT_EYE,
    RIGHT_HIP,
    RIGHT_WRIST,
)
from train.audits.storage import look_again
from train.data.people import People
from train.studio.photographer import Person
from train.studio.poses import PULLS

STAYS = 1.5  # px
PERSON = 7


@pytest.fixture(scope="module")
def pulled(studio):
    with Person(studio, PERSON) as person:
        return [person.pulled(number) for number in range(1 + len(PULLS))]


def steps(pulled, part: str) -> np.ndarray:
    """px that every joint has gone, NaN for those that are not there in both."""
    before, after = pulled[0].keypoints_18x3, pulled[1 + PULLS.index(part)].keypoints_18x3
    gone = np.linalg.norm((after - before)[:, :2], axis=1)
    return np.where((before[:, 2] > 0) & (after[:, 2] > 0), gone, np.nan)


def test_an_arm_moves_alone(pulled):
    gone = steps(pulled, "arm")
    wrists = sorted(gone[[RIGHT_WRIST, LEFT_WRIST]])
    assert wrists[0] < STAYS and wrists[1] > 3 * STAYS
    assert np.nanmax(gone[[NOSE, RIGHT_HIP, RIGHT_ANKLE, LEFT_ANKLE]]) < STAYS
    assert gone[NECK] < 2 * STAYS, "it lies between the shoulders, and an arm that is raised lifts its own"


def test_a_leg_moves_and_the_other_foot_stands(pulled):
    ankles = sorted(steps(pulled, "leg")[[RIGHT_ANKLE, LEFT_ANKLE]])
    assert ankles[0] < STAYS and ankles[1] > 3 * STAYS


@pytest.mark.parametrize("part", ["head tilted", "head turned"])
def test_a_head_moves_alone(pulled, part):
    gone = steps(pulled, part)
    assert np.nanmax(gone[[NOSE, RIGHT_EYE, LEFT_EYE]]) > STAYS
    assert np.nanmax(gone[[NECK, RIGHT_WRIST, LEFT_WRIST, RIGHT_HIP, RIGHT_ANKLE, LEFT_ANKLE]]) < STAYS


def test_a_trunk_leans_over_feet_that_stand(pulled):
    gone = steps(pulled, "trunk leant")
    assert gone[NECK] > STAYS and max(gone[[RIGHT_ANKLE, LEFT_ANKLE]]) < STAYS


def test_camera_and_light_stay(pulled):
    """To be seen on what does not move when a head turns."""
    standing, turned = pulled[0], pulled[1 + PULLS.index("head turned")]
    below = int(standing.keypoints_18x3[RIGHT_HIP, 1])
    assert np.array_equal(standing.parsing_HW[below:], turned.parsing_HW[below:])
    person = standing.parsing_HW[below:] > 0
    change = np.abs(standing.image_HWC[below:].astype(int) - turned.image_HWC[below:])[person]
    assert change.mean() < 0.05, "but for a head's soft shadow"


def test_numbers_go_round_the_parts_and_every_round_differs(studio, pulled):
    with Person(studio, PERSON) as person:
        again, next_round = person.pulled(1), person.pulled(1 + len(PULLS))
    assert np.array_equal(again.image_HWC, pulled[1].image_HWC)
    assert not np.array_equal(next_round.keypoints_18x3, pulled[1].keypoints_18x3)


def test_the_command_writes_pulls_and_the_audit_takes_the_same_again(rendered, pulled, tmp_path):
    options = ["--range", f"{PERSON}:{PERSON + 1}", "--views", "2", "--output", str(tmp_path)]
    assert rendered(*options, "--pulls") == 0
    assert json.loads((tmp_path / "dataset.json").read_text())["studio"].endswith("pulls")
    data = People(tmp_path, range(PERSON, PERSON + 1))
    for number in (0, 1):
        assert np.array_equal(data.view(PERSON, number).parsing_HW, pulled[number].parsing_HW)
    again = look_again(data, [PERSON], None)
    assert again.looked == 1 and again.failed == 0
    with pytest.raises(InputError, match="another folder"):
        rendered(*options)
