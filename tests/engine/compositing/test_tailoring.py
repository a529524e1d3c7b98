"""A garment cut out along a picture's edges, and drawn out to another outline."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.compositing.fields import at, spread
from engine.compositing.tailoring import continued, drawn_out, inverse, inverse_textbook, matte

SIZE = (128, 96)


def box(top: int, left: int, bottom: int, right: int, size=SIZE) -> torch.Tensor:
    mask = torch.zeros(1, 1, *size)
    mask[..., top:bottom, left:right] = 1.0
    return mask


def test_a_matte_ends_at_the_pictures_edge_where_the_map_is_two_positions_off():
    large = (256, 192)
    picture = torch.tensor([0.6, -0.2, 0.1]).view(1, 3, 1, 1) * (2 * box(60, 50, 200, 140, large) - 1)
    off = F.avg_pool2d(box(64, 54, 204, 144, large), 2)
    hard = (matte(off, picture) > 0.5).float()
    wrong = (hard - box(60, 50, 200, 140, large)).abs().sum()
    assert wrong < 0.25 * (F.interpolate(off, large) - box(60, 50, 200, 140, large)).abs().sum()


def test_without_an_edge_a_matte_ends_where_the_map_does_and_several_are_as_each_alone():
    picture, share = torch.zeros(1, 3, *SIZE), torch.linspace(0, 1, 96).expand(1, 1, *SIZE)
    made = matte(share, picture)
    assert (made[..., :44] == 0).all() and (made[..., 52:] == 1).all()
    torch.manual_seed(0)
    picture, shares = torch.rand(1, 3, *SIZE), torch.rand(1, 2, 64, 48)
    both = matte(shares, picture)
    assert all(torch.allclose(both[:, [k]], matte(shares[:, [k]], picture), atol=1e-5) for k in (0, 1))


def test_matrices_of_three_rows_are_inverted_as_linear_algebra_does_it():
    torch.manual_seed(0)
    colours = torch.rand(1, 3, 5, 20, 30)
    colours[..., :10, :] = colours[:, :1, :, :10]  # grey: its variance alone has no inverse
    centred = colours - colours.mean(2, keepdim=True)
    variance = torch.einsum("bisxy,bjsxy->bijxy", centred, centred) / 5
    variance = variance + 4e-3 * torch.eye(3)[..., None, None]
    upper = variance[:, (0, 0, 0, 1, 1, 2), (0, 1, 2, 1, 2, 2)]
    torch.testing.assert_close(inverse(upper), inverse_textbook(upper), atol=1e-2, rtol=1e-3)
    whole = torch.einsum("ijxy,jkxy->ikxy", inverse(upper), variance[0])
    torch.testing.assert_close(whole, torch.eye(3)[..., None, None].expand_as(whole), atol=1e-3, rtol=0)


@pytest.mark.parametrize("grow", [-3, 3])
def test_a_shape_is_drawn_out_to_its_outline_and_its_middle_stays(grow):
    shape, wanted = box(30, 30, 100, 66), box(30 - grow, 30 - grow, 100 + grow, 66 + grow)
    positions, sure = drawn_out(shape, wanted, torch.ones(1, 1, *SIZE))
    fitted = (at(shape, positions) > 0.5).float()
    assert (fitted - wanted).abs().sum() < 0.2 * (shape - wanted).abs().sum()
    middle = positions[0, :, 64, 48] - torch.tensor([(48.5) * 2 / 96 - 1, (64.5) * 2 / 128 - 1])
    assert middle.abs().max() < 0.01 and sure[0, 0, 64, 48] < 0.1 and sure[0, 0, 64, 30 - grow] > 0.9


def test_edges_of_what_lies_before_it_and_edges_too_far_apart_move_nothing():
    here = drawn_out(box(30, 30, 100, 66), box(30, 30, 100, 66), torch.ones(1, 1, *SIZE))[0]
    for shape, wanted, free in (
        (box(30, 30, 100, 66), box(26, 26, 104, 70), torch.zeros(1, 1, *SIZE)),
        (box(4, 4, 20, 20), box(80, 60, 120, 90), torch.ones(1, 1, *SIZE)),
        (torch.zeros(1, 1, *SIZE), box(30, 30, 100, 66), torch.ones(1, 1, *SIZE)),
    ):
        positions, sure = drawn_out(shape, wanted, free)
        assert torch.allclose(positions, here, atol=1e-6) and not sure.any()


def stripes(size=SIZE) -> torch.Tensor:
    """Bands four rows high, dark and light by turns."""
    return (torch.arange(size[0]) // 4 % 2 * 1.2 - 0.6).view(1, 1, -1, 1).expand(1, 3, *size).clone()


def test_what_is_hidden_of_a_cloth_has_its_stripes_by_their_mirror_image():
    seen, wanted = box(64, 20, 120, 76), box(36, 20, 64, 76)
    filled = continued(stripes(), seen, wanted)
    assert torch.equal(filled[..., 64:120, 20:76], stripes()[..., 64:120, 20:76])
    mirrored = stripes()[..., 65:93, 28:68].flip(2)  # about the uppermost row that is seen
    assert (filled[..., 36:64, 28:68] - mirrored).abs().mean() < 0.1


def test_a_rim_of_a_cloth_and_what_nobody_wants_are_carried_on_smoothly():
    seen = box(64, 20, 120, 76)
    plain = spread(stripes(), seen)
    for wanted in (box(60, 20, 64, 76), 0 * seen):
        assert torch.equal(continued(stripes(), seen, wanted), plain)


def test_of_nothing_and_of_everything_nothing_is_filled():
    nothing = continued(stripes(), 0 * box(0, 0, 1, 1), box(0, 0, *SIZE))
    assert nothing.abs().max() == 0
    assert torch.equal(continued(stripes(), box(0, 0, *SIZE), box(0, 0, *SIZE)), stripes())
