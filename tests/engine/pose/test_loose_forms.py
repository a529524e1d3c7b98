"""Poses as hands, notebooks and spreadsheets leave them are read, and what is none says what it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from loose_forms import FORMS, NAMED, SHARED, labelled, lines
from tool_forms import CANVAS, NAMES_17, R17, R33, S17, S33, XY

from engine.errors import InputError
from engine.framing import framing_of, to_frame
from engine.pose.formats import OpenPhoto, parse_people, read_people, take
from engine.pose.formats.loose import bare, value_of
from engine.pose.skeleton import JOINTS

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


@pytest.mark.parametrize("depth", [-0.4, 0.01])
@pytest.mark.parametrize(
    "form",
    [
        "{n}, {x}, {y}, {z}, {v}",
        "{n}:\n  x: {x}\n  y: {y}\n  z: {z}\n  visibility: {v}",
        "{n} {x} {y} {z} {v} 1",
    ],
)
def test_behind_a_depth_stands_the_confidence(form, depth):
    """MediaPipe's; a depth may well be between 0 and 1."""
    told = [
        form.format(n=name, x=x, y=y, z=depth + 0.002 * number, v=0.05 if name == "left_ankle" else 0.99)
        for number, (name, (x, y)) in enumerate(SHARED)
    ]
    (person,) = parse_people("\n".join(told), "a").people
    assert np.flatnonzero(person.pose_18x3[:, 2] == 0).tolist() == [JOINTS.index("left ankle")]
    np.testing.assert_allclose(person.pose_18x3[0, :2], S17[0], atol=1e-9)


def test_cocos_flags_behind_names_are_flags():
    flags = [2, 0, 1, *[2] * 14]
    told = [f"{name}: {x}, {y}, {flag}" for flag, (name, (x, y)) in zip(flags, NAMED, strict=True)]
    (person,) = parse_people("\n".join(told), "a").people
    state = dict(zip(JOINTS, person.pose_18x3[:, 2].tolist(), strict=True))
    assert (state["nose"], state["left eye"], state["right eye"], state["left ear"]) == (2, 0, 1, 2)


def test_a_depth_alone_is_no_confidence():
    told = [f"{name}, {x}, {y}, {0.05 * number - 0.4}" for number, (name, (x, y)) in enumerate(SHARED)]
    (person,) = parse_people("\n".join(told), "a").people
    assert (person.pose_18x3[:, 2] == 2).all()


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize(
    "form", ["{n} {x} {y}", "{n} {x} {y} 0.9", "{n} {x} {y} 0.9 0.8", "{n} {x} {y} -0.2 0.9 0.8"]
)
def test_lines_that_begin_with_numbers_that_count_up_are_joints(form, first):
    """MediaPipe's: with visibility and presence they have as many numbers as boxes."""
    (person,) = parse_people(lines(form, range(first, first + 33), S33), "a").people
    np.testing.assert_allclose(person.pose_18x3[0, :2], S33[0], atol=1e-9)
    assert (person.pose_18x3[:, 2] == 2).all()


