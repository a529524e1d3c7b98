"""Joints out of pictures of coloured bones, in the ways that programs draw them."""

import io
import json
from pathlib import Path

import numpy as np
import pytest
from bones_drawn import STYLES, draw_body_25, draw_bones, draw_hands
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.cv import cv2
from engine.errors import InputError
from engine.paths import RESOURCES
from engine.photos import read_photo, write_png
from engine.pose.formats import openpose_dict, read_people, read_pose, take
from engine.pose.formats.pictures import people_in_picture, people_in_pixels
from engine.pose.skeleton import HEAD, LIMBS

DATA = Path(__file__).parents[2] / "data"
SKELETONS = DATA / "skeletons"
TRUTH = {
    name: np.array(entry["xy"])
    for name, entry in json.loads((DATA / "poses" / "TRUTH.json").read_text()).items()
}
SIZE = (256, 176)
PORTRAIT = np.column_stack([TRUTH["portrait"], np.full(18, 2)])
MEDIAN = 0.01  # of the height
RIGHT_LEG = [8, 9, 10]


def error_of(rgb_HWC: np.ndarray, truth_18x2: np.ndarray, person: int = 0) -> tuple[float, int]:
    """Median distance of the joints found, in heights of the picture, and how many there are."""
    pose = people_in_pixels(rgb_HWC, "a.png").people[person].pose_18x3
    there = pose[:, 2] > 0
    apart = np.hypot(*(pose[there, :2] - truth_18x2[there]).T) / rgb_HWC.shape[0]
    return float(np.median(apart)), int(there.sum())


@pytest.mark.parametrize(
    ("name", "truth"), [("landscape_1280x720.png", "landscape"), ("overlay_on_photo.jpg", "portrait")]
)
@pytest.mark.parametrize("rows", [256, 720, 1500])
def test_pictures_of_any_size(name, truth, rows):
    with Image.open(SKELETONS / name) as picture:
        scale = rows / picture.height
        rgb_HWC = np.array(picture.convert("RGB").resize((round(picture.width * scale), rows)))
    median, count = error_of(rgb_HWC, TRUTH[truth] * scale)
    assert median < MEDIAN and count >= 16


