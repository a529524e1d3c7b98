"""Training pictures of the parsing network: repeatable, and labels stay on what they label."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.cv import cv2
from engine.errors import InputError
from engine.pose.skeleton import ABSENT, GUESSED, LEFT_SHOULDER, RIGHT_SHOULDER, SEEN
from engine.regions import ARMS_UNKNOWN, LEFT_ARM, RIGHT_ARM
from train.data.detector import as_found
from train.data.parsing import scenery
from train.data.parsing.crowd import Crowd
from train.data.parsing.lens import SpoilingLens, photograph
from train.data.parsing.samples import (
    CROWDED,
    PLAIN,
    STRONG,
    Changes,
    ParsingSample,
    Stream,
    changed,
    collate,
    labelled,
)
from train.data.people import HELD_OUT_PEOPLE, View

SIZE = (64, 48)
MOVING = Changes(elsewhere=0, nobody=0, obstacle=0, light=0, lens=None)


def marked() -> ParsingSample:
    """A person of one class with discs of their own colour at four joints, surface coordinates all over."""
    size = (128, 88)
    rows, columns = np.mgrid[: size[0], : size[1]] + 0.5
    image = np.full((*size, 3), 30, np.uint8)
    parsing = np.zeros(size, np.uint8)
    parsing[30:100, 24:64] = 3
    image[parsing > 0] = 90
    joints = np.zeros((18, 3), np.float32)
    for joint, x, y, level in ((1, 44, 40, 130), (2, 32, 44, 170), (5, 56, 44, 210), (8, 36, 90, 250)):
        joints[joint] = x, y, 2
        image[(rows - y) ** 2 + (columns - x) ** 2 < 12] = level
    surface = np.zeros((*size, 3), np.uint8)
    surface[parsing > 0] = (200, 100, 50)
    arms = parsing.copy()
    arms[50:80, 24:30] += RIGHT_ARM
    arms[50:80, 58:70] = LEFT_ARM  # 6 px beside the person: something in its hand
    image[50:80, 64:70] = 150
    return ParsingSample(image, parsing, joints, surface, arms)


@pytest.fixture
def crowd(stick_people):
    return Crowd([stick_people])


def test_stream_is_a_function_of_seed_and_index(crowd):
    first, again = Stream(crowd, SIZE, STRONG, 5), Stream(crowd, SIZE, STRONG, 5)
    later = again[9]
    for index in (0, 9, 3):
        one, two = first[index], again[index] if index != 9 else later
        for name in vars(one):
            np.testing.assert_array_equal(getattr(one, name), getattr(two, name))
    other = Stream(crowd, SIZE, STRONG, 6)[9]
    assert not np.array_equal(other.image_HWC, later.image_HWC)


def test_garments_of_other_colours_keep_labels_and_all_around_them():
    person, recoloured = marked(), replace(PLAIN, recolour=1.0)
    differs = 0
    for seed in range(8):
        plain, other = (
            changed(person, (128, 88), np.random.default_rng(seed), changes)
            for changes in (PLAIN, recoloured)
        )
        for name in ("parsing_HW", "keypoints_18x3", "surface_HW3"):
            np.testing.assert_array_equal(getattr(plain, name), getattr(other, name))
        around = cv2.dilate(plain.shown_HW.astype(np.uint8), np.ones((9, 9))) == 0
        np.testing.assert_array_equal(plain.image_HWC[around], other.image_HWC[around])
        inside = cv2.erode((plain.parsing_HW > 0).astype(np.uint8), np.ones((5, 5))) > 0
        differs += np.abs(plain.image_HWC[inside].astype(int) - other.image_HWC[inside]).mean() > 10
    assert differs >= 6


def test_arms_go_with_the_picture_and_change_sides_in_its_mirror_image():
    person = marked()
    mirrored = changed(person, (128, 88), np.random.default_rng(0), replace(PLAIN, flip=1.0))
    plain = changed(person, (128, 88), np.random.default_rng(0), PLAIN)
    np.testing.assert_array_equal(plain.arms_HW, person.arms_HW)
    np.testing.assert_array_equal(mirrored.arms_HW[:, ::-1] % RIGHT_ARM, person.arms_HW % RIGHT_ARM)
    for bit, other in ((RIGHT_ARM, LEFT_ARM), (LEFT_ARM, RIGHT_ARM)):
        np.testing.assert_array_equal(mirrored.arms_HW[:, ::-1] & bit > 0, person.arms_HW & other > 0)


def test_what_a_hand_holds_is_cut_out_with_its_person():
    elsewhere = replace(PLAIN, elsewhere=1.0)
    person = marked()
    for seed in range(5):
        made = changed(person, (128, 88), np.random.default_rng(seed), elsewhere)
        np.testing.assert_array_equal(made.image_HWC[52:78, 65:68], person.image_HWC[52:78, 65:68])
        assert np.abs(made.image_HWC[:20].astype(int) - person.image_HWC[:20]).mean() > 5, "another place"


def test_arms_that_nobody_told_stay_unknown():
    untold = replace(marked(), arms_HW=np.full((128, 88), ARMS_UNKNOWN, np.uint8))
    for seed, more in enumerate(({"flip": 1.0}, {"nobody": 1.0}, {"obstacle": 1.0}, {"elsewhere": 1.0})):
        made = changed(untold, SIZE, np.random.default_rng(seed), replace(MOVING, **more))
        assert (made.arms_HW == ARMS_UNKNOWN).all()


def test_every_second_background_is_a_part_of_a_scene():
    scene = np.zeros((64, 128, 3), np.uint8)
    scene[..., 1] = 200
    of_scene = 0
    for seed in range(40):
        picture = scenery.background(np.random.default_rng(seed), SIZE, np.full((1, 3), 128.0), [scene])
        assert picture.shape == (*SIZE, 3) and picture.dtype == np.float32
        of_scene += (picture[..., [0, 2]] == 0).all() and picture[..., 1].min() > 20
    assert 10 <= of_scene <= 30


def test_scenes_are_pictures_of_a_folder(tmp_path):
    with pytest.raises(InputError, match="holds no picture"):
        scenery.read_scenes(tmp_path)
    cv2.imwrite(str(tmp_path / "hall.png"), np.full((40, 80, 3), (0, 0, 200), np.uint8))
    (scene,) = scenery.read_scenes(tmp_path)
    assert scene.shape == (40, 80, 3) and tuple(scene[0, 0]) == (200, 0, 0), "RGB"


def test_a_bystander_is_seen_and_belongs_to_the_background():
    person = marked()
    white = np.full_like(person.image_HWC, 250)
    other = replace(person, image_HWC=np.where(person.parsing_HW[..., None] > 0, white, person.image_HWC))
    beside = 0
    for seed in range(12):
        alone, crowded = (
            changed(person, (128, 88), np.random.default_rng(seed), PLAIN, somebody)
            for somebody in (None, other)
        )
        for name in ("parsing_HW", "keypoints_18x3", "surface_HW3"):
            np.testing.assert_array_equal(getattr(alone, name), getattr(crowded, name))
        inside = cv2.erode((alone.parsing_HW > 0).astype(np.uint8), np.ones((5, 5))) > 0
        np.testing.assert_array_equal(alone.image_HWC[inside], crowded.image_HWC[inside])
        beside += (crowded.image_HWC[alone.parsing_HW == 0] > 200).any()
    assert beside == 12


def test_nobody_stands_where_nobody_is_asked_for(crowd):
    nobody = replace(CROWDED, nobody=1.0, bystander=1.0)
    empty, with_them = (Stream(crowd, SIZE, replace(nobody, bystander=share), 1)[3] for share in (0.0, 1.0))
    np.testing.assert_array_equal(empty.image_HWC, with_them.image_HWC)


def test_batches_begin_anywhere(crowd):
    stream = Stream(crowd, SIZE, STRONG, 1)
    whole = next(stream.batches(4, 0)).image_BCHW
    late = next(stream.batches(2, 2)).image_BCHW
    assert (whole[2:] == late).all()


def test_an_epoch_takes_everybody_once(crowd):
    class Counting(Crowd):
        def view(self, person, view):
            seen.append(person)
            return super().view(person, view)

    seen: list[int] = []
    crowd.__class__ = Counting
    stream = Stream(crowd, SIZE, PLAIN, 0)
    for index in range(2 * len(crowd)):
        stream[index]
    assert sorted(seen[: len(crowd)]) == sorted(seen[len(crowd) :]) == list(range(len(crowd)))


def test_plain_changes_the_size_only(crowd):
    view = crowd.view(0, 0)
    sample = Stream(crowd, view.parsing_HW.shape, PLAIN, 0)
    images = [sample[i].image_HWC for i in range(len(crowd))]
    assert any(
        np.array_equal(image, crowd.view(p, v).image_HWC)
        for image in images[:1]
        for p in range(len(crowd))
        for v in range(crowd.views(p))
    )


@given(st.integers(0, 10_000))
def test_joints_move_with_the_picture(seed):
    """Each joint lies in its own disc, whatever the size, the turn and the mirror: colours tell."""
    sample = changed(marked(), (128, 80), np.random.default_rng(seed), MOVING)
    mirrored = {2: 5, 5: 2, 8: 11}
    levels = {1: 130, 2: 170, 5: 210, 8: 250}
    was_mirrored = sample.keypoints_18x3[11, 2] > 0 or _left_of_right(sample)
    for joint, level in levels.items():
        now = mirrored.get(joint, joint) if was_mirrored else joint
        x, y, state = sample.keypoints_18x3[now]
        if state == ABSENT or not (2 < x < 78 and 2 < y < 126):
            continue
        assert abs(int(sample.image_HWC[int(y), int(x), 0]) - level) <= 25


def _left_of_right(sample: ParsingSample) -> bool:
    """Whether the right shoulder carries the left one's colour."""
    for joint, level in ((RIGHT_SHOULDER, 210), (LEFT_SHOULDER, 170)):
        x, y, state = sample.keypoints_18x3[joint]
        if state:
            return abs(int(sample.image_HWC[int(y), int(x), 0]) - level) <= 25
    return False


