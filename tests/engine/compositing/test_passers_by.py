"""Who in a picture is not its person: somebody far off, but no hand of hers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.compositing.passers_by import passers_by, scraps
from engine.garments import ARMS, PIECES, TOP
from engine.pose.skeleton import LEFT_ELBOW, RIGHT_ANKLE, RIGHT_WRIST


def people(times: int, *parts: tuple[int, slice, slice]) -> torch.Tensor:
    """Pieces [1, P, h, w]: somebody 100 positions high of `times` px each, and these parts."""
    piece_hw = np.zeros((128, 88), np.int64)
    piece_hw[14:114, 34:54] = TOP
    for piece, rows, columns in parts:
        piece_hw[rows, columns] = piece
    one_hot = torch.nn.functional.one_hot(torch.from_numpy(np.kron(piece_hw, np.ones((times, times), int))))
    pieces_hwP = torch.nn.functional.pad(one_hot, (0, len(PIECES) - one_hot.shape[-1]))
    return pieces_hwP.movedim(-1, 0)[None].float()


def pose(joint: int, x: float, y: float) -> np.ndarray:
    joints_18x3 = np.zeros((18, 3), np.float32)
    joints_18x3[joint] = x, y, 2
    return joints_18x3


HAND = ARMS, slice(60, 68), slice(70, 76)  # 16 positions from her


def others(pieces_1Phw: torch.Tensor, joints_18x3: np.ndarray | None = None) -> int:
    return int(passers_by(pieces_1Phw, joints_18x3).sum())


def test_a_hand_beyond_a_bag_is_hers_where_her_wrist_is():
    seen = people(1, HAND)
    assert others(seen) == others(seen, pose(RIGHT_WRIST, 40, 50)) == 48
    assert others(seen, pose(RIGHT_WRIST, 66, 64)) == 0  # it begins beside the wrist
    assert others(seen, pose(LEFT_ELBOW, 66, 64)) == 48
    assert others(seen, pose(LEFT_ELBOW, 73, 64)) == 0  # which lies in it


def test_somebody_behind_a_wrist_is_larger_than_a_hand():
    behind = people(1, (TOP, slice(30, 90), slice(70, 84)))
    assert others(behind, pose(RIGHT_WRIST, 66, 64)) == 60 * 14


@pytest.mark.parametrize("times", (1, 2, 3))
def test_how_far_is_far_goes_with_the_person(times):
    near, far = (people(times, (ARMS, slice(60, 68), slice(left, left + 6))) for left in (58, 63))
    assert others(near) == 0 and others(far) == 48 * times**2


def test_nobody_is_nobody():
    assert not passers_by(people(1)[:, :, :10], None).any()


@pytest.mark.parametrize("beyond", [(79, -12), (-6, 80)])
def test_a_joint_outside_of_the_picture_is_nobodys(beyond):
    seen = people(1, (TOP, slice(40, 60), slice(72, 88)))
    assert others(seen, pose(RIGHT_ANKLE, *beyond)) == others(seen) == 320


def test_of_a_garment_only_what_hangs_together_with_the_wearer_is_taken():
    person, cloth = torch.zeros(1, 1, 40, 40), torch.zeros(1, 1, 40, 40)
    person[..., 5:35, 15:25] = 1.0
    cloth[..., 10:20, 10:30] = 1.0  # as a wide skirt, beyond her on both sides
    cloth[..., 22:26, 34:37] = 0.3  # left beside a hand
    alone = scraps(cloth, person, person)
    assert alone[..., 22:26, 34:37].all() and alone.sum() == 12


def test_a_piece_of_cloth_that_a_hand_took_along_is_no_garment():
    """It touches her, but is nowhere where she has the garment; half a skirt beyond a hand stays."""
    person, cloth, belongs = (torch.zeros(1, 1, 60, 60) for _ in range(3))
    person[..., 5:55, 20:40] = 1.0
    belongs[..., 10:30, 20:40] = 1.0
    cloth[..., 10:30, 20:40] = 1.0
    cloth[..., 40:43, 38:44] = 1.0  # at her hand
    cloth[..., 32:50, 50:58] = 1.0  # beyond it, and large
    person[..., 40:43, 40:50] = 1.0
    astray = scraps(cloth, person, belongs)
    assert astray[..., 40:43, 38:44].all() and astray.sum() == 18


@pytest.mark.parametrize(("columns", "stays"), [(4, False), (6, True)])
def test_a_piece_that_is_no_garment_is_less_than_a_twentieth_of_it(columns, stays):
    """Of 400 px more."""
    person, cloth, belongs = (torch.zeros(1, 1, 60, 60) for _ in range(3))
    person[..., 5:55, 20:40] = 1.0
    belongs[..., 10:30, 20:40] = 1.0
    cloth[..., 10:30, 20:40] = 1.0
    cloth[..., 40:44, 38 : 38 + columns] = 1.0
    astray = scraps(cloth, person, belongs)
    assert astray.sum() == (0 if stays else 4 * columns)