MANY = 200_000
BLANK = {
    "rows of a spreadsheet": lines("{n};{x};{y}") + "\n;;;" * (MANY // 4) + "\n1",
    "lines": lines("{n}: {x}, {y}") + "\n" * MANY + "end",
    "spaces": lines("{n} {x} {y}") + "\nx: 1 y: 2" + " " * MANY + "end",
    "lines before the size": "height = 1024\nwidth = 768" + "\n" * MANY + lines("{n}: {x}, {y}"),
    "a heading": f"name,x{' ' * 100_000}1,y" + lines("\n{n},{x},{y}"),
}


@pytest.mark.parametrize("form", BLANK)
def test_much_that_is_blank_is_passed_over(form):
    """In a time that grows with it: each of these held the window for minutes, or hours."""
    (person,) = parse_people(BLANK[form], "a").people
    np.testing.assert_allclose(person.pose_18x3[0, :2], XY[0], atol=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "a\n" + "/*" * (MANY // 2),
        "a\n" + '"' + '\\"' * (MANY // 2),
        "%YAML:1.0\n" + "rows:" * (MANY // 5),
        "%YAML:1.0\nsizes: [ 1, 18, 3 ]" + " dt:" * (MANY // 4) + " " * MANY + "data",
        "%YAML:1.0\nrows: " + "9" * MANY + " data: [ 1, 2 ]",
        "data: tensor(\n" * (MANY // 14),
        "landmark { " + "a" * MANY + " }",
    ],
)
def test_what_is_never_closed_is_refused(text):
    """In a time that grows with it, too."""
    with pytest.raises(InputError, match=r"^a .*\.$"):
        parse_people(text, "a")


@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("word", ["", "kp_", "landmark"])
def test_joints_under_their_numbers_are_in_the_order_of_the_numbers(word, first):
    """Whatever order the file has: as text, 10 comes before 2."""
    numbers = sorted(range(first, first + 33), key=str)
    document = {f"{word}{number}": dict(zip("xy", R33[number - first], strict=True)) for number in numbers}
    (person,) = parse_people(json.dumps(document), "a.json").people
    apart = np.hypot(*(person.pose_18x3[:, :2] - XY).T)
    assert (person.pose_18x3[:, 2] > 0).all() and apart.max() < 4 and np.median(apart) < 0.1


def test_points_under_names_of_no_joints_are_nobody():
    points = {
        f"{chr(97 + number)}-mark": dict(zip("xy", point, strict=True)) for number, point in enumerate(R17)
    }
    with pytest.raises(InputError, match="calls its points 'a-mark' and 'b-mark', which are no joints"):
        parse_people(json.dumps(points), "a.json")
    points = {"nose": points["a-mark"]} | {str(number): point for number, point in enumerate(points.values())}
    with pytest.raises(InputError, match="calls its points '0' and '1', which are no joints"):
        parse_people(json.dumps(points), "a.json")


def test_joints_with_numbers_behind_their_names_are_told_by_the_names():
    document = {f"{name}_{99 - number}": point for number, (name, point) in enumerate(NAMED)}
    (person,) = parse_people(json.dumps(document), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[0, :2], XY[0], atol=1e-3)


def test_certainties_of_several_people_are_each_of_their_own_candidates():
    """DWPose's, in one list; one that is not as long as all together does not say whose they are."""
    candidates = [*XY.tolist(), *(XY + (100, 20)).tolist()]
    sure = [[0.9] * 18, [0.9] * 17 + [0.02]]
    people = parse_people(json.dumps({"candidate": candidates, "subset": sure}), "a.json").people
    np.testing.assert_allclose(people[0].pose_18x3[:, :2], XY, atol=1e-6)
    np.testing.assert_allclose(people[1].pose_18x3[:17, :2], XY[:17] + (100, 20), atol=1e-6)
    assert people[1].pose_18x3[17, 2] == 0
    sure[0] = [1] * 18
    again = parse_people(json.dumps({"candidate": candidates, "subset": sure[::-1]}), "a.json").people
    np.testing.assert_allclose(again[1].pose_18x3[:, :2], XY + (100, 20), atol=1e-6)
    with pytest.raises(InputError, match="lists several people's joints without saying whose each is"):
        parse_people(json.dumps({"candidate": candidates[:18], "subset": sure}), "a.json")


@pytest.mark.parametrize(
    "form", ["{n}: [{x}, {y}]", "{n}:\n  x: {x}\n  y: {y}", "{n} = ({x}, {y})", "{n},{x},{y}"]
)
def test_places_left_of_and_above_a_picture_keep_their_signs(form):
    """A head that a picture cuts off has y below 0."""
    xy = np.array(R17) - (300, 250)
    text = "\n".join(
        form.format(n=name, x=x, y=y) for name, (x, y) in zip(NAMES_17, xy.tolist(), strict=True)
    )
    [person] = parse_people(text, "a.txt").people
    assert (xy < 0).any(axis=0).all()
    np.testing.assert_allclose(person.pose_18x3[0, :2], xy[0])
    np.testing.assert_allclose(person.pose_18x3[[2, 5, 10, 13], :2], xy[[6, 5, 16, 15]])


def test_numpys_arrays_with_named_columns_are_joints(tmp_path):
    rows = [(x, y, 0.9) for x, y in XY.tolist()]
    ids, sure = np.arange(len(XY)), np.full(len(XY), 0.9)
    sure[4] = 0.01
    np.save(tmp_path / "a.npy", np.array(rows, dtype=[("x", "f4"), ("y", "f8"), ("score", "f2")]))
    [person] = read_people(tmp_path / "a.npy").people
    np.testing.assert_allclose(person.pose_18x3[:, :2], XY, atol=0.01)
    for names in (("score", "x", "y"), ("Y", "z", "X", "id", "Conf")):
        told = {
            "x": XY[:, 0],
            "y": XY[:, 1],
            "score": sure,
            "conf": sure,
            "z": XY[:, 0] - 300,
            "id": ids,
        }
        array = np.zeros(len(XY), [(name, "f4") for name in names])
        for name in names:
            array[name] = told[name.lower()]
        np.save(tmp_path / "c.npy", array)
        [person] = read_people(tmp_path / "c.npy").people
        there = person.pose_18x3[:, 2] > 0
        np.testing.assert_allclose(person.pose_18x3[there, :2], XY[there], atol=0.01)
        assert np.flatnonzero(~there).tolist() == [4], "who is not sure of a joint has none"
    np.save(tmp_path / "b.npy", np.array([(1, "nose")], dtype=[("x", "f4"), ("name", "U8")]))
    with pytest.raises(ValueError, match="b.npy is not a pose file"):
        read_people(tmp_path / "b.npy")


@pytest.mark.parametrize("form", ["points", "pairs", "list"])
def test_the_long_names_of_apples_vision_are_its_short_ones(form):
    shares = [(x / 1000, y / 1000) for x, y in np.asarray(R17, float).tolist()]
    begin = "VNHumanBodyPoseObservationJointName"
    named = {begin + name.title().replace("_", ""): at for name, at in zip(NAMES_17, shares, strict=True)}
    points = {name: {"x": x, "y": y, "confidence": 0.9} for name, (x, y) in named.items()}
    content = {
        "points": points,
        "pairs": {"keypoints": named},
        "list": [{"name": name, **point} for name, point in points.items()],
    }[form]
    [person] = parse_people(json.dumps(content), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[[0, 2, 5, 10, 13], :2], np.array(shares)[[0, 6, 5, 16, 15]])
    assert (person.pose_18x3[:, 2] > 0).all()


@pytest.mark.parametrize("named", [True, False])
def test_places_in_per_cent_as_text_are_called_so(named):
    pairs = [[f"{x / 10}%", f"{y / 10} %"] for x, y in np.asarray(R17, float).tolist()]
    points = {name: dict(zip("xy", pair, strict=True)) for name, pair in zip(NAMES_17, pairs, strict=True)}
    with pytest.raises(ValueError) as caught:
        parse_people(json.dumps(points if named else {"keypoints": pairs}), "a.json")
    assert str(caught.value) == "a.json has its places in per cent as text: leave the % and the quotes out."
