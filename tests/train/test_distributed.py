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
from engine.paths import RESOURCES
from engine.weights import read_torch
from train import checkpoint
from train.__main__ import end
from train.data.people import People
from train.stream import batches
from train.world import World

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, small_run  # noqa: E402

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


def trained(world: World, people: People, accumulate: int = 1) -> dict:
    """The state after a few steps: with this betas[0] of 0, Adam's first moments are the last gradients."""
    run = small_run(world, accumulate)
    for _, batch in zip(range(STEPS), batches(run, people, 0), strict=False):
        run.step(batch)
    return run.state()


def apart(a: dict, b: dict) -> float:
    """The largest relative distance of two states' gradients and weights, tensor by tensor."""
    pairs = [
        (mine[key], yours[key])
        for mine, yours in zip(tensors(a), tensors(b), strict=True)
        for key in mine
        if mine[key].is_floating_point() and mine[key].dim()
    ]
    return max(((x - y).norm() / x.norm().clamp(min=1e-6)).item() for x, y in pairs)


def tensors(state: dict) -> list[dict]:
    adversary = state["adversary"]
    moments = [*state["optimiser"]["state"].values(), *adversary["optimiser"]["state"].values()]
    return [state["network"], state["ema"], adversary["network"], *moments]


def test_two_processes_equal_one_with_the_double_batch(stick_people, tmp_path):
    done = torchrun(__file__, str(stick_people), str(tmp_path / "two.pt"))
    assert done.returncode == 0, done.stderr
    two = torch.load(tmp_path / "two.pt", weights_only=True)
    one = trained(ALONE, People(stick_people))
    assert two["samples"] == one["samples"] == STEPS * 8
    assert apart(one, two) < 1e-3
    assert apart(one, trained(ALONE, People(stick_people), accumulate=2)) < 1e-3


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
    done = torchrun("-m", "train", *arguments)
    assert done.returncode == 0, done.stderr
    assert len(re.findall("4 samples", done.stdout)) == 1
    (path,) = checkpoint.checkpoints(tmp_path / "run")
    assert read_torch(path)["samples"] == 4
    assert len((tmp_path / "run" / "log.csv").read_text().splitlines()) == 2


def test_a_batch_that_does_not_divide_is_refused():
    assert World(torch.device("cpu"), 1, 4).share(8) == 2
    with pytest.raises(InputError, match="8 cannot be shared by 3 processes"):
        World(torch.device("cpu"), 0, 3).share(8)
    with pytest.raises(InputError, match="4 pairs cannot be split into 3"):
        small_run(ALONE, accumulate=3)


if __name__ == "__main__":
    world = World.join("cpu")
    state = trained(world, People(sys.argv[1]))
    if world.first:
        torch.save(state, sys.argv[2])
    world.leave(together=True)
    end(0)
