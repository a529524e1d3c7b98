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


def without(person, *joints):
    return {joint: row for joint, row in person.items() if joint not in joints}


@pytest.mark.parametrize("missing", [(), (LEFT_WRIST,), (3, LEFT_WRIST)])
def test_one_after_the_other_each_keeps_what_is_hers(missing):
    first = without(LEFT, *missing)
    assert people_of_names(chain(first.items(), RIGHT.items())) == [first, RIGHT]


def test_joint_by_joint_each_keeps_what_is_hers():
    rows = chain.from_iterable(zip(LEFT.items(), RIGHT.items(), strict=True))
    assert people_of_names(rows) == [LEFT, RIGHT]


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
