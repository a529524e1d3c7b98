"""A stated canvas with numbers of another unit: read right, or said; never wrong in silence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.framing import framing_of, to_frame
from engine.paths import RESOURCES
from engine.pose.formats import OpenPhoto, parse_people, read_people, take
from engine.pose.formats.units import doubt, in_hundredths, may_be_thousandths, times_as_large

SIZE = (256, 176)
DATA = Path(__file__).parents[2] / "data"
UPRIGHT = np.array(json.loads((DATA / "poses" / "TRUTH.json").read_text())["portrait"]["xy"]) / (768, 1024)


def stated(xy, canvas):
    numbers = [v for x, y in xy.tolist() for v in (x, y, 0.9)]
    people = [{"pose_keypoints_2d": numbers}]
    content = {"people": people, "canvas_width": canvas[1], "canvas_height": canvas[0]}
    return parse_people(json.dumps(content), "a.json")


@st.composite
def standing(draw):
    """Somebody as large as a canvas allows: float64 [18, 2] in its px, and the canvas (H, W)."""
    height, width = draw(st.integers(300, 1600)), draw(st.integers(300, 1600))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tall = min(height * 0.95, width * 1.8)
    xy = (UPRIGHT - UPRIGHT.min(axis=0)) * (0.75, 1) * tall + rng.normal(0, 0.006 * tall, (18, 2))
    room = np.array([width, height]) - xy.max(axis=0) - 8
    return xy + 8 + rng.uniform(0, 1, 2) * np.maximum(room, 0), (height, width)


UNITS = {
    "shares": lambda xy, c: xy / c[::-1],
    "hundredths": lambda xy, c: 100 * xy / c[::-1],
    "thousandths": lambda xy, c: 1000 * xy / c[::-1],
    "a third": lambda xy, c: xy / 3,
    "half": lambda xy, c: xy / 2,
    "three quarters": lambda xy, c: xy * 0.75,
    "a fifth larger": lambda xy, c: xy * 1.2,
}


@settings(max_examples=30, deadline=None)
@given(standing())
@pytest.mark.parametrize("unit", UNITS)
def test_the_open_photos_own_pose_comes_to_lie_on_it_or_is_refused(unit, body):
    """A photo's keypoints as they were found in another copy, beside the photo's canvas."""
    xy, canvas = body
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    wanted = to_frame(xy, matrix)
    rng = np.random.default_rng(7)
    own = np.column_stack([wanted + rng.normal(0, 0.8, (18, 2)), np.full(18, 2)])  # as a detector sees it
    try:
        taken = take(stated(UNITS[unit](xy, canvas), canvas), SIZE, OpenPhoto(canvas, matrix, own))
    except ValueError as error:
        assert "lie outside of that" in str(error)
        return
    right = np.median(np.hypot(*(taken.pose_18x3[:, :2] - wanted).T)) < 0.02 * SIZE[0]
    # Thousandths of a picture of about a thousand px are its px.
    near = unit == "thousandths" and max(abs(np.log(np.array(canvas) / 1000))) < 0.1
    assert taken.notes or near or (right and unit == "shares")


@settings(max_examples=60, deadline=None)
@given(standing())
def test_the_same_size_is_left_as_it_is(body):
    xy, canvas = body
    matrix = framing_of(np.column_stack([xy, np.full(18, 2)]), canvas, SIZE)
    own = np.column_stack([to_frame(xy, matrix), np.full(18, 2)])
    taken = take(stated(xy, canvas), SIZE, OpenPhoto(canvas, matrix, own))
    np.testing.assert_allclose(taken.pose_18x3[:, :2], to_frame(xy, matrix), atol=0.02)


def test_another_pose_of_the_photos_canvas_keeps_its_place():
    xy = UPRIGHT * (768, 1024)
    own = np.column_stack([xy, np.full(18, 2)])
    moved = xy.copy()
    moved[[3, 4, 6, 7]] += ((40, -160), (60, -330), (-30, 90), (-120, 60))
    moved[[9, 10, 12, 13]] += ((-90, -60), (-110, -200), (80, 20), (120, 30))
    for pose in (moved, moved * 0.7, xy + (120, -30), xy):
        assert times_as_large(np.column_stack([pose, own[:, 2]]), own) is None


def test_a_pose_that_was_moved_aside_stays_there():
    """Somebody who stands is narrow beside their x: a shift of a few px looks like a factor."""
    own = np.column_stack([UPRIGHT * (0.2, 0.9) * 1024 + (300, 50), np.full(18, 2)])
    for shift in ((12, 0), (20, 5), (-15, 0), (60, 0)):
        assert times_as_large(own + (*shift, 0), own) is None
    for factors in ((0.5, 0.5), (1.1, 1.1), (1.0, 1.2)):
        np.testing.assert_allclose(times_as_large(own * (*factors, 1), own), factors, rtol=1e-6)


def test_hundredths_are_told_from_somebody_small():
    canvas = (1024, 768)
    pose = np.column_stack([UPRIGHT * 100, np.full(18, 2)])
    assert in_hundredths(pose, canvas)
    assert not in_hundredths(pose, (120, 90)), "px of a thumbnail"
    assert not in_hundredths(pose * (0.1, 0.1, 1), canvas), "nobody is drawn that small"
    assert not in_hundredths(pose * (1, 1.5, 1), canvas)
    taken = take(stated(UPRIGHT * 100, canvas), SIZE)
    assert taken.notes == ("a.json is taken as hundredths of the picture that it names.",)
    right = take(stated(UPRIGHT * (768, 1024), canvas), SIZE).pose_18x3
    np.testing.assert_allclose(taken.pose_18x3, right, atol=0.02)


@pytest.mark.parametrize(
    ("times", "said"),
    [
        (1.0, ""),
        (0.5, "has all joints in the upper left quarter of the picture of 768 x 1024 px that it names"),
        (1.3, "has 2 of 18 joints outside of the picture of 768 x 1024 px that it names"),
    ],
)
def test_px_of_another_size_than_stated_are_said(times, said):
    xy, canvas = UPRIGHT * (768, 1024) * times, (1024, 768)
    assert doubt(np.column_stack([xy, np.full(18, 2)]), canvas).startswith(said)
    notes = take(stated(xy, canvas), SIZE).notes
    assert any(said in note for note in notes) if said else not notes


@pytest.mark.parametrize(
    ("canvas", "to", "whole", "said"),
    [
        ((1400, 1300), 950, True, True),
        ((700, 680), 690, True, True),
        ((1400, 1300), 950, False, False),  # a detector's
        ((1400, 1300), 1250, True, False),  # beyond a thousand
        ((1040, 980), 950, True, False),  # a thousandth is about a px
        ((1400, 1000), 950, True, False),  # bodies tell
        ((480, 480), 470, True, False),  # nobody stands in the first quarter of a picture
    ],
)
def test_where_nothing_tells_px_from_thousandths_it_is_said_what_was_assumed(canvas, to, whole, said):
    xy = UPRIGHT * (0.75, 1) * to / (UPRIGHT[:, 1].max())
    xy = xy.round() if whole else xy + 0.25
    taken = take(stated(xy, canvas), SIZE)
    wanted = "a.json was read as px of its picture; if its numbers are thousandths of it, it lies wrong."
    assert (wanted in taken.notes) == said


def test_another_pose_of_another_size_than_the_photos_person_is_said():
    xy = UPRIGHT * (768, 1024)
    own = np.column_stack([xy, np.full(18, 2)])
    matrix = framing_of(own, (1024, 768), SIZE)
    photo = OpenPhoto((1024, 768), matrix, np.column_stack([to_frame(xy, matrix), np.full(18, 2)]))
    moved = xy.copy()
    moved[[4, 7, 10, 13]] += ((60, -200), (-60, -150), (-100, -150), (120, -60))
    moved[[3, 6, 9, 12]] += ((-30, -40), (40, -30), (-40, -10), (50, 0))
    assert not take(stated(moved, (1024, 768)), SIZE, photo).notes
    for times in (0.9, 0.8, 0.7):
        (note,) = take(stated(moved * times, (1024, 768)), SIZE, photo).notes
        assert f"{times:.2f} times as tall" in note


@pytest.mark.parametrize(("kind", "canvas"), [("portrait", (1024, 768)), ("landscape", (720, 1280))])
def test_thousandths_of_a_stated_picture_are_told_or_said(kind, canvas):
    """With no photo beside them: a body leaves it open which they are where the picture is as wide as three
    quarters of its height, and px of it are px without a word."""
    xy = np.array(json.loads((DATA / "poses" / "TRUTH.json").read_text())[kind]["xy"])
    assert take(stated((1000 * xy / canvas[::-1]).round(), canvas), SIZE).notes
    assert not take(stated(xy.round(), canvas), SIZE).notes


@pytest.mark.parametrize(
    ("canvas", "doubted"), [((1024, 768), {"upper-body-hand-at-chin"}), ((1280, 720), set())]
)
def test_px_of_a_portrait_are_hardly_ever_doubted(canvas, doubted):
    """Whole px of the box's poses; a bust is as good a body in thousandths."""
    said = set()
    for path in sorted((RESOURCES / "poses").glob("[!i]*.json")):
        (person,) = read_people(path).people
        pose = person.pose_18x3 * (*[min(np.array(canvas) / person.canvas)] * 2, 1)
        pose[:, :2] = (pose[:, :2] + (canvas[::-1] - pose[:, :2].max(axis=0)).clip(None, 0)).round()
        if may_be_thousandths(pose, canvas):
            said.add(path.stem)
    assert said == doubted
