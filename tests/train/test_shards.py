"""The data set on disk, and the command that fills it."""

from __future__ import annotations

import errno
import os
import pickle

import numpy as np
import pytest

from engine.errors import InputError
from engine.regions import ARMS_UNKNOWN
from train.__main__ import main
from train.commands import render
from train.data.people import People
from train.data.shards import Record, describe, finished_shards, verify_shards, write_shard


def sample(person: int, view: int) -> Record:
    rng = np.random.default_rng((person, view))
    image = np.repeat(np.repeat(rng.integers(0, 255, (4, 3, 3), np.uint8), 16, 0), 16, 1)
    keypoints = np.concatenate([rng.uniform(0, 48, (18, 2)).round(2), rng.integers(0, 3, (18, 1))], 1)
    parsing = rng.integers(0, 8, (64, 48), np.uint8)
    surface = rng.integers(1, 256, (64, 48, 3)).astype(np.uint8) * (parsing > 0)[:, :, None]
    arms = np.where(rng.random((64, 48)) < 0.1, ARMS_UNKNOWN, rng.integers(0, 32, (64, 48))).astype(np.uint8)
    return Record(person, view, image, parsing, keypoints, "full", "front", surface, arms)


def write(folder, first, end, views=2):
    describe(folder, "1", (64, 48), views)
    return write_shard(folder, first, end, [sample(i, v) for i in range(first, end) for v in range(views)])


def test_round_trip(tmp_path):
    write(tmp_path, 0, 3)
    write(tmp_path, 50, 52)
    verify_shards(tmp_path)
    people = People(tmp_path)
    assert people.persons.tolist() == [0, 1, 2, 50, 51]
    assert people.size == (64, 48) and people.studio == "1"
    plain = People(tmp_path, surfaces=False)
    for person in (0, 2, 51):
        for view in (0, 1):
            expected, read = sample(person, view), people.view(person, view)
            assert people.views(person) == 2 and (read.framing, read.facing) == ("full", "front")
            assert np.array_equal(read.parsing_HW, expected.parsing_HW)
            assert np.allclose(read.keypoints_18x3, expected.keypoints_18x3)
            assert np.array_equal(read.surface_HW3, expected.surface_HW3)
            assert np.array_equal(read.arms_HW, expected.arms_HW)
            assert not plain.view(person, view).surface_HW3.any()
            assert (plain.view(person, view).arms_HW == ARMS_UNKNOWN).all()
            difference = np.abs(read.image_HWC.astype(int) - expected.image_HWC)
            assert difference.mean() < 2  # JPEG
    copy = pickle.loads(pickle.dumps(people))  # loading processes get one
    assert copy.encoded(51, 1) == people.encoded(51, 1)


def test_members_of_a_person_are_contiguous_and_named_as_agreed(tmp_path):
    import tarfile

    with tarfile.open(write(tmp_path, 7, 9)) as tar:
        names = tar.getnames()
    kinds = ("jpg", "parsing.png", "json", "surface.png", "arms.png")
    assert names == [f"{i:07d}_{v}.{kind}" for i in (7, 8) for v in (0, 1) for kind in kinds]


def test_the_same_samples_give_the_same_bytes(tmp_path):
    assert write(tmp_path / "a", 0, 2).read_bytes() == write(tmp_path / "b", 0, 2).read_bytes()


