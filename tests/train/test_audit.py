"""The audits of rendered people, on pictures and labels with planted faults."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from engine.pose.skeleton import FLIP, LEFT_SHOULDER, LEFT_WRIST, RIGHT_WRIST
from engine.regions import SURFACE_SPAN
from train.audits import dress, labels, likeness, sides, surfaces
from train.audits.checks import Audit, Taken
from train.audits.detector import compare
from train.data.people import View
from train.studio.review import specks
from train.studio.surfaces import ARMS, BARE_HIPS, BARE_TORSO, DRESS, LEGS, PANTS, UPPER

sys.path.insert(0, str(Path(__file__).parent))
from box_person import FRONT, SIZE, box_person, changed, code, speckled  # noqa: E402


def verdicts(views: list) -> dict[str, str]:
    audit = Audit([*dress.CHECKS, *labels.CHECKS, *sides.CHECKS, *surfaces.CHECKS, *likeness.CHECKS])
    audit.look(Taken(7, views))
    return {line.name: line.verdict for line in audit.lines}


def failing(*views) -> list[str]:
    return [name for name, verdict in verdicts(list(views)).items() if verdict == "FAIL"]


def test_a_sound_person_passes_every_check_that_files_allow():
    found = verdicts([box_person(seed=1), box_person(seed=2)])
    assert {name for name, verdict in found.items() if verdict != "ok"} == {
        "left and right as the bones say"  # that one asks the studio
    }


# specks


@pytest.mark.parametrize("label", [ARMS, PANTS, LEGS], ids=["finger", "inner layer", "leg"])
def test_what_came_through_the_cloth_is_a_speck(label):
    marks = specks(speckled(label, slice(80, 83), slice(80, 84)))
    assert np.argwhere(marks).tolist() == [[r, c] for r in range(80, 83) for c in range(80, 84)]


def test_a_crumb_beside_the_person_is_a_speck():
    assert specks(speckled(UPPER, slice(20, 23), slice(150, 153))).sum() == 9


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(80, 81), slice(80, 85)),  # five pixels
        (slice(80, 90), slice(80, 90)),  # a hand
        (slice(80, 83), slice(64, 67)),  # touches the arm: the hand's own edge
        (slice(80, 83), slice(62, 65)),  # half of it on the arm
    ],
    ids=["small", "large", "beside skin", "across"],
)
def test_what_belongs_there_is_none(rows, columns):
    assert not specks(speckled(ARMS, rows, columns)).any()


def test_a_hand_that_the_frame_cuts_is_none():
    parsing = np.full(SIZE, DRESS, np.uint8)
    parsing[253:, 80:83] = ARMS
    assert not specks(parsing).any()


def test_specks_grow_with_the_picture():
    small = speckled(ARMS, slice(80, 82), slice(80, 83))
    large = np.repeat(np.repeat(small, 2, 0), 2, 1)
    assert specks(small).sum() == 6
    assert specks(large).sum() == 24
    large[160:164, 160:165] = UPPER  # leaves 2x1 px and a bit
    assert not specks(large).any()


def test_specks_are_counted_by_views():
    sound, bad = box_person(), changed(box_person(), parsing_HW=speckled(ARMS, slice(80, 83), slice(80, 84)))
    audit = Audit(labels.CHECKS)
    for index in range(60):
        audit.look(Taken(index, [bad if index in (3, 40) else sound]))
    line = audit.lines[2]
    assert (line.looked, line.failed, line.verdict) == (60, 2, "FAIL")
    assert line.places == ["3:0 12 px", "40:0 12 px"]
    audit.look(Taken(60, [sound] * 40))
    assert audit.lines[2].verdict == "ok"  # 2 of 100


# keypoints and pictures


@pytest.mark.parametrize(
    ("joint", "value"),
    [(3, (np.nan, 10, 2)), (4, (np.inf, 10, 1)), (5, (20, 20, 3)), (6, (176, 20, 2)), (7, (20, -1, 1))],
)
def test_bad_numbers_are_found(joint, value):
    view = box_person()
    view.keypoints_18x3[joint] = value
    assert "keypoints are numbers within the frame" in failing(view)


def test_absent_joints_may_be_anywhere():
    view = box_person()
    view.keypoints_18x3[4] = (0, -30, 0)
    assert failing(view) == []


def test_keypoints_beside_the_person_are_found():
    view = box_person()
    moved = view.keypoints_18x3.copy()
    moved[LEFT_WRIST, 0] += 30
    assert "visible keypoints lie on the person" in failing(changed(view, keypoints_18x3=moved))
    moved[LEFT_WRIST, 2] = 1  # an occluded one may
    assert failing(changed(view, keypoints_18x3=moved)) == []


def test_empty_pictures_are_found():
    view = box_person()
    nobody = changed(view, parsing_HW=np.zeros(SIZE, np.uint8))
    blank = changed(view, image_HWC=np.full((*SIZE, 3), 230, np.uint8))
    unlit = view.image_HWC.copy()
    unlit[view.parsing_HW > 0] = 0
    for fault in (nobody, blank, changed(view, image_HWC=unlit)):
        assert "no picture is empty" in failing(fault)


# left and right


def test_swapped_keypoints_are_found_twice():
    view = box_person()
    swapped = changed(view, keypoints_18x3=view.keypoints_18x3[list(FLIP)])
    assert failing(swapped) == ["left and right as the facing says", "limbs lie on their own side's surface"]
    assert failing(changed(swapped, facing="back")) == ["limbs lie on their own side's surface"]


def test_swapped_wrists_alone_are_found_by_the_surface():
    view = box_person()
    keypoints = view.keypoints_18x3.copy()
    keypoints[[LEFT_WRIST, RIGHT_WRIST]] = keypoints[[RIGHT_WRIST, LEFT_WRIST]]
    told, other = sides.on_other_side(keypoints, view.surface_HW3)
    assert told.sum() == 8  # elbows, wrists, knees, ankles
    assert np.nonzero(other)[0].tolist() == [RIGHT_WRIST, LEFT_WRIST]


def test_a_side_view_tells_nothing_by_its_facing():
    assert sides.facing_fault(box_person().keypoints_18x3, "side") is None
    keypoints = box_person().keypoints_18x3.copy()
    keypoints[[2, 8], 2] = 0
    assert sides.facing_fault(keypoints, "front") is None
    keypoints[8, 2] = 1
    assert sides.facing_fault(keypoints, "back") == "left hip"


class Bones:
    """Bones of the person of boxes as the studio would hand them over; one px of the picture is one dm."""

    def __init__(self, mirrored: bool = False):
        self.mirrored = mirrored
        names = {"upperarm01": 2, "lowerarm01": 3, "wrist": 4, "upperleg01": 8, "lowerleg01": 9, "foot": 10}
        self.at = {f"{name}.R": FRONT[joint] for name, joint in names.items()}
        self.at |= {f"{name}.L": FRONT[joint + 3] for name, joint in names.items()} | {"head": FRONT[0]}

    def bone(self, name):
        return np.append(self.at[name], 0)

    def left_of(self, name):
        return np.array([8.0, 0, 0])

    def pixels(self, points):
        at = np.array(points)[:, :2]
        return at * (-1, 1) + (176, 0) if self.mirrored else at


def test_swaps_are_found_by_the_bones_joint_by_joint():
    keypoints = box_person().keypoints_18x3
    assert sides.swapped_in_space(keypoints, Bones()) == (8, [])
    assert sides.swapped_in_space(keypoints[list(FLIP)], Bones())[1] == [5, 6, 7, 11, 12, 13, 15, 17]
    one = keypoints.copy()
    one[[3, 6]] = one[[6, 3]]
    assert sides.swapped_in_space(one, Bones())[1] == [6]
    assert len(sides.swapped_in_space(keypoints, Bones(mirrored=True))[1]) == 8


# dress and surfaces


def bared(height: float, rows: slice) -> View:
    """The person of boxes with skin beside an arm, 16 px to a row, of the trunk at that height."""
    view = box_person()
    parsing, surface = view.parsing_HW.copy(), view.surface_HW3.copy()
    parsing[rows, 64:80], surface[rows, 64:80] = ARMS, code(0, height)
    return changed(view, parsing_HW=parsing, surface_HW3=surface)


@pytest.mark.parametrize(
    ("height", "found"),
    [
        (0.5, "no exposed hips or chest"),
        (1.3, "few bare bellies (crop tops)"),
        (3.6, "no exposed hips or chest"),
        (2.5, "few bare bellies (crop tops)"),
        (4.6, None),  # a neckline
        (-1.5, None),  # a leg
    ],
)
def test_bare_skin_is_found_by_its_place(height, found):
    assert failing(bared(height, slice(90, 100))) == ([found] if found else [])
    assert failing(bared(height, slice(90, 92))) == []  # 32 px: a hem's edge


@pytest.mark.parametrize(
    ("surface", "height", "found"),
    [
        (BARE_HIPS, 0.5, "no exposed hips or chest"),
        (BARE_HIPS, 1.3, "few bare bellies (crop tops)"),
        (BARE_TORSO, 2.5, "few bare bellies (crop tops)"),
        (ARMS, 0.5, None),  # a hand before the hip
    ],
)
def test_bare_skin_is_known_by_its_id(surface, height, found):
    def photographed(rows, **parts):
        view = changed(bared(height, rows), **parts)
        ids = view.parsing_HW.copy()
        ids[rows, 64:80] = surface
        return SimpleNamespace(**vars(view), surfaces_HW=ids)

    assert failing(photographed(slice(90, 92))) == []
    assert failing(photographed(slice(90, 100))) == ([found] if found else [])
    uncoded = photographed(slice(90, 100), surface_HW3=np.zeros((*SIZE, 3), np.uint8))
    assert bool(failing(uncoded)) == (surface != ARMS)


def test_surface_coordinates_are_there_where_the_person_is():
    view = box_person()
    holed, spilled = view.surface_HW3.copy(), view.surface_HW3.copy()
    holed[60:62, 70:72] = 0
    spilled[5, 5] = 1
    for surface in (holed, spilled):
        assert failing(changed(view, surface_HW3=surface)) == ["surface coordinates where the person is"]
    none = verdicts([changed(view, surface_HW3=np.zeros_like(holed))])
    assert none["surface coordinates where the person is"] == "-"  # data of version 1
    assert none["no exposed hips or chest"] == none["few bare bellies (crop tops)"] == "-"


def test_the_code_of_surface_coordinates_is_read_back():
    at = np.array([[4.3, -8.2], [-9, 8.5]])
    read = surfaces.canonical(np.array([code(*point) for point in at]))[:, :2]
    assert np.abs(read - at).max() <= SURFACE_SPAN / 127 / 2 + 1e-6


# likeness


def test_another_persons_background_is_found():
    views = [box_person(seed=seed) for seed in range(3)]
    found = failing(*views, box_person(backdrop=(150, 180, 220)))
    assert found == ["a person's views share the background"]


def test_a_textured_wall_seen_from_elsewhere_is_the_same_background():
    rng = np.random.default_rng(0)
    tile = np.repeat(np.repeat(rng.uniform(90, 230, (32, 22, 1)), 8, 0), 8, 1) * (1, 0.9, 0.8)
    views = []
    for shift in (0, 37, 90):
        view = box_person()
        wall = np.roll(tile, (shift, shift), (0, 1)).astype(np.uint8)
        views.append(changed(view, image_HWC=np.where(view.parsing_HW[..., None] > 0, view.image_HWC, wall)))
    assert failing(*views) == []


def test_light_of_another_colour_is_found():
    views = [box_person(seed=seed) for seed in range(3)]
    found = failing(*views, box_person(light=(0.8, 0.95, 1.15)))
    assert found == ["a person's views share the light's colour"]


def test_a_single_view_has_nothing_to_be_compared_with():
    assert verdicts([box_person()])["a person's views share the background"] == "-"


# the detector


def test_a_detectors_pose_is_compared_in_body_heights():
    ours = box_person().keypoints_18x3
    theirs = ours + (0, 10.05, 0)  # 5 % of the 201 px between eyes and ankles
    theirs[LEFT_SHOULDER, 2] = 0
    compared = compare(ours, theirs)
    assert np.isnan(compared.off_18[LEFT_SHOULDER]) and np.isfinite(compared.off_18).sum() == 17
    np.testing.assert_allclose(np.nanmedian(compared.off_18), 0.05, atol=1e-5)
    np.testing.assert_allclose(np.nanmedian(compared.shift_18x2, 0), (0, 0.05), atol=1e-5)
    assert not compare(ours, None).found
