"""Runs with an adversary and the paper's terms: exact resume, when it comes in, the recipes' numbers."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.models.nted import Nted
from engine.models.nted.discriminator import official_discriminator
from engine.weights import read_torch
from train.__main__ import main
from train.data.people import People
from train.losses.adversarial import AdversaryConfig
from train.losses.house import load_features
from train.recipes import crisp, default, paper_256, paper_512, sharp
from train.run import checkpoint
from train.run.console import Lines
from train.run.dryrun import stages
from train.run.loop import fit
from train.run.recipe import FOREVER, Phase
from train.run.state import Run

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, features, same, small, small_run  # noqa: E402

QUIET = Lines(lambda line: None)


@pytest.fixture(scope="module")
def people(stick_people):
    return People(stick_people)


def test_with_an_adversary_stopping_and_going_on_changes_no_bit(people, tmp_path):
    straight = small_run(ALONE, length=40)
    fit(straight, people, tmp_path / "straight", console=QUIET)
    for length in (16, 40):  # stopped after the adversary's first step, between two penalties
        run = small_run(ALONE, length=length)
        there = checkpoint.checkpoints(tmp_path / "broken")
        if there:
            run.restore(read_torch(there[-1]), there[-1])
        fit(run, people, tmp_path / "broken", console=QUIET)
    assert run.samples == straight.samples == 40 and run.adversary.steps == 4
    parts = ("network", "ema", "optimisers", "adversary", "samples", "random")
    assert all(same(run.state()[part], straight.state()[part]) for part in parts)


def test_the_adversary_comes_in_at_its_sample_and_the_penalty_is_lazy(people):
    run = small_run(ALONE, adversary=dataclasses.replace(small().adversary, r1_every=2))
    seen = []
    for _, batch in zip(range(4), run.batches(people, 0), strict=False):
        before = run.adversary.state()["network"]["final_linear.1.bias"].clone()
        terms = run.step(batch)
        moved = not torch.equal(before, run.adversary.state()["network"]["final_linear.1.bias"])
        seen.append(("adversarial" in terms, "discriminator" in terms, "r1" in terms, moved))
    assert seen == [(False,) * 4, (True,) * 4, (True, True, False, True), (True,) * 4]
    assert run.samples == 4 * 8  # both directions count


def test_a_dry_run_is_cut_where_the_adversary_comes_in():
    assert [(stage.first, stage.adversarial) for stage in stages(small_run(ALONE))] == [(0, False), (8, True)]


def test_an_adversary_through_features_goes_on_exactly_and_needs_them(people, tmp_path):
    changes = {
        "discriminator": (3, 3),
        "through_features": True,
        "adversary": AdversaryConfig(r1=0.0, relative=True),
        "both_directions": False,
    }
    straight = small_run(ALONE, length=24, **changes)
    fit(straight, people, tmp_path / "straight", console=QUIET)
    for length in (12, 24):
        run = small_run(ALONE, length=length, **changes)
        there = checkpoint.checkpoints(tmp_path / "broken")
        if there:
            run.restore(read_torch(there[-1]), there[-1])
        fit(run, people, tmp_path / "broken", console=QUIET)
    assert all(same(run.state()[part], straight.state()[part]) for part in ("network", "adversary"))
    recipe = small(**changes)
    assert recipe.needs_features
    without = recipe.without_features()
    assert not without.needs_features and without.adversarial_from is None


def test_the_recipe_with_an_adversary_fits_the_house_features():
    recipe = crisp()
    maps = load_features("house")(torch.zeros(1, 3, 64, 48))
    assert recipe.discriminator == tuple(found.shape[1] for found in maps[: len(recipe.discriminator)])
    assert recipe.through_features and recipe.adversary.relative and recipe.adversarial_from == 0


def test_an_adversary_made_for_other_features_is_refused():
    with pytest.raises(InputError, match="other features"):
        small_run(ALONE, discriminator=(8, 8), through_features=True)


def test_a_run_may_go_on_with_an_adversary_that_it_did_not_have(people, tmp_path):
    plain = dataclasses.replace(small().paper, adversarial=0.0)
    fit(small_run(ALONE, paper=plain, length=8), people, tmp_path, console=QUIET)
    (path,) = checkpoint.checkpoints(tmp_path)
    state = read_torch(path)
    assert state["adversary"] is None
    del state["adversary"]  # as checkpoints were before there was one
    run = small_run(ALONE)
    run.restore(state, path)
    assert "adversarial" in run.step(next(run.batches(people, 0)))
    state["adversary"] = run.adversary.state()
    with pytest.raises(InputError, match="another discriminator"):
        small_run(ALONE, discriminator=(2, 4, 4, 4, 4)).restore(state, path)


def test_clipping_bounds_the_gradient(people):
    norms = []
    for clip in (None, 0.01):
        run = small_run(ALONE, clip=clip)
        run.step(next(run.batches(people, 0)))
        norms.append(torch.stack([p.grad.norm() for p in run.network.parameters()]).norm().item())
    assert norms[0] > 0.1 and norms[1] == pytest.approx(0.01, rel=1e-3)


def test_an_adversary_before_the_full_size_is_refused():
    early = (Phase((32, 16), 4, 100), Phase((64, 32), 4, FOREVER))
    with pytest.raises(InputError, match="before the full size"):
        small(phases=early)
    assert small(phases=(early[0], early[1]), paper=dataclasses.replace(small().paper, adversarial_after=100))


def test_the_recipes_of_the_paper_say_what_was_published():
    a, b = paper_256(), paper_512()
    for recipe, rows in ((a, 256), (b, 512)):
        assert recipe.network.size == recipe.phases[0].size == (rows, rows * 11 // 16)
        assert recipe.pictures(recipe.phases[0]) == 16 and recipe.learning_rate == 2e-3
        assert (
            recipe.betas == (0.0, 0.99) and recipe.self_pairs == 0 and recipe.augmentation.scale_crop == 0.1
        )
        assert recipe.discriminator == official_discriminator(rows).channels
        weights = recipe.paper
        assert (weights.attention, weights.face, weights.adversarial) == (15, 1, 1.5)
        assert 0.5 ** (16 / recipe.ema_half_life) == pytest.approx(0.9977844, abs=1e-7)
    assert (a.paper.perceptual, a.paper.style, a.paper.perceptual_scales) == (2, 500, 1)
    assert (b.paper.perceptual, b.paper.style, b.paper.perceptual_scales) == (1, 1000, 3)
    assert (a.adversarial_from, b.adversarial_from) == (20_000 * 16, 0)
    with torch.device("meta"):
        assert sum(p.numel() for p in Nted(a.network).parameters()) == 42_353_519


def test_a_first_step_of_the_paper_has_its_schedule():
    run = Run.new(small(warm_up=1), ALONE, features=features, mixed=False)
    assert run.learning_rate() == 2e-3
    (group,) = run.adversary.optimiser.param_groups
    assert group["lr"] == pytest.approx(0.001882, abs=1e-6) and group["betas"][1] == pytest.approx(
        0.9905, abs=1e-4
    )


def test_what_needs_features_says_so(stick_people, tmp_path, capsys):
    command = ["fit", "paper_256", "--data", str(stick_people), "--output", str(tmp_path), "--device", "cpu"]
    assert main(command) == 2
    assert "--features" in capsys.readouterr().err
    assert main([*command, "--features", str(tmp_path / "none.pth")]) == 2
    assert "none.pth" in capsys.readouterr().err
    command[1] = "default"
    assert main([*command, "--features", str(tmp_path / "none.pth")]) == 2
    assert "no term that looks through features" in capsys.readouterr().err
    assert not sharp().without_features().needs_features and sharp().network == default().network
