"""A run of PISE: its stages teach what they say, it goes on exactly, and its weights come out."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F

from engine import weights
from engine.errors import InputError
from engine.models import pise
from engine.models.pise import PiseConfig, one_hot
from engine.paths import RESOURCES
from engine.weights import read_torch
from train import recipes
from train.__main__ import main
from train.data.augment import MILD, NONE
from train.data.people import People
from train.losses.adversarial import least_squares_generator_loss
from train.losses.features import Vgg19
from train.losses.pise import PAPER_TAPS, PiseWeights
from train.objectives.pise import PiseRecipe, TrainingStage, inputs
from train.objectives.pise_generators import BothGenerators
from train.run import checkpoint
from train.run.console import Lines
from train.run.dryrun import stages
from train.run.loop import fit
from train.run.recipe import FOREVER, Phase
from train.run.state import Run

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, same, write_photos  # noqa: E402

OURS = PiseConfig(
    (64, 48),
    parsing=(4, 8, 8, 12, 16),
    style=(8, 8, 8, 12),
    target=(4, 8, 8, 12),
    codes=8,
    feature=16,
    decoder=(8, 4),
    image=(),
    match=8,
    matched="style",
    match_stride=2,
    modulation=16,
    normalise="source",
    norm="batch",
    colours=True,
)
PAPERS = replace(
    OURS, image=(4, 8, 16), matched="vgg", match_stride=1, modulation=1, norm="instance", colours=False
)
SPATIAL = ("getMatrix.", "phi.", "theta.", "res1.")
UNREAD = "parnet.makout."


def small(**changes) -> PiseRecipe:
    """What `pise` has, but small: 4 pairs a step, the full size from sample 8 on, generated maps from 16."""
    recipe = replace(
        recipes.pise(),
        network=OURS,
        phases=(Phase((32, 32), 4, 8), Phase((64, 48), 4, FOREVER)),
        stages=(TrainingStage(16), TrainingStage(generated=0.5)),
        warm_up=4,
        augmentation=MILD,
    )
    return replace(recipe.without_features(), **changes)


def small_paper(**changes) -> PiseRecipe:
    recipe = replace(
        recipes.pise_paper(),
        network=PAPERS,
        phases=(Phase((64, 48), 4, FOREVER),),
        stages=(
            TrainingStage(4, spatial=False, correspondence=True),
            TrainingStage(8),
            TrainingStage(generated=1.0),
        ),
        discriminator=(4, 4, 4, 4),
        orthogonal=0.5,
    )
    return replace(recipe, **changes)


@pytest.fixture(scope="module")
def folder(make_stick_people, tmp_path_factory):
    return make_stick_people(tmp_path_factory.mktemp("data") / "people", range(7), surfaces=True)


@pytest.fixture(scope="module")
def people(folder):
    return People(folder)


@pytest.fixture(scope="module")
def vgg() -> Vgg19:
    torch.manual_seed(3)
    return Vgg19(thinner=16, taps=PAPER_TAPS, raw=True).eval().requires_grad_(False)


def new(recipe: PiseRecipe, **options) -> Run:
    return Run.new(recipe, ALONE, mixed=False, **options)


def moved(run: Run, batch) -> set[str]:
    """Names of the weights that a step moves."""
    before = {name: weight.detach().clone() for name, weight in run.network.named_parameters()}
    run.step(batch)
    return {name for name, weight in run.network.named_parameters() if not torch.equal(weight, before[name])}


def test_a_stage_teaches_all_that_its_pictures_come_from_and_nothing_else(people, vgg):
    run = new(small_paper(losses=replace(PiseWeights(), style=1.0)), features=vgg)
    batch = next(run.batches(people, 0))
    weights = {name for name, _ in run.network.named_parameters() if not name.startswith(("imgenc.", UNREAD))}
    spatial = {name for name in weights if name.startswith(SPATIAL)}
    assert len(spatial) == 2 + 2 + 2 + 8
    assert moved(run, batch) == weights - spatial  # features like VGG-19's, no spatial part
    assert spatial & moved(run, batch) == spatial  # and then it comes in


def test_pictures_from_generated_maps_leave_the_parsing_generator_alone(people):
    def gradients(losses: PiseWeights) -> dict[str, torch.Tensor]:
        run = new(small(stages=(TrainingStage(generated=1.0),), losses=losses))
        batch = next(run.batches(people, 0))
        done = run.objective.learn(run.parallel, run.objective.parts(batch, ALONE, 1)[0], 0, None)
        done.terms["total"].backward()
        read = [(name, weight) for name, weight in run.network.named_parameters() if UNREAD not in name]
        return {name: weight.grad for name, weight in read if name.startswith("parnet.")}

    losses = small().losses
    both, maps = gradients(losses), gradients(replace(losses, reconstruction=0.0, matching=0.0))
    assert all(torch.equal(both[name], maps[name]) for name in maps)
    assert maps["parnet.parout.conv1.weight"].any()


def test_a_share_of_the_pictures_is_drawn_from_generated_maps(people):
    run = new(small())
    batch = next(run.batches(people, 0))
    true_BRHW = one_hot(batch.target_parsing_BHW)
    with torch.no_grad():
        output = BothGenerators(run.network)(*inputs(batch), true_BRHW, generated=3)
    maps_BRHW = output.drawn.parsing_BRHW
    assert torch.equal(maps_BRHW[:3], pise.hardened(output.generated_BRHW[:3]))
    assert torch.equal(maps_BRHW[3:], true_BRHW[3:]) and not torch.equal(maps_BRHW[:3], true_BRHW[:3])
    asked = []
    run.parallel = lambda *given, **options: (
        asked.append(options) or BothGenerators(run.network)(*given, **options)
    )
    for run.samples in (12, 16):
        run.objective.learn(run.parallel, (batch, torch.ones(4, 1, 32, 32)), run.samples, None)
    assert [options["generated"] for options in asked] == [0, 2]


def test_the_papers_terms_are_what_they_say(people, vgg):
    run = new(small_paper(), features=vgg)
    batch = next(run.batches(people, 0))
    (part,) = run.objective.parts(batch, ALONE, 1)
    done = run.objective.learn(run.parallel, part, 0, run.adversary)
    with torch.no_grad():
        network = run.network.train()
        drawn = network(*inputs(batch), one_hot(batch.target_parsing_BHW), spatial=False)
        seen_BChw = vgg(batch.target_BCHW)[3]  # relu3_1
        verdict = run.adversary.network(drawn.image_BCHW)
    torch.testing.assert_close(network.imgenc(batch.target_BCHW), seen_BChw)
    wanted = {
        "l1": 5 * F.l1_loss(drawn.image_BCHW, batch.target_BCHW),
        "correspondence": 30 * F.mse_loss(drawn.feature_BChw, seen_BChw),
        "adversarial": 2 * least_squares_generator_loss(verdict),
    }
    for name, value in wanted.items():
        assert done.terms[name].item() == pytest.approx(value.item(), rel=1e-3), name
    later = run.objective.learn(run.parallel, part, 4, run.adversary)
    assert set(done.terms) - set(later.terms) == {"correspondence"}
    assert set(later.terms) == {
        "total",
        "parsing",
        "parsing_l1",
        "l1",
        "perceptual",
        "style",
        "adversarial",
    }
    before = [weight.detach().clone() for weight in run.adversary.network.parameters()]
    assert "discriminator" in run.step(batch)
    assert any(not torch.equal(a, b) for a, b in zip(before, run.adversary.network.parameters(), strict=True))


def test_random_kernels_of_the_paper_are_orthogonal(vgg):
    network = new(small_paper(), features=vgg).network
    rows = network.res.model[2].weight.flatten(1)
    torch.testing.assert_close(rows @ rows.T, 0.25 * torch.eye(16), atol=1e-5, rtol=0)
    assert not network.res.model[2].bias.any()


def of_length(length: int) -> Run:
    return new(small(length=length, both_directions=True), accumulate=2)


@pytest.fixture(scope="module")
def straight(people, tmp_path_factory) -> dict:
    """The state of a run that was never stopped."""
    run = of_length(32)
    fit(run, people, tmp_path_factory.mktemp("straight"), console=Lines(lambda line: None))
    return run.state()


@pytest.mark.parametrize("stop", [4, 12])  # before and after the pictures grow
def test_stopping_and_going_on_changes_no_bit(people, straight, tmp_path, stop):
    fit(of_length(stop), people, tmp_path, console=Lines(lambda line: None))
    (path,) = checkpoint.checkpoints(tmp_path)
    second = of_length(32)
    second.restore(read_torch(path), path)
    fit(second, people, tmp_path, console=Lines(lambda line: None))
    assert second.samples == straight["samples"] == 32
    for part in ("network", "ema", "optimisers", "samples", "random"):
        assert same(second.state()[part], straight[part]), part


def test_it_learns(people):
    run = new(small(phases=(Phase((64, 48), 4, FOREVER),), augmentation=NONE))
    batch = next(run.batches(people, 0))
    terms = [run.step(batch) for _ in range(60)]
    for name in ("parsing", "parsing_l1", "reconstruction"):
        assert terms[-1][name] < 0.7 * terms[0][name], name

    assert [(part.first, part.end) for part in stages(new(small()))] == [(0, 8), (8, 16), (16, None)]


def test_recipes_that_cannot_be_trained_are_refused(vgg):
    with pytest.raises(ValueError, match="has none"):
        small(network=replace(OURS, parsing=()))
    with pytest.raises(ValueError, match="features of VGG-19"):
        small(stages=(TrainingStage(correspondence=True),))
    with pytest.raises(ValueError, match="no discriminator"):
        small(losses=PiseWeights())
    with pytest.raises(InputError, match="layers of VGG-19"):
        new(small_paper(network=replace(PAPERS, image=(4, 8, 12))), features=vgg)


@pytest.fixture
def small_recipes(monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "pise", lambda: replace(small(), losses=recipes.pise().losses))
    monkeypatch.setitem(recipes.RECIPES, "pise_paper", small_paper)


def fitted(data: Path, output: Path, *options: str, recipe: str = "pise") -> int:
    return main(["fit", recipe, "--data", str(data), "--output", str(output), "--device", "cpu", *options])


def test_the_commands_give_weights_that_a_run_goes_on_from(
    small_recipes, folder, make_stick_people, tmp_path, capsys
):
    make_stick_people(tmp_path / "held", range(1_000_000, 1_000_012))
    run, path = tmp_path / "run", tmp_path / "w.safetensors"
    options = ("--decay-over", "20", "--validation", str(tmp_path / "held"), "--features", "house")
    assert fitted(folder, run, *options) == 0
    said = capsys.readouterr().out
    assert "held_out" in said and "perceptual" in said and "matching" in said and "left out" not in said
    assert main(["export", str(run), "--output", str(path)]) == 0
    network, average = pise.load(path), read_torch(checkpoint.checkpoints(run)[-1])["ema"]
    assert network.config == OURS
    for name, value in network.state_dict().items():
        kept = average[name].half().float() if value.ndim > 1 else average[name]
        assert torch.equal(value, kept), name
    capsys.readouterr()
    on = tmp_path / "on"
    assert fitted(folder, on, "--start", str(path), "--decay-over", "4", "--features", "house") == 0
    assert "which has seen 20 samples" in capsys.readouterr().out
    state = read_torch(checkpoint.checkpoints(on)[-1])
    assert state["samples"] == 24 and [stretch["from"] for stretch in state["history"]] == [0, 20]
    pise.save(path, pise.Pise(replace(OURS, match=4)))
    assert fitted(folder, tmp_path / "other", "--start", str(path)) == 2
    said = capsys.readouterr().err
    assert "w.safetensors is of another network than recipe pise" in said and len(said.splitlines()) == 1
    assert main(["export", str(run), "--official", "--output", str(tmp_path / "w.pt")]) == 2
    assert "the paper's kind" in capsys.readouterr().err


def test_the_weights_in_the_box_are_what_a_run_of_the_recipe_goes_on_from():
    file, run = (
        weights.read(RESOURCES / "weights" / "pise.safetensors"),
        new(recipes.pise().without_features()),
    )
    run.begin_with(file)
    assert run.samples == file.card["samples"] and run.size == (256, 176)
    assert run.recipe.stage(run.samples) == recipes.pise().stages[-1]
    recipe = json.loads(json.dumps(recipes.pise().to_json()))
    # They went on from the first weights: of the recipe's phases that leaves the last.
    assert file.card["recipe"] == {**recipe, "phases": recipe["phases"][-1:]}
    assert "no photograph" in file.card["data"]


def test_photos_and_no_features_leave_terms_out_and_say_so(small_recipes, people, tmp_path, capsys):
    write_photos(tmp_path / "photos", people)
    assert fitted(tmp_path / "photos", tmp_path / "run", "--decay-over", "4") == 0
    said = capsys.readouterr().out
    assert "the perceptual and style terms are left out" in said and "no surface coordinates" in said
    state = read_torch(checkpoint.checkpoints(tmp_path / "run")[-1])
    losses = state["recipe"]["losses"]
    assert losses["perceptual"] == losses["style"] == losses["matching"] == 0 < losses["reconstruction"]


def test_the_papers_recipe_asks_for_vgg_in_one_sentence(small_recipes, folder, tmp_path, capsys):
    assert fitted(folder, tmp_path / "run", recipe="pise_paper") == 2
    said = capsys.readouterr().err
    assert "VGG-19 as --features FILE" in said and len(said.splitlines()) == 1
    (tmp_path / "vgg.pth").write_bytes(b"no weights")
    assert fitted(folder, tmp_path / "run", "--features", str(tmp_path / "vgg.pth"), recipe="pise_paper") == 2
    said = capsys.readouterr().err
    assert "vgg.pth" in said and len(said.splitlines()) == 1


def test_an_adversary_of_other_features_is_refused(vgg):
    losses = replace(small().losses, adversarial=1.0)
    recipe = small(losses=losses, through_features=True, discriminator=(16, 32, 64, 112))
    with pytest.raises(InputError, match="use --features house"):
        new(recipe, features=vgg)