BACKGROUNDS = {
    "black": np.zeros((1024, 768, 3), np.uint8),
    "white": np.full((1024, 768, 3), 255, np.uint8),
    "photo": np.array(Image.open(RESOURCES / "samples" / "ada.jpg").convert("RGB").resize((768, 1024))),
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("width", [2, 5])
def test_every_way_to_draw_bones(style, background, width):
    rgb_HWC = draw_bones(BACKGROUNDS[background], [PORTRAIT], style, width)
    median, count = error_of(rgb_HWC, TRUTH["portrait"])
    assert median < MEDIAN and count >= 13


def test_a_leg_whose_bone_to_the_neck_is_not_drawn_is_the_same_persons():
    body, leg = PORTRAIT.copy(), PORTRAIT.copy()
    body[RIGHT_LEG], leg[[joint for joint in range(18) if joint not in RIGHT_LEG]] = 0, 0
    rgb_HWC = draw_bones(BACKGROUNDS["black"], [body, leg])
    (person,) = people_in_pixels(rgb_HWC, "a.png").people
    assert (person.pose_18x3[:, 2] > 0).all()
    assert error_of(rgb_HWC, TRUTH["portrait"])[0] < MEDIAN


@pytest.mark.parametrize("quality", [30, 90])
def test_pictures_that_were_compressed(quality):
    file = io.BytesIO()
    Image.fromarray(draw_bones(BACKGROUNDS["black"], [PORTRAIT])).save(file, "JPEG", quality=quality)
    median, count = error_of(np.array(Image.open(file)), TRUTH["portrait"])
    assert median < MEDIAN and count == 18


@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("own_colours", [25, 18])
def test_openposes_own_pictures(background, own_colours):
    """Of BODY_25 and of COCO: bones in the colour of the joint at their end."""
    rgb_HWC = draw_body_25(BACKGROUNDS[background], PORTRAIT, body_25=own_colours == 25)
    median, count = error_of(rgb_HWC, TRUTH["portrait"])
    assert median < MEDIAN and count >= 16


def farthest(rgb_HWC: np.ndarray, truth_18x2: np.ndarray) -> float:
    """Of all joints found, in heights of the picture; all 18 must be."""
    pose = people_in_pixels(rgb_HWC, "a.png").people[0].pose_18x3
    assert (pose[:, 2] > 0).all()
    return float(np.hypot(*(pose[:, :2] - truth_18x2).T).max()) / rgb_HWC.shape[0]


@pytest.mark.parametrize("width", [3, 5, 8])
@pytest.mark.parametrize("background", BACKGROUNDS)
@pytest.mark.parametrize("own_colours", [25, 18])
def test_no_joint_of_openposes_own_pictures_is_far_off(background, own_colours, width):
    """Toes and heels are drawn on in the colour of the shank, and end no leg; a photo's blue is no bone."""
    rgb_HWC = draw_body_25(BACKGROUNDS[background], PORTRAIT, own_colours == 25, width)
    assert farthest(rgb_HWC, TRUTH["portrait"]) < 0.015


@pytest.mark.parametrize("name", ["arms-crossed", "walking", "legs-crossed"])
def test_bones_that_cross_end_where_they_end(name):
    pose = read_people(RESOURCES / "poses" / f"{name}.json").people[0]
    truth = pose.pose_18x3 * (1024 / pose.canvas[0], 1024 / pose.canvas[0], 1)
    assert farthest(draw_bones(BACKGROUNDS["black"], [truth]), truth[:, :2]) < 0.005
    assert farthest(draw_body_25(BACKGROUNDS["black"], truth), truth[:, :2]) < 0.015


@pytest.mark.parametrize("style", STYLES)
def test_fingers_are_no_wrist(style):
    rgb_HWC = draw_hands(draw_bones(BACKGROUNDS["black"], [PORTRAIT], style), PORTRAIT)
    assert farthest(rgb_HWC, TRUTH["portrait"]) < 0.02


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_hands_and_faces_around_a_body_are_no_bones_of_it(background):
    rgb_HWC = draw_hands(draw_bones(BACKGROUNDS[background], [PORTRAIT]), PORTRAIT)
    median, count = error_of(rgb_HWC, TRUTH["portrait"])
    assert median < MEDIAN and count >= 14 and len(people_in_pixels(rgb_HWC, "a.png").people) == 1


@pytest.mark.parametrize("rows", [200, 300, 2000, 4000])
@pytest.mark.parametrize("width", [1 / 500, 1 / 250, 1 / 100])
def test_from_thumbnails_to_prints_with_thin_and_thick_bones(rows, width):
    """width: of the rows."""
    scale = rows / 1024
    pose = PORTRAIT * (scale, scale, 1)
    wide = max(1, round(width * rows))
    canvas_HWC = np.zeros((rows, round(768 * scale), 3), np.uint8)
    median, count = error_of(draw_bones(canvas_HWC, [pose], width=wide), pose[:, :2])
    assert median < MEDIAN and count >= 14


@pytest.mark.parametrize("how", [cv2.INTER_AREA, cv2.INTER_NEAREST, cv2.INTER_CUBIC])
@pytest.mark.parametrize("scale", [0.3, 2.5])
def test_pictures_that_were_resized_and_dimmed(how, scale):
    rgb_HWC = cv2.resize(
        draw_bones(BACKGROUNDS["black"], [PORTRAIT]), None, fx=scale, fy=scale, interpolation=how
    )
    for dim in (1.0, 0.6):
        median, count = error_of((rgb_HWC * dim).astype(np.uint8), TRUTH["portrait"] * scale)
        assert median < MEDIAN and count >= 16


@pytest.mark.parametrize("scale", [0.7, 0.5, 0.35, 0.25])
def test_somebody_small(scale):
    pose = PORTRAIT * (scale, scale, 1) + (100, 100, 0)
    median, count = error_of(draw_bones(BACKGROUNDS["black"], [pose], width=2), pose[:, :2])
    assert median < MEDIAN * scale and count >= 14


@pytest.mark.parametrize("part", [(0, 0, 560, 768), (250, 0, 1024, 768), (100, 300, 1000, 768)])
def test_cropped_pictures_give_what_they_show(part):
    top, left, bottom, right = part
    rgb_HWC = draw_bones(BACKGROUNDS["black"], [PORTRAIT])[top:bottom, left:right]
    truth = TRUTH["portrait"] - (left, top)
    shown = ((truth > 0) & (truth < (right - left, bottom - top))).all(axis=1)
    median, count = error_of(np.ascontiguousarray(rgb_HWC), truth)
    assert median < MEDIAN and count >= 0.7 * shown.sum()


def test_several_people_are_told_apart():
    people = [PORTRAIT * (0.55, 0.55, 1) + (-60, 100, 0), PORTRAIT * (0.5, 0.5, 1) + (330, 150, 0)]
    file = people_in_pixels(draw_bones(BACKGROUNDS["black"], people), "two.png")
    taken = take(file, SIZE)
    assert len(file.people) == 2 and taken.notes[0].startswith("two.png holds 2 people")
    found = sorted((person.pose_18x3 for person in file.people), key=lambda pose: pose[1, 0])
    for pose, truth in zip(found, people, strict=True):
        there = pose[:, 2] > 0
        np.testing.assert_allclose(pose[there, :2], truth[there, :2], atol=4)


@pytest.mark.parametrize("background", BACKGROUNDS)
def test_pictures_without_bones_hold_nobody(background):
    assert people_in_pixels(BACKGROUNDS[background], "a.png") is None


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(STYLES))
def test_joints_that_are_missing_are_not_made_up(seed, style):
    rng = np.random.default_rng(seed)
    pose = PORTRAIT.copy()
    moves = rng.normal(0, 12, (18, 2))
    moves[list(HEAD)] = moves[HEAD[0]]  # eyes are as near to the nose as twice that: a head moves as one
    pose[:, :2] += moves
    pose[rng.choice([3, 4, 6, 7, 9, 10, 12, 13, 16, 17], 4, replace=False), 2] = 0
    found = people_in_pixels(draw_bones(BACKGROUNDS["black"], [pose], style), "a.png").people[0].pose_18x3
    there = found[:, 2] > 0
    # A joint whose neighbours are all missing has no bone, and is nobody's.
    drawn = {joint for bone in LIMBS if (pose[list(bone), 2] > 0).all() for joint in bone}
    assert set(np.flatnonzero(there).tolist()) == drawn
    assert np.median(np.hypot(*(found[there, :2] - pose[there, :2]).T)) < MEDIAN * 1024


