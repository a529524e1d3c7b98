"""A damaged checkpoint is named, and the next older one is taken."""

from __future__ import annotations

import copy
import functools
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
from train.commands import export
from train.run import checkpoint
from train.run.state import Run

sys.path.insert(0, str(Path(__file__).parent))
from small_run import ALONE, house, small_run  # noqa: E402

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
    """A few kills here; more by `tests/trust/kills.py`."""
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


def test_what_is_only_called_like_a_checkpoint_is_none(run):
    """A copy, a folder, a link to nothing: neither taken for the newest nor counted nor removed."""
    whole = checkpoint.checkpoints(run)
    copy = run / "checkpoint-0000000030 copy.pt"
    copy.write_bytes(b"of somebody")
    (run / "checkpoint-latest.pt").symlink_to("checkpoint-0000000030.pt")
    assert checkpoint.checkpoints(run) == whole
    for samples in (50, 60, 70, 80, 10_000_000_000):
        checkpoint.save(run, samples, {**STATE, "samples": samples})
    assert copy.exists() and checkpoint.newest(run).state["samples"] == 10_000_000_000
    assert [path.name for path in checkpoint.checkpoints(run)][0] == "checkpoint-0000000070.pt"


def test_what_cannot_be_removed_ends_no_run(run):
    (run / "checkpoint-0000000005.pt").mkdir()
    checkpoint.save(run, 50, STATE)
    assert checkpoint.newest(run).path.name == "checkpoint-0000000050.pt"


def test_one_without_checksums_is_damaged(run):
    """Of the form that torch wrote before it had any."""
    path = checkpoint.checkpoints(run)[-1]
    torch.save(STATE, path, _use_new_zipfile_serialization=False)
    with pytest.raises(InputError, match="is damaged"):
        checkpoint.read(path)


def test_a_best_one_that_was_being_kept_when_its_writer_was_killed_is_swept(run):
    (run / "best-0000000030-0.100000.pt.tmp").write_bytes(b"half")
    checkpoint.save(run, 50, STATE)
    assert not list(run.glob("*.tmp"))


def entries(value, path=()):
    """The places of a state's entries, three deep; of every level some."""
    items = value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    for key, each in list(items)[: 5 if path else None]:
        yield (*path, key)
        if len(path) < 2:
            yield from entries(each, (*path, key))


def without(state, path, instead=()):
    """The state with an entry left out, or another instead of it."""
    bent = copy.deepcopy(state)
    *way, last = path
    within = functools.reduce(lambda part, key: part[key], way, bent)
    within[last] = instead
    if instead == ():
        del within[last]
    return bent


@pytest.mark.parametrize("make", [small_run, lambda world: Run.new(house(), world, mixed=False)])
def test_whatever_is_missing_or_odd_below_is_a_sentence(make, tmp_path):
    path, whole = tmp_path / "checkpoint-0000000001.pt", make(ALONE)
    state, refused = whole.state(), 0
    for place in entries(state):
        for instead in ((), "word", {}):
            bent = without(state, place, instead)
            try:
                whole.restore(bent, path)
                if place[0] in ("recipe", "ema"):
                    whole.objective.average_in(bent, path)
            except InputError as error:
                assert path.name in str(error)
                refused += 1
    assert refused > 60
    whole.restore(state, path)


@pytest.mark.parametrize(
    ("entry", "odd"),
    [("samples", True), ("samples", -1), ("begun", "word"), ("decay", (1,)), ("decay", (None, "9")),
     ("history", ["a stretch"])],
)  # fmt: skip
def test_entries_that_are_none_are_named(run, entry, odd):
    torch.save({**STATE, entry: odd}, checkpoint.checkpoints(run)[-1])
    with pytest.raises(InputError, match=f"damaged: {entry} is missing, or is no {entry}"):
        checkpoint.read(checkpoint.checkpoints(run)[-1])


def test_an_export_over_its_own_checkpoint_is_refused(run):
    path = checkpoint.checkpoints(run)[-1]
    whole = path.read_bytes()
    with pytest.raises(InputError, match="is read for this"):
        export.run([str(path), "--output", str(path)])
    with pytest.raises(InputError, match="of a network other than NTED"):
        export.run([str(path), "--output", str(run / "w.safetensors")])
    assert path.read_bytes() == whole


@pytest.mark.parametrize("place", [("recipe", "name"), ("recipe", "phases"), ("recipe", "learning_rate")])
def test_a_tensor_in_place_of_a_recipes_word_is_a_sentence(tmp_path, place):
    """`torch.save` keeps it as well as the word, and a card cannot."""
    path = tmp_path / "checkpoint-0000000001.pt"
    torch.save(without(small_run(ALONE).state(), place, torch.ones(2)), path)
    with pytest.raises(InputError, match="recipe"):
        checkpoint.read(path)
