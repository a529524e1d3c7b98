"""Data sets at scale: many processes, one folder."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest

from engine.errors import InputError
from train.commands import render
from train.data.people import People
from train.data.shards import Record, describe, finished_shards, verify_shards, write_shard


def sample(person: int, view: int = 0) -> Record:
    rng = np.random.default_rng((person, view))
    image = np.full((64, 48, 3), rng.integers(0, 255, 3, np.uint8))
    keypoints = np.concatenate([rng.uniform(0, 48, (18, 2)).round(2), np.full((18, 1), 2)], 1)
    surface, arms = rng.integers(1, 256, (64, 48, 3), np.uint8), rng.integers(0, 32, (64, 48), np.uint8)
    parsing = rng.integers(0, 8, (64, 48), np.uint8)
    return Record(person, view, image, parsing, keypoints, "full", "front", surface, arms)


def write(folder, first, end):
    describe(folder, "1", (64, 48), 1)
    return write_shard(folder, first, end, [sample(person) for person in range(first, end)])


def test_two_writers_of_one_shard_leave_it_whole(tmp_path):
    """A job that was given out a second time while the first still ran."""
    describe(tmp_path / "shared", "1", (64, 48), 1)
    in_step = threading.Barrier(2, timeout=60)

    def samples():
        for person in range(3):
            in_step.wait()
            yield sample(person)

    writers = [
        threading.Thread(target=write_shard, args=(tmp_path / "shared", 0, 3, samples())) for _ in range(2)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verify_shards(tmp_path / "shared")
    alone = write(tmp_path / "alone", 0, 3)
    (shard,) = finished_shards(tmp_path / "shared")
    assert shard.read_bytes() == alone.read_bytes()
    assert sorted(path.name for path in (tmp_path / "shared").iterdir()) == [
        "dataset.json",
        "people-0000000-0000003.tar",
        "people-0000000-0000003.tar.sha256",
    ]


def test_ranges_written_apart_are_one_data_set(tmp_path):
    for first in (100, 0, 50):
        write(tmp_path / "apart", first, first + 2)
    for first in (0, 50, 100):
        write(tmp_path / "in order", first, first + 2)
    apart, ordered = (People(tmp_path / name) for name in ("apart", "in order"))
    assert apart.persons.tolist() == [0, 1, 50, 51, 100, 101]
    assert apart.fingerprint == ordered.fingerprint


def test_what_a_killed_process_left_goes_when_it_is_old(tmp_path):
    describe(tmp_path, "1", (64, 48), 1)
    old, fresh, other = (
        tmp_path / f"people-{name}.tmp"
        for name in (
            "0000000-0000002.tar.far-1-1",
            "0000000-0000002.tar.far-2-1",
            "0000050-0000052.tar.far-1-1",
        )
    )
    for path in (old, fresh, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (1, 1))
    write(tmp_path, 0, 2)
    assert (old.exists(), fresh.exists(), other.exists()) == (False, True, True)


def test_a_range_is_verified_alone(tmp_path):
    """A hundred machines need not read all of each other's shards."""
    write(tmp_path, 0, 2)
    damaged = write(tmp_path, 50, 52)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    verify_shards(tmp_path, 0, 50)
    for span in ((), (50, 60), (0, 51)):
        with pytest.raises(InputError, match=f"{damaged.name} is damaged"):
            verify_shards(tmp_path, *span)


def test_a_range_that_begins_inside_of_a_shard_replaces_it(tmp_path):
    finished = [(0, 50), (50, 54), (56, 60), (100, 150)]
    assert render.joined((52, 55), finished) == (50, 55)
    assert render.joined((53, 58), finished) == (50, 60)
    assert render.joined((54, 56), finished) == (54, 56)
    write(tmp_path, 50, 54)
    write(tmp_path, *render.joined((52, 55), list(finished_shards(tmp_path).values())))
    assert People(tmp_path).persons.tolist() == [50, 51, 52, 53, 54]
