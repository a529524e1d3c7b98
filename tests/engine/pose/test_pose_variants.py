"""Any body, on any canvas, in any form comes to the same place; any damage is a sentence."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import InputError
from engine.framing import framing_of, to_frame
from engine.pose.formats import (
    Canvas,
    OpenPhoto,
    on_canvas,
    openpose_dict,
    parse_people,
    read_people,
    read_pose,
    take,
)
from engine.pose.formats.layouts import BLAZEPOSE, BODY_25, COCO_17, LAYOUTS
from engine.pose.formats.names import joint_of
from engine.pose.formats.open_photo import same_shape
from engine.pose.formats.reading import MOST_BYTES
from engine.pose.skeleton import JOINTS, NECK

CASES = Path(__file__).parents[2] / "data" / "poses"
SIZE = (256, 176)
UPRIGHT = np.array(json.loads((CASES / "TRUTH.json").read_text())["portrait"]["xy"]) / (768, 1024)


@st.composite
def bodies(draw):
    """A person somewhere on a canvas: float64 [18, 2] in its px, and the canvas (H, W). The neck is in the
    middle of the shoulders, for forms without one."""
    height, width = draw(st.integers(300, 1600)), draw(st.integers(300, 1600))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tall = min(height, width) * rng.uniform(0.5, 0.9)
    xy = (UPRIGHT - UPRIGHT.min(axis=0)) * (0.75, 1) * tall
    xy += rng.normal(0, 0.006 * tall, (18, 2))
    room = np.array([width, height]) - xy.max(axis=0) - 2
    xy += 1 + rng.uniform(0, 1, 2) * np.maximum(room, 0)
    xy[NECK] = (xy[2] + xy[5]) / 2
    return xy, (height, width)


def in_order(layout, xy, fill=(3.0, 4.0)) -> list[list[float]]:
    """The joints in the order of a layout; what it has more of lies at `fill`."""
    count = next(n for n, known in LAYOUTS.items() if layout in known)
    rows = [list(fill) for _ in range(count)]
    for joint, place in enumerate(layout.joints):
        if place >= 0:
            rows[place] = xy[joint].tolist()
    return rows


def flat(rows, sure=0.9) -> list[float]:
    return [v for x, y in rows for v in (x, y, sure)]


def canvas_keys(canvas) -> dict:
    return {"canvas_height": canvas[0], "canvas_width": canvas[1]}


def shares(xy, canvas):
    return xy / canvas[::-1]


def openpose(rows, canvas) -> dict:
    return {"people": [{"pose_keypoints_2d": flat(rows)}], **canvas_keys(canvas)}


def by_name(xy) -> list:
    return list(zip(JOINTS, xy.tolist(), strict=True))


FORMS = {
    "openpose": lambda xy, c: openpose(xy.tolist(), c),
    "body 25": lambda xy, c: openpose(in_order(BODY_25, xy), c),
    "shares": lambda xy, c: openpose(shares(xy, c).tolist(), c),
    "centred shares": lambda xy, c: openpose((2 * shares(xy, c) - 1).tolist(), c),
    "coco": lambda xy, c: {
        "images": [{"id": 1, "width": 9, "height": 9}, {"id": 5, "height": c[0], "width": c[1]}],
        "annotations": [{"image_id": 5, "keypoints": flat(in_order(COCO_17, xy), 2)}],
    },
    "mmpose": lambda xy, c: {
        "image_size": {"height": c[0], "width": c[1]},
        "predictions": [[{"keypoints": in_order(COCO_17, xy), "keypoint_scores": [0.9] * 17}]],
    },
    "mediapipe": lambda xy, c: {
        "image_height": c[0],
        "image_width": c[1],
        "poseLandmarks": [
            {"x": x, "y": y, "z": 0.1, "visibility": 0.9} for x, y in in_order(BLAZEPOSE, shares(xy, c))
        ],
    },
    "named": lambda xy, c: {"width": c[1], "height": c[0]}
    | {name.title().replace(" ", ""): {"x": x, "y": y} for name, (x, y) in by_name(xy)},
    "posenet": lambda xy, c: {
        **canvas_keys(c),
        "pose": {
            "keypoints": [
                {"score": 0.9, "part": name, "position": {"x": x, "y": y}}
                for name, (x, y) in by_name(xy)
            ]
        },
    },
    "on its side": lambda xy, c: {"keypoints": xy.T.tolist(), **canvas_keys(c)},
    "ultralytics": lambda xy, c: {
        **canvas_keys(c),
        "results": [{"keypoints": dict(zip("xy", np.array(in_order(COCO_17, xy)).T.tolist(), strict=True))}],
    },
    "numbered": lambda xy, c: {
        "keypoints": {str(joint): place for joint, place in enumerate(xy.tolist())}, "orig_shape": [*c, 3],
    },
    "capitals": lambda xy, c: {
        "keypoints": [{"X": x, "Y": y, "Confidence": 0.9} for x, y in xy.tolist()],
        "metadata": {"width": str(c[1]), "height": str(c[0])},
    },
    "label studio": lambda xy, c: [{
        "annotations": [{"result": [
            {
                "original_width": c[1], "original_height": c[0], "type": "keypointlabels",
                "value": {"x": x, "y": y, "width": 0.3, "keypointlabels": [name]},
            }
            for name, (x, y) in by_name(100 * shares(xy, c))
        ]}]
    }],
    "labelme": lambda xy, c: {
        "imageHeight": c[0],
        "imageWidth": c[1],
        "shapes": [{"label": name, "points": [point]} for name, point in by_name(xy)],
    },
}  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(bodies())
@pytest.mark.parametrize("form", FORMS)
def test_every_form_comes_to_the_same_place(form, body):
    xy, canvas = body
    assume(not same_shape(canvas, SIZE))
    if form == "centred shares":  # who stays in the lower right quarter looks like shares from 0
        assume((2 * shares(xy, canvas) < 0.9).any(axis=1).mean() > 0.3)
    file = parse_people(json.dumps(FORMS[form](xy, canvas)), "a.json")
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    for photo in (OpenPhoto(canvas, matrix), None):
        taken = take(file, SIZE, photo)
        assert (taken.pose_18x3[:, 2] > 0).all()
        np.testing.assert_allclose(taken.pose_18x3[:, :2], to_frame(xy, matrix), atol=0.02)


@settings(max_examples=40, deadline=None)
@given(bodies())
def test_out_and_in_again_is_the_same(body):
    """On the canvas of photo, frame or a larger picture; guessed joints stay guessed, and are there."""
    xy, canvas = body
    rng = np.random.default_rng(int(xy[0, 0] * 1000))
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    pose = np.column_stack([to_frame(xy, matrix), rng.integers(0, 3, 18)]).astype(np.float32)
    pose[[NECK, 2, 5, 8, 11], 2] = 2
    photo = OpenPhoto(canvas, matrix)
    there = pose[:, 2] > 0
    for place in (Canvas.of_photo(photo), Canvas.of_frame(SIZE), Canvas.of_frame(SIZE, (1024, 704))):
        content = on_canvas(pose, place)
        assert (
            min(content["people"][0]["pose_keypoints_2d"][2::3][joint] for joint in np.flatnonzero(there))
            > 0.5
        )
        again = take(parse_people(json.dumps(content), "a.json"), SIZE, photo).pose_18x3
        np.testing.assert_array_equal(again[:, 2], pose[:, 2])
        np.testing.assert_allclose(again[there, :2], pose[there, :2], atol=0.01)


@settings(max_examples=60, deadline=None)
@given(bodies(), st.sampled_from(["json", "tuples", "numpy", "npy"]))
def test_bare_arrays(body, kind):
    xy, _ = body
    xy = xy.round(2)
    if kind == "npy":
        from engine.pose.formats.arrays import people_in_array

        file = io.BytesIO()
        np.save(file, xy[None])
        [person] = people_in_array(file.getvalue(), "a.npy")
    else:
        text = {"json": json.dumps(xy.tolist()), "tuples": str([tuple(row) for row in xy.tolist()])}
        text["numpy"] = np.array2string(xy, threshold=99)
        [person] = parse_people(text[kind], "a.txt").people
    np.testing.assert_allclose(person.pose_18x3[:, :2], xy, atol=0.006)


@settings(max_examples=40, deadline=None)
@given(bodies())
def test_exchanged_columns_are_seen_or_said(body):
    """Somebody upright whose x and y are exchanged is never shown lying without a word."""
    xy, canvas = body
    content = {"people": [{"pose_keypoints_2d": flat(xy[:, ::-1].tolist())}]}
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    taken = take(
        parse_people(json.dumps(content | canvas_keys(canvas)), "a.json"), SIZE, OpenPhoto(canvas, matrix)
    )
    assert taken.notes == ("a.json has y before x: they were exchanged.",)
    np.testing.assert_allclose(taken.pose_18x3[:, :2], to_frame(xy, matrix), atol=0.02)


@pytest.mark.parametrize(
    ("name", "joint"),
    [
        ("nose", "nose"), ("LEFT_EYE", "left eye"), ("leftEye", "left eye"), ("LEye", "left eye"),
        ("l_eye", "left eye"), ("Right Shoulder", "right shoulder"), ("RSho", "right shoulder"),
        ("right-knee", "right knee"), ("ankle.R", "right ankle"), ("wrist_left", "left wrist"),
        ("left_eye_inner", None), ("left_hand", None), ("shoulder", None), ("x" * 50, None), ("", None),
    ],
)  # fmt: skip
def test_names_of_joints(name, joint):
    assert joint_of(name) == (None if joint is None else JOINTS.index(joint))


XY = UPRIGHT * (768, 1024)
OF_17 = np.array(in_order(COCO_17, XY))
SHARES_17 = OF_17 / (768, 1024)
LINES = {
    "yolo": "0 .5 .5 .4 .9 " + " ".join(f"{x} {y} 2" for x, y in SHARES_17),
    "yolo with a confidence": "0 .5 .5 .4 .9 " + " ".join(f"{x} {y} .9" for x, y in SHARES_17) + " 0.88",
    "yolo without visibility": "0 .5 .5 .4 .9 " + " ".join(f"{x} {y}" for x, y in SHARES_17),
    "lines of pixels": "\n".join(f"{x}, {y}" for x, y in XY),
    "one line": " ".join(f"{x} {y} 1" for x, y in XY),
    "movenet": json.dumps([[[[y, x, 0.9] for x, y in SHARES_17.tolist()]]]),
    "a dictionary printed": str({"people": [{"pose_keypoints_2d": flat(XY.tolist())}]}),
    "mediapipe's text": "".join(
        f"landmark {{\n  x: {x}\n  y: {y}\n  visibility: 0.9\n}}\n" for x, y in in_order(BLAZEPOSE, UPRIGHT)
    ),
    "a joint a row": "name,x,y\n" + "\n".join(f"{name},{x},{y}" for name, (x, y) in by_name(XY)),
    "a person a row": ";".join(f"{name.replace(' ', '_')}_{axis}" for name in JOINTS for axis in "xy")
    + "\n" + ";".join(f"{v}" for v in XY.ravel()),
}  # fmt: skip


@pytest.mark.parametrize("form", LINES)
def test_texts_come_to_the_same_place(form):
    matrix = framing_of(np.column_stack([XY, np.full(18, 2)]), (1024, 768), SIZE)
    taken = take(parse_people(LINES[form], "a.txt"), SIZE, OpenPhoto((1024, 768), matrix))
    there = taken.pose_18x3[:, 2] > 0
    there[NECK] = False  # the middle of the shoulders in some
    assert there.sum() == 17
    np.testing.assert_allclose(taken.pose_18x3[there, :2], to_frame(XY, matrix)[there], atol=0.02)


TEXTS = {
    path.name: path.read_bytes()
    for path in sorted(CASES.iterdir())
    if path.suffix != ".npy" and len(path.name) > 12
}


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.data())
def test_damaged_files_are_a_pose_or_a_sentence(name, data):
    """Cut, doubled, with other bytes or other numbers in them."""
    text = TEXTS[name].decode()
    at = data.draw(st.integers(0, len(text)))
    piece = st.sampled_from(
        [
            "",
            "NaN",
            "1e999",
            "-1",
            "null",
            "[",
            "]",
            "{}",
            '"',
            "1e300",
            "0",
            ",",
            "\n",
            "99999999999999999999999",
            "\0",
        ]
    )
    text = text[:at] + data.draw(piece) + text[data.draw(st.integers(at, min(at + 30, len(text)))) :]
    try:
        pose = take(parse_people(text, name), SIZE).pose_18x3
        assert np.isfinite(pose).all() and pose.shape == (18, 3)
    except InputError as error:
        sentence = str(error)
        assert sentence.startswith(name) and sentence.endswith(".") and "\n" not in sentence


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_any_array_file_is_a_pose_or_a_sentence(data):
    from engine.pose.formats.arrays import MAGIC, people_in_array

    for content in (data, MAGIC + data, (CASES / "78_keypoints18x2.npy").read_bytes()[: len(data)] + data):
        try:
            assert people_in_array(content, "a.npy")
        except InputError as error:
            assert str(error).startswith("a.npy")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("[" * 300_000, "beyond reason"),
        ('{"people":' * 900 + "1" + "}" * 900, "nested beyond reason"),
        ("(" * 5000, "brackets do not close"),
        ("1 " * 600_000, "is too large"),
        ("<a>" * 50_000, "not valid XML"),
        ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "defines entities"),
        ('{"people": [{"pose_keypoints_2d": [1e999]}]}', "numbers"),
        ('{"keypoints": [[1, 2]], "canvas_width": -1e400, "canvas_height": 5}', "one joint;"),
        ('{"canvas_width": 1e-300, "canvas_height": 9, "keypoints": [[1, 2]]}', "sides that no picture has"),
    ],
)
def test_hostile_texts_are_one_sentence(text, part):
    with pytest.raises(InputError, match=part) as caught:
        take(parse_people(text, "a.json"), SIZE)
    assert len(str(caught.value)) < 300


def test_files_that_are_no_pose_say_what_they_are(tmp_path):
    big = tmp_path / "big.json"
    big.write_bytes(b"[" + b"0," * MOST_BYTES)
    with pytest.raises(InputError, match=r"big.json is too large for a pose file: 1 MB are the most"):
        read_pose(big, SIZE)
    for head, word in (
        (b"\x80\x04", "pickle"),
        (b"\x89HDF\r\n", "HDF5"),
        (b"PK\x03\x04", "zip"),
        (b"MATLAB", "MATLAB"),
    ):
        (tmp_path / "x.json").write_bytes(head + bytes(40))
        with pytest.raises(InputError, match=word):
            read_pose(tmp_path / "x.json", SIZE)


def test_most_joints_outside_of_their_own_canvas_are_said():
    xy = UPRIGHT * (768, 1024) * 2 + 300
    text = json.dumps(openpose_dict(np.column_stack([xy, np.full(18, 2)]), (1024, 768)))
    with pytest.raises(InputError, match=r"768 x 1024 px, but \d+ of its 18 joints lie outside"):
        take(parse_people(text, "a.json"), SIZE)


def test_somebody_who_lies_stays_so():
    """Turned by a quarter, not mirrored: a person who lies is not taken for exchanged columns."""
    xy = UPRIGHT * (768, 1024)
    lying = np.column_stack([xy[:, 1], 768 - xy[:, 0]])
    content = openpose_dict(np.column_stack([lying, np.full(18, 2)]), (768, 1024))
    taken = take(parse_people(json.dumps(content), "a.json"), SIZE)
    assert not taken.notes
    assert np.ptp(taken.pose_18x3[:, 0]) > np.ptp(taken.pose_18x3[:, 1])


SIZES = (
    lambda c: {"canvasWidth": c[1], "canvasHeight": c[0]}, lambda c: {"resolution": [c[1], c[0]]},
    lambda c: {"resolution": {"width": c[1], "height": c[0]}}, lambda c: {"img_shape": [c[0], c[1], 3]},
    lambda c: {"image": {"file_name": "a.jpg", "width": c[1], "height": c[0]}},
    lambda c: {"w": c[1], "h": c[0]},
    lambda c: {"frame_width": c[1], "frame_height": c[0]},
    lambda c: {"size": {"width": c[1], "height": c[0]}},
    lambda c: {"videoWidth": c[1], "videoHeight": c[0]}, lambda c: {"width": str(c[1]), "height": str(c[0])},
)  # fmt: skip


@pytest.mark.parametrize("size", SIZES)
def test_the_picture_s_size_in_many_spellings(size):
    content = {"keypoints": (UPRIGHT * (768, 1024)).tolist()} | size((1024, 768))
    assert parse_people(json.dumps(content), "a.json").people[0].canvas == (1024, 768)


@settings(max_examples=25, deadline=None)
@given(bodies(), st.booleans(), st.booleans())
def test_y_from_below_is_seen_or_said(body, as_shares, faceless):
    """As plots and some engines have it; without a face it may be somebody on their hands."""
    xy, canvas = body
    assume(not same_shape(canvas, SIZE))
    rows = [[x, canvas[0] - y] for x, y in xy.tolist()]
    rows = (shares(np.array(rows), canvas) if as_shares else np.array(rows)).tolist()
    rows[0] = [-1, -1] if faceless else rows[0]
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    content = {"keypoints": rows} | canvas_keys(canvas)
    taken = take(parse_people(json.dumps(content), "a.json"), SIZE, OpenPhoto(canvas, matrix))
    if faceless:
        assert "upside down; if they should stand, it counts y from below" in taken.notes[0]
    else:
        assert taken.notes == ("a.json counts y from below: it was turned.",)
        np.testing.assert_allclose(taken.pose_18x3[:, :2], to_frame(xy, matrix), atol=0.02)


def test_somebody_on_their_hands_and_somebody_in_a_mirror():
    xy = UPRIGHT * (768, 1024)
    mirrored = "a.json shows a face, but its sides are those of a back: it may be mirrored."
    on_hands, in_a_mirror = (768, 1024) - xy, (768, 0) + xy * (-1, 1)
    for rows, told in ((on_hands, ()), (in_a_mirror, (mirrored,))):
        content = {"keypoints": rows.tolist()} | canvas_keys((1024, 768))
        assert take(parse_people(json.dumps(content), "a.json"), SIZE).notes == told


def test_what_lies_in_the_very_corner_was_not_found():
    rows = [{"x": x, "y": y, "visibility": 0.99} for x, y in (UPRIGHT * (768, 1024)).tolist()]
    rows[4] = {"x": 0, "y": 0, "visibility": 0.99}
    pose = parse_people(json.dumps({"keypoints": rows}), "a.json").people[0].pose_18x3
    assert np.flatnonzero(pose[:, 2] == 0).tolist() == [4]


def test_metres_have_no_place(tmp_path):
    content = {
        "worldLandmarks": [
            [{"x": x, "y": y, "z": 0, "visibility": 1} for x, y in in_order(BLAZEPOSE, UPRIGHT - 0.5)]
        ]
    }
    (tmp_path / "a.json").write_text(json.dumps(content))
    taken = take(read_people(tmp_path / "a.json"), SIZE)
    assert "without a picture" in taken.notes[0]
    assert 180 < np.ptp(taken.pose_18x3[:, 1]) < 256


@pytest.mark.parametrize(("joints", "width"), [(39, 2), (26, 3), (67, 4), (134, 2), (68, 2), (17, 4)])
def test_flat_numbers_have_as_many_columns_as_make_a_body(joints, width):
    """78 numbers are 39 x 2 or 26 x 3, 268 are 134 x 2 or 67 x 4, 136 are 68 x 2 or 34 x 4."""
    xy = UPRIGHT * (768, 1024)
    rows = in_order(LAYOUTS[joints][0], xy, fill=(390.0, 480.0))
    numbers = [v for x, y in rows for v in (x, y, 0.9, 0.8)[:width]]
    [person] = parse_people(json.dumps({"keypoints": numbers}), "a.json").people
    there = person.pose_18x3[:, 2] > 0
    there[NECK] = False
    assert there.sum() == 17
    np.testing.assert_allclose(person.pose_18x3[there, :2], xy[there], atol=1e-6)


@settings(max_examples=40, deadline=None)
@given(bodies(), st.booleans())
def test_another_order_under_openposes_key_is_seen_by_the_body(body, as_shares):
    """COCO-17 with a neck at its end has as many joints as OpenPose has."""
    xy, canvas = body
    rows = in_order(COCO_17, xy)
    rows = np.array([*rows, xy[NECK]])
    content = openpose((shares(rows, canvas) if as_shares else rows).tolist(), canvas)
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    taken = take(parse_people(json.dumps(content), "a.json"), SIZE, OpenPhoto(canvas, matrix))
    np.testing.assert_allclose(taken.pose_18x3[:, :2], to_frame(xy, matrix), atol=0.02)


@settings(max_examples=25, deadline=None)
@given(bodies(), st.booleans())
def test_numbered_rows_are_dress_codes_only_in_its_pictures(body, as_shares):
    xy, canvas = body
    assume((xy.max(axis=0) > (384, 512)).any())
    rows = shares(xy, canvas) if as_shares else xy
    content = {"keypoints": [[x, y, 0.9, joint] for joint, (x, y) in enumerate(rows.tolist())]}
    photo = OpenPhoto(canvas, framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE))
    taken = take(parse_people(json.dumps(content), "a.json"), SIZE, photo)
    assert taken.person.canvas is None and "does not say how large" in taken.notes[0]


def test_the_neck_of_mpii_lies_between_the_shoulders():
    xy = UPRIGHT * (768, 1024)
    shoulders, head_top = (xy[2] + xy[5]) / 2, xy[0] - (0, 90)
    rows = np.zeros((16, 2))
    rows[[0, 1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]] = xy[[10, 9, 8, 11, 12, 13, 4, 3, 2, 5, 6, 7]]
    rows[[6, 7, 8, 9]] = (xy[8] + xy[11]) / 2, shoulders, shoulders + (head_top - shoulders) * 0.13, head_top
    [person] = parse_people(json.dumps({"keypoints": rows.tolist()}), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[NECK, :2], shoulders)
    np.testing.assert_allclose(person.pose_18x3[2:14, :2], xy[2:14])


def test_somebody_without_a_face_whose_columns_may_be_exchanged_is_told():
    xy = UPRIGHT * (600, 600)
    for rows, told in ((xy[:14, ::-1], True), (xy[:14], False)):
        content = {"keypoints": rows.tolist(), **canvas_keys((700, 700))}
        notes = take(parse_people(json.dumps(content), "a.json"), SIZE).notes
        assert (
            notes == ("a.json shows somebody who lies; if they should stand, it has y before x.",)
        ) == told
