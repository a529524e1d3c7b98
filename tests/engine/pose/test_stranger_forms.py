"""Forms that tools write beside their main ones are read, several people are told apart, and a file without a
pose says what it is."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tool_forms import CANVAS, NAMES_17, R17, R33, S17, XY

from engine.errors import InputError
from engine.files import text_of
from engine.framing import framing_of, to_frame
from engine.pose.formats import OpenPhoto, parse_people, read_people, take
from engine.pose.skeleton import LEFT_EYE, NECK, NOSE, RIGHT_EYE

SIZE = (256, 176)
HEIGHT, WIDTH = CANVAS
FLAT = [value for x, y in XY.tolist() for value in (x, y, 0.9)]
NAMED = dict(zip(NAMES_17, R17, strict=True))
SHORT = [
    {"x": x / WIDTH * 100, "y": y / HEIGHT * 100, "width": 0.3, "keypointlabels": [name],
     "original_width": WIDTH, "original_height": HEIGHT}
    for name, (x, y) in NAMED.items()
]  # fmt: skip
VIA = {
    "metadata": {
        f"1_{name}": {"vid": "1", "flg": 0, "z": [], "xy": [1, x, y], "av": {"1": str(number)}}
        for number, (name, (x, y)) in enumerate(NAMED.items())
    },
    "attribute": {"1": {"aname": "joint", "options": {str(i): name for i, name in enumerate(NAMES_17)}}},
}
TOES = [*XY.tolist(), *[[400.0, 900.0]] * 2]
MULTIPOSE = [[v for x, y in S17 for v in (y, x, 0.9)] + [0.1, 0.1, 0.9, 0.9, 0.8], [0.0] * 56]
XML = f'<annotations><image id="0" name="a.jpg" width="{WIDTH}" height="{HEIGHT}">%s</image></annotations>'
NUMBERED = "".join(f'<points label="{i}" points="{x},{y}"/>' for i, (x, y) in enumerate(R17, 1))

FORMS = {
    "label studio, short": json.dumps([{"image": "a.jpg", "id": 1, "kp": SHORT}]),
    "vgg annotator 3": json.dumps(VIA),
    "fiftyone": json.dumps({"keypoints": [{"label": "person", "points": S17, "confidence": [0.9] * 17}]}),
    "easy_vitpose": json.dumps({
        "keypoints": [{"0": [[y, x, 0.9] for x, y in R17]}], "skeleton": dict(enumerate(NAMES_17)),
    }),
    "openpose 1.0": json.dumps({"version": 1.0, "people": [{"body_parts": FLAT}]}),
    "wan, body with toes": json.dumps([{
        "width": WIDTH, "height": HEIGHT, "keypoints_body": [[x / WIDTH, y / HEIGHT, 0.9] for x, y in TOES],
    }]),
    "movenet, multipose": json.dumps([MULTIPOSE]),
    "numbers as text": json.dumps({"people": [{"pose_keypoints_2d": list(map(str, FLAT))}]}),
    "names with depth": json.dumps({
        name: [x / WIDTH, y / HEIGHT, -0.2, 0.99] for name, (x, y) in NAMED.items()
    }),
    "labelbox": json.dumps({
        "projects": {"p": {"objects": [
            {"name": name, "point": {"x": x, "y": y}} for name, (x, y) in NAMED.items()
        ]}},
    }),
    "cvat, numbers": XML % f'<skeleton label="person">{NUMBERED}</skeleton>',
    "cvat, one shape": XML % f'<points label="person" points="{";".join(f"{x},{y}" for x, y in R17)}"/>',
    "a tensor": f"tensor([{R17}], device='cuda:0')",
    "yolo, track": "0 .5 .5 .6 .9 " + " ".join(f"{x} {y} .9" for x, y in S17) + " 0.93 3",
    "units in the heading": "joint,x (px),y (px)\n"
    + "\n".join(f"{n},{x},{y}" for n, (x, y) in NAMED.items()),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_a_form_lies_on_the_photo(form):
    matrix = framing_of(np.column_stack([XY, np.full(18, 2)]), CANVAS, SIZE)
    pose = take(parse_people(FORMS[form], "a.json"), SIZE, OpenPhoto(CANVAS, matrix)).pose_18x3
    there = pose[:, 2] > 0
    assert there.all()
    there[NECK] = False  # the middle of the shoulders in most
    np.testing.assert_allclose(pose[there, :2], to_frame(XY, matrix)[there], atol=0.1)


def _rows(heading, **columns):
    lines = [heading]
    for who in range(2):
        told = {key: value(who) for key, value in columns.items()}
        lines += [",".join(map(str, (*told.values(), n, x + 100 * who, y))) for n, (x, y) in NAMED.items()]
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("text", "frames"),
    [
        (_rows("person,joint,x,y", person=int), [0, 0]),
        (_rows("frame,joint,x,y", frame=lambda who: 7 + who), [0, 1]),
        (_rows("joint,x,y"), [0, 0]),
        (
            "scorer" + ",m" * 68 + "\nindividuals" + ",a" * 34 + ",b" * 34
            + "\nbodyparts" + "".join(f",{n},{n}" for n in NAMES_17) * 2 + "\ncoords" + ",x,y" * 34
            + "\n0" + "".join(f",{x + 100 * who},{y}" for who in range(2) for x, y in R17),
            [0, 0],
        ),
    ],
    ids=["person", "frame", "names again", "deeplabcut"],
)  # fmt: skip
def test_a_table_of_several_people_or_frames_holds_them_all(text, frames):
    people = parse_people(text, "a.csv").people
    assert [person.frame for person in people] == frames
    for who, person in enumerate(people):
        np.testing.assert_allclose(person.pose_18x3[NOSE, :2], XY[NOSE] + (100 * who, 0), atol=0.01)
    assert "2 people" in take(parse_people(text, "a.csv"), SIZE).notes[0]


@pytest.mark.parametrize("place", ["pos_x,pos_y", "loc_x,loc_y", "x_px,y_px", "x,y"])
@pytest.mark.parametrize("names", [NAMES_17, range(17)], ids=["names", "numbers"])
def test_a_person_a_row_may_have_a_place_beside_the_joints(place, names):
    heading = ",".join(["frame", place, *(f"{n}_{axis}" for n in names for axis in "xy")])
    text = heading + "".join(f"\n{row},3,4," + ",".join(f"{x + row},{y}" for x, y in R17) for row in (0, 1))
    people = parse_people(text, "a.csv").people
    assert [person.frame for person in people] == [0, 1]
    for person in people:
        np.testing.assert_allclose(person.pose_18x3[NOSE, :2], XY[NOSE] + (person.frame, 0), atol=0.01)
        assert (person.pose_18x3[:, 2] > 0).all()


def test_categories_that_name_another_order_are_believed():
    names = ["nose", "head_bottom", "head_top", *NAMES_17[3:]]  # PoseTrack's
    rows = [R17[0], XY[NECK].tolist(), [386.0, 100.0], *R17[3:]]
    content = {
        "images": [{"id": 1, "width": WIDTH, "height": HEIGHT}],
        "annotations": [
            {"image_id": 1, "category_id": 3, "keypoints": [v for row in rows for v in (*row, 2)]}
        ],
        "categories": [{"id": 3, "name": "person", "keypoints": names}],
    }
    (person,) = parse_people(json.dumps(content), "a.json").people
    there = np.ones(18, bool)
    there[[RIGHT_EYE, LEFT_EYE]] = False
    assert ((person.pose_18x3[:, 2] > 0) == there).all()
    there[NECK] = False
    np.testing.assert_allclose(person.pose_18x3[there, :2], XY[there], atol=0.01)


@pytest.mark.parametrize("as_table", [False, True])
def test_places_about_the_hips_have_no_picture(as_table):
    """MediaPipe's world landmarks, whatever they are called: taken as shares they would be as wide as it."""
    world = (np.array(R33) - np.mean([R33[23], R33[24]], axis=0)) / 500
    if as_table:
        text = "landmark,x,y\n" + "\n".join(f"{i},{x:.4f},{y:.4f}" for i, (x, y) in enumerate(world))
    else:
        text = json.dumps([{"x": x, "y": y, "z": 0.1, "visibility": 0.9} for x, y in world.round(4)])
    taken = take(parse_people(text, "a.json"), SIZE)
    assert taken.notes == ("a.json holds a body without a picture, so it was fitted in.",)
    spans = [np.ptp(pose[2:14, :2], axis=0) for pose in (taken.pose_18x3, XY)]
    np.testing.assert_allclose(spans[0][0] / spans[0][1], spans[1][0] / spans[1][1], rtol=0.01)


