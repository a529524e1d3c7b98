"""What teaches a network to copy detail: the terms of places and of contrast."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st

from engine import weights
from engine.errors import InputError
from engine.models import nted
from engine.regions import REGIONS
from train.data.people import People
from train.losses.nted import LossWeights, house_losses
from train.losses.nted_contrast import contrast_term, variation
from train.losses.places import place_term
from train.losses.reconstruction import beyond_range
from train.run.state import Run

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, house, house_run  # noqa: E402


def truth() -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Places [1, 11, 4, 4] that are right, the surface and the parsing map; the left half shows nobody."""
    parsing = torch.zeros(1, 4, 4, dtype=torch.uint8)
    parsing[..., 2:] = 3
    surface = torch.linspace(-0.5, 0.5, 48).view(1, 3, 4, 4).masked_fill(parsing[:, None] == 0, math.nan)
    logits = 30.0 * F.one_hot(parsing.long(), len(REGIONS)).movedim(-1, 1)
    return torch.cat([logits, surface.nan_to_num(7.0)], 1), surface, parsing


def test_right_places_cost_nothing():
    places, surface, parsing = truth()
    assert place_term(places, surface, parsing) < 2.1e-3  # two roots of what keeps gradients finite


def test_a_place_is_charged_by_its_distance_where_somebody_is():
    places, surface, parsing = truth()
    wrong = places.clone()
    wrong[:, len(REGIONS) :] += torch.tensor([0.3, 0.0, 0.4]).view(3, 1, 1)
    assert place_term(wrong, surface, parsing) == pytest.approx(0.5, abs=2e-3)
    wrong[:, len(REGIONS) :, :, :2] = 100.0
    assert place_term(wrong, surface, parsing) == pytest.approx(0.5, abs=2e-3)
    other = places.clone()
    other[:, : len(REGIONS)] = 0.0
    assert place_term(other, surface, parsing) == pytest.approx(0.1 * math.log(len(REGIONS)), abs=2e-3)


def stretched(rows: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor, float]:
    """Places that lie 0.01 too far from the one on their left: places, surface, parsing, their distance."""
    parsing = torch.full((1, rows, 80), 3, dtype=torch.uint8)
    surface = torch.linspace(-0.1, 0.1, 80).expand(1, 3, rows, 80).clone()
    places = torch.cat([30.0 * F.one_hot(parsing.long(), len(REGIONS)).movedim(-1, 1), surface], 1)
    places[:, -3] += 0.01 * torch.arange(80)
    return places, surface, parsing, 0.01 * torch.arange(80).float().mean().item()


@pytest.mark.parametrize("rows, stride", [(128, 4), (64, 2)])
def test_steps_are_charged(rows, stride):
    places, surface, parsing, distance = stretched(rows)
    wanted = distance + 0.01 * stride / 2  # the mean of steps across, and of steps down, which are right
    assert place_term(places, surface, parsing) == pytest.approx(wanted, abs=2e-3)


