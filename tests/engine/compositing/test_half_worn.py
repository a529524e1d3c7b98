"""Garments at a strength between: an outline on its way, and nothing that is seen through another thing."""

from __future__ import annotations

import pytest
import torch

from engine.compositing.half_worn import _EDGE, half_worn

ROWS, COLUMNS = 128, 64
SHORTS, JEANS, LEG, WALL = 0.4, -0.4, 0.9, -0.9


def band(top: int, bottom: int, left: int = 16, right: int = 48) -> torch.Tensor:
    there_11HW = torch.zeros(1, 1, ROWS, COLUMNS)
    there_11HW[..., top:bottom, left:right] = 1.0
    return there_11HW


def painted(grey: float, on_11HW: torch.Tensor, onto_1CHW: torch.Tensor) -> torch.Tensor:
    return torch.lerp(onto_1CHW, torch.full_like(onto_1CHW, grey), on_11HW)


OLD, NEW, LIMB = band(20, 50), band(20, 110, 20, 44), band(50, 120, 28, 36)
NOTHING = torch.zeros(1, 1, ROWS, COLUMNS)
PERSON = painted(LEG, LIMB, painted(SHORTS, OLD, torch.full((1, 3, ROWS, COLUMNS), WALL)))
CLOTH = painted(JEANS, NEW, torch.zeros(1, 3, ROWS, COLUMNS))
HIDDEN = torch.minimum(LIMB, NEW)
STRENGTHS = (0.02, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.98)


def half(strength: float, old=OLD, taken=NEW, hidden=HIDDEN):
    return half_worn(PERSON, CLOTH, old, taken, hidden, strength)


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_px_is_covered_or_it_is_not_but_for_a_narrow_edge(strength):
    down_H = half(strength).covered[0, 0, :, 32]
    between = (down_H > 0.02) & (down_H < 0.98)
    assert between.sum() <= _EDGE and (down_H > 0.98).sum() >= 30 - _EDGE


def test_the_hem_moves_down_evenly_and_is_there_at_half():
    hems = [int((half(each).covered[0, 0, :, 32] > 0.5).nonzero().max()) for each in (0.1, 0.2, 0.3, 0.4)]
    steps = [b - a for a, b in zip(hems, hems[1:], strict=False)]
    assert hems[0] < 65 and max(steps) - min(steps) <= 1
    for strength in (0.5, 0.8, 1.0):
        assert torch.equal(half(strength).covered, NEW)
    assert (half(1e-6).covered - OLD).abs().max() < 1e-3


def test_what_was_broader_draws_back_to_what_comes():
    """From 4 px beside it on either side, and upwards where the new one is the shorter."""
    assert half(0.05).covered[0, 0, 40, 16] > 0.7 and half(0.45).covered[0, 0, 40, 16] < 0.1
    shorter = [half(each, NEW, OLD, NOTHING).covered[0, 0, :, 32] for each in (0.1, 0.25, 0.4)]
    hems = [int((each > 0.5).nonzero().max()) for each in shorter]
    assert 109 > hems[0] > hems[1] > hems[2] > 49


@pytest.mark.parametrize("strength", STRENGTHS)
def test_a_limb_is_beneath_only_where_it_is_covered(strength):
    """And what was left is drawn at once: no px of the old garment shows the half of what is behind it."""
    told = half(strength)
    limb_11HW = HIDDEN > 0.5
    assert (told.bared[limb_11HW] - told.covered[limb_11HW]).abs().max() < 1e-5
    left_11HW = (OLD > 0.5) & (NEW < 0.5) & (told.covered < 0.5)
    assert not left_11HW.any() or told.bared[left_11HW].min() > 0.49


def test_colours_go_over_alike_wherever_it_is():
    """On what both cover, where only the new one is, and where only the old one was."""
    for strength in (0.25, 0.5, 0.75):
        told = half(strength)
        for row, column in ((40, 32), (80, 32), (40, 17)):
            wanted = (1 - strength) * SHORTS + strength * JEANS
            assert told.colour[0, 0, row, column] == pytest.approx(wanted, abs=0.03)


