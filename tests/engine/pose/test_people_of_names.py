"""Joints by name of several people in one list: whose each is."""

from __future__ import annotations

import json
from itertools import chain

import numpy as np
import pytest
from standing import STANDING

from engine.errors import InputError
from engine.pose.formats import parse_people
from engine.pose.formats.names import people_of_names
from engine.pose.formats.tables import people_in_table
from engine.pose.skeleton import JOINTS, LEFT_WRIST

LEFT = {joint: (float(x), float(y), 0.9) for joint, (x, y, _) in enumerate(STANDING)}
RIGHT = {joint: (x + 100, y, sure) for joint, (x, y, sure) in LEFT.items()}

# As COCO lists them, where a tool adds a neck at the end.
COCO_17_ORDER = (0, 15, 14, 17, 16, 5, 2, 6, 3, 7, 4, 11, 8, 12, 9, 13, 10, 1)


def without(person, *joints):
    return {joint: row for joint, row in person.items() if joint not in joints}


@pytest.mark.parametrize("missing", [(), (LEFT_WRIST,), (3, LEFT_WRIST)])
def test_one_after_the_other_each_keeps_what_is_hers(missing):
    first = without(LEFT, *missing)
    assert people_of_names(chain(first.items(), RIGHT.items())) == [first, RIGHT]


@pytest.mark.parametrize("lacking", [1, 2, 3])
@pytest.mark.parametrize("hers", [(), (12, LEFT_WRIST)])
@pytest.mark.parametrize("theirs", [(), (10,), (13, 4)])
@pytest.mark.parametrize("order", [range(18), COCO_17_ORDER], ids=["openpose", "coco"])
def test_who_lacks_the_first_joints_takes_none_of_who_comes_next(order, theirs, hers, lacking):
    listed = [{joint: person[joint] for joint in order} for person in (LEFT, RIGHT)]
    first = without(listed[0], *list(order)[:lacking], *hers)
    second = without(listed[1], *theirs)
    assert people_of_names(chain(first.items(), second.items())) == [first, second]
    assert people_of_names(chain(second.items(), first.items())) == [second, first]


def test_a_joint_that_is_told_twice_makes_nobody_of_half_a_body():
    twice = [*LEFT.items()]
    twice.insert(9, (0, (3.0, 4.0, 0.9)))
    assert people_of_names(twice) == [LEFT]


def test_joint_by_joint_each_keeps_what_is_hers():
    rows = chain.from_iterable(zip(LEFT.items(), RIGHT.items(), strict=True))
    assert people_of_names(rows) == [LEFT, RIGHT]


@pytest.mark.parametrize("many", range(1, 9))
def test_joint_by_joint_as_few_as_there_are(many):
    few = [{joint: person[joint] for joint in range(many)} for person in (LEFT, RIGHT)]
    rows = [*chain.from_iterable(zip(*(person.items() for person in few), strict=True))]
    found = people_of_names(rows)
    assert found and {row for person in found for row in person.items()} <= {*rows}
    assert many < 5 or found == few


def test_who_is_told_in_part_takes_nothing_of_who_is_told_whole():
    begun = {joint: LEFT[joint] for joint in (0, 1, 2)}
    assert people_of_names(chain(begun.items(), RIGHT.items())) == [RIGHT]
    points = [
        {"name": JOINTS[joint], "x": x, "y": y} for joint, (x, y, _) in chain(begun.items(), RIGHT.items())
    ]
    (person,) = parse_people(json.dumps({"keypoints": points}), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[:, 0], STANDING[:, 0] + 100)


@pytest.mark.parametrize(
    "text",
    [
        "scorer\nbodyparts\ncoords\n0\n1",
        "scorer,a,a,a\nbodyparts,nose,nose\ncoords,x,y,likelihood\n0,1,2,3",
        "scorer,a,a,a\nindividuals,m\nbodyparts,nose,nose,neck\ncoords,x,y,x\n0,1,2,3",
    ],
)
def test_a_ragged_table_of_deeplabcut_is_nobody(text):
    assert people_in_table(text, "a.csv") == ()
    with pytest.raises(InputError):
        parse_people(text, "a.csv")


@pytest.mark.parametrize(
    ("hers", "theirs"),
    [((5, 16, 7), (0, 1, 4, 7, 9, 11, 14, 15, 16, 17)), ((17, 5, 13), (0, 2, 3, 6, 9, 11, 13, 14, 15, 17))],
)
def test_three_people_who_lack_different_joints_are_not_two(hers, theirs):
    """Joint by joint they would make two whole ones, each of two people."""
    far = {joint: (x + 250, y, sure) for joint, (x, y, sure) in LEFT.items() if joint in theirs}
    people = [without(LEFT, *hers), RIGHT, far]
    assert people_of_names(chain.from_iterable(person.items() for person in people)) == people
