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