@given(st.integers(0, 10_000))
def test_labels_stay_on_the_person(seed):
    sample = changed(marked(), (128, 80), np.random.default_rng(seed), MOVING)
    bright = sample.image_HWC[:, :, 0] > 60
    assert (sample.shown_HW != bright).mean() < 0.03
    np.testing.assert_array_equal(sample.surface_HW3.any(2), sample.parsing_HW > 0)


def test_a_mirror_exchanges_left_and_right_of_the_surface():
    mirror = Changes(*(1.0, *(0.0,) * 8), lens=None)
    before, sample = marked(), changed(marked(), (128, 88), np.random.default_rng(0), mirror)
    np.testing.assert_array_equal(sample.parsing_HW, before.parsing_HW[:, ::-1])
    assert set(map(tuple, sample.surface_HW3[sample.parsing_HW > 0])) == {(55, 100, 50)}
    batch = collate([before, sample])
    inside = batch.parsing_BHW > 0
    assert batch.surface_B3HW.isnan().any(1).eq(~inside).all()
    sums = batch.surface_B3HW[0, 0][inside[0]].mean() + batch.surface_B3HW[1, 0][inside[1]].mean()
    assert abs(sums) < 1e-6


def test_another_background_leaves_the_person():
    elsewhere = Changes(*(0.0,) * 5, elsewhere=1, nobody=0, obstacle=0, light=0, lens=None)
    before = marked()
    sample = changed(before, (128, 88), np.random.default_rng(3), elsewhere)
    inner = np.zeros_like(before.parsing_HW, bool)
    inner[34:96, 28:60] = True
    np.testing.assert_array_equal(sample.image_HWC[inner], before.image_HWC[inner])
    assert abs(sample.image_HWC[:20].astype(int) - before.image_HWC[:20]).mean() > 5


