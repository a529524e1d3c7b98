"""Where a pose leaves a photo alone: everywhere but around the bones that it moves."""

from __future__ import annotations

import pytest
import torch
from standing import STANDING

from engine.compositing.moving_least_squares import normalised_pose
from engine.compositing.untouched import untouched
from engine.pose import skeleton as sk

FRAME, SIZE = (128, 96), (128, 96)
NO_LIMBS = torch.zeros(1, 4, *SIZE)
UNIT = 15.23  # px, the person's longest arm bone
FULL = 24.02  # px, the longest of a leg


def pose(**places: tuple[float, float]) -> torch.Tensor:
    """Standing, with joints at other places, px."""
    points = torch.from_numpy(STANDING.copy())[None]
    for name, place in places.items():
        points[0, getattr(sk, name), :2] = torch.tensor(place)
    return normalised_pose(points, FRAME)


def still(now: torch.Tensor, limbs=NO_LIMBS, own=None) -> torch.Tensor:
    return untouched(now, pose() if own is None else own, limbs, SIZE)[0, 0]


WAVING = pose(LEFT_WRIST=(80.0, 40.0))


def test_around_an_arm_that_moves_anything_may_be_another_and_beyond_nothing():
    """The wrist goes from (68, 64) to (80, 40); the forearm's elbow is at (66, 50)."""
    there = still(WAVING)
    for (x, y), known in (
        ((67.0 - 0.45 * UNIT, 57.0), 0.0),  # beside the forearm that was
        ((67.0 - 0.72 * UNIT, 57.0), 1.0),
        ((80.0, 40.0), 0.0),  # where the wrist is now
        ((48.0, 22.0), 1.0),  # the face
        ((41.0, 100.0), 1.0),  # a leg
        ((28.0, 64.0), 1.0),  # the other hand
    ):
        assert there[round(y), round(x)] == known, (x, y)


def test_a_hand_reaches_beyond_its_wrist():
    there = still(WAVING)
    beyond = 64 + (0.45 + 0.6) * 14.1  # of the forearm's length; and what is around it
    assert there[round(beyond), 70] == 0
    assert there[round(beyond + 0.4 * UNIT), 70] == 1


def test_where_a_limb_that_moves_is_seen_nothing_is_left_alone():
    limbs = torch.zeros(1, 4, *SIZE)
    limbs[0, 3, 100:110, 80:90] = 1.0  # a wide sleeve's end, far from its bones
    assert (still(WAVING, limbs)[100:110, 80:90] == 0).all()
    limbs = limbs[:, [0, 1, 3, 2]]  # of the arm that stays
    assert (still(WAVING, limbs)[100:110, 80:90] == 1).all()


def test_a_head_that_tilts_takes_its_hair():
    tilted = pose(NOSE=(52.0, 22.0))
    there = still(tilted)
    assert there[22, round(52 + 1.4 * FULL)] == 0
    assert there[22 - 22, round(52 + 1.75 * FULL)] == pytest.approx(1.0)
    assert there[114, 41] == 1


@pytest.mark.parametrize("joint", ["NECK", "LEFT_HIP"])
def test_where_the_trunk_moves_nothing_is_left_alone(joint):
    x, y, _ = STANDING[getattr(sk, joint)]
    assert (still(pose(**{joint: (x + 2.0, y)})) == 0).all()


def test_at_rest_all_is_left_alone():
    assert (still(pose()) == 1).all()
    moved = pose(LEFT_WRIST=(68.0 + 0.05, 64.0))  # by less than is seen
    assert (still(moved) == 1).all()


def test_a_joint_that_is_absent_or_hidden_now_is_elsewhere():
    hidden = pose()
    hidden[0, sk.LEFT_WRIST, 2] = sk.GUESSED
    there = still(hidden)
    assert there[64, 68] == 0 and there[64, 28] == 1
    absent = pose()
    absent[0, sk.LEFT_WRIST] = 0
    assert still(absent)[64, 68] == 0


@pytest.mark.parametrize(("far", "left"), [(0.2, 1.0), (0.512, 0.5), (0.8, 0.0)])
def test_as_a_trunk_begins_to_move_the_photo_goes_bit_by_bit(far, left):
    """A hip by px of 128 rows, of which the half is 64."""
    waving = pose(
        LEFT_WRIST=(80.0, 40.0),
        LEFT_HIP=(float(STANDING[sk.LEFT_HIP, 0]) + far, float(STANDING[sk.LEFT_HIP, 1])),
    )
    assert still(waving)[4, 4] == pytest.approx(left, abs=0.05)