def test_text_in_a_picture_comes_before_its_pixels():
    file = people_in_picture(SKELETONS / "skeleton_with_json_in_png_text.png")
    np.testing.assert_allclose(file.people[0].pose_18x3[:, :2], TRUTH["portrait"], atol=1e-3)
    own = people_in_picture(SKELETONS / "poseloom_export_blank_pixels.png")
    assert own.people[0].canvas == (256, 176)
    assert (take(own, SIZE).pose_18x3[:, 2] > 0).all()


def test_text_without_a_canvas_is_for_the_picture(tmp_path):
    text = openpose_dict(PORTRAIT, (1024, 768))
    del text["canvas_width"], text["canvas_height"]
    write_png(tmp_path / "a.png", BACKGROUNDS["white"], {"openpose": json.dumps(text), "note": "[not this]"})
    assert people_in_picture(tmp_path / "a.png").people[0].canvas == (1024, 768)


@pytest.mark.parametrize("text", ["[" * 100_000, "{}", '{"pose": null}', '{"pose": {"people": [7]}}'])
def test_a_damaged_picture_of_ours_is_told(tmp_path, text):
    write_png(tmp_path / "a.png", BACKGROUNDS["white"], {"poseloom": text})
    with pytest.raises(InputError, match="a.png says it was made here, but its pose is damaged"):
        people_in_picture(tmp_path / "a.png")
    write_png(tmp_path / "b.png", BACKGROUNDS["white"], {"another": text})
    assert people_in_picture(tmp_path / "b.png") is None


def test_a_skeleton_lies_where_its_photo_lies(tmp_path):
    """A skeleton picture and the pose it was drawn of come to the same place."""
    rgb_HWC = draw_bones(BACKGROUNDS["black"], [PORTRAIT])
    write_png(tmp_path / "a.png", rgb_HWC)
    (tmp_path / "a.json").write_text(json.dumps(openpose_dict(PORTRAIT, (1024, 768))))
    drawn = take(people_in_picture(tmp_path / "a.png", read_photo(tmp_path / "a.png")), SIZE).pose_18x3
    np.testing.assert_allclose(drawn, read_pose(tmp_path / "a.json", SIZE), atol=0.6)


@pytest.mark.parametrize("ground", [0, 128, 255])
@pytest.mark.parametrize("style", STYLES)
def test_bones_that_are_broad_for_a_small_picture(style, ground):
    """Dots hide 1.5 % of the height of every bone's end: the joints are between the ends, and nobody is seen
    twice for it."""
    small = PORTRAIT * (0.25, 0.25, 1)
    rgb_HWC = draw_bones(np.full((256, 192, 3), ground, np.uint8), [small], style, 4)
    median, count = error_of(rgb_HWC, small[:, :2])
    assert median < MEDIAN and count >= 14
    assert len(people_in_pixels(rgb_HWC, "a.png").people) == 1


def test_bones_that_are_not_seen_are_said():
    """Nothing tells a leg that is out of the picture from one that is too thin to be seen."""
    cut = PORTRAIT.copy()
    cut[RIGHT_LEG[1:], 2] = 0
    taken = take(people_in_pixels(draw_bones(BACKGROUNDS["black"], [cut]), "a.png"), SIZE)
    assert taken.notes == (
        "a.png shows bones without right knee and right ankle: look whether they are all there.",
    )
    assert not people_in_pixels(draw_bones(BACKGROUNDS["black"], [PORTRAIT]), "a.png").people[0].notes
