"""A run with all that the default recipe has goes on exactly, and does without surface coordinates."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.weights import read_torch
from train import recipes
from train.__main__ import main
from train.data.patches import patches_for
from train.data.people import People
from train.losses.patches import all_asked, distribution_term, extraction_term, patches_term, reduced
from train.objectives.nted import shared_asked
from train.objectives.pairs import parts
from train.run import checkpoint
from train.run.console import Lines
from train.run.loop import fit
from train.run.optimisers import KernelMuon
from train.run.state import Run

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, house, house_run, same, write_photos  # noqa: E402

QUIET = Lines(lambda line: None)
TERM = re.compile(r"patches \d")  # of a report


@pytest.fixture(scope="module")
def folder(make_stick_people, tmp_path_factory):
    return make_stick_people(tmp_path_factory.mktemp("data") / "people", range(7), surfaces=True)


@pytest.fixture(scope="module")
def people(folder):
    return People(folder)


def test_the_network_is_told_the_references_own_pose(people):
    run = house_run(ALONE, people)
    batch = next(run.batches(people, 0))
    asked, trained = [], run.parallel
    run.parallel = lambda *pictures: asked.append(pictures) or trained(*pictures)
    run.step(batch)
    wanted = batch.reference_BCHW, batch.target_planes_BPHW, batch.reference_planes_BPHW
    assert all(torch.equal(got, want) for got, want in zip(asked[0], wanted, strict=True))


def test_a_checkpoint_of_an_older_network_is_refused(people, tmp_path):
    run = house_run(ALONE, people)
    state = run.state()
    state["network"] = {key: value for key, value in state["network"].items() if "detail.conv" not in key}
    with pytest.raises(InputError, match="old.pt was made by another version of the network"):
        house_run(ALONE, people).restore(state, tmp_path / "old.pt")


def of_length(length: int, people) -> Run:
    return house_run(ALONE, people, accumulate=2, both_directions=True, length=length)


@pytest.fixture(scope="module")
def straight(people, tmp_path_factory) -> dict:
    """The state of a run that was never stopped."""
    run = of_length(32, people)
    assert isinstance(run.optimisers[1], KernelMuon)
    fit(run, people, tmp_path_factory.mktemp("straight"), console=QUIET)
    return run.state()


@pytest.mark.parametrize("stop", [12, 24])  # before and after the pictures grow
def test_stopping_and_going_on_changes_no_bit(people, straight, tmp_path, stop):
    fit(of_length(stop, people), people, tmp_path, console=QUIET)
    second = of_length(32, people)
    second.objective.patches = None
    (path,) = checkpoint.checkpoints(tmp_path)
    second.restore(read_torch(path), path)
    fit(second, people, tmp_path, console=QUIET)
    assert second.samples == straight["samples"] == 32
    for part in ("network", "ema", "optimisers", "patches", "samples", "random"):
        assert same(second.state()[part], straight[part]), part


def test_the_parts_of_a_batch_have_its_mean(people):
    run = house_run(ALONE, people)
    batch = next(run.batches(people, 0))
    with torch.no_grad():
        output = run.network(batch.reference_BCHW, batch.target_planes_BPHW)
    told = output.extraction[::2], output.distribution_logits[::2]
    reference = batch.reference_surface_B3HW, batch.reference_parsing_BHW
    target = batch.target_surface_B3HW, batch.target_parsing_BHW
    terms = []
    for extraction, logits in zip(*told, strict=True):
        patches = run.objective.patches[8]
        here, there = reduced(*reference, extraction.shape[-2:]), reduced(*target, logits.shape[-2:])
        terms.append(
            extraction_term(extraction, patches, patches.of_pixels(*here), here[1])
            + distribution_term(logits, patches, patches.of_pixels(*there))
        )
    for count in (1, 2):
        asked = shared_asked(batch, run.recipe.network, run.objective.patches, ALONE, count)
        pieces = [
            patches_term(
                [e[i::count] for e in output.extraction],
                [d[i::count] for d in output.distribution_logits],
                run.objective.patches,
                piece,
                asked,
            )
            for i, (piece, _) in enumerate(parts(batch, batch.target_parsing_BHW, count))
        ]
        assert torch.stack(pieces).mean().item() == pytest.approx(torch.stack(terms).mean().item(), rel=1e-5)
    halves = [
        all_asked(half, run.recipe.network.levels, run.objective.patches)
        for half, _ in parts(batch, batch.target_BCHW, 2)
    ]
    assert not torch.equal(*halves)  # else the mean of the parts' own means would do


def test_patches_are_made_from_the_people_whose_surface_is_told(folder, make_stick_people, tmp_path):
    plain = make_stick_people(tmp_path / "plain", range(50, 93), size=(64, 44))
    both, alone = People([plain, folder]), People(folder)
    assert both.surfaces and alone.surfaces and not People(plain).surfaces
    assert not People(folder, surfaces=False).surfaces
    first, second = (patches_for(data, {8}, "data")[8] for data in (both, alone))
    assert same(vars(first), vars(second))


@pytest.fixture
def small_default(monkeypatch):
    monkeypatch.setitem(recipes.RECIPES, "default", house)


def fitted(data: Path, output: Path, *options: str) -> int:
    return main(["fit", "default", "--data", str(data), "--output", str(output), "--device", "cpu", *options])


def test_photos_train_without_patches_and_say_so(small_default, people, folder, tmp_path, capsys):
    write_photos(tmp_path / "photos", people)
    run = tmp_path / "run"
    assert fitted(tmp_path / "photos", run, "--decay-over", "4") == 0
    said = capsys.readouterr().out
    assert f"{tmp_path / 'photos'}: has no surface coordinates" in said and not TERM.search(said)
    state = read_torch(checkpoint.checkpoints(run)[-1])
    assert state["patches"] == {} and state["recipe"]["losses"]["patches"] == 0
    assert state["recipe"]["network"]["detail"] == 0
    assert fitted(tmp_path / "photos", run, "--decay-over", "4") == 0  # and goes on
    capsys.readouterr()
    # rendered people first, then one's own photos: the patches stay known, nothing is taught of them
    run = tmp_path / "rendered first"
    assert fitted(folder, run, "--decay-over", "4") == 0
    said = capsys.readouterr().out
    assert "surface coordinates" not in said and TERM.search(said)
    assert fitted(tmp_path / "photos", run, "--decay-over", "4") == 0
    said = capsys.readouterr().out
    assert "has no surface coordinates" in said and not TERM.search(said)
    state = read_torch(checkpoint.checkpoints(run)[-1])
    assert set(state["patches"]) == {8} and state["samples"] == 8
    assert state["recipe"]["network"]["detail"] == 8 and state["recipe"]["losses"]["places"] == 0


def test_too_few_people_for_the_patches_are_one_sentence(small_default, make_stick_people, tmp_path, capsys):
    alone = make_stick_people(tmp_path / "alone", range(1), surfaces=True)  # in trousers
    assert fitted(alone, tmp_path / "run") == 2
    said = capsys.readouterr().err
    assert str(alone) in said and "dress or skirt" in said and len(said.splitlines()) == 1


def test_a_damaged_record_is_skipped_for_the_patches_too_where_that_is_asked_for(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (shard,) = copy.glob("*.tar")
    data = shard.read_bytes()
    place = data.index(b"\x89PNG", data.index(b"0000002_1.parsing.png"))
    shard.write_bytes(data[:place] + b"\0" + data[place + 1 :])
    with pytest.raises(InputError, match="0000002_1.parsing.png"):
        patches_for(People(copy), {8}, "data")
    assert len(patches_for(People(copy, skip_damaged=True), {8}, "data")[8].classes_K) == 8


def test_blank_surfaces_are_one_sentence(folder):
    with pytest.raises(InputError, match="data: no picture has surface coordinates"):
        patches_for(People(folder, surfaces=False), {8}, "data")