def test_steps_from_piece_to_piece_are_not_charged():
    places, surface, parsing, distance = stretched(128)
    surface[:, 0] += 0.3 * (torch.arange(80) // 4 % 2)  # every step across crosses a tear
    torn = (places[:, -3:] - surface).norm(dim=1).mean().item()
    assert place_term(places, surface, parsing) == pytest.approx(torn, abs=2e-3)
    places, surface, parsing, distance = stretched(128)
    parsing += (torch.arange(80) // 4 % 2).byte()  # or leads to another class
    wrong = 0.1 * F.cross_entropy(places[:, : len(REGIONS)], parsing.long()).item()
    assert place_term(places, surface, parsing) == pytest.approx(distance + wrong, abs=2e-3)


def test_shares_of_a_batch_add_up_and_nobody_is_no_fault():
    pieces = [truth(), truth()]
    pieces[0][0][:, len(REGIONS) :] += 0.2
    pieces[1][1][:] = math.nan  # nobody
    pieces[1][2][:] = 0
    whole = place_term(*(torch.cat(parts) for parts in zip(*pieces, strict=True)))
    assert whole.isfinite()
    assert whole == pytest.approx(sum(place_term(*piece) for piece in pieces).item() / 2, abs=1e-6)


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 7), st.integers(2, 12))
def test_variation_does_not_ask_where_a_stripe_lies(shift, width):
    across = torch.arange(96)
    stripes = (((across + shift) // width) % 2).float().expand(1, 3, 256, 96)
    still = ((across // width) % 2).float().expand(1, 3, 256, 96)
    inner = (..., slice(8, -8), slice(6, -6))
    assert variation(stripes)[inner].mean() == pytest.approx(variation(still)[inner].mean().item(), rel=0.2)
    assert variation(stripes.mean((2, 3), keepdim=True).expand_as(stripes)).abs().max() < 1e-6


@pytest.fixture(scope="module")
def people(make_stick_people, tmp_path_factory):
    return People(make_stick_people(tmp_path_factory.mktemp("data") / "people", range(7), surfaces=True))


def test_contrast_teaches_only_what_decides_about_copying(people):
    run = house_run(ALONE, people, phases=house().phases[-1:])
    with torch.no_grad():
        run.network.detail.out.weight.normal_()
    batch = next(run.batches(people, 0))
    output = run.parallel(batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW)
    weights_B1HW = torch.ones_like(batch.target_BCHW[:, :1])
    contrast_term(output, batch.target_BCHW, weights_B1HW).backward()
    taught = {name for name, weight in run.network.named_parameters() if weight.grad is not None}
    assert taught == {"detail.conv.weight", "detail.activate.bias", "detail.out.weight", "detail.out.bias"}


def test_the_renderer_is_told_of_its_picture_where_all_is_copied(people):
    run = house_run(ALONE, people, phases=house().phases[-1:])
    batch = next(run.batches(people, 0))
    with torch.no_grad():
        run.network.detail.out.bias.fill_(100.0)
    output = run.parallel(batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW)
    output.skips[-1].retain_grad()
    weights = LossWeights(reconstruction=1.0, attention=0.0, early=0.5)
    terms = house_losses(output, batch, torch.ones_like(batch.target_BCHW[:, :1]), weights, None, None)
    sum(terms.values()).backward()
    assert output.copied.share.min() == 1 and (output.skips[-1].grad != 0).all()


def test_colours_beyond_black_and_white_cost_their_square():
    image = torch.zeros(1, 3, 4, 4)
    image[0, 0, 0, :4] = torch.tensor([1.0, -1.0, 3.0, -6.0])
    assert beyond_range(image) == pytest.approx((4 + 25) / 48)


def test_places_do_not_need_patches(people):
    run = Run.new(house(losses=replace(house().losses, patches=0.0)), ALONE, mixed=False)
    assert run.step(next(run.batches(people, 0)))["places"] > 0 and run.objective.patches is None


def test_without_surfaces_there_is_detail_only_where_it_is_known():
    assert house().without_surfaces().network.detail == 0
    kept = house().without_surfaces(begun=house().network)
    assert kept.network == house().network and kept.losses.contrast == kept.losses.places == 0
    with pytest.raises(ValueError, match="network without"):
        house(network=replace(house().network, detail=0))


def test_without_places_nothing_waits_for_a_gradient(people):
    losses = replace(house().losses, patches=0.0, places=0.0)
    run = Run.new(house(losses=losses), ALONE, mixed=False)
    run.step(next(run.batches(people, 0)))
    waiting = [name for name, weight in run.network.named_parameters() if weight.requires_grad]
    moved = [name for name, weight in run.network.named_parameters() if weight.grad is not None]
    assert waiting == moved and not any("places" in name for name in waiting)


def test_a_run_begins_with_weights_that_have_no_detail_yet(people, tmp_path):
    recipe = house()
    plain = nted.Nted(replace(recipe.network, detail=0))
    nted.save(tmp_path / "plain.safetensors", plain)
    run = Run.new(recipe, ALONE, mixed=False)
    run.begin_with(weights.read(tmp_path / "plain.safetensors"))
    begun = run.network.state_dict()
    assert all(torch.equal(begun[key], value) for key, value in plain.state_dict().items())
    assert run.network.detail is not None
    nted.save(tmp_path / "plain.safetensors", nted.Nted(replace(recipe.network, detail=0, context=0)))
    with pytest.raises(InputError, match="another network"):
        run.begin_with(weights.read(tmp_path / "plain.safetensors"))
    nted.save(tmp_path / "plain.safetensors", nted.Nted(recipe.network))
    without = Run.new(recipe.without_surfaces(), ALONE, mixed=False)
    with pytest.raises(InputError, match="another network"):
        without.begin_with(weights.read(tmp_path / "plain.safetensors"))
