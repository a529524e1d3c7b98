"""The atlas of a reference: how large it is, how finely it looks, what it evens out. What is found through it
is in `test_detail`."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from engine.compositing.atlas import (
    ATLAS_SHAPE,
    CLASSES,
    _fitted,
    centres,
    look_up,
    look_up_textbook,
    make_atlas,
)
from engine.regions import REGIONS, SURFACE_SPAN


def surface(rows: int, columns: int, name: str = "upper clothes", there=True) -> torch.Tensor:
    """A surface map of 6 dm of that, seen from the front; there: [h, w], the rest is the background."""
    shown_hw = torch.as_tensor(there).expand(rows, columns)
    logits = 20.0 * F.one_hot(shown_hw * REGIONS.index(name), CLASSES).movedim(-1, 0).float()
    y, x = torch.meshgrid(torch.linspace(4, -2, rows), torch.linspace(-2, 2, columns), indexing="ij")
    return torch.cat([logits, torch.stack([x, y, torch.full_like(x, 0.75)]) / SURFACE_SPAN])[None]


def test_it_holds_whatever_height_a_surface_map_can_tell_and_takes_a_third_of_a_megabyte():
    atlas = make_atlas(surface(32, 24))
    assert atlas.shape[1:] == ATLAS_SHAPE
    assert atlas.half().nbytes < 400_000
    for height in (-SURFACE_SPAN, SURFACE_SPAN):
        end = surface(32, 24)
        end[:, -2] = torch.linspace(0.7, 1.0, 32)[:, None] * height / SURFACE_SPAN
        found, _ = look_up(make_atlas(end), end)
        assert (found - centres((32, 24), torch.device("cpu")))[..., 2:-2, 2:-2].abs().max() < 0.2


@pytest.mark.parametrize("worn", ["upper clothes", "dress or skirt", "pants"])
def test_garments_stand_in_for_each_other_and_nothing_else_does(worn):
    atlas = make_atlas(surface(32, 24, worn))
    for name in REGIONS[1:]:
        unseen = look_up(atlas, surface(32, 24, name))[1][:, 0]
        stands_in = name in ("upper clothes", "dress or skirt", "pants")
        assert (unseen.max() < 0.7) if stands_in else (unseen.min() > 0.999)


@pytest.mark.parametrize("first", range(100, 104))
def test_a_strap_of_four_px_in_a_photo_of_256_rows_is_seen_wherever_it_lies(first):
    strap = torch.zeros(256, 192, dtype=torch.bool)
    strap[:, first : first + 4] = True
    assert (make_atlas(surface(256, 192, there=strap))[:, 2] < 1).any()


def test_of_a_photo_of_256_rows_every_fourth_position_is_enough():
    fine = surface(256, 192)
    rough = fine[:, :, ::4, ::4].repeat_interleave(4, 2).repeat_interleave(4, 3)
    assert torch.equal(make_atlas(fine), make_atlas(rough))


def test_a_few_points_that_are_half_a_decimetre_off_move_hardly_anything():
    """A patch of four px, which would move by six if the atlas followed it."""
    right = surface(64, 48)
    wrong = right.clone()
    wrong[:, -3, 30:34, 22:26] += 0.5 / SURFACE_SPAN
    moved = (look_up(make_atlas(wrong), right)[0] - look_up(make_atlas(right), right)[0])[0, 0] * 24
    assert 0.2 < moved[28:36, 12:36].abs().max() < 0.5


def test_a_slope_is_learnt_over_decimetres_and_half_learnt_over_a_cm_and_a_half():
    """Points before and behind one another, each position as far to the right as its point is in front."""

    def learnt(dm: float) -> float:
        points = torch.tensor([[0.0, 0.0, -dm], [0.0, 0.0, dm]])
        positions = torch.tensor([[-0.1, 0.0], [0.1, 0.0]])
        half = torch.full((1, 2), 0.5)
        return (_fitted(points[1:], torch.zeros(1), points, positions, half)[0, 0] / 0.1).item()

    assert learnt(0.14) == pytest.approx(0.5, abs=0.1)
    assert learnt(0.5) > 0.9


@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("people", [1, 2, 0])
def test_where_nobody_is_nothing_has_to_be_looked_up(threads, people):
    generator = torch.Generator().manual_seed(5)
    looked_for = torch.randn(max(people, 1), 11, 31, 23, generator=generator)
    looked_for[:, 0] += 1.0 if people else 9.0
    atlas = make_atlas(surface(31, 23)).expand(len(looked_for), *ATLAS_SHAPE)
    textbook = look_up_textbook(atlas, looked_for, centres((31, 23), torch.device("cpu")))
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        found = look_up(atlas, looked_for)
    finally:
        torch.set_num_threads(before)
    for fast, slow in zip(found, textbook, strict=True):
        assert torch.allclose(fast, slow, atol=1e-6)
    assert (textbook[1][:, 1] == 0).any() == (people > 0)
