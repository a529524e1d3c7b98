"""What is painted over a result, in the pose it was painted on and in others."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.api import Stroke
from engine.compositing.painted import AS_IT_IS, painted
from engine.errors import InputError
from engine.garments import PIECES
from engine.pose.kinematics import t_pose

SIZE, CANVAS, CPU = (128, 88), (128, 96), torch.device("cpu")
SKIRT, TOP = PIECES.index("skirt"), PIECES.index("top")
LEFT_ELBOW, LEFT_WRIST = 6, 7


def stroke(word: str, *points: tuple[float, float], radius=6.0, pose=None) -> Stroke:
    """Given in px of the frame."""
    pose = t_pose(SIZE) if pose is None else pose
    joints = tuple((float(x) / 128, float(y) / 128, float(state)) for x, y, state in pose)
    return Stroke(word, tuple((x / 128, y / 128) for x, y in points), radius / 128, joints)


def laid(*strokes: Stroke, pose=None) -> np.ndarray:
    piece_1HW = painted(strokes, t_pose(SIZE) if pose is None else pose, SIZE, CANVAS, CPU)
    return piece_1HW[0].numpy()


def test_a_stroke_is_a_line_with_round_ends_and_nothing_else():
    laid_HW = laid(stroke("skirt", (30, 60), (60, 60)))
    y_HW, x_HW = np.mgrid[:128, :96]
    far_HW = np.hypot(np.maximum(0, np.maximum(30 - x_HW, x_HW - 60)), y_HW - 60)
    assert (laid_HW[far_HW <= 5] == SKIRT).all() and (laid_HW[far_HW > 8] == AS_IT_IS).all()
    dot_HW = laid(stroke("top", (30, 60), radius=4.0))
    assert abs((dot_HW == TOP).sum() - np.pi * 16) < 20


def test_later_strokes_cover_earlier_ones_and_nothing_painted_is_none():
    laid_HW = laid(stroke("top", (40, 60)), stroke("background", (40, 60), radius=3.0))
    assert laid_HW[60, 40] == 0 and laid_HW[60, 45] == TOP
    assert painted((), t_pose(SIZE), SIZE, CANVAS, CPU) is None
    with pytest.raises(InputError, match="unknown"):
        laid(stroke("cape", (40, 60)))


def test_a_stroke_goes_with_the_bone_it_lies_on():
    before = t_pose(SIZE)
    after = before.copy()
    (x, y), turn = before[LEFT_WRIST, :2] - before[LEFT_ELBOW, :2], np.deg2rad(30)
    after[LEFT_WRIST, :2] = before[LEFT_ELBOW, :2] + (
        x * np.cos(turn) + y * np.sin(turn),
        y * np.cos(turn) - x * np.sin(turn),
    )
    middle = before[[LEFT_ELBOW, LEFT_WRIST], :2].mean(0)
    moved = after[[LEFT_ELBOW, LEFT_WRIST], :2].mean(0)
    laid_HW = laid(stroke("top", tuple(middle), radius=3.0), pose=after)
    rows, columns = np.nonzero(laid_HW == TOP)
    assert len(rows) and np.hypot(rows.mean() - moved[1], columns.mean() - moved[0]) < 4


def test_strokes_far_outside_and_poses_without_joints_are_harmless():
    assert (laid(stroke("top", (-900, 4000))) == AS_IT_IS).all()
    nobody = np.zeros((18, 3), np.float32)
    assert laid(stroke("top", (40, 60), pose=nobody)).max() in (AS_IT_IS, TOP)


RIGHT_HIP, RIGHT_KNEE, LEFT_HIP, LEFT_KNEE, LEFT_ANKLE = 8, 9, 11, 12, 13


def standing(left_arm: tuple[float, float] = (0, 0), left_leg: tuple[float, float] = (0, 0)) -> np.ndarray:
    """Somebody whose arms hang before the hips, with the left wrist or knee and ankle elsewhere."""
    pose = t_pose(SIZE).copy()
    for shoulder, elbow, wrist in ((2, 3, 4), (5, 6, 7)):
        x, y = pose[shoulder, :2]
        pose[elbow, :2], pose[wrist, :2] = (x, y + 17), (x, y + 34)
    pose[LEFT_WRIST, :2] += left_arm
    pose[[LEFT_KNEE, LEFT_ANKLE], :2] += left_leg
    return pose


def test_a_skirt_stays_when_the_hand_before_it_goes_and_leaves_nothing_at_the_hand():
    before, after = standing(), standing(left_arm=(34, -34))
    x, y = before[LEFT_WRIST, :2]
    skirt = stroke("skirt", (44, y), (x, y), (44, y + 12), pose=before)
    assert (laid(skirt, pose=after) == laid(skirt, pose=before)).mean() > 0.999


def test_a_sleeve_goes_with_its_arm_and_grows_no_web_to_the_trunk():
    before, after = standing(), standing(left_arm=(34, -17))
    elbow, wrist = before[LEFT_ELBOW, :2], before[LEFT_WRIST, :2]
    sleeve = stroke("top", tuple(elbow), tuple(wrist), radius=4.0, pose=before)
    there_HW, now_HW = laid(sleeve, pose=before) == TOP, laid(sleeve, pose=after) == TOP
    to = after[LEFT_WRIST, :2]
    assert now_HW[round(to[1]), round(to[0])] and not now_HW[round(wrist[1]), round(wrist[0])]
    # The forearm is longer now, and as broad as it was.
    assert now_HW.sum() < 1.6 * there_HW.sum()


def test_a_skirt_is_one_cloth_between_legs_and_trousers_are_two():
    before, after = standing(), standing(left_leg=(24, 0))
    y = (before[RIGHT_KNEE, 1] + before[RIGHT_HIP, 1]) / 2
    left, right = (before[knee, 0] for knee in (LEFT_KNEE, RIGHT_KNEE))
    low = before[RIGHT_KNEE, 1]
    spots = [
        (float(right), float(y)),
        (float(left), float(y)),
        (float(left), float(low)),
        (float(right), float(low)),
    ]
    between = slice(int(low) - 2, int(low) + 3), round((float(right) + float(after[LEFT_KNEE, 0])) / 2)
    assert (laid(stroke("skirt", *spots, pose=before), pose=after)[between] == SKIRT).all()
    assert (laid(stroke("trousers", *spots, pose=before), pose=after)[between] == AS_IT_IS).all()


def test_strokes_turn_with_a_person_who_is_turned_around_and_grow_with_one_who_is_larger():
    before = standing()
    shoulder = before[5, :2]
    dot = stroke("top", (float(shoulder[0] + 3), float(shoulder[1] + 10)), radius=3.0, pose=before)
    turned = before.copy()
    turned[:, 0] = 88 - turned[:, 0]
    mirrored_HW = laid(dot, pose=before)[:, :89][:, ::-1]
    assert ((laid(dot, pose=turned)[:, :89] == TOP) == (mirrored_HW == TOP)).mean() > 0.995
    larger = before.copy()
    larger[:, :2] = 1.2 * (larger[:, :2] - (44, 64)) + (44, 64)
    many, more = ((laid(dot, pose=pose) == TOP).sum() for pose in (before, larger))
    assert more == pytest.approx(1.44 * many, rel=0.25)


def test_between_arm_and_trunk_a_small_move_opens_no_slit_and_a_large_one_spins_no_web():
    before = standing()
    (x, y), hip = before[LEFT_ELBOW, :2], before[LEFT_HIP, 0]
    across = stroke("top", (float(hip), float(y)), (float(x) + 3, float(y)), radius=8.0, pose=before)
    there = laid(across, pose=before) == TOP

    def with_arm(elbow: tuple[float, float], wrist: tuple[float, float]) -> np.ndarray:
        pose = before.copy()
        pose[LEFT_ELBOW, :2] += elbow
        pose[LEFT_WRIST, :2] += wrist
        return laid(across, pose=pose) == TOP

    row = round(float(y))
    near = with_arm((2.0, 0.0), (2.0, 0.0))
    assert np.diff(np.flatnonzero(near[row])).max() == 1
    apart = with_arm((6.0, 0.0), (6.0, 0.0))
    assert np.diff(np.flatnonzero(apart[row])).max() > 3, "an arm that is held off is no part of the trunk"
    far = with_arm((17.0, -17.0), (34.0, -34.0))
    assert far.sum() < 1.25 * there.sum()
