"""Files of the open photo in other units, sizes and on its side: right on the photo, or said."""

from __future__ import annotations

import json

import numpy as np
import pytest
from tool_forms import CANVAS, NAMES_17, R17, XY

from engine.framing import framing_of, to_frame
from engine.pose.formats import OpenPhoto, parse_people, take

SIZE = (256, 176)
HEIGHT, WIDTH = CANVAS
MATRIX = framing_of(np.column_stack([XY, np.full(18, 2)]), CANVAS, SIZE)
WANTED = to_frame(XY, MATRIX)
OWN = np.column_stack([WANTED, np.full(18, 2)])
PHOTO = OpenPhoto(CANVAS, MATRIX, OWN)
NOBODY_KNOWN = OpenPhoto(CANVAS, MATRIX)


def openpose(xy, canvas=None):
    people = [{"pose_keypoints_2d": [value for x, y in xy for value in (x, y, 0.9)]}]
    sides = {} if canvas is None else {"canvas_height": canvas[0], "canvas_width": canvas[1]}
    return parse_people(json.dumps({"people": people} | sides), "a.json")


def off(taken, joints=range(18)):
    """How far the joints lie from where they should, px of the frame."""
    joints = list(joints)
    return float(np.hypot(*(taken.pose_18x3[joints, :2] - WANTED[joints]).T).max())


UNITS = {
    "thousandths": XY / (WIDTH, HEIGHT) * 1000,
    "hundredths": XY / (WIDTH, HEIGHT) * 100,
    **{f"{times} times": XY * times for times in (0.5, 0.66, 0.8, 0.9, 1.1, 1.25, 2.0)},
    "stretched to a square": XY * (512 / WIDTH, 512 / HEIGHT),
}


@pytest.mark.parametrize("unit", UNITS)
def test_the_photos_own_pose_is_laid_on_it_in_any_unit_and_that_is_said(unit):
    taken = take(openpose(UNITS[unit]), SIZE, PHOTO)
    assert off(taken) < 0.5 and taken.notes


@pytest.mark.parametrize("unit", UNITS)
def test_where_the_photos_person_is_not_known_it_is_asked(unit):
    """Beside the photo's own canvas, nothing but the photo tells px from others."""
    try:
        taken = take(openpose(UNITS[unit], CANVAS), SIZE, NOBODY_KNOWN)
    except ValueError as error:
        assert "lie outside of that" in str(error)
        return
    assert taken.notes


def test_nothing_is_asked_of_px_that_lie_on_whom_the_photo_is_framed_for():
    taken = take(openpose(XY, CANVAS), SIZE, NOBODY_KNOWN)
    assert not taken.notes and off(taken) < 0.01


def test_who_is_in_no_known_photo_is_asked_about_once():
    whole = OpenPhoto(CANVAS, framing_of(np.zeros((18, 3)), CANVAS, SIZE))
    (note,) = take(openpose(XY * 0.8, CANVAS), SIZE, whole).notes
    assert note == (
        "a.json is for the open photo, in which nobody was found to compare it with: look whether it lies on "
        "the person."
    )


@pytest.mark.parametrize("photo", [PHOTO, NOBODY_KNOWN])
@pytest.mark.parametrize("clockwise", [True, False])
def test_the_open_photo_on_its_side_is_turned(photo, clockwise):
    """As cameras store it, and tools see it that do not read how it was held."""
    x, y = XY.T
    lying = np.column_stack([HEIGHT - y, x] if clockwise else [y, WIDTH - x])
    taken = take(openpose(lying, (WIDTH, HEIGHT)), SIZE, photo)
    assert off(taken) < 0.01
    assert taken.notes == ("a.json is for the open photo as it lies on its side: it was turned with it.",)


def test_a_landscape_of_somebody_else_who_stands_is_not_turned():
    standing = XY * 0.7
    taken = take(openpose(standing, (WIDTH, HEIGHT)), SIZE, PHOTO)
    assert not any("its side" in note for note in taken.notes)
    assert taken.pose_18x3[1, 1] < taken.pose_18x3[[8, 11], 1].min()


def test_a_picture_stretched_to_a_stated_square_is_told_by_the_photos_own_pose():
    taken = take(openpose(UNITS["stretched to a square"], (512, 512)), SIZE, PHOTO)
    assert off(taken) < 0.5 and "0.67 times as wide and 0.50 times as high" in taken.notes[0]


def test_a_square_with_bars_at_its_sides_is_framed_as_a_photo_is():
    bars = XY * (640 / HEIGHT) + (80, 0)
    taken = take(openpose(bars, (640, 640)), SIZE, PHOTO)
    assert not taken.notes and off(taken) < 0.5


def test_a_wide_pictures_thousandths_make_a_better_body_than_its_px():
    wide = (720, 1280)
    xy = XY * 0.65 + (400, 10)
    right = take(openpose(xy, wide), SIZE)
    taken = take(openpose(xy / (1280, 720) * 1000, wide), SIZE)
    np.testing.assert_allclose(taken.pose_18x3, right.pose_18x3, atol=0.01)
    assert not right.notes
    assert taken.notes == ("a.json is taken as thousandths of the picture that it names.",)


