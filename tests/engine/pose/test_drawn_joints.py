"""Joints on the lines of their bones, of arms that are drawn by hand: shoulder, elbow, wrist."""

from __future__ import annotations

import numpy as np
import pytest

from engine.cv import cv2
from engine.pose import skeleton as sk
from engine.pose.formats.drawn_joints import settled_joints

SIDE = 256
ARM = (sk.RIGHT_SHOULDER, sk.RIGHT_ELBOW, sk.RIGHT_WRIST)
RADIUS = 4.0  # of a dot, which hides the ends of bones


def elbow_of(arm_3x2, found=(0.0, 0.0), dot=None, beside=(0.0, 0.0)) -> np.ndarray:
    """x, y of the elbow that is settled. found: how far beside it was found; dot: how far beside its dot is,
    where it has one; beside: how far off both bones are drawn."""
    arm_3x2 = np.array(arm_3x2, float)
    pose = np.zeros((18, 3))
    pose[list(ARM)] = np.column_stack([arm_3x2, np.full(3, 2)])
    pose[sk.RIGHT_ELBOW, :2] += found
    bones = []
    for first, second in ((0, 1), (1, 2)):
        start, end = arm_3x2[first], arm_3x2[second]
        short = RADIUS * (end - start) / np.hypot(*(end - start))
        mask = np.zeros((SIDE, SIDE), np.uint8)
        ends = [[round(v) for v in at] for at in (start + short + beside, end - short + beside)]
        bones.append((ARM[first], ARM[second], cv2.line(mask, *ends, 255, 3)))
    dots = [np.zeros((0, 2))] * 18
    if dot is not None:
        dots[sk.RIGHT_ELBOW] = arm_3x2[1:2] + dot
    return settled_joints(pose, bones, dots, SIDE)[sk.RIGHT_ELBOW, :2]


BENT, STRAIGHT = [(40, 100), (100, 100), (100, 160)], [(40, 100), (100, 100), (160, 100)]
AT = np.array(BENT[1]) + 0.5  # lines go through the middles of pixels


@pytest.mark.parametrize("found", [(0, 0), (-2, 1), (-2, 2), (1, -2)])
def test_a_bent_elbow_is_where_the_lines_of_its_bones_cross(found):
    """And not where they end, a dot's radius before it."""
    assert np.abs(elbow_of(BENT, found) - AT).max() < 1.2


@pytest.mark.parametrize("found", [(2, 2), (-2, -2)])
def test_a_straight_elbow_is_on_the_line_between_the_ends(found):
    x, y = elbow_of(STRAIGHT, found)
    assert abs(y - AT[1]) < 0.4 and abs(x - AT[0]) < 1.2


@pytest.mark.parametrize("beside", [(2, -2), (-2, 0)])
def test_a_dot_is_where_its_joint_is_though_lines_are_a_little_off(beside):
    assert np.abs(elbow_of(BENT, dot=(0.5, 0.5), beside=beside) - AT).max() < 0.6


@pytest.mark.parametrize(("away", "taken"), [(4, True), (7, False)])
def test_a_dot_near_by_is_the_joints_and_one_further_off_another_joints(away, taken):
    """Found by bones that end before it; the dot of another joint says nothing."""
    x, _ = elbow_of(STRAIGHT, found=(away, 0), dot=(0, 0.5))
    assert (abs(x - AT[0] + 0.5) < 0.5) == taken
