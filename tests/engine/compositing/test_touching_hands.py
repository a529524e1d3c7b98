"""Two hands that touch, of one skin: the right one comes from the left, and its fingers lie on the other's
fist, past the middle between both wrists; only their edge tells."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.compositing.arms_seen import with_hands
from engine.compositing.moving_least_squares import normalised_pose
from engine.compositing.touching_hands import finely_apart
from engine.pose import skeleton as sk

SIZE, TIMES = (96, 128), 4
RIGHT, LEFT = 0, 1
SKIN, SHIRT, EDGE = (190, 130, 105), (235, 235, 240), (90, 50, 40)
# Rows and columns of the coarse picture.
FINGERS, FIST, PALM = (
    (slice(53, 59), slice(52, 78)),
    (slice(50, 70), slice(66, 88)),
    (slice(52, 66), slice(40, 52)),
)
TIPS = FINGERS[0], slice(67, 73)  # nearer to the left wrist


def pose() -> Tensor:
    """Forearms of 40 px along a row, their hands before the waist."""
    places = (
        (sk.RIGHT_SHOULDER, 10, 22),
        (sk.RIGHT_ELBOW, 2, 60),
        (sk.RIGHT_WRIST, 42, 60),
        (sk.LEFT_SHOULDER, 118, 22),
        (sk.LEFT_ELBOW, 126, 60),
        (sk.LEFT_WRIST, 86, 60),
    )
    pose_1183 = torch.zeros(1, 18, 3)
    for joint, x, y in places:
        pose_1183[0, joint] = torch.tensor([x, y, 2.0])
    return normalised_pose(pose_1183, SIZE)


def part(where: tuple[slice, slice], times: int = 1, rim: int = 0) -> tuple[slice, slice]:
    rows, columns = where
    return tuple(slice(each.start * times - rim, each.stop * times + rim) for each in (rows, columns))  # type: ignore[return-value]  # two of them


def photo() -> np.ndarray:
    """Four times as fine; a dark line of 2 px is between the fingers and the fist that they lie on."""
    made_HWC = np.full((SIZE[0] * TIMES, SIZE[1] * TIMES, 3), SHIRT, np.uint8)
    made_HWC[part(FIST, TIMES)] = SKIN
    made_HWC[part(FINGERS, TIMES, 2)] = EDGE
    made_HWC[part(FINGERS, TIMES)] = made_HWC[part(PALM, TIMES)] = SKIN
    noise = np.random.default_rng(3).normal(0, 4, made_HWC.shape)
    return (made_HWC + noise).clip(0, 255).astype(np.uint8)


def bare() -> Tensor:
    bare_11HW = torch.zeros(1, 1, *SIZE)
    for where in (FINGERS, FIST, PALM):
        bare_11HW[(..., *where)] = 1.0
    return bare_11HW


def test_fingers_are_the_hands_that_they_grow_out_of():
    made = with_hands(torch.zeros(1, 2, *SIZE), bare(), pose(), [photo()])[0]
    inner = slice(TIPS[0].start + 1, TIPS[0].stop - 1), TIPS[1]
    assert made[RIGHT][inner].min() > 0.9 and made[LEFT][inner].max() < 0.1
    below = slice(62, 68), slice(69, 85)
    assert made[LEFT][below].min() > 0.9 and made[RIGHT][below].max() < 0.15
    assert made[RIGHT][PALM].min() > 0.9 and made[LEFT][PALM].max() < 0.15


def test_what_a_photo_does_not_tell_is_the_nearer_wrists():
    plain_HWC = np.full((*SIZE, 3), 160, np.uint8)
    made = with_hands(torch.zeros(1, 2, *SIZE), bare(), pose(), [plain_HWC])[0]
    assert made[LEFT][TIPS].mean() > 0.9 > 0.1 > made[RIGHT][TIPS].mean()


@pytest.mark.parametrize("given", [0.0, 1.0])
def test_in_a_fine_photo_the_edge_between_hands_is_the_photos(given):
    """Whatever a map says there of two arms that are seen together."""
    size = SIZE[0] * TIMES, SIZE[1] * TIMES
    mattes = torch.zeros(2, *size)
    for where in (FINGERS, FIST):
        mattes[LEFT][part(where, TIMES)] = 1.0
    mattes[LEFT][part(TIPS, TIMES)], mattes[RIGHT][part(TIPS, TIMES)] = 1.0 - given, given
    mattes[RIGHT][part(PALM, TIMES)] = 1.0
    made = finely_apart(photo(), mattes, pose()[0])
    inner = part(TIPS, TIMES, -3)
    assert made[RIGHT][inner].min() > 0.9 and made[LEFT][inner].max() < 0.1
    below = slice(62 * TIMES, 68 * TIMES), slice(69 * TIMES, 85 * TIMES)
    assert torch.equal(made[:, below[0], below[1]], mattes[:, below[0], below[1]])


def test_hands_that_are_far_apart_stay_as_they_are():
    pose_1183 = pose()
    pose_1183[0, [sk.RIGHT_ELBOW, sk.RIGHT_WRIST], 1] = -0.9
    mattes = torch.rand(2, SIZE[0] * TIMES, SIZE[1] * TIMES)
    assert torch.equal(finely_apart(photo(), mattes, pose_1183[0]), mattes)
