"""What moves in a move, and where: from the truth before and after it. Pure functions over views.

Masks are bool [H, W] of the pictures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from engine.pose import skeleton as sk
from train.data.people import View
from train.metrics.body_parts import PARTS, body_parts
from train.moves import OF_ARM, OF_HEAD, OF_LEG

# By side (left, right): joints that a move carries, and the parts of the body that they carry.
_ARMS = (sk.LEFT_ELBOW, sk.LEFT_WRIST), (sk.RIGHT_ELBOW, sk.RIGHT_WRIST)
_LEGS = (sk.LEFT_KNEE, sk.LEFT_ANKLE), (sk.RIGHT_KNEE, sk.RIGHT_ANKLE)
_ARM, _LEG = ("upper arm", "forearm", "hand"), ("thigh", "shank", "foot")
_SIDES = ("left", "right")

CHANGED = 12  # levels of 255, in some channel: JPEG of quality 95 changes less
_RIM = 3  # px of a picture of 256 rows: around what changes, where an outline's blend may lie
_ROWS = 256


@dataclass(frozen=True, eq=False)
class Moved:
    """joints: that move. changed_HW: where the truths before and after differ; still_HW: where they do not,
    but for a rim. limb_HW: where the truth shows the parts that moved and had not shown the same; hand_HW: of
    these the hand, of an arm. left_HW: where the person was and is no more."""

    joints: tuple[int, ...]
    limb_HW: np.ndarray
    hand_HW: np.ndarray
    changed_HW: np.ndarray
    still_HW: np.ndarray
    left_HW: np.ndarray


def what_moves(move: str, before: View, after: View) -> Moved:
    """What a move (`train.moves.MOVES`) does, of a person standing and moved before one camera."""
    joints, parts = _joints_and_parts(move, before.keypoints_18x3, after.keypoints_18x3)
    part_HW = body_parts(after.surface_HW3)
    differ_HW = differing(before.image_HWC, after.image_HWC)
    rim = max(1, round(_RIM * len(differ_HW) / _ROWS))
    around_HW = ndimage.binary_dilation(differ_HW, np.ones((3, 3)), iterations=rim)
    return Moved(
        joints,
        differ_HW & _within(part_HW, parts),
        differ_HW & _within(part_HW, [part for part in parts if part.endswith("hand")]),
        differ_HW,
        ~around_HW,
        (before.parsing_HW > 0) & (after.parsing_HW == 0),
    )


def differing(first_HWC: np.ndarray, second_HWC: np.ndarray) -> np.ndarray:
    """bool [H, W]: where two pictures uint8 differ by more than a JPEG does."""
    return np.abs(first_HWC.astype(np.int16) - second_HWC).max(2) > CHANGED


def moved_side(joints: tuple[tuple[int, ...], ...], before_18x3: np.ndarray, after_18x3: np.ndarray) -> int:
    """0 or 1: which of two groups of joints has gone further."""
    gone = np.linalg.norm((after_18x3 - before_18x3)[:, :2], axis=1)
    return int(gone[list(joints[1])].sum() > gone[list(joints[0])].sum())


def _joints_and_parts(
    move: str, before_18x3: np.ndarray, after_18x3: np.ndarray
) -> tuple[tuple[int, ...], list[str]]:
    if move in OF_HEAD:
        return sk.HEAD, ["head"]
    if move in (*OF_ARM, *OF_LEG):
        groups, parts = (_ARMS, _ARM) if move in OF_ARM else (_LEGS, _LEG)
        side = moved_side(groups, before_18x3, after_18x3)
        return groups[side], [f"{_SIDES[side]} {part}" for part in parts]
    return (sk.NECK, sk.RIGHT_SHOULDER, sk.LEFT_SHOULDER), ["trunk", "head"]


def _within(part_HW: np.ndarray, parts: list[str]) -> np.ndarray:
    return np.isin(part_HW, [PARTS.index(part) for part in parts])