NAMED = [(name, x, y) for (x, y), name in zip(R17, NAMES_17, strict=True)]
TWICE = NAMED + [(name, x * 0.4 + 5, y * 0.4 + 5) for name, x, y in NAMED]
SHAPES = [{"label": n, "points": [[x, y]], "group_id": None, "shape_type": "point"} for n, x, y in TWICE]
TOGETHER = {
    "labelme": json.dumps({"shapes": SHAPES, "imageHeight": HEIGHT, "imageWidth": WIDTH}),
    "labelme, by joints": json.dumps({
        "shapes": [shape for pair in zip(SHAPES[:17], SHAPES[17:], strict=True) for shape in pair],
        "imageHeight": HEIGHT, "imageWidth": WIDTH,
    }),
    "names": json.dumps([{"name": n, "x": x, "y": y} for n, x, y in TWICE]),
    "cvat": f'<annotations><image id="0" width="{WIDTH}" height="{HEIGHT}">'
    + "".join(f'<points label="{n}" points="{x},{y}"/>' for n, x, y in TWICE) + "</image></annotations>",
}  # fmt: skip


@pytest.mark.parametrize("form", TOGETHER)
def test_joints_that_come_twice_are_of_two_people(form):
    file = parse_people(TOGETHER[form], "a.json")
    taken = take(file, SIZE, PHOTO)
    assert len(file.people) == 2 and "holds 2 people; number 1 was taken" in taken.notes[0]
    assert off(taken, [joint for joint in range(18) if joint != 1]) < 0.1


def test_a_name_that_comes_twice_alone_is_nobody():
    eyes = [{"name": "left_eye_0", "x": 1.0, "y": 2.0}]
    named = [{"name": n, "x": x, "y": y} for n, x, y in TWICE[:17]]
    (person,) = parse_people(json.dumps(named + eyes), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[15, :2], XY[15], atol=1e-3)


@pytest.mark.parametrize("key", ["point", "point_2d"])
def test_points_of_language_models_are_joints_by_their_names(key):
    """In thousandths; the one says y before x, which is known of it, the other may mean px."""
    there = [[round(1000 * x / WIDTH), round(1000 * y / HEIGHT)] for x, y in R17]
    told = [{key: p[::-1] if key == "point" else p, "label": n.replace("_", " ")}
            for p, n in zip(there, NAMES_17, strict=True)]  # fmt: skip
    taken = take(parse_people(json.dumps(told), "a.json"), SIZE, PHOTO)
    assert off(taken, [joint for joint in range(18) if joint != 1]) < 0.5
    told = (
        "taken as thousandths of its picture" if key == "point" else "1.30 times as wide and 0.98 times as hi"
    )
    assert told in taken.notes[0]


def test_places_pointed_at_in_px_of_a_stated_picture_stay_px():
    """Of a wide one: in a square one nothing tells, and they are thousandths, and said to be."""
    points = [{"point": [y * 0.65 + 10, x * 0.65 + 200], "label": n} for n, x, y in NAMED]
    document = {"width": 1600, "height": 720, "keypoints": points}
    (person,) = parse_people(json.dumps(document), "a.json").people
    np.testing.assert_allclose(person.pose_18x3[0, :2], XY[0] * 0.65 + (200, 10), atol=0.01)
    assert not person.notes and not person.unit


@pytest.mark.parametrize(
    ("whole", "told"),
    [
        ((1, 1), ["taken as large as the open photo"]),
        ((100, 100), ["taken as hundredths of its picture", "taken as large as the open photo"]),
        ((1000, 1000), ["taken as thousandths of its picture", "taken as large as the open photo"]),
        ((2 * WIDTH, 2 * HEIGHT), ["2.00 times as wide and 2.00 times as high"]),
    ],
    ids=["shares", "hundredths", "thousandths", "px"],
)
def test_places_that_language_models_point_at_are_in_any_unit(whole, told):
    points = [{"point": [y / HEIGHT * whole[1], x / WIDTH * whole[0]], "label": n} for n, x, y in NAMED]
    taken = take(parse_people(json.dumps(points), "a.json"), SIZE, PHOTO)
    assert off(taken, [joint for joint in range(18) if joint != 1]) < 0.5
    for note, part in zip(taken.notes, told, strict=True):
        assert part in note


def test_who_goes_on_below_the_photo_lies_on_it_all_the_same():
    """As landmarkers tell legs that a picture cuts off, in px and without its size: the photo's own pose
    tells, and not whether all its joints lie in the photo."""
    cut = (600, WIDTH)
    assert (XY[:, 1] > 1.05 * cut[0]).sum() > 3
    matrix = framing_of(np.column_stack([XY, np.full(18, 2)]), cut, SIZE)
    wanted = np.column_stack([to_frame(XY, matrix), np.full(18, 2)])
    taken = take(openpose(XY), SIZE, OpenPhoto(cut, matrix, wanted))
    np.testing.assert_allclose(taken.pose_18x3, wanted, atol=0.05)
    assert "taken in pixels of the open photo" in taken.notes[0]