def test_nobody_left_means_no_labels():
    nobody = Changes(nobody=1.0)
    sample = changed(marked(), (128, 80), np.random.default_rng(0), nobody)
    assert not sample.parsing_HW.any() and not sample.surface_HW3.any()
    assert (sample.keypoints_18x3[:, 2] == ABSENT).all()


def test_joints_behind_an_obstacle_are_occluded():
    hiding = Changes(*(0.0,) * 7, obstacle=1, light=0, lens=None)
    states = []
    for seed in range(40):
        sample = changed(marked(), (128, 88), np.random.default_rng(seed), hiding)
        for x, y, state in sample.keypoints_18x3[[1, 2, 5, 8]]:
            covered = sample.parsing_HW[int(y), int(x)] == 0
            assert (state == GUESSED) == covered
            states.append(covered)
    assert any(states) and not all(states)


@given(st.integers(0, 10_000))
def test_scenery_and_lens_stay_in_range(seed):
    rng = np.random.default_rng(seed)
    behind = scenery.background(rng, (48, 32), np.full((3, 3), 100.0))
    assert behind.shape == (48, 32, 3) and behind.min() >= 0 and behind.max() <= 255
    cover, lit = scenery.obstacle(rng, (48, 32)), scenery.light(rng, (48, 32))
    assert cover.min() >= 0 and cover.max() < 1 + 1e-5 and lit.min() > 0 and np.isfinite(lit).all()
    every = SpoilingLens(blur=1, shake=1, thumbnail=1, grain=1, sharpen=1, jpeg=1)
    assert photograph(rng, behind * lit, every).shape == (48, 32, 3)


