"""Two processes are one process with the double batch."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.models import nted
from engine.paths import RESOURCES
from engine.weights import read_torch
from train.__main__ import end
from train.data.people import People
from train.objectives.pise import TrainingStage
from train.recipes import tiny
from train.run import checkpoint
from train.run.state import Run
from train.run.world import World

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, house_run, small_run  # noqa: E402
from test_pise_run import small as small_pise  # noqa: E402

ROOT = RESOURCES.parent
STEPS = 3


def torchrun(*arguments: str) -> subprocess.CompletedProcess:
    """Two processes of a script or module."""
    command = [
        sys.executable,
        "-m",
        "torch.distributed.run",
        "--standalone",
        "--nproc_per_node=2",
        *arguments,
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )


def trained(run: Run, people: People, steps: int) -> dict:
    for _, batch in zip(range(steps), run.batches(people, 0), strict=False):
        run.step(batch)
    return run.state()


def of_paper(world: World, people: People, accumulate: int = 1) -> dict:
    """The state after a few steps: with this betas[0] of 0, Adam's first moments are the last gradients."""
    return trained(small_run(world, accumulate), people, STEPS)


def of_house(world: World, people: People, accumulate: int = 1) -> dict:
    """The state after one step, its moments a share of the gradients. What Adam and Muon make of them is no
    measure: a gradient of nothing but float error is a whole step too."""
    return trained(house_run(world, people, accumulate), people, 1)


def of_pise(world: World, people: People) -> dict[str, torch.Tensor]:
    """The weights after a step of each of three stages."""
    stages = TrainingStage(4, spatial=False), TrainingStage(8), TrainingStage(generated=0.5)
    run = Run.new(small_pise(stages=stages), world, mixed=False)
    trained(run, people, len(stages))
    return {name: weight.detach() for name, weight in run.network.named_parameters()}


def apart(mine: list[dict], yours: list[dict]) -> float:
    """The largest relative distance of gradients and weights, tensor by tensor."""
    pairs = [
        (a[key], b[key])
        for a, b in zip(mine, yours, strict=True)
        for key in a
        if a[key].is_floating_point() and a[key].dim()
    ]
    return max(((x - y).norm() / x.norm().clamp(min=1e-6)).item() for x, y in pairs)


def moments(optimisers: list[dict]) -> list[dict]:
    return [moments for optimiser in optimisers for moments in optimiser["state"].values()]


def tensors(state: dict) -> list[dict]:
    adversary = state["adversary"]
    networks = [state["network"], state["ema"], adversary["network"]]
    return networks + moments([*state["optimisers"], adversary["optimiser"]])


@pytest.fixture
def one_thread():
    """As torchrun gives a process: with another number of threads convolutions round otherwise, and where two
    places are as good the parsing network finds the other one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def folder(make_stick_people, tmp_path_factory) -> Path:
    return make_stick_people(tmp_path_factory.mktemp("data") / "people", range(7), surfaces=True)


@pytest.fixture(scope="module")
def both(folder, tmp_path_factory) -> list[dict]:
    """What each of two processes came to: "paper" and "house", their states, and "pise", its weights."""
    output = tmp_path_factory.mktemp("two")
    done = torchrun(__file__, str(folder), str(output))
    assert done.returncode == 0, done.stderr
    return [torch.load(output / f"{rank}.pt", weights_only=True) for rank in range(2)]


def test_two_processes_equal_one_with_the_double_batch(folder, both, one_thread):
    people, two = People(folder), both[0]
    one = of_paper(ALONE, people)
    assert two["paper"]["samples"] == one["samples"] == STEPS * 8
    for other in (two["paper"], of_paper(ALONE, people, accumulate=2)):
        assert apart(tensors(one), tensors(other)) < 1e-3
    one = of_house(ALONE, people)
    assert two["house"]["samples"] == one["samples"] == 4
    for other in (two["house"], of_house(ALONE, people, accumulate=2)):
        assert apart(moments(one["optimisers"]), moments(other["optimisers"])) < 1e-4


def test_the_command_runs_under_torchrun_and_writes_once(stick_people, tmp_path):
    out = str(tmp_path / "run")
    arguments = [
        "fit",
        "tiny",
        "--data",
        str(stick_people),
        "--output",
        out,
        "--device",
        "cpu",
        "--decay-over",
        "4",
    ]
    nted.save(tmp_path / "start.safetensors", nted.Nted(tiny().network))
    start = ["--start", str(tmp_path / "start.safetensors")]
    done = torchrun("-m", "--", "train", *arguments, *start)
    assert done.returncode == 0, done.stderr
    assert len(re.findall("4 samples", done.stdout)) == 1
    (path,) = checkpoint.checkpoints(tmp_path / "run")
    assert read_torch(path)["samples"] == 4
    assert len((tmp_path / "run" / "log.csv").read_text().splitlines()) == 2


def test_processes_stay_alike_through_all_stages_of_pise(both):
    """With a stage whose spatial part is off: nobody waits for gradients that are not made."""
    one, two = (each["pise"] for each in both)
    assert one and all(torch.equal(one[name], two[name]) for name in one)


def test_a_batch_that_does_not_divide_is_refused():
    assert World(torch.device("cpu"), 1, 4).share(8) == 2
    with pytest.raises(InputError, match="8 cannot be shared by 3 processes"):
        World(torch.device("cpu"), 0, 3).share(8)
    with pytest.raises(InputError, match="4 pairs cannot be split into 3"):
        small_run(ALONE, accumulate=3)


if __name__ == "__main__":
    world = World.join("cpu")
    people, output = People(sys.argv[1]), Path(sys.argv[2])
    states = {
        "paper": of_paper(world, people),
        "house": of_house(world, people),
        "pise": of_pise(world, people),
    }
    torch.save(states, output / f"{world.rank}.pt")
    world.leave(together=True)
    end(0)
