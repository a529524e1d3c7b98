"""Poses as hands, notebooks and spreadsheets leave them are read, and what is none says what it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from loose_forms import FORMS, labelled
from tool_forms import CANVAS, R17, XY

from engine.errors import InputError
from engine.framing import framing_of, to_frame
from engine.pose.formats import OpenPhoto, parse_people, take
from engine.pose.formats.loose import bare, value_of

SIZE = (256, 176)
OWN = np.column_stack([XY, np.full(18, 2)])


@pytest.mark.parametrize("form", FORMS)
def test_a_form_lies_on_the_photo(form):
    text, absent = FORMS[form]
    matrix = framing_of(OWN, CANVAS, SIZE)
    wanted = to_frame(XY, matrix)
    own = np.column_stack([wanted, np.full(18, 2)]).astype(np.float32)
    pose = take(parse_people(text, "a"), SIZE, OpenPhoto(CANVAS, matrix, own)).pose_18x3
    there = pose[:, 2] > 0
    assert set(np.flatnonzero(~there).tolist()) == set(absent)
    apart = np.hypot(*(pose[there, :2] - wanted[there]).T)
    assert apart.max() < 1.5 and np.median(apart) < 0.3  # px: the neck may be the middle of the shoulders


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (labelled(["person"], [[1, 2]]).replace("[[1, 2]]", "[[1, 2], [3, 4]]"), "boxes and outlines"),
        (labelled(["shirt", "hem"], [[1, 2], [3, 4]]), "'shirt' and 'hem', which are no joints"),
        (labelled(range(5), R17[:5]), "calls its points '0' and '1'"),
        (json.dumps({"1": {"class_type": "Nui.OpenPoseEditor", "inputs": {}}}), "is a workflow of ComfyUI"),
        (json.dumps({"people": [{"pose_keypoints_2d": [5, 6, 1] * 18}]}), "all lie in one place"),
        ("name: Ada\nheight: 170\n", "line 1 is not made of numbers"),
    ],
)  # fmt: skip
def test_what_is_no_pose_says_what_it_is(text, told):
    with pytest.raises(InputError, match=told):
        take(parse_people(text, "a"), SIZE)


def test_joints_that_make_no_body_are_said():
    """25 marks of a garment are no BODY_25."""
    marks = [v for i in range(25) for v in ((i * 97) % 400 + 50, (i * 61) % 600 + 80, 2)]
    taken = take(parse_people(json.dumps({"landmarks": marks}), "a.json"), SIZE)
    assert taken.notes[0].startswith("a.json holds joints that make no body in that order")


def test_what_stands_in_texts_of_json_stays():
    assert value_of('{"a": "b // c", "d": "/* e */, }", "f": ["#1",],}') == {
        "a": "b // c", "d": "/* e */, }", "f": ["#1"],
    }  # fmt: skip
    assert bare('x = {"http://a": 1}') == '{"http://a": 1}'


def test_much_of_anything_is_told_at_once():
    for word in ("{", "a = [1,", "/*", '"', "nose ", "a:\n x: ", "nose: [1, ", "x: 1\ny: "):
        with pytest.raises(InputError):
            parse_people(word * (300_000 // len(word)), "a")