@pytest.mark.parametrize("seed", range(5))
def test_too_much_light_shines_over_what_is_before_it_and_darkens_nothing(seed):
    none = SpoilingLens(*(0.0,) * len(fields(SpoilingLens)))
    picture = np.full((64, 48, 3), 60.0, np.float32)
    picture[:, :16] = 250.0
    as_it_is, flooded = (
        photograph(np.random.default_rng(seed), picture, replace(none, bloom=bloom)).astype(int)
        for bloom in (0.0, 1.0)
    )
    assert (as_it_is == np.rint(picture)).all() and (flooded >= as_it_is).all()
    gained = (flooded - as_it_is)[:, 16:].mean((0, 2))
    assert gained[0] > 5 and (np.diff(gained) <= 0).all() and gained[-1] < 0.5 * gained[0]


def test_crowd_joins_sets_with_the_same_numbers(stick_people, make_stick_people, tmp_path):
    other = make_stick_people(tmp_path / "other", range(0, 3))
    crowd = Crowd([stick_people, other])
    assert len(crowd) == 10 and crowd.studio == "sticks"
    np.testing.assert_array_equal(crowd.view(7, 1).image_HWC, Crowd([other]).view(0, 1).image_HWC)
    assert len(Crowd([stick_people], HELD_OUT_PEOPLE)) == 4


class OneGarment:
    """As a `Crowd` of nobody but the cloth of `marked`."""

    persons, view_counts = np.arange(1), np.ones(1, np.int64)

    def __len__(self) -> int:
        return 1

    def views(self, person: int) -> int:
        return 1

    def view(self, person: int, view: int):
        sample = marked()
        return View(
            sample.image_HWC, sample.parsing_HW, sample.keypoints_18x3, "full", "front", sample.surface_HW3
        )


def test_garments_alone_are_laid_out_in_training_and_in_nothing_that_is_measured():
    plain = Stream(OneGarment(), SIZE, MOVING, 1)[0]
    outlined = plain.parsing_HW > 0
    assert (plain.image_HWC[~outlined] == 30).mean() > 0.9  # the studio's own ground
    laid = Stream(OneGarment(), SIZE, replace(MOVING, laid=1.0), 1)[0]
    assert (laid.image_HWC[laid.parsing_HW == 0] == 30).mean() < 0.1
    rng = np.random.default_rng([1, 12, 0])
    same = changed(labelled(OneGarment().view(0, 0)), SIZE, rng, MOVING)
    assert (plain.image_HWC == same.image_HWC).all()  # no number is drawn for what does not happen


