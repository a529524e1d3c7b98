"""Shares along a picture's edges, in the window where they are something; the largest of several planes."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.compositing.fields import largest
from engine.compositing.worn import inner, near, sharp


@pytest.mark.parametrize("times", [2, 6])
def test_shares_are_as_sharp_in_their_window_as_in_the_whole_picture(times):
    torch.manual_seed(0)
    share_11hw = F.pad(torch.ones(1, 1, 30, 20), (40, 28, 50, 48))
    picture_1CHW = F.interpolate(F.pad(torch.ones(1, 3, 31, 20), (41, 27, 49, 48)), scale_factor=times)
    picture_1CHW = picture_1CHW + 0.05 * torch.randn_like(picture_1CHW)
    everywhere = slice(0, 128), slice(0, 88)
    window = near(share_11hw)
    assert window == (slice(38, 92), slice(28, 72))
    (whole_11HW,) = sharp(picture_1CHW, everywhere, share_11hw)
    (part_11HW,) = sharp(picture_1CHW, window, share_11hw)
    assert (whole_11HW != F.interpolate(share_11hw, scale_factor=times)).any()
    torch.testing.assert_close(part_11HW, whole_11HW, atol=1e-4, rtol=0)


def test_beyond_a_window_nothing_is_told():
    sharp_11HW, other_11HW = sharp(
        torch.zeros(1, 3, 256, 176),
        (slice(0, 64), slice(0, 44)),
        torch.ones(1, 1, 128, 88),
        torch.ones(1, 1, 128, 88),
    )
    assert sharp_11HW[..., :128, :88].all() and not sharp_11HW[..., 128:, :].any()
    assert not sharp_11HW[..., 88:].any() and torch.equal(sharp_11HW, other_11HW)


def test_what_is_nowhere_is_near_nothing():
    rows, columns = near(torch.full((1, 1, 128, 88), 0.01))
    assert rows.stop - rows.start <= 13 and columns.stop - columns.start <= 13


def test_what_is_hardly_there_is_near_yet():
    """A matte finds an edge by a fortieth of a position."""
    share_11hw = torch.zeros(1, 1, 128, 88)
    share_11hw[..., 60, 40] = 0.025
    rows, columns = near(share_11hw)
    assert rows.start < 60 < rows.stop and rows.stop - rows.start > 12
    assert columns.start < 40 < columns.stop


def test_the_largest_plane_is_torchs_own_the_first_of_equals():
    planes_1Phw = torch.randint(0, 3, (1, 5, 16, 12)).float()
    assert torch.equal(largest(planes_1Phw), planes_1Phw.argmax(1))


@pytest.mark.parametrize("rows", [256, 512])
def test_a_rim_is_as_broad_a_part_of_a_finer_picture(rows):
    share_11HW = F.pad(torch.ones(1, 1, rows // 2, rows // 2), [rows // 4] * 4)
    across = inner(share_11HW, 2)[0, 0, rows // 2]
    assert across.nonzero()[0] == rows // 4 + 2 * rows // 256
    assert across.sum() == rows // 2 - 4 * rows // 256
