"""What can be asked of fields over a picture."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.compositing.atlas import centres
from engine.compositing.fields import (
    alike,
    around,
    at,
    between_known,
    common,
    highest,
    highest_textbook,
    keeps_shape,
    moved_by,
    nearest_known,
    odd_side,
    window_of,
)
from engine.cv import cv2

SIZE = (128, 96)


@pytest.mark.parametrize("rows", [64, 128, 256, 512])
def test_windows_are_odd_and_grow_with_the_map(rows):
    for side in (3, 5, 9, 31):
        assert odd_side(side, rows) % 2 == 1
        assert odd_side(side, rows) == pytest.approx(max(3, side * rows / 128), abs=1)


def test_a_mark_spreads_twice_as_many_px_in_a_map_of_twice_as_many_rows():
    for rows, reach in ((128, 15), (256, 31)):
        marked = torch.zeros(1, 1, rows, rows)
        marked[..., rows // 2, rows // 2] = 1
        assert around(marked, 31).amax(2).sum() == 2 * reach + 1


def test_colours_are_half_alike_a_twelfth_of_the_range_apart():
    """A twelfth of what lies between black and white, all over."""
    grey = torch.zeros(1, 3, *SIZE)
    assert (alike(grey, grey) == 1).all()
    apart = alike(grey, grey + 2 / 12)
    assert apart.min() > 0.4 and apart.max() < 0.6


def test_a_fold_of_six_px_is_told_and_a_wrinkle_of_three_is_not():
    def folded(width: int) -> torch.Tensor:
        positions = centres(SIZE, torch.device("cpu"))[None].clone()
        positions[:, 0, :, 48 : 48 + width] = positions[:, 0, :, 48 : 48 + width].flip(-1)
        return keeps_shape(positions)[..., 48 : 48 + width]

    assert folded(3).min() > 0.9
    assert folded(6)[..., 1:-1].max() < 0.5


@pytest.mark.parametrize("stretch, kept", [(1.0, 1), (1.5, 1), (4.0, 0), (-1.0, 0)])
def test_shape_is_kept_up_to_a_stretch_and_not_beyond_four_to_one(stretch, kept):
    positions = centres(SIZE, torch.device("cpu"))[None].clone()
    positions[:, 0] *= stretch
    assert keeps_shape(positions)[..., 8:-8, 8:-8] == pytest.approx(kept, abs=1e-3)
    assert keeps_shape(0.3 * centres(SIZE, torch.device("cpu"))[None]).min() > 0.99, "size is no matter"


def test_a_window_holds_what_is_marked_and_ends_at_whole_steps():
    marked = torch.zeros(SIZE)
    assert window_of(marked, 0, 16) == (slice(0, 16), slice(0, 16)), "of nothing"
    marked[30, 40] = marked[61, 50] = 0.1
    assert window_of(marked, 0) == (slice(30, 62), slice(40, 51))
    assert window_of(marked, 4) == (slice(26, 66), slice(36, 55))
    assert window_of(marked, 4, 16) == (slice(16, 80), slice(32, 64))
    marked[0, 0] = marked[-1, -1] = 1.0
    assert window_of(marked, 4, 16) == (slice(0, 128), slice(0, 96))
    assert window_of(marked, 4, 60) == (slice(0, 128), slice(0, 96))


def test_a_map_is_looked_up_only_where_it_moves():
    x = torch.rand(1, 3, *SIZE, generator=torch.Generator().manual_seed(0))
    here, steps = centres(SIZE, torch.device("cpu")), torch.zeros(1, 2, *SIZE)
    unmoved = moved_by(x, here, steps)
    assert torch.equal(unmoved[..., 1:, 1:], x[..., 1:, 1:])
    steps[..., 20:60, 30:50] = 0.1
    torch.testing.assert_close(moved_by(x, here, steps), at(x, here + steps), atol=1e-4, rtol=0)


@pytest.mark.parametrize("mask", [5, cv2.DIST_MASK_PRECISE])
def test_the_nearest_known_px_is_near_and_known(mask):
    """Against all distances; OpenCV's table of 5 px is right to a few hundredths."""
    known_HW = np.random.default_rng(3).random((24, 17)) < 0.03
    far_HW, number_HW = nearest_known(known_HW, mask)
    places_N2, here_HW2 = np.argwhere(known_HW), np.moveaxis(np.indices(known_HW.shape), 0, -1)
    least_HW = np.linalg.norm(here_HW2[:, :, None] - places_N2, axis=-1).min(-1)
    assert np.allclose(far_HW, least_HW, rtol=0.03, atol=1e-3)
    assert known_HW.ravel()[number_HW].all()
    found_HW2 = np.stack(np.unravel_index(number_HW, known_HW.shape), -1)
    assert np.allclose(np.linalg.norm(found_HW2 - here_HW2, axis=-1), least_HW, rtol=0.05, atol=1e-3)


def test_what_is_not_known_goes_over_from_one_neighbour_into_the_other():
    known = torch.tensor([False, True, False, False, True, False])
    value = torch.tensor([9.0, 1.0, 9.0, 9.0, 4.0, 9.0])
    assert between_known(value, known).tolist() == [1.0, 1.0, 2.0, 3.0, 4.0, 4.0]


@pytest.mark.parametrize(
    "other", [(slice(3, 9), slice(0, 4)), (slice(6, 8), slice(2, 3)), (slice(8, 20), slice(9, 12))]
)
def test_what_windows_have_in_common_is_the_same_px_of_both(other):
    one = slice(2, 7), slice(1, 8)
    number_HW = torch.arange(20 * 20).view(20, 20)
    of_one, of_other = common(one, other)
    first, second = number_HW[one][of_one], number_HW[other][of_other]
    marked_HW = torch.zeros(2, 20, 20)
    marked_HW[0][one] = marked_HW[1][other] = 1.0
    assert torch.equal(first.flatten(), second.flatten())
    assert first.numel() == marked_HW.prod(0).sum()


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("side", [1, 3, 7, 31])
def test_the_largest_around_is_the_same_by_opencv_to_the_bit(dtype, side):
    """Of planes that lie apart in memory too, below 0 too, of maps smaller than the window, and of a single
    row or column that was cut out of one."""
    for shape in ((2, 3, 40, 30), (1, 1, 5, 4), (1, 2, 1, 9), (1, 2, 9, 1)):
        x = torch.randn(shape).to(dtype).movedim(-1, -2)
        found = highest(x, side)
        assert found.dtype == dtype and torch.equal(found, highest_textbook(x, side))


def test_around_nothing_is_nothing():
    """A window that limbs leave empty is no fault."""
    assert highest(torch.zeros(1, 2, 0, 5), 3).shape == (1, 2, 0, 5)
