"""Skirts over thighs that are pulled."""

from __future__ import annotations

from cmath import rect

import numpy as np
import pytest
import torch
from flat_scene import HERE, PX, SHIRT, SIDES, SIZE, classes, pose, seen
from hypothesis import given
from hypothesis import strategies as st

from engine.compositing.atlas import CLASSES
from engine.compositing.cut_outs import Poses
from engine.compositing.draped import Draped, draped, moved
from engine.compositing.limb_bones import HIPS, LEGS, Segment, joints, segments
from engine.compositing.limbs_elsewhere import Trunk
from engine.cv import cv2
from engine.pose import skeleton as sk
from engine.regions import REGIONS

SKIRT, LEG = REGIONS.index("dress or skirt"), REGIONS.index("legs")
SHIRT_PART = slice(33, 60), slice(36, 61)
LEG_PARTS = [(LEG, (slice(66, 122), columns)) for columns in (slice(49, 62), slice(34, 47))]
STANDS = pose()[0]
OWN = segments(STANDS, SIDES)
HIP = sum(joints(STANDS, SIDES)[joint] for joint in HIPS) / len(HIPS)
STILL = Trunk(HIP, HIP, 1 + 0j)
RIGHT, LEFT = ([OWN[number] for number in numbers] for numbers in LEGS)


def legs(now: dict[str, list[Segment]]) -> list[list[tuple[Segment, Segment]]]:
    return [
        list(zip(was, now.get(name, was), strict=True)) for name, was in (("right", RIGHT), ("left", LEFT))
    ]


def lifted(angle: float, shank: float = 0.0) -> list[Segment]:
    """The left leg with its knee so many radians outwards and up, its shank turned by so many."""
    thigh, below = LEFT
    knee = thigh.begin + thigh.step * rect(1.0, -angle)
    ankle = knee + below.step * rect(1.0, -shank)
    return [thigh._replace(end=knee), below._replace(begin=knee, end=ankle)]


@given(st.floats(-0.6, 0.6), st.floats(-0.9, 0.9))
def test_a_skirt_stays_where_its_legs_stay(x, y):
    place_1 = np.array([x + 1j * y])
    assert moved(place_1, legs({}), (0.0, 0.0), STILL, HIP) == pytest.approx(place_1, abs=1e-6)


def test_a_skirt_goes_with_the_thigh_that_goes_and_stays_over_the_other():
    (thigh, _), (other, _) = LEFT, RIGHT
    goes = lifted(1.0)
    places = np.array([thigh.begin + 0.7 * thigh.step, other.begin + 0.7 * other.step])
    with_it, stays = moved(places, legs({"left": goes}), (0.0, 0.0), STILL, HIP)
    assert with_it == pytest.approx(goes[0].begin + 0.7 * goes[0].step, abs=PX)
    assert stays == pytest.approx(places[1], abs=PX)
    row = np.linspace(places[1], places[0], 9)
    steps = np.abs(moved(row, legs({"left": goes}), (0.0, 0.0), STILL, HIP) - row)
    assert (np.diff(steps[1:-2]) > 0).all(), "in between it is stretched"


def test_below_a_knee_a_skirt_hangs_and_a_long_one_goes_with_the_shank():
    """Both hems hang a little beside the shank."""
    thigh, below = LEFT
    goes = lifted(0.8, shank=0.5)
    for hem, turn in ((0.3, 0.0), (0.9, -0.5)):
        place_1 = np.array([below.begin + hem * below.step])
        (there,) = moved(place_1, legs({"left": goes}), (hem, hem), STILL, HIP)
        assert there == pytest.approx(goes[0].end + hem * below.step * rect(1.0, turn), abs=PX), hem


def test_a_hem_comes_down_with_a_shank_that_comes_nearer():
    thigh, below = LEFT
    nearer = [thigh, below._replace(end=below.begin + 1.3 * below.step)]
    place_1 = np.array([below.begin + 0.5 * below.step])
    (there,) = moved(place_1, legs({"left": nearer}), (0.5, 0.5), STILL, HIP)
    assert there == pytest.approx(below.begin + 1.3 * 0.5 * below.step, abs=PX)


def test_what_of_a_skirt_is_beyond_a_lifted_thigh_falls_off_it():
    thigh, _ = LEFT
    aside = 0.5 * abs(thigh.step)
    outer = np.array([thigh.begin + 0.7 * thigh.step + aside])
    (there,) = moved(outer, legs({"left": lifted(1.2)}), (0.0, 0.0), STILL, HIP)
    bone = lifted(1.2)[0]
    off = abs(((there - bone.begin) / bone.step).imag) * abs(bone.step)
    assert off < 0.75 * aside


def sheet(pulled, hem: int = 104, hands: torch.Tensor | None = None) -> Draped | None:
    worn_hw = classes((SHIRT, SHIRT_PART), *LEG_PARTS, (SKIRT, (slice(60, hem), slice(34, 62))))
    seen_8hw = seen(worn_hw)[0, :CLASSES].softmax(0)
    poses = Poses(pose(pulled)[0], STANDS, SIDES)
    return draped(poses, STILL, seen_8hw, torch.zeros(SIZE) if hands is None else hands)


def test_no_skirt_is_elsewhere_while_trunk_and_legs_stay_or_where_none_is_worn():
    assert sheet({}) is None
    assert sheet({sk.LEFT_WRIST: (9.0, -20.0)}) is None
    bare_8hw = seen(classes())[0, :CLASSES].softmax(0)
    poses = Poses(pose({sk.LEFT_KNEE: (20.0, -12.0)})[0], STANDS, SIDES)
    assert draped(poses, STILL, bare_8hw, torch.zeros(SIZE)) is None


def test_a_short_skirt_stays_where_a_shank_goes_and_a_long_one_does_not():
    """Whose shank the photo hardly shows: it goes all the same, by its foot."""
    foot = {sk.LEFT_ANKLE: (14.0, -4.0)}
    assert sheet(foot, hem=88) is None
    long = sheet(foot, hem=116)
    assert long is not None and long.parts[LEGS[1][1]] == 1.0
    assert sum(long.parts.values()) == 1.0


def test_a_hand_lies_on_a_skirt_where_that_goes_on_below_it():
    hands = torch.zeros(SIZE)
    hands[80:90, 40:52] = 1.0
    hands[50:56, 40:52] = 1.0  # on the shirt
    made = sheet({sk.LEFT_KNEE: (20.0, -12.0)}, hands=hands)
    assert made is not None
    assert made.cloth_HW[85, 46] == 1.0 and made.cloth_HW[52, 46] == 0.0


def test_a_skirt_is_one_sheet_from_knee_to_knee():
    """It has no hole, and no piece of it is apart."""
    made = sheet({sk.LEFT_KNEE: (20.0, -12.0), sk.LEFT_ANKLE: (20.0, -12.0)}, hem=92)
    assert made is not None
    there_HW = (made.there_HW > 0.5).numpy().astype(np.uint8)
    assert cv2.connectedComponents(there_HW)[0] == 2
    assert cv2.connectedComponents(1 - there_HW)[0] == 2
    assert there_HW[70, 66], "below the knee that is lifted"
    assert (made.before_HW - HERE).abs()[made.there_HW > 0.5].max() > 15 * PX