@pytest.mark.parametrize(
    ("joints", "told"),
    [
        (("nose",), "holds nose and nothing"),
        (("nose", "left_wrist"), "holds nose and left wrist and nothing"),
    ],
)
def test_a_joint_or_two_alone_are_said(joints, told):
    points = "".join(f'<points label="{name}" points="300,200"/>' for name in joints)
    assert told in take(parse_people(XML % points, "a.xml"), SIZE).notes[0]


def _shapes(*people, group=None):
    shapes = [
        {"label": name, "points": [[x + 150 * who, y]], "group_id": who if group else None}
        for who, names in enumerate(people)
        for name, (x, y) in NAMED.items()
        if name in names
    ]
    return json.dumps({"shapes": shapes, "imageHeight": HEIGHT, "imageWidth": WIDTH})


def test_joints_that_may_be_somebody_elses_are_said():
    some = (NAMES_17[1:-1], NAMES_17[2:], NAMES_17)
    assert any("whose each is" in note for note in take(parse_people(_shapes(*some), "a.json"), SIZE).notes)
    for sure in (_shapes(NAMES_17, NAMES_17), _shapes(*some, group=True)):
        assert not any("whose" in note for note in take(parse_people(sure, "a.json"), SIZE).notes)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"betas": [[0.1] * 10], "poses": [[0.1] * 72]}, "a figure in space"),
        ({"pose": {"bones": {"hand.L": {"location": [0, 0, 0]}}}}, "a figure in space"),
        ({"storables": [{"id": "hip", "position": {"x": "0.1", "y": "1"}}]}, "a figure in space"),
        ({"frames": [{"bodies": [{"joint_positions": [[0.0, 2.0, 3.0]] * 32}]}]}, "a figure in space"),
        ({"nodes": [{"name": "nose"}], "labels": [{"_instances": [{}]}]}, "a project of SLEAP"),
        ({"objects": [{"nodes": {"1f": {"loc": [1, 2]}}}]}, "ids that only its project knows"),
        ({"people": [{"limbs": [1, 2, 3]}]}, "in a form that is not known"),
        ({"people": []}, "holds no person"),
        ({"keypoints": [{"x": 3, "y": 4}]}, "has one joint;"),
    ],
)
def test_documents_without_a_pose_say_what_they_are(content, told):
    with pytest.raises(InputError, match=told):
        parse_people(json.dumps(content), "a.json")


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"\x1f\x8b\x08rest", "compressed"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"Vocaloid Motion Data 0002\0", "a figure in space"),
        (b"; FBX 7.4.0 project file\n", "a figure in space"),
        (b"PathFileType\t4\n", "a figure in space"),
        (b"<!DOCTYPE html><html></html>", "a web page"),
    ],
)
def test_files_without_a_pose_say_what_they_are(tmp_path, data, told):
    path = tmp_path / "a.dat"
    path.write_bytes(data)
    with pytest.raises(InputError, match=told):
        read_people(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_text_in_any_encoding_is_read(encoding):
    assert text_of('{"a": 1}'.encode(encoding), "a.json", "a pose file") == '{"a": 1}'


def test_documents_behind_each_other_are_pictures():
    one = json.dumps({"people": [{"pose_keypoints_2d": FLAT}]})
    assert [person.frame for person in parse_people(one + one + "\n" + one, "a.json").people] == [0, 1, 2]


def test_an_array_of_flat_numbers_is_somebody(tmp_path):
    np.save(tmp_path / "a.npy", np.column_stack([R17, np.full(17, 0.9)]).ravel())
    (person,) = read_people(tmp_path / "a.npy").people
    np.testing.assert_allclose(person.pose_18x3[NOSE, :2], XY[NOSE], atol=0.01)
