"""Where a pose takes a photo: moving least squares along the bones."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from standing import STANDING

from engine.compositing.atlas import centres
from engine.compositing.moving_least_squares import _rigid_head, motion, normalised_pose, tilted
from engine.pose import skeleton
from engine.pose.skeleton import (
    LEFT_ANKLE,
    LEFT_EAR,
    LEFT_EYE,
    LEFT_KNEE,
    LEFT_WRIST,
    LIMBS,
    NECK,
    NOSE,
    RIGHT_EAR,
    RIGHT_EYE,
    RIGHT_HIP,
    RIGHT_KNEE,
)

FRAME, CELLS = (128, 96), (64, 48)
HEAD = list(skeleton.HEAD)
SIDES = torch.tensor((FRAME[1] / 2, FRAME[0] / 2)).view(2, 1, 1)


def tensor(pose_18x3: np.ndarray) -> torch.Tensor:
    return normalised_pose(torch.from_numpy(pose_18x3)[None], FRAME)


def turned(pose_18x3: np.ndarray, degrees: float, about: tuple, scale: float = 1.0, joints=range(18)):
    pose_18x3, centre = pose_18x3.copy(), np.float32(about)
    turn = scale * np.exp(1j * np.deg2rad(degrees))
    moved = ((pose_18x3[joints, :2] - centre) @ np.complex64((1, 1j))) * turn
    pose_18x3[joints, :2] = np.stack([moved.real, moved.imag], 1) + centre
    return pose_18x3


def before(now: np.ndarray, then: np.ndarray = STANDING):
    """Where every cell was, in px [2, h, w], and how far that is known and the head only tilts."""
    found = motion(tensor(now), tensor(then), CELLS)
    positions = (found.positions[0] + 1) * SIDES - 0.5
    return positions, found.known[0, 0], tilted(tensor(now), tensor(then), CELLS).item()


def here() -> torch.Tensor:
    return (centres(CELLS, torch.device("cpu")) + 1) * SIDES - 0.5


def test_the_same_pose_moves_nothing():
    positions, known, tilted = before(STANDING)
    assert torch.equal(positions, here()) and known.min() == 1 and tilted == 1


@settings(max_examples=25, deadline=None)
@given(st.floats(-40, 40), st.floats(0.7, 1.4), st.floats(-20, 20), st.floats(-20, 20))
def test_a_similarity_is_found_everywhere(degrees, scale, x, y):
    now = turned(STANDING, degrees, (48, 60), scale) + np.float32((x, y, 0))
    positions, known, tilted = before(now)
    turn = np.exp(-1j * np.deg2rad(degrees)) / scale
    cells = (here() - torch.tensor((48 + x, 60 + y)).view(2, 1, 1)).numpy()
    wanted = (cells[0] + 1j * cells[1]) * turn + 48 + 60j
    found = positions.numpy()
    distance = np.abs(found[0] + 1j * found[1] - wanted)
    step = np.abs(wanted - (here()[0] + 1j * here()[1]).numpy())
    assert np.where(step > 1.1, distance, 0)[2:-2, 2:-2].max() < 0.1, "shorter steps are none"
    assert known.min() > 0.999 and tilted > 0.99


def test_a_head_tilts_as_a_whole_and_the_rest_stays():
    now = turned(STANDING, 20, STANDING[NECK, :2], joints=HEAD)
    positions, _, tilted = before(now)
    wanted = turned(now, -20, STANDING[NECK, :2])
    for x, y in ((48, 12), (42, 16), (55, 17)):  # the crown, and beside the eyes
        point = turned(np.float32([(x, y, 2)] * 18), -20, STANDING[NECK, :2])[0, :2]
        assert positions[:, y // 2, x // 2].numpy() == pytest.approx(point, abs=1.5)
    assert (positions - here())[:, 24:].abs().max() < 0.5
    assert tilted == 1 and wanted[HEAD] == pytest.approx(STANDING[HEAD], abs=1e-3)


def test_a_head_that_turns_is_told_from_one_that_tilts():
    turning = STANDING.copy()
    turning[NOSE, 0] += 5  # of 12 px between the ears
    assert before(turning)[2] == 0
    nodding = STANDING.copy()
    nodding[NOSE, 1] += 7
    assert before(nodding)[2] == 0
    hidden = STANDING.copy()
    hidden[LEFT_EAR, 2] = 0
    assert before(hidden)[2] == 0, "another side of it"
    assert before(hidden, hidden)[2] == 1
    behind = STANDING.copy()
    behind[HEAD, 2] = 0
    assert before(behind, behind)[2] == 1


def test_a_head_is_told_to_turn_by_how_far_its_nose_moves_between_its_ears():
    """Of 12 px between the ears: within a fourteenth it only tilts, from a fifth on it turns."""

    def tilts(right: float = 0.0, down: float = 0.0) -> float:
        now = STANDING.copy()
        now[NOSE, :2] += 12 * right, 12 * down
        return before(now)[2]

    assert tilts(right=0.07) == pytest.approx(1, abs=1e-4)
    assert tilts(right=0.14) == pytest.approx(0.5, abs=0.05)
    assert tilts(right=0.2) == pytest.approx(0, abs=1e-4)
    assert tilts(down=0.24) == pytest.approx(1, abs=1e-4)
    assert tilts(down=0.375) == pytest.approx(0.5, abs=0.05)
    assert tilts(down=0.5) == pytest.approx(0, abs=1e-4)


def test_ears_in_one_place_tell_nothing():
    """In profile, half a px apart: they would make a turn of every step of the nose."""

    def tilts(apart: float) -> float:
        then = STANDING.copy()
        then[[RIGHT_EYE, LEFT_EYE], 2] = 0
        then[[RIGHT_EAR, LEFT_EAR], 0] = 48 - apart / 2, 48 + apart / 2
        now = then.copy()
        now[NOSE, 0] += 5
        return before(now, then)[2]

    assert tilts(0.5) == 1 and tilts(0.8) == 0


def test_a_face_follows_by_a_third_to_a_half_where_its_joints_move_against_each_other():
    now, then = (torch.view_as_complex(tensor(STANDING)[0, :, :2].contiguous()) for _ in range(2))
    then = then.clone()
    then[[RIGHT_EYE, LEFT_EYE]] += 0.02j
    then[NOSE] -= 0.04j  # nor a step nor a turn of the whole face
    rigid = _rigid_head(now, then, torch.ones(18, dtype=torch.bool))
    assert 0.3 < (rigid - now)[NOSE].imag / (then - now)[NOSE].imag < 0.6


def test_steps_up_to_a_quarter_px_are_none_and_of_half_a_px_are_steps():
    def stepped(right: float) -> float:
        return (before(STANDING + np.float32((right, 0, 0)))[0] - here())[0].mean().item()

    assert stepped(0.2) == pytest.approx(0, abs=1e-3)
    assert stepped(0.5) == pytest.approx(-0.5, abs=0.01)


def test_limbs_share_what_is_next_to_their_joint_and_nothing_a_fifth_of_their_length_away():
    near = turned(STANDING, 0, (48, 80), 2.0)
    thigh = motion(tensor(near), tensor(near), FRAME, 1).shares[0, LIMBS.index((RIGHT_HIP, RIGHT_KNEE))]
    (x, top), (_, bottom) = near[[RIGHT_HIP, RIGHT_KNEE], :2].astype(int)
    share = thigh[top:bottom, x]
    assert share[len(share) // 16] < 0.5
    assert share[len(share) // 5 : -len(share) // 5].min() > 0.95


def test_a_face_is_bent_by_less_than_its_joints_move_against_each_other():
    other = STANDING.copy()
    other[[RIGHT_EYE, LEFT_EYE], 1] -= 3  # 6 instead of 3 px above the nose
    positions, _, tilted = before(other)
    x, y = other[LEFT_EYE, :2] / 2
    step = (positions - here())[1, int(y), int(x)]
    assert tilted == 1 and 1.0 < step < 2.0


def test_nothing_is_known_around_a_bone_that_the_photo_lacks():
    own = STANDING.copy()
    own[LEFT_WRIST, 2] = 0
    _, known, _ = before(STANDING, own)
    x, y = (STANDING[6, :2] + STANDING[7, :2]).astype(int) // 4  # the forearm, in cells
    assert known[y, x] < 0.1 and known[40, 20] > 0.95
    _, known, _ = before(STANDING, np.zeros_like(STANDING))
    assert known.max() == 0


def test_a_limbs_share_is_largest_around_it():
    shares = motion(tensor(STANDING), tensor(STANDING), CELLS).shares[0]
    assert shares.sum(0) == pytest.approx(1.0, abs=1e-4)
    for limb in ((RIGHT_HIP, RIGHT_KNEE), (LEFT_KNEE, LEFT_ANKLE)):
        x, y = STANDING[list(limb), :2].mean(0).astype(int) // 4  # cells of 4 px
        assert shares[:, y, x].argmax() == LIMBS.index(limb)
    absent = STANDING.copy()
    absent[LEFT_ANKLE, 2] = 0
    shares = motion(tensor(absent), tensor(STANDING), CELLS).shares[0]
    assert shares[LIMBS.index((LEFT_KNEE, LEFT_ANKLE))].max() == 0
    assert motion(tensor(STANDING), tensor(np.zeros_like(STANDING)), CELLS).shares.max() == 0


def test_poses_far_from_the_picture_or_all_in_one_place_are_as_good():
    far = STANDING + np.float32((9000, -4000, 0))
    positions, known, _ = before(far, far)
    assert positions == pytest.approx(here(), abs=1e-2) and known.min() > 0.99
    one = STANDING.copy()
    one[:, :2] = 30
    for now, then in ((STANDING, one), (one, STANDING), (one, one), (far, STANDING)):
        assert all(torch.as_tensor(value).isfinite().all() for value in before(now, then))


def test_an_absent_joint_may_be_no_number():
    absent = STANDING.copy()
    absent[LEFT_WRIST] = (np.nan, np.nan, 0)
    for now, then in ((STANDING, absent), (absent, STANDING), (absent, absent)):
        assert all(torch.as_tensor(value).isfinite().all() for value in before(now, then))
