"""A run learns, stops, goes on exactly, and loses nothing when the disk or a number fails it."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors import safe_open

from engine import weights
from engine.errors import InputError
from engine.models import nted
from engine.models.nted.official import load_official
from engine.weights import read_torch
from train.__main__ import main
from train.commands.export import chosen, provenance
from train.data.people import People
from train.recipes import tiny
from train.run import checkpoint
from train.run.console import Lines, Live, Report, console
from train.run.dryrun import stages
from train.run.log import Log
from train.run.loop import fit
from train.run.recipe import FOREVER, Phase
from train.run.state import Run
from train.run.validate import Validation
from train.run.world import World

sys.path.insert(0, str(Path(__file__).parent))
from small_run import write_photos  # noqa: E402

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
    second.restore(read_torch(path), path)
    quiet(ended(second, 20), people, tmp_path / "broken")
    assert second.samples == straight.samples == 20
    for a, b in ((second.network, straight.network), (second.ema, straight.ema)):
        assert all(
            torch.equal(x, y) for x, y in zip(a.state_dict().values(), b.state_dict().values(), strict=True)
        )


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
    assert read_torch(kept[-1])["samples"] == 12


def test_sigterm_finishes_the_step_and_saves(people, tmp_path):
    run = short(FOREVER)
    said = []

    def ask(line):
        said.append(line)
        os.kill(os.getpid(), signal.SIGTERM)

    fit(run, people, tmp_path, report_every=0, console=Lines(ask))
    assert len(said) == 2 and read_torch(checkpoint.checkpoints(tmp_path)[-1])["samples"] == run.samples


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


def test_a_decay_that_is_on_its_way_goes_on_when_it_is_asked_for_again():
    run = short(FOREVER)
    run.samples = 100
    run.decay_over(40)
    run.samples = 120
    run.decay_over(40)
    assert (run.decay_from, run.decay_to) == (100, 140)
    run.decay_over(60)
    assert (run.decay_from, run.decay_to) == (120, 180), "another length"
    run.samples = 180
    run.decay_over(60)
    assert (run.decay_from, run.decay_to) == (180, 240), "that one was at its end"


def test_a_checkpoint_of_another_network_or_a_damaged_one_is_refused(people, tmp_path):
    run = short(4)
    quiet(run, people, tmp_path)
    path = checkpoint.checkpoints(tmp_path)[-1]
    other = Run.new(dataclasses.replace(tiny(), network=nted.default_256()), ALONE)
    with pytest.raises(InputError, match="another network"):
        other.restore(read_torch(path), path)
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(InputError, match="cannot be read"):
        read_torch(path)


def test_the_commands_fit_and_export_give_weights_the_engine_opens(
    folder, make_stick_people, tmp_path, capsys
):
    run, weights = tmp_path / "run", tmp_path / "w.safetensors"
    make_stick_people(tmp_path / "held", range(1_000_000, 1_000_012), size=(128, 88))
    command = [
        "fit",
        "tiny",
        "--data",
        str(folder),
        "--output",
        str(run),
        "--device",
        "cpu",
        "--decay-over",
        "4",
    ]
    assert main([*command, "--validation", str(tmp_path / "held")]) == 0
    assert len(list((run / "sheets").glob("*.png"))) == 1 and "held_out" in capsys.readouterr().out
    assert main(["export", str(run), "--output", str(weights)]) == 0
    network = nted.load(weights)
    assert network.config == tiny().network
    assert main(["fit", "tiny", "--data", str(tmp_path / "none"), "--output", str(run)]) == 2
    assert main(["export", str(tmp_path / "none"), "--output", str(weights)]) == 2
    assert main(["frobnicate"]) == 2


def test_a_loss_that_is_no_number_stops_the_run_and_its_batch_is_kept(people, tmp_path):
    run = short(8)
    with torch.no_grad():
        run.network.target_image_renderer.convs[0].to_rgb.conv.bias.fill_(float("nan"))
    with pytest.raises(FloatingPointError, match="at 0 samples.*faulty-batch-0000000000-0.safetensors"):
        quiet(run, people, tmp_path)
    assert not checkpoint.checkpoints(tmp_path)
    with safe_open(tmp_path / "faulty-batch-0000000000-0.safetensors", "pt") as kept:
        expected = next(short(8).batches(people, 0))
        assert torch.equal(kept.get_tensor("reference_BCHW"), expected.reference_BCHW)
        (pairs,) = (json.loads(text) for key, text in kept.metadata().items() if key.startswith("index"))
        assert [pair[1] for pair in pairs] == [pair.person for pair in expected.pairs]


def test_the_best_checkpoint_outlives_the_newer_ones(people, tmp_path):
    errors = iter([float("nan"), 0.1, 0.2, 0.25, 0.4, 0.5])

    def validate(network):
        return Validation({"held_out": next(errors), "copied": 0.4}, np.zeros((8, 8, 3), np.uint8))

    quiet(short(12), people, tmp_path, save_every=0, validate=validate)
    path, error = checkpoint.best(tmp_path)
    assert error == 0.1 and read_torch(path)["samples"] == 4
    assert len(list(tmp_path.glob("best-*"))) == 1 and path.name not in {
        p.name for p in checkpoint.checkpoints(tmp_path)
    }
    rows = list(csv.DictReader((tmp_path / "validation.csv").open()))
    assert [row["held_out"] for row in rows] == ["nan", "0.1", "0.2", "0.25", "0.4", "0.5"]
    assert (
        chosen(tmp_path, best=True) == path
        and chosen(tmp_path, best=False).name == "checkpoint-0000000012.pt"
    )
    with pytest.raises(InputError, match="never validated"):
        chosen(tmp_path / "sheets", best=True)


def test_a_log_takes_on_new_columns(tmp_path):
    log = Log(tmp_path)
    log.scalars(8, {"total": 1.5, "speed": 2.0})
    log.scalars(16, {"total": 1.25, "speed": 2.0, "adversarial": 0.7})
    log.scalars(24, {"total": 1.0})
    log.close()
    lines = (tmp_path / "log.csv").read_text().split()
    assert lines == ["samples,total,speed,adversarial", "8,1.5,2,", "16,1.25,2,0.7", "24,1,,"]


def test_on_a_terminal_a_bar_moves_below_the_same_lines(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self):
            return True

    report = Report(16, 20, (64, 48), 3.0, {"total": 1.0})
    said = []
    monkeypatch.setattr(sys, "stdout", Terminal())
    with console(8, 20) as live:
        live.step(16)
        live.report(report)
        live.say("[not markup]")
    shown = sys.stdout.getvalue()
    assert isinstance(live, Live) and str(report) in shown and "[not markup]" in shown and "3.0/s" in shown
    with console(8, 20, speaks=False) as silent:
        silent.report(report)
    assert sys.stdout.getvalue() == shown
    with Lines(said.append) as plain:
        plain.step(16)
        plain.report(report)
    assert said == ["       16 samples  64x48    3.0/s  total 1.0000"]


def test_a_dry_run_says_what_the_run_would_cost_and_writes_nothing(folder, tmp_path, capsys):
    out = tmp_path / "run"
    command = [
        "fit",
        "tiny",
        "--data",
        str(folder),
        "--output",
        str(out),
        "--device",
        "cpu",
        "--dry-run",
        "1",
    ]
    assert main([*command, "--decay-over", "20"]) == 0
    said = capsys.readouterr().out
    assert all(
        word in said for word in ("64x48", "128x80", "samples/s", "hours to finish", "memory", "checkpoints")
    )
    assert not out.exists()
    assert main(command) == 0 and "h a million samples" in capsys.readouterr().out


def test_stages_of_a_run_end_where_its_cost_changes():
    run = short(FOREVER)
    assert [(s.first, s.end) for s in stages(run)] == [(0, 8), (8, FOREVER)]
    run.samples, run.decay_from, run.decay_to = 9, None, None
    assert [(s.first, s.end) for s in stages(run)] == [(9, None)]


def test_a_card_says_what_pictures_the_weights_come_from():
    assert provenance([{"from": 0}]) == provenance([{"studio": "2.1"}, {"studio": "2.1, 2.2"}])
    data, licence = provenance([{"studio": "2.1"}])
    assert "no photograph" in data and licence == "CC0-1.0"
    data, licence = provenance([{"studio": "2.1"}, {"studio": "DeepFashion"}, {"studio": "photos"}])
    assert "DeepFashion" in data and "no photograph" not in data and "non-commercial" in licence
    assert "CC0" not in provenance([{"studio": "photos"}])[1]


def test_weights_go_out_in_the_official_layout(people, tmp_path):
    quiet(short(2), people, tmp_path / "run")
    assert main(["export", str(tmp_path / "run"), "--official", "--output", str(tmp_path / "w.pt")]) == 0
    back = load_official(tmp_path / "w.pt").state_dict()
    (path,) = checkpoint.checkpoints(tmp_path / "run")
    assert all(torch.equal(back[key], value) for key, value in read_torch(path)["ema"].items())


def test_photos_in_folders_train_too(people, tmp_path, capsys):
    write_photos(tmp_path / "photos", people)
    out = tmp_path / "run"
    command = ["fit", "tiny", "--data", str(tmp_path / "photos"), "--output", str(out), "--device", "cpu"]
    assert main([*command, "--both-directions", "--batch", "4", "--decay-over", "16"]) == 0
    state = read_torch(checkpoint.checkpoints(out)[-1])
    assert state["samples"] == 16 and state["history"][0]["studio"] == "photos"
    assert {phase["batch"] for phase in state["recipe"]["phases"]} == {4}
    assert main(command) == 0 and "The run is done" in capsys.readouterr().out


def test_a_run_begins_with_weights_and_their_past(folder, people, tmp_path, capsys):
    write_photos(tmp_path / "photos", people)
    quiet(short(16), people, tmp_path / "first")
    start = tmp_path / "w.safetensors"
    assert main(["export", str(tmp_path / "first"), "--output", str(start)]) == 0
    own = ["fit", "tiny", "--data", str(tmp_path / "photos"), "--device", "cpu", "--start", str(start)]
    assert main([*own, "--output", str(tmp_path / "own"), "--decay-over", "8"]) == 0
    assert "which has seen 16 samples" in capsys.readouterr().out
    state = read_torch(checkpoint.checkpoints(tmp_path / "own")[-1])
    assert state["samples"] == 24 and [stretch["studio"] for stretch in state["history"]] == [
        "sticks",
        "photos",
    ]
    assert main([*own, "--output", str(tmp_path / "own")]) == 0  # not a second time
    assert "The run is done: 24 samples" in capsys.readouterr().out

    run = Run.new(tiny(), ALONE)
    run.begin_with(weights.read(start))
    trained = nted.load(start).state_dict()
    for network in (run.network, run.ema):
        assert all(torch.equal(network.state_dict()[key], value) for key, value in trained.items())
    assert run.learning_rate() == run.recipe.learning_rate / run.recipe.warm_up
    run.step(next(run.batches(people, 0)))
    moved, average = (dict(network.named_parameters()) for network in (run.network, run.ema))
    assert any(not torch.equal(value, trained[name]) for name, value in moved.items())
    for name, value in moved.items():  # the average's memory is as short as the run
        torch.testing.assert_close(average[name], value, atol=1e-3, rtol=0)

    bare = tmp_path / "bare.safetensors"
    nted.save(bare, nted.load(start))
    run.begin_with(weights.read(bare))
    assert run.recipe.phase(run.samples).size == (128, 80)  # not half size first
    assert run.samples == 0 and "CC0" not in provenance(run.history)[1]
    nted.save(bare, nted.load(start), {"samples": "many"})
    assert main([*own[:-1], str(bare), "--output", str(tmp_path / "other")]) == 2
    assert "bare.safetensors has damaged metadata" in capsys.readouterr().err
    nted.save(bare, nted.Nted(nted.default_256()))
    assert main([*own[:-1], str(bare), "--output", str(tmp_path / "other")]) == 2
    assert "bare.safetensors is of another network than recipe tiny" in capsys.readouterr().err


def test_numbers_that_make_no_sense_are_refused(folder, tmp_path, capsys):
    command = ["fit", "tiny", "--data", str(folder), "--output", str(tmp_path), "--device", "cpu"]
    for option in ("--accumulate", "--batch", "--clip", "--dry-run", "--decay-over"):
        assert main([*command, option, "0"]) == 2 and option in capsys.readouterr().err
    assert main([*command, "--accumulate", "2", "--workers", "-1"]) == 2
    assert main([*command, "--accumulate", "3"]) == 2 and "cannot be split into 3" in capsys.readouterr().err


def test_wrong_use_is_one_sentence(folder, people, tmp_path, capsys):
    def refused(word: str, *command: str) -> bool:
        code, said = main(list(command)), capsys.readouterr().err
        return code == 2 and word in said and len(said.splitlines()) == 1

    fit_tiny = ["fit", "tiny", "--data", str(folder), "--output"]
    run, weights, other = tmp_path / "run", str(tmp_path / "w.safetensors"), tmp_path / "other.pt"
    assert refused("--device nowhere", *fit_tiny, str(run), "--device", "nowhere")
    for option in ("--time-budget", "--save-every", "--report-every"):
        for value in ("-1", "nan"):
            assert refused(option, *fit_tiny, str(run), "--device", "cpu", option, value)
    other.write_bytes(b"a file")
    assert refused("is a file", *fit_tiny, str(other), "--device", "cpu")
    torch.save({"weight": torch.zeros(2)}, other)
    assert refused("no checkpoint", "export", str(other), "--output", weights)
    quiet(short(2), people, run)
    for report in ("{", "[]", "{}"):
        (tmp_path / "report.json").write_text(report)
        command = ["export", str(run), "--output", weights, "--evaluation", str(tmp_path / "report.json")]
        assert refused("report.json: is no report", *command)
    assert refused("none.json", *command[:-1], str(tmp_path / "none.json"))
    (path,) = checkpoint.checkpoints(run)
    state = read_torch(path)
    torch.save({**state, "recipe": {"network": {"widths": [8]}}}, path)
    assert refused("other than NTED", *fit_tiny, str(run), "--device", "cpu")
    assert refused("other than NTED", "export", str(run), "--output", weights)
    before = {key: value for key, value in state.items() if key not in ("optimisers", "patches")}
    torch.save({**before, "optimiser": state["optimisers"][0]}, path)  # as checkpoints once were
    assert refused("another optimiser", *fit_tiny, str(run), "--device", "cpu")
    network = dataclasses.replace(tiny().network, context=8)
    quiet(short(2, network=network), people, tmp_path / "context")
    assert refused("context", "export", str(tmp_path / "context"), "--official", "--output", weights)
