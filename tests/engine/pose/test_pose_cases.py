"""One pose in the file forms of forty tools: read where it can be, refused in a sentence where not."""

import numpy as np
import pytest
from pose_cases import ABSENT, CASES, ELSEWHERE, FILES, OF_A_FRAME, REFUSED, SIZE, kind_of, photo_of

from engine.errors import InputError
from engine.pose.formats import read_people, read_pose, take


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_one_sentence(name):
    with pytest.raises(InputError) as caught:
        read_pose(CASES / name, SIZE)
    sentence = str(caught.value)
    assert sentence.startswith(name) and sentence.endswith(".") and REFUSED[name] in sentence


@pytest.mark.parametrize("name", FILES)
def test_lies_on_the_open_photo_where_its_maker_saw_it(name):
    photo, truth = photo_of(kind_of(name))
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


def test_somebody_beside_the_open_photos_person_is_framed_and_that_is_said():
    photo, _ = photo_of("landscape")
    file = read_people(CASES / "18_two_people.json")
    (note,) = take(file, SIZE, photo, number=2).notes
    assert "lies beside what the frame shows of the open photo" in note
    np.testing.assert_array_equal(
        take(file, SIZE, photo, number=2).pose_18x3, take(file, SIZE, number=2).pose_18x3
    )


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
