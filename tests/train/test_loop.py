"""A run learns, stops, goes on exactly, and loses nothing when the disk or a number fails it."""

from __future__ import annotations

import csv
import dataclasses
import os
import signal

import pytest
import torch

from engine.errors import InputError
from engine.models import nted
from train import checkpoint
from train.__main__ import main
from train.data.people import People
from train.loop import fit
from train.state import Run
from train.console import Lines
from train.world import World
from train.recipes import FOREVER, Phase, tiny

ALONE = World(torch.device("cpu"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory, make_stick_people):
    return make_stick_people(tmp_path_factory.mktemp("data"), range(12), size=(128, 88))


@pytest.fixture(scope="module")
def people(folder):
    return People(folder)


def short(samples: int, **changes) -> Run:
    """A tiny run that ends after `samples` with a constant learning rate before."""
    return ended(Run.new(dataclasses.replace(tiny(), **changes), ALONE), samples)


def ended(run: Run, samples: int) -> Run:
    run.decay_from, run.decay_to = samples - 1, samples
    return run


def quiet(run: Run, people: People, folder, **options) -> None:
    fit(run, people, folder, console=Lines(lambda line: None), **options)


def test_stopping_and_going_on_changes_no_bit(people, tmp_path):
    straight = short(20)
    quiet(straight, people, tmp_path / "straight")
    first = short(20)
    first.decay_from = first.decay_to = None
    quiet(first, people, tmp_path / "broken", time_budget=0)  # one step, in the first phase
    assert 0 < first.samples < 8
    second = short(20)
    path = checkpoint.checkpoints(tmp_path / "broken")[-1]
    second.restore(checkpoint.load(path), path)
    quiet(ended(second, 20), people, tmp_path / "broken")
    assert second.samples == straight.samples == 20
    for a, b in ((second.network, straight.network), (second.ema, straight.ema)):
        assert all(torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True))


def test_it_learns(people, tmp_path):
    run = short(160, phases=(Phase((64, 48), 4, FOREVER),))
    quiet(run, people, tmp_path, report_every=0)
    rows = list(csv.DictReader((tmp_path / "log.csv").open()))
    losses = [float(row["reconstruction"]) for row in rows]
    assert len(losses) == 40 and sum(losses[-5:]) < 0.8 * sum(losses[:5])


def test_the_newest_checkpoints_are_kept_and_a_failed_write_leaves_them(people, tmp_path, monkeypatch):
    run = short(12)
    quiet(run, people, tmp_path, save_every=0)
    kept = checkpoint.checkpoints(tmp_path)
    assert len(kept) == checkpoint.KEEP

    def full(state, file):
        file.write(b"half of it")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(torch, "save", full)
    with pytest.raises(InputError, match="No space left"):
        checkpoint.save(tmp_path, 99, run.state())
    assert checkpoint.checkpoints(tmp_path) == kept and not list(tmp_path.glob("*.tmp"))
    assert checkpoint.load(kept[-1])["samples"] == 12


def test_sigterm_finishes_the_step_and_saves(people, tmp_path):
    run = short(FOREVER)
    said = []

    def ask(line):
        said.append(line)
        os.kill(os.getpid(), signal.SIGTERM)

    fit(run, people, tmp_path, report_every=0, console=Lines(ask))
    assert len(said) == 2 and checkpoint.load(checkpoint.checkpoints(tmp_path)[-1])["samples"] == run.samples


def test_a_loss_that_is_no_number_stops_the_run(people, tmp_path):
    run = short(8)
    with torch.no_grad():
        run.network.target_image_renderer.convs[0].to_rgb.conv.bias.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="at 0 samples"):
        quiet(run, people, tmp_path)
    assert not checkpoint.checkpoints(tmp_path)


def test_learning_rate_warms_up_and_decays_to_zero():
    run = short(FOREVER)
    rate = run.recipe.learning_rate
    run.samples, run.decay_from, run.decay_to = 100, 100, 200
    assert run.learning_rate() == rate
    run.samples = 150
    assert run.learning_rate() == pytest.approx(rate / 2)
    run.samples = 200
    assert run.learning_rate() == 0 and run.finished
    run.samples, run.decay_from, run.decay_to = 0, None, None
    assert run.learning_rate() == pytest.approx(rate / run.recipe.warm_up)


def test_a_checkpoint_of_another_network_or_a_damaged_one_is_refused(people, tmp_path):
    run = short(4)
    quiet(run, people, tmp_path)
    path = checkpoint.checkpoints(tmp_path)[-1]
    other = Run.new(dataclasses.replace(tiny(), network=nted.default_256()), ALONE)
    with pytest.raises(InputError, match="another network"):
        other.restore(checkpoint.load(path), path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="cannot be read"):
        checkpoint.load(path)


def test_the_commands_fit_and_export_give_weights_the_engine_opens(folder, make_stick_people, tmp_path, capsys):
    run, weights = tmp_path / "run", tmp_path / "w.safetensors"
    make_stick_people(tmp_path / "held", range(1_000_000, 1_000_012), size=(128, 88))
    command = ["fit", "tiny", "--data", str(folder), "--output", str(run), "--device", "cpu", "--decay-over", "4"]
    assert main([*command, "--validation", str(tmp_path / "held")]) == 0
    assert len(list((run / "sheets").glob("*.png"))) == 1 and "held_out" in capsys.readouterr().out
    assert main(["export", str(run), "--output", str(weights)]) == 0
    network = nted.load(weights)
    assert network.config == tiny().network
    assert main(["fit", "tiny", "--data", str(tmp_path / "none"), "--output", str(run)]) == 2
    assert main(["export", str(tmp_path / "none"), "--output", str(weights)]) == 2
    assert main(["frobnicate"]) == 2
