"""What tools write today and wrote in older versions comes to the same place on the photo."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tool_forms import CANVAS, FORMS, R17, XY

from engine.errors import InputError
from engine.framing import framing_of, to_frame
from engine.paths import RESOURCES
from engine.pose.formats import OpenPhoto, parse_people, read_pose, take
from engine.pose.formats.layouts import BODY_25
from engine.pose.skeleton import NECK

SIZE = (256, 176)


@pytest.mark.parametrize("form", FORMS)
def test_a_tools_form_lies_on_the_photo(form):
    name, text, tells_canvas = FORMS[form]
    matrix = framing_of(np.column_stack([XY, np.full(18, 2)]), CANVAS, SIZE)
    taken = take(parse_people(text, name), SIZE, OpenPhoto(CANVAS, matrix))
    there = taken.pose_18x3[:, 2] > 0
    assert there.all()
    there[NECK] = False  # the middle of the shoulders in most
    np.testing.assert_allclose(taken.pose_18x3[there, :2], to_frame(XY, matrix)[there], atol=0.1)
    assert bool(taken.notes) is not tells_canvas


def test_a_video_has_a_person_a_frame():
    text = FORMS["cvat for video"][1]
    skeleton = text[text.index("<skeleton") : text.index("</track>")]
    later = skeleton.replace('frame="0"', 'frame="12"')
    file = parse_people(text.replace("</track>", later + "</track>"), "annotations.xml")
    assert [person.frame for person in file.people] == [0, 12]
    assert "2 people in 2 pictures" in take(file, SIZE).notes[0]


def test_printed_landmarks_of_two_people_are_two():
    text = FORMS["mediapipe, printed list"][1]
    world = "pose_world_landmarks=[[Landmark(x=0.1, y=0.2)]]"
    printed = f"PoseLandmarkerResult(pose_landmarks=[{text}, {text}], {world})"
    assert len(parse_people(printed, "a.txt").people) == 2


POINTS = [[float(x), float(y)] for x, y in XY]


@pytest.mark.parametrize(
    "about",
    [{"xy": [10, 20]}, {"xy": [1, 2, 3, 4]}, {"xy": []}],
)
def test_an_objects_own_place_is_not_its_keypoints(about):
    flat = [value for x, y in XY for value in (float(x), float(y), 1.0)]
    (person,) = parse_people(json.dumps({"people": [about | {"keypoints": flat}]}), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[0, :2], XY[0], atol=1e-3)


@pytest.mark.parametrize(
    "told",
    [
        {"xy": POINTS, "conf": 5},
        {"keypoints": {"xy": POINTS, "conf": 0.5}},
        {"xy": [POINTS, POINTS], "conf": {"a": 1, "b": 2}},
        {"x": [x for x, _ in XY], "y": [y for _, y in XY], "score": 0.9},
    ],
)
def test_scores_that_are_none_are_left(told):
    assert all(
        (person.pose_18x3[:, 2] > 0).any() for person in parse_people(json.dumps(told), "a.json").people
    )


def test_numbers_beyond_reason_are_one_sentence():
    huge = {"canvas_width": 10**400, "canvas_height": 5, "people": [{"pose_keypoints_2d": POINTS}]}
    with pytest.raises(InputError, match="a.json"):
        parse_people(json.dumps(huge), "a.json")


# Where the joints of a body without a face lie in other tools' lists; the rest lies between them.
BODIES = {
    "SMPL": (24, {1: 11, 2: 8, 4: 12, 5: 9, 7: 13, 8: 10, 16: 5, 17: 2, 18: 6, 19: 3, 20: 7, 21: 4}),
    "Kinect": (20, {4: 5, 5: 6, 6: 7, 8: 2, 9: 3, 10: 4, 12: 11, 13: 12, 14: 13, 16: 8, 17: 9, 18: 10}),
    "Kinect 2": (25, {4: 5, 5: 6, 6: 7, 8: 2, 9: 3, 10: 4, 12: 11, 13: 12, 14: 13, 16: 8, 17: 9, 18: 10}),
    "Azure Kinect": (32, {
        5: 5, 6: 6, 7: 7, 12: 2, 13: 3, 14: 4, 18: 11, 19: 12, 20: 13, 22: 8, 23: 9, 24: 10,
        27: 0, 28: 15, 29: 17, 30: 14, 31: 16,
    }),
}  # fmt: skip


@pytest.mark.parametrize("tool", BODIES)
def test_a_body_in_the_order_of_cameras_and_body_models_is_read(tool):
    count, joints = BODIES[tool]
    middle = XY[[2, 5, 8, 11]].mean(axis=0)
    points = np.tile(middle, (count, 1)) + np.arange(count)[:, None]
    points[list(joints)] = XY[list(joints.values())]
    (person,) = parse_people(json.dumps({"keypoints": points.tolist()}), "a.json").people
    there = sorted(joints.values())
    np.testing.assert_allclose(person.pose_18x3[there, :2], XY[there])
    np.testing.assert_allclose(person.pose_18x3[1, :2], (XY[2] + XY[5]) / 2)
    assert (person.pose_18x3[:, 2] > 0).sum() == len(joints) + 1


@pytest.mark.parametrize("sure", [0.05, 0.099])
def test_who_is_sure_of_nothing_is_refused_as_that(sure):
    rows = [[x, y, sure] for x, y in R17]
    with pytest.raises(InputError, match="below a confidence of 0.1"):
        parse_people(json.dumps({"keypoints": rows}), "a.json")


@pytest.mark.parametrize("missing", [(3, 4), (4,), (4, 7)])
def test_a_body_from_the_side_without_a_wrist_is_no_kinects(missing):
    """In another order few of its bones are left, in proportion by chance."""
    pose = read_pose(RESOURCES / "poses" / "side-view.json", (256, 176))
    pose[list(missing)] = 0
    rows = np.zeros((25, 3))
    for joint, number in enumerate(BODY_25.joints):
        rows[number] = (*pose[joint, :2], 0.9 * (pose[joint, 2] > 0))
    content = {"people": [{"pose_keypoints_2d": rows.ravel().tolist()}]}
    (person,) = parse_people(json.dumps(content), "a.json").people
    there = np.flatnonzero(pose[:, 2])
    np.testing.assert_allclose(person.pose_18x3[there, :2], pose[there, :2])
    assert not person.pose_18x3[list(missing), 2].any()


def test_one_of_whom_a_detector_is_sure_of_nothing_is_nobody_and_the_others_are_read():
    sure, unsure = ([[x, y, c] for x, y in R17] for c in (0.9, 0.05))
    people = parse_people(
        json.dumps({"people": [{"keypoints": sure}, {"keypoints": unsure}]}), "a.json"
    ).people
    alone = parse_people(json.dumps({"people": [{"keypoints": sure}]}), "a.json").people
    assert len(people) == 1 and np.array_equal(people[0].pose_18x3, alone[0].pose_18x3)