def test_out_of_nothing_it_grows_and_into_nothing_it_goes_in_its_own_colours():
    grown = [half(each, old=NOTHING).covered.mean().item() for each in (0.02, 0.1, 0.25, 0.4, 0.5)]
    assert grown == sorted(grown) and grown[0] < 0.05 and grown[-1] == pytest.approx(NEW.mean().item())
    assert half(0.3, old=NOTHING).colour[0, 0, 60, 32] == pytest.approx(JEANS, abs=0.02)
    gone = [half(each, taken=NOTHING, hidden=NOTHING).covered.mean().item() for each in (0.02, 0.25, 0.5)]
    assert gone[0] > gone[1] > gone[2] == 0.0
    assert half(0.3, taken=NOTHING, hidden=NOTHING).colour[0, 0, 30, 32] == pytest.approx(SHORTS, abs=0.02)
    told = half(0.3, NOTHING, NOTHING, NOTHING)
    assert not told.covered.any() and all(torch.isfinite(each).all() for each in told)


ROWS_H, COLUMNS_W = torch.arange(ROWS).view(1, 1, -1, 1), torch.arange(COLUMNS).view(1, 1, 1, -1)
WIDE = band(8, 120, 8, 56)
INSIDE = slice(32, 96), slice(20, 44)


def levels(places: torch.Tensor, period: int, grey: float, contrast: float) -> torch.Tensor:
    """Stripes of two greys, all over a picture."""
    light = (places % period < period / 2).float()
    return (grey + contrast * (light - 0.5)).expand(1, 3, ROWS, COLUMNS)


def between(strength: float, before: torch.Tensor, after: torch.Tensor) -> torch.Tensor:
    return half_worn(before, after, WIDE, WIDE, NOTHING, strength).colour[0, 0][INSIDE]


def contrast(colour_HW: torch.Tensor, axis: int) -> float:
    """Between the lines of one direction."""
    mean = colour_HW.mean(1 - axis)
    return float(mean.max() - mean.min())


@pytest.mark.parametrize("period", [4, 6])
def test_of_two_patterns_one_is_seen_at_a_time(period):
    """Rows of one cloth fade, and only then come columns of the other."""
    rows, columns = levels(ROWS_H, period, -0.3, 0.8), levels(COLUMNS_W, period, 0.3, 0.8)
    seen = {each: between(each, rows, columns) for each in (0.1, 0.3, 0.5, 0.7, 0.9)}
    assert [contrast(each, 0) > 0.2 for each in seen.values()] == [True, True, False, False, False]
    assert [contrast(each, 1) > 0.2 for each in seen.values()] == [False, False, False, True, True]
    assert contrast(seen[0.1], 0) > contrast(seen[0.3], 0) and contrast(seen[0.9], 1) > contrast(seen[0.7], 1)
    for strength, colour_HW in seen.items():
        assert colour_HW.mean() == pytest.approx(-0.3 + 0.6 * strength, abs=0.03)
    assert contrast(between(0.999, rows, columns), 1) == pytest.approx(0.8, abs=0.02)
    assert contrast(between(0.001, rows, columns), 0) == pytest.approx(0.8, abs=0.02)


def test_weave_and_folds_of_both_are_there_in_between():
    """A weave is fine and faint, a fold is broad: neither is a pattern."""
    weave, folds = levels(ROWS_H, 2, -0.3, 0.08), 0.3 + 0.2 * torch.sin(COLUMNS_W * torch.pi / 16)
    half_HW = between(0.5, weave, folds.expand(1, 3, ROWS, COLUMNS))
    assert contrast(half_HW, 0) == pytest.approx(0.04, abs=0.003)
    assert contrast(half_HW, 1) > 0.7 * 0.5 * 0.4


def test_a_print_fades_into_its_ground_and_leaves_no_cloud():
    plain = levels(ROWS_H, 4, 0.5, 0.0)
    printed = painted(-0.9, band(48, 80, 24, 40), plain)
    seen = [between(each, printed, plain) for each in (0.1, 0.3, 0.5, 0.8)]
    depth = [float(0.5 - each.min()) for each in seen]
    assert depth[0] > 0.9 and depth[0] > depth[1] > 0.3
    assert max(depth[2:]) < 0.05