def test_what_is_held_changes_its_colours_too():
    person, recoloured = marked(), replace(PLAIN, recolour=1.0)
    bag = np.s_[54:76, 66:69]
    made = [changed(person, (128, 88), np.random.default_rng(seed), recoloured) for seed in range(10)]
    differs = [np.abs(each.image_HWC[bag].astype(int) - person.image_HWC[bag]).mean() > 10 for each in made]
    assert sum(differs) >= 6
    assert all((each.arms_HW == person.arms_HW).all() for each in made)


def test_everything_of_one_colour_differs_by_shades_alone(monkeypatch):
    """Two garments of opposite colours become nearly one; who wears them stays as they are."""
    monkeypatch.setattr("train.data.parsing.samples._ALIKE", 1.0)
    person = marked()
    pants = person.parsing_HW.copy()
    pants[70:100, 24:64] = 5
    image = person.image_HWC.copy()
    image[pants == 5] = (220, 40, 40)
    image[30:40, 24:64] = (120, 120, 120)  # a shade of the upper garment
    dressed = replace(person, image_HWC=image, parsing_HW=pants)
    tones = []
    for seed in range(12):
        made = changed(dressed, (128, 88), np.random.default_rng(seed), replace(PLAIN, recolour=1.0))
        np.testing.assert_array_equal(made.parsing_HW, pants)
        np.testing.assert_array_equal(made.image_HWC[105:], image[105:])
        upper, lower = made.image_HWC[48:60, 30:36].mean((0, 1)), made.image_HWC[80:86, 46:56].mean((0, 1))
        assert np.abs(upper - lower).max() < 0.35 * max(upper.max(), 40)
        tones.append(upper.mean())
        if upper.mean() < 200:  # what is not as bright as can be keeps its shades
            assert made.image_HWC[33:37, 30:36].mean() > upper.mean()
    assert min(tones) < 50 and max(tones) > 200


def test_joints_as_a_detector_finds_them_in_photographs():
    """Off by a hundredth of the person's extent, seldom by much more or of the other side; what is hidden is
    mostly not told, what is absent never."""
    joints = np.column_stack([np.linspace(20, 60, 18), np.linspace(10, 110, 18), np.full(18, SEEN)])
    joints[[4, 10], 2], joints[17, 2] = GUESSED, ABSENT
    found = np.stack([as_found(joints, np.random.default_rng(seed)) for seed in range(400)])
    there = found[..., 2] > ABSENT
    assert not there[:, 17].any()
    assert 0.9 < there[:, [0, 1, 5, 8]].mean() < 0.99
    assert 0.02 < there[:, [4, 10]].mean() < 0.25
    off = np.linalg.norm(found[..., :2] - joints[:, :2], axis=2)[:, [0, 1, 14, 15]]
    assert 0.5 < np.median(off) < 2.0 and 0.01 < (off > 5).mean() < 0.1
    swapped = np.linalg.norm(found[:, 2, :2] - joints[5, :2], axis=1) < 3
    assert 0.01 < swapped.mean() < 0.1


def test_a_stream_tells_the_joints_of_three_people_in_four(crowd):
    stream = Stream(crowd, SIZE, STRONG, 5)
    samples = [stream[index] for index in range(60)]
    told = [sample.told_18x3 is not None for sample in samples]
    assert 0.6 < np.mean(told) < 0.9
    batch = collate(samples)
    assert ((batch.told_BJ3[..., 2] > ABSENT).any(1).numpy() <= np.array(told)).all()
    again = stream[np.flatnonzero(told)[0]]
    np.testing.assert_array_equal(again.told_18x3, samples[np.flatnonzero(told)[0]].told_18x3)
