"""The correspondence that surface coordinates teach."""

from __future__ import annotations

import math
from types import SimpleNamespace

import pytest
import torch

from train.losses.matching import surface_matching

STRIDE, ROWS, COLUMNS = 8, 4, 3
CELLS = ROWS * COLUMNS
SHARP = 100.0  # a logit that says it all


def surface(places_N3: torch.Tensor) -> torch.Tensor:
    """A picture whose cells show these places."""
    grid_13hw = places_N3.t().view(1, 3, ROWS, COLUMNS)
    return grid_13hw.repeat_interleave(STRIDE, 2).repeat_interleave(STRIDE, 3)


@pytest.fixture
def places() -> torch.Tensor:
    torch.manual_seed(0)
    return torch.rand(CELLS, 3) * 2 - 1


def case(reference_N3, target_N3):
    return SimpleNamespace(
        reference_surface_B3HW=surface(reference_N3), target_surface_B3HW=surface(target_N3)
    )


def test_the_true_permutation_costs_least(places):
    order = torch.randperm(CELLS)
    batch = case(places, places[order])  # target cell t shows what reference cell order[t] shows
    right = torch.zeros(1, CELLS, CELLS)
    right[0, torch.arange(CELLS), order] = SHARP
    wrong = right.flip(2)
    blind = torch.zeros_like(right)
    costs = [float(surface_matching(logits, batch)) for logits in (right, blind, wrong)]
    assert costs[0] < 0.3
    assert costs[1] == pytest.approx(math.log(CELLS))
    assert costs[2] == pytest.approx(SHARP, rel=0.05)


def test_only_what_both_show_counts(places):
    target = places.clone()
    target[:5] += 5.0  # nowhere in the reference
    target[5:7] = torch.nan  # nobody
    reference = places.clone()
    reference[11] = torch.nan
    logits = torch.zeros(1, CELLS, CELLS, requires_grad=True)
    surface_matching(logits, case(reference, target)).backward()
    touched = logits.grad[0].abs().sum(1) > 0
    assert touched.tolist() == [False] * 7 + [True] * 4 + [False]


def test_nothing_in_common_costs_nothing(places):
    assert surface_matching(torch.zeros(1, CELLS, CELLS), case(places, places * torch.nan)) == 0