def test_a_damaged_shard_is_told_in_one_sentence(tmp_path):
    path = write(tmp_path, 0, 2)
    whole = path.read_bytes()
    changed = bytearray(whole)
    changed[700] ^= 1
    path.write_bytes(changed)
    with pytest.raises(InputError, match=f"{path.name} is damaged"):
        verify_shards(tmp_path)
    path.write_bytes(whole[: len(whole) // 2])
    for read in (verify_shards, People):
        with pytest.raises(InputError, match=path.name):
            read(tmp_path)


def test_a_full_disk_is_one_sentence_and_leaves_nothing_half(tmp_path, monkeypatch):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    describe(tmp_path, "1", (64, 48), 2)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(InputError, match="cannot be written: no space left on device"):
        write_shard(tmp_path, 0, 1, [sample(0, 0)])
    assert [path.name for path in tmp_path.iterdir()] == ["dataset.json"]


def test_folders_without_data_are_told_in_one_sentence(tmp_path):
    with pytest.raises(InputError, match=r"dataset\.json: cannot be read"):
        People(tmp_path)
    describe(tmp_path, "1", (64, 48), 2)
    with pytest.raises(InputError, match="holds no people"):
        People(tmp_path)
    for other in ('{"format": "other"}', "[]", "{"):
        (tmp_path / "dataset.json").write_text(other)
        for read in (lambda: People(tmp_path), lambda: describe(tmp_path, "1", (64, 48), 2)):
            with pytest.raises(InputError, match="is not a data set of rendered people"):
                read()
    with pytest.raises(InputError, match=r"dataset\.json is a file"):
        describe(tmp_path / "dataset.json", "1", (64, 48), 2)


def test_a_folder_holds_one_kind_of_pictures(tmp_path):
    describe(tmp_path, "1", (64, 48), 2)
    describe(tmp_path, "1", (64, 48), 2)
    with pytest.raises(InputError, match="another folder"):
        describe(tmp_path, "1", (128, 96), 2)


def test_unfinished_shards_are_not_seen(tmp_path):
    path = write(tmp_path, 0, 2)
    (tmp_path / "people-0000050-0000100.tar.tmp").write_bytes(b"half")
    (tmp_path / "people-0000100-0000150.tar").write_bytes(b"without its sha256")
    assert list(finished_shards(tmp_path)) == [path]


def test_a_larger_shard_replaces_a_part_of_itself(tmp_path):
    parts = [write(tmp_path, 0, 2), write(tmp_path, 2, 4)]
    whole = write(tmp_path, 0, 4)
    assert list(finished_shards(tmp_path)) == [whole]
    assert not any(part.exists() for part in parts)


def test_ranges_are_cut_at_multiples_of_fifty():
    assert render.shard_spans(0, 120) == [(0, 50), (50, 100), (100, 120)]
    assert render.shard_spans(1_000_000, 1_000_064) == [(1_000_000, 1_000_050), (1_000_050, 1_000_064)]
    assert render.shard_spans(40, 45) == [(40, 45)]


def test_wrong_use_ends_with_two(tmp_path, capsys, monkeypatch):
    monkeypatch.delenv("MAKEHUMAN_ASSETS", raising=False)
    for arguments in ([], ["--people", "0"], ["--range", "9:3"], ["--people", "2", "--size", "big"]):
        with pytest.raises(SystemExit) as stop:
            render.run([*arguments, "--output", str(tmp_path)])
        assert stop.value.code == 2
    capsys.readouterr()
    assert main(["render", "--people", "1", "--output", str(tmp_path)]) == 2
    assert "MAKEHUMAN_ASSETS" in capsys.readouterr().err


def test_an_interruption_is_no_traceback(tmp_path, capsys, monkeypatch):
    def interrupt(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(render, "_render", interrupt)
    assert render.run(["--people", "1", "--output", str(tmp_path)]) == 130
    assert capsys.readouterr().err.startswith("Interrupted. Finished shards are kept")


@pytest.mark.skipif(
    not os.path.isdir(os.environ.get("MAKEHUMAN_ASSETS", "")),
    reason="needs the MakeHuman data folder: MAKEHUMAN_ASSETS is not set",
)
def test_rendering_resumes(tmp_path, capsys):
    arguments = ["render", "--range", "49:51", "--views", "1", "--workers", "1", "--output", str(tmp_path)]
    if main(arguments) == 2:
        pytest.skip(capsys.readouterr().err)
    first, second = finished_shards(tmp_path)
    stamps = first.stat().st_mtime_ns, second.read_bytes()
    second.unlink()  # as if the run had been killed
    assert main(arguments) == 0
    assert first.stat().st_mtime_ns == stamps[0]
    assert second.read_bytes() == stamps[1]
    people = People(tmp_path)
    assert people.persons.tolist() == [49, 50]
    assert people.view(50, 0).image_HWC.shape == (256, 176, 3)
    first.write_bytes(first.read_bytes()[:-1])
    assert main(arguments) == 2
    assert f"{first} is damaged" in capsys.readouterr().err
