"""Losses of the parsing network, its run, and the command from training to weights."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from engine import parsing
from engine import weights as weights_files
from engine.cv import cv2
from engine.errors import InputError
from engine.features import load_house
from engine.models import parser as parser_model
from engine.models.parser import Parser, ParserConfig
from engine.models.parser.decode import keypoints
from engine.models.parser.network import ParserOutput
from engine.regions import ARMS_UNKNOWN, LEFT_ARM, RIGHT_ARM
from engine.weights import read_torch
from train import recipes
from train.__main__ import main
from train.commands.parser import export as export_module
from train.commands.parser import fit as fit_module
from train.data.parsing.crowd import Crowd
from train.data.parsing.samples import PLAIN, Batch, Stream
from train.losses.house import load_features
from train.losses.parsing import (
    Weights,
    arms_loss,
    beneath_loss,
    losses,
    place_loss,
    place_targets,
    seen_loss,
    surface_loss,
)
from train.metrics.parsing import Counts, fixed_batches, measured
from train.objectives import objective_of
from train.objectives.parser import ParserObjective, ParserRecipe
from train.run import checkpoint
from train.run.recipe import FOREVER, Phase
from train.run.state import Run
from train.run.world import World
from train.sheets import write_sheet

SMALL = replace(
    recipes.parser(),
    network=ParserConfig((4, 8, 8, 8, 8), (1, 1, 1), (1, 1)),
    phases=(Phase((32, 32), 4, 8), Phase((64, 48), 4, FOREVER)),
    warm_up=8,
)


def new(recipe: ParserRecipe = SMALL) -> Run:
    return Run.new(recipe, World(torch.device("cpu")))


def joints(*rows: tuple[float, float, float]) -> torch.Tensor:
    table = torch.zeros(1, 18, 3)
    for index, row in enumerate(rows):
        table[0, index] = torch.tensor(row)
    return table


def test_targets_are_probabilities_and_decode_to_the_joint():
    truth = joints((21.0, 33.5, 2), (12.0, 50.0, 1))
    target = place_targets(truth, (16, 12))
    torch.testing.assert_close(target.sum(2), torch.ones(1, 18))
    assert (target[0, 2:, -1] == 1).all() and (target[0, :2, -1] == 0).all()
    heat = target[..., :-1].clamp_min(1e-9).log().unflatten(2, (16, 12)) + 12
    heat[0, 2:] = -30
    empty = torch.zeros(1, 3, 64, 48)
    found = keypoints(ParserOutput(empty, heat, torch.ones_like(heat), empty, empty, empty))
    torch.testing.assert_close(found[0, :2, :2], truth[0, :2, :2], atol=1.0, rtol=0)
    assert (found[0, 2:] == 0).all()


def test_place_loss_is_zero_at_the_truth_only():
    truth = joints((21.0, 33.5, 2), (30.0, 10.0, 1))
    target = place_targets(truth, (16, 12))
    exact = target[..., :-1].clamp_min(1e-12).log().unflatten(2, (16, 12))
    exact = exact - target[..., -1:].clamp_min(1e-12).log()[..., None]
    assert place_loss(exact, truth).item() == pytest.approx(0, abs=1e-4)
    assert place_loss(torch.zeros(1, 18, 16, 12), truth) > 1


def test_seen_loss_looks_at_joints_that_are_there():
    logits = torch.full((1, 18, 16, 12), -9.0)
    logits[0, 0, 8, 5] = 9.0
    truth = joints((21.0, 33.5, 2), (30.0, 10.0, 1))
    assert seen_loss(logits, truth) < 0.01
    assert seen_loss(-logits, truth) > 5
    assert seen_loss(logits, joints()) == 0


def told(beneath: int, *arms: int) -> torch.Tensor:
    """A picture's arms, uint8 [1, 4, 4]: one class beneath, of whose first pixels some are arms'."""
    code = torch.full((1, 16), beneath, dtype=torch.uint8)
    code[0, : len(arms)] += torch.tensor(arms, dtype=torch.uint8)
    return code.view(1, 4, 4)


def test_what_is_beneath_counts_twice_where_an_arm_is_and_not_where_it_is_unknown():
    even = torch.zeros(1, 8, 4, 4)
    assert beneath_loss(even, told(3)) == pytest.approx(np.log(8), rel=1e-5)
    assert beneath_loss(even, told(3, RIGHT_ARM)) == pytest.approx(2 * np.log(8), rel=1e-5)
    right = even.clone()
    right[:, 3] = 20.0
    assert beneath_loss(right, told(3, RIGHT_ARM, LEFT_ARM)) < 1e-6 < beneath_loss(right, told(5))
    assert beneath_loss(right, torch.full((1, 4, 4), ARMS_UNKNOWN, dtype=torch.uint8)) == 0


def test_each_arm_has_its_own_side():
    code = told(0, RIGHT_ARM, LEFT_ARM, RIGHT_ARM + LEFT_ARM)
    exact = torch.full((1, 2, 4, 4), -20.0)
    exact[0, 0, 0, [0, 2]] = exact[0, 1, 0, [1, 2]] = 20.0
    assert arms_loss(exact, code) < 1e-6
    assert arms_loss(exact.flip(1), code) > 1
    assert arms_loss(exact.flip(1), torch.full((1, 4, 4), ARMS_UNKNOWN, dtype=torch.uint8)) == 0


def test_surface_loss_ignores_what_has_no_label():
    found = torch.zeros(1, 3, 2, 2, requires_grad=True)
    target = torch.full((1, 3, 2, 2), torch.nan)
    assert surface_loss(found, target) == 0
    target[0, :, 0, 0] = 0.5
    loss = surface_loss(found, target)
    assert loss.item() == pytest.approx(0.5)
    loss.backward()
    assert torch.isfinite(found.grad).all() and (found.grad[0, :, 1] == 0).all()


def a_run(crowd: Crowd, steps: int, run: Run | None = None) -> Run:
    run = run or new()
    for _, batch in zip(range(steps), run.batches(crowd, 0), strict=False):
        run.step(batch)
    return run


@pytest.fixture(scope="module")
def crowd(stick_people):
    return Crowd([stick_people])


def test_resume_is_bit_for_bit(crowd, tmp_path):
    """Over the change of size as well."""
    whole = a_run(crowd, 4)
    half = a_run(crowd, 2)
    path = checkpoint.save(tmp_path, half.samples, half.state())
    resumed = new(replace(SMALL, seed=9))
    resumed.restore(read_torch(path), path)
    resumed.objective.recipe = SMALL
    a_run(crowd, 2, resumed)
    for part in ("network", "ema"):
        for name, value in getattr(whole, part).state_dict().items():
            assert torch.equal(value, getattr(resumed, part).state_dict()[name]), name


def test_another_networks_checkpoint_is_told(crowd, tmp_path):
    run = new()
    path = checkpoint.save(tmp_path, 0, run.state())
    with pytest.raises(InputError, match="another network"):
        new(recipes.parser()).restore(read_torch(path), path)


def test_learning_rate_warms_up_and_decays():
    run = new()
    assert run.learning_rate() == pytest.approx(SMALL.learning_rate / 8)
    run.samples, run.decay_from, run.decay_to = 150, 100, 200
    assert run.learning_rate() == pytest.approx(SMALL.learning_rate / 2)
    run.samples = 200
    assert run.learning_rate() == 0 and run.finished


def test_a_loss_that_is_no_number_stops_the_run(crowd):
    run = new()
    batch = next(Stream(crowd, (32, 32)).batches(4))
    batch.image_BCHW[0, 0, 0, 0] = torch.nan
    with pytest.raises(FloatingPointError, match="0 samples"):
        run.step(batch)


def test_it_learns(crowd):
    torch.manual_seed(0)
    run = new(replace(SMALL, learning_rate=1e-2))
    batch = next(Stream(crowd, (64, 48), PLAIN).batches(4))
    first = run.step(batch)
    for _ in range(40):
        last = run.step(batch)
    assert last["total"] < 0.5 * first["total"]
    assert last["regions"] < 0.6 * first["regions"]


class Perfect(torch.nn.Module):
    """Answers with the labels themselves."""

    def __init__(self, batch: Batch):
        super().__init__()
        self.batch = batch

    def forward(self, picture_BCHW, joints_BJ3=None):
        batch = self.batch
        logits = 20 * torch.nn.functional.one_hot(batch.parsing_BHW, 8).permute(0, 3, 1, 2).float()
        height, width = picture_BCHW.shape[2] // 4, picture_BCHW.shape[3] // 4
        target = place_targets(batch.keypoints_BJ3, (height, width))
        absent = target[..., -1:].clamp_min(1e-6)
        heat = (target[..., :-1].clamp_min(1e-9) / absent).log().unflatten(2, (height, width))
        seen = torch.where(batch.keypoints_BJ3[..., 2] == 2, 1.0, -1.0)[..., None, None].expand_as(heat)
        surface = torch.nan_to_num(batch.surface_B3HW)
        code_BHW = batch.arms_BHW.long()
        beneath = 20 * torch.nn.functional.one_hot(code_BHW % RIGHT_ARM, 8).permute(0, 3, 1, 2).float()
        arms = torch.stack([code_BHW & RIGHT_ARM, code_BHW & LEFT_ARM], 1).float() - 1
        return ParserOutput(logits, heat, seen, surface, beneath, arms)


def test_measures_of_the_truth_and_of_nothing(crowd):
    ((batch, whole), *_) = fixed_batches(crowd, (64, 48), 4)
    batch = replace(
        batch,
        surface_B3HW=torch.where(batch.parsing_BHW[:, None] > 0, 0.25, torch.nan).repeat(1, 3, 1, 1),
        arms_BHW=(batch.parsing_BHW + RIGHT_ARM * (batch.parsing_BHW == 6)).byte(),
    )
    perfect = Counts()
    perfect.add(Perfect(batch), batch, whole)
    figures = perfect.figures()
    assert figures["mIoU"] == 1 and figures["joints found"] == 1 and figures["joints invented"] == 0
    assert figures["joint px"] < 1 and figures["state right"] == 1 and figures["surface dm"] == 0
    assert figures["joint % of height"] < 2
    assert figures["IoU of each arm"] == figures["right beneath arms"] == 1
    off = Counts()
    wrong = Perfect(
        replace(
            batch,
            parsing_BHW=torch.zeros_like(batch.parsing_BHW),
            surface_B3HW=batch.surface_B3HW + 1 / 9,
            arms_BHW=torch.full_like(batch.arms_BHW, LEFT_ARM),
        )
    )
    off.add(wrong, batch, whole)
    figures = off.figures()
    assert figures["IoU upper clothes"] == 0
    assert figures["IoU of each arm"] == figures["right beneath arms"] == 0
    assert figures["surface dm"] == pytest.approx(3**0.5, rel=1e-3)


def test_fixed_batches_are_the_same_every_time(crowd):
    network = Parser(SMALL.network).eval()
    assert measured(network, fixed_batches(crowd, (64, 48), 6)) == measured(
        network, fixed_batches(crowd, (64, 48), 6)
    )


def test_losses_sum_to_the_total(crowd):
    batch = next(Stream(crowd, (64, 48), PLAIN).batches(2))
    terms = losses(Parser(SMALL.network)(batch.image_BCHW), batch, Weights())
    assert terms["total"].item() == pytest.approx(sum(v.item() for k, v in terms.items() if k != "total"))


@pytest.fixture(scope="module")
def trained(stick_people, tmp_path_factory):
    """A run by the command, its weights and its report."""
    folder = tmp_path_factory.mktemp("parser")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recipes, "parser", lambda: SMALL)
        run, data = str(folder / "run"), str(stick_people)
        fitting = ["parser", "fit", "--data", data, "--validation", data, "--output", run]
        assert main([*fitting, "--decay-over", "12"]) == 0
        assert main(fitting) == 0  # done already: says so by stopping at once
    weights = folder / "parser.safetensors"
    assert main(["parser", "export", run, "--data", data, "--output", str(weights), "--best"]) == 0
    return folder, weights


def test_the_command_trains_and_logs(trained):
    folder, _ = trained
    assert checkpoint.checkpoints(folder / "run")[-1].name == "checkpoint-0000000012.pt"
    header = (folder / "run" / "validation.csv").read_text().splitlines()[0]
    assert "mIoU" in header and "hard mIoU" in header


def test_its_run_is_not_exported_as_a_model_that_poses_people(trained, tmp_path, capsys):
    folder, _ = trained
    assert main(["export", str(folder / "run"), "--output", str(tmp_path / "w.safetensors")]) == 2
    assert "is of the parsing network, which has an export of its own" in capsys.readouterr().err


def test_the_mean_with_other_weights_is_exported(trained, stick_people, tmp_path):
    folder, weights = trained
    moved, mean = tmp_path / "moved.safetensors", tmp_path / "mean.safetensors"
    other = parser_model.load(weights, folded=False)
    with torch.no_grad():
        for value in other.parameters():
            value += 0.125
    parser_model.save(moved, other)
    options = [str(folder / "run"), "--data", str(stick_people), "--best", "--output", str(mean)]
    assert export_module.run([*options, "--mean-with", str(moved)]) == 0
    theirs = parser_model.load(weights, folded=False).state_dict()
    half = parser_model.load(mean, folded=False)
    for name, value in half.named_parameters():
        assert torch.allclose(value, theirs[name] + 0.0625, atol=2e-3)
    assert weights_files.read(mean).card["mean with"] == weights_files.sha256(moved)


def test_the_model_of_a_run_is_found_by_its_name():
    assert objective_of("parser") is ParserObjective and objective_of(None) is objective_of("nted")
    with pytest.raises(InputError, match="The model vae is none that is trained here"):
        objective_of("vae")


def test_exported_weights_parse_and_give_features(trained):
    _, path = trained
    network = parser_model.load(path)
    assert parsing.parse(np.zeros((50, 40, 3), np.uint8), network).regions_HW.shape == (50, 40)
    features = load_features(str(path))
    picture = torch.rand(2, 3, 64, 48) * 2 - 1
    maps = features(picture.requires_grad_())
    assert [tuple(found.shape[2:]) for found in maps] == [(64, 48), (32, 24), (16, 12), (8, 6), (4, 3)]
    sum(found.mean() for found in maps).backward()
    assert picture.grad.abs().sum() > 0
    assert not any(p.requires_grad for p in features.parameters())


def test_features_need_their_sizes(trained, tmp_path):
    _, path = trained
    bare = tmp_path / "bare.safetensors"
    parser_model.save(bare, parser_model.load(path, folded=False))
    with pytest.raises(InputError, match="bare.safetensors lacks the sizes"):
        load_house(bare)


def test_evaluate_writes_a_report(trained, stick_people, tmp_path, capsys):
    _, path = trained
    command = ["parser", "evaluate", "--weights", str(path), "--data", str(stick_people), "--views", "4"]
    assert main([*command, "--output", str(tmp_path)]) == 0
    report = json.loads((tmp_path / "report.json").read_text())
    assert report["views"] == 4 and 0 <= report["plain"]["mIoU"] <= 1
    assert (tmp_path / "sheet.png").exists() and "| mIoU |" in capsys.readouterr().out


def test_wrong_use_is_told(capsys, stick_people, tmp_path):
    assert main(["parser"]) == 2 and "fit" in capsys.readouterr().err
    assert main(["parser", "-h"]) == 0
    bad = ["parser", "fit", "--data", str(stick_people), "--output", str(tmp_path), "--decay-over", "0"]
    assert main(bad) == 2 and "--decay-over 0" in capsys.readouterr().err
    none = [
        "parser",
        "export",
        str(tmp_path / "none"),
        "--data",
        str(stick_people),
        "--output",
        str(tmp_path / "w"),
    ]
    assert main(none) == 2


def test_look_draws_photographs_of_any_shape(trained, tmp_path):
    _, path = trained
    photos = []
    for index, size in enumerate([(60, 40), (40, 90)]):
        photos.append(str(tmp_path / f"{index}.png"))
        write_sheet(tmp_path / f"{index}.png", np.full((*size, 3), 99, np.uint8))
    sheet = tmp_path / "sheet.png"
    assert main(["parser", "look", *photos, "--weights", str(path), "--output", str(sheet)]) == 0
    assert cv2.imread(str(sheet)).shape[0] > 2 * 384
    assert main(["parser", "look", "none.png", "--weights", str(path)]) == 2


def test_what_cannot_be_is_one_sentence(tmp_path, monkeypatch):
    data = ["--data", str(tmp_path / "people"), "--output", str(tmp_path / "run")]
    for options, sentence in (
        (["--device", "foo"], "--device foo: training runs on cpu or cuda"),
        (["--time-budget", "nan"], "--time-budget nan: needs a time"),
        (["--save-every", "-1"], "--save-every -1.0: needs a time"),
    ):
        with pytest.raises(InputError, match=sentence):
            fit_module.run([*data, *options])
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(InputError, match="without torchrun"):
        fit_module.run(data)


def test_the_run_of_another_network_is_not_exported(tmp_path):
    path = tmp_path / "checkpoint-0000000001.pt"
    whole = {"network": {}, "ema": {}, "samples": 1, "decay": [None, None], "history": []}
    torch.save({"recipe": {"network": {"levels": []}}, **whole}, path)
    with pytest.raises(InputError, match="0001.pt is of another network than the parser's"):
        export_module.run([str(path), "--data", str(tmp_path), "--output", str(tmp_path / "w.safetensors")])
