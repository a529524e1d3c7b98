"""One pose in the file forms of forty tools: read where it can be, refused in a sentence where not."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InputError
from engine.framing import framing_of, to_frame
from engine.pose.formats import OpenPhoto, read_people, read_pose, take

CASES = Path(__file__).parents[2] / "data" / "poses"
SIZE = (256, 176)
TRUTH = {
    name: (np.array(entry["xy"]), (entry["canvas"][1], entry["canvas"][0]))
    for name, entry in json.loads((CASES / "TRUTH.json").read_text()).items()
}

REFUSED = {
    "12_comfy_animal.json": "holds the skeletons of animals",
    "51_deepfashion_all_minus1.csv": "holds no joint that is there",
    "59_walk.bvh": "is motion capture",
    "60_openpose_editor3d_scene.json": "is a scene of a 3D editor",
    "63_mpii16.json": "16 joints, which looks like MPII, but in that order they make no body",
    "71_people_empty.json": "holds no person",
    "90_canvas_of_nothing.json": "has sides that no picture has",
}
LANDSCAPE = ("04_", "14_", "18_")
# Made for a frame of its own, not for the canvas of the truth: the same body, elsewhere.
OF_A_FRAME = ("47_", "48_", "49_", "50_", "52_", "54_", "56_", "78_")
# What the file leaves out or has elsewhere.
ELSEWHERE = {"08_dwpose_normalised_foot_below_canvas.json": [10, 13], "58_cvat_skeleton.xml": [0]}
ABSENT = {
    "16_drawthings_minus1.json": [10, 13, 16],
    "17_missing_zero.json": [9, 10, 12, 13],
    "45_dresscode_4values.json": [0],
    "58_cvat_skeleton.xml": list(range(1, 18)),
    "62_mpi15.json": [0, 14, 15, 16, 17],
}
FILES = sorted(path.name for path in CASES.iterdir() if path.name not in ("TRUTH.json", *REFUSED))


def photo_of(kind: str) -> tuple[OpenPhoto, np.ndarray]:
    """A photo of the canvas's size with the pose in it, open, and the pose in the frame."""
    xy, canvas = TRUTH[kind]
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    return OpenPhoto(canvas, matrix), to_frame(xy, matrix)


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_sentence(name):
    with pytest.raises(InputError) as caught:
        read_pose(CASES / name, SIZE)
    sentence = str(caught.value)
    assert sentence.startswith(name) and sentence.endswith(".") and REFUSED[name] in sentence


@pytest.mark.parametrize("name", FILES)
def test_lies_on_the_open_photo_where_its_maker_saw_it(name):
    photo, truth = photo_of("landscape" if name.startswith(LANDSCAPE) else "portrait")
    taken = take(read_people(CASES / name), SIZE, photo)
    there = taken.pose_18x3[:, 2] > 0
    left_out = set(range(18)) - set(np.flatnonzero(there).tolist())
    assert left_out <= set(ABSENT.get(name, ()))
    there[ELSEWHERE.get(name, [])] = False
    xy, truth = taken.pose_18x3[there, :2], truth[there]
    if name.startswith(OF_A_FRAME):
        # Up to its place and scale.
        xy, truth = xy - xy.mean(axis=0), truth - truth.mean(axis=0)
        truth = truth * np.ptp(xy[:, 1]) / np.ptp(truth[:, 1])
    np.testing.assert_allclose(xy, truth, atol=1.2 if name.startswith(OF_A_FRAME) else 0.45)


@pytest.mark.parametrize("name", FILES)
def test_is_framed_as_a_photo_where_none_is_open(name):
    """A canvas that is known takes the person into the frame, portrait or landscape."""
    file = read_people(CASES / name)
    taken = take(file, SIZE)
    if taken.person.canvas is None:
        assert any("does not say how large its picture was" in note for note in taken.notes)
    xy = taken.pose_18x3[taken.pose_18x3[:, 2] > 0, :2]
    inside = ((xy >= 0) & (xy < SIZE[::-1])).all(axis=1)
    assert inside.mean() > 0.8
    if len(xy) == 18:
        assert np.ptp(xy[:, 1]) > 150


def test_people_and_pictures_are_counted_and_chosen():
    file = read_people(CASES / "18_two_people.json")
    first = take(file, SIZE)
    assert first.notes == ("18_two_people.json holds 2 people; number 1 was taken.",)
    second = take(file, SIZE, number=2)
    assert not second.notes and second.person is file.people[1]
    shapes = [p[:, :2] - p[:, :2].mean(axis=0) for p in (first.pose_18x3, second.pose_18x3)]
    np.testing.assert_allclose(*(shape / np.ptp(shape[:, 1]) for shape in shapes), atol=1e-3)
    with pytest.raises(InputError, match="holds 2 people; there is no number 3"):
        take(file, SIZE, number=3)
    frames = read_people(CASES / "50_deepfashion_table_many.csv")
    assert take(frames, SIZE).notes[-1].endswith("holds 3 people in 3 pictures; number 1 was taken.")


def test_annotations_are_of_their_own_picture():
    file = read_people(CASES / "21_coco_two_images.json")
    assert file.people[0].canvas == (1024, 768) and file.people[0].frame == 1


def test_what_is_assumed_is_said():
    photo, _ = photo_of("portrait")
    notes = {name: take(read_people(CASES / name), SIZE, photo).notes for name in FILES}
    assert "taken as large as the open photo" in notes["35_mediapipe_list33.json"][0]
    assert "taken in pixels of the open photo" in notes["01_openpose_body25.json"][0]
    assert "has y before x" in notes["54_nted_row_col_swapped.txt"][0]
    assert not notes["06_controlnet_normalised.json"] and not notes["57_labelme.json"]
    landscape, _ = photo_of("landscape")
    (note,) = take(read_people(CASES / "01_openpose_body25.json"), SIZE, landscape).notes
    assert "the person was fitted into the frame" in note
