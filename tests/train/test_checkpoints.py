"""A damaged checkpoint is named, and the next older one is taken."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from engine.errors import InputError
from engine.paths import RESOURCES
from train.run import checkpoint

STATE = {
    "recipe": {"name": "tiny"},
    "network": {"a": torch.arange(3000.0)},
    "ema": {"a": torch.arange(3000.0)},
    "samples": 4,
    "decay": (None, None),
    "history": [],
}


@pytest.fixture
def run(tmp_path) -> Path:
    for samples in (10, 20, 30):
        checkpoint.save(tmp_path, samples, {**STATE, "samples": samples})
    return tmp_path


def cut(data: bytes) -> bytes:
    return data[: len(data) // 2]


def empty(data: bytes) -> bytes:
    return b""


def flipped(data: bytes) -> bytes:
    at = data.index(torch.arange(3000.0).numpy().tobytes()[4000:4400])
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


@pytest.mark.parametrize("damage", [cut, empty, flipped])
def test_a_damaged_newest_one_is_named_and_the_next_older_taken(run, damage):
    path = checkpoint.checkpoints(run)[-1]
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=path.name):
        checkpoint.read(path)
    found = checkpoint.newest(run)
    assert found.path.name == "checkpoint-0000000020.pt" and found.state["samples"] == 20
    [line] = found.lines()
    assert path.name in line and line.endswith("The next older one is taken, checkpoint-0000000020.pt.")
    checkpoint.put_aside(found.damaged)
    assert not path.exists() and checkpoint.newest(run).lines() == []


def test_no_flipped_bit_of_a_tensor_goes_unseen(run):
    path, rng = checkpoint.checkpoints(run)[-1], random.Random(6)
    whole = path.read_bytes()
    numbers = torch.arange(3000.0).numpy().tobytes()
    begin = whole.index(numbers)
    for _ in range(100):
        at = begin + rng.randrange(len(numbers))
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :])
        with pytest.raises(InputError, match="is damaged"):
            checkpoint.read(path)


def test_where_none_is_whole_the_newest_is_named(run):
    for path in checkpoint.checkpoints(run):
        path.write_bytes(b"")
    with pytest.raises(InputError, match="checkpoint-0000000030.pt"):
        checkpoint.newest(run)
    for path in checkpoint.checkpoints(run):
        path.unlink()
    assert checkpoint.newest(run) is None


@pytest.mark.parametrize("entry", [name for name in STATE if name != "recipe"])
def test_missing_entries_are_a_sentence(run, entry):
    path = checkpoint.checkpoints(run)[-1]
    for odd in ({key: value for key, value in STATE.items() if key != entry}, {**STATE, entry: "word"}):
        torch.save(odd, path)
        with pytest.raises(InputError, match=path.name):
            checkpoint.read(path)


def test_what_killed_writers_left_is_swept(run):
    for name in ("checkpoint-0000000040.pt.tmp", ".poseloom-00000000-1-00000000.part"):
        (run / name).write_bytes(b"half")
    checkpoint.save(run, 50, STATE)
    assert not list(run.glob("*.tmp"))


WRITER = """
import sys
from pathlib import Path
import torch
from train.run import checkpoint
state = {"recipe": {}, "network": {}, "ema": {"a": torch.zeros(300_000)}, "samples": 0}
state |= {"decay": (0, 0), "history": []}
for samples in range(1, 1_000_000):
    state["ema"]["a"] += 1
    checkpoint.save(Path(sys.argv[1]), samples, {**state, "samples": samples})
    print(samples, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="kills as POSIX does")
def test_a_writer_killed_at_any_moment_loses_at_most_the_checkpoint_it_is_on(tmp_path):
    """20 kills here; more by `tests/trust/kills.py`."""
    rng = random.Random(9)
    for _ in range(4):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path)],
            stdout=subprocess.PIPE,
            text=True,
            cwd=RESOURCES.parent,
        )
        said = [process.stdout.readline()]
        time.sleep(rng.uniform(0, 0.2))
        process.send_signal(signal.SIGKILL)
        said += process.communicate()[0].splitlines()
        written = int([line for line in said if line.strip().isdigit()][-1])
        found = checkpoint.newest(tmp_path)
        assert found.state["samples"] >= written and not found.damaged
        assert (found.state["ema"]["a"] == found.state["samples"]).all()
        for path in checkpoint.checkpoints(tmp_path):
            path.unlink()
