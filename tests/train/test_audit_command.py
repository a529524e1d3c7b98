"""The command that audits rendered people, on data sets written here."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from train.audits.checks import Line, table
from train.audits.sheet import sheet
from train.commands.audit import run
from train.data.shards import describe, finished_shards, write_shard
from train.studio.surfaces import ARMS

sys.path.insert(0, str(Path(__file__).parent))
from box_person import SIZE, box_person, changed, speckled  # noqa: E402


def write_data(folder, views: dict):
    """A data set of {person: views}."""
    describe(folder, "boxes", SIZE, 2)
    for person, pair in views.items():
        samples = [
            SimpleNamespace(person=person, view=number, plate_HWC=None, **vars(view))
            for number, view in enumerate(pair)
        ]
        write_shard(folder, person, person + 1, samples)
    return folder


@pytest.fixture
def sound_data(tmp_path):
    pair = [box_person(seed=1), box_person(seed=2)]
    return write_data(tmp_path / "data", {3: pair, 1_000_004: pair})


def test_sound_data_pass(sound_data, tmp_path, capsys):
    report = tmp_path / "report.json"
    assert run(["--data", str(sound_data), "--json", str(report), "--sheet", str(tmp_path / "no.png")]) == 0
    said = capsys.readouterr().out
    assert "2 people, 4 views" in said and "FAIL" not in said
    assert "the data are of studio boxes" in said  # why nothing was rendered again
    checks = {check["check"]: check for check in json.loads(report.read_text())["checks"]}
    assert checks["visible keypoints lie on the person"]["looked"] == 72
    assert checks["shards match their sha256"]["verdict"] == "ok"
    assert not (tmp_path / "no.png").exists()  # nothing failed


def test_a_fault_fails_names_its_place_and_is_shown(tmp_path, capsys):
    from engine.photos import read_photo

    view = box_person()
    bad = changed(view, parsing_HW=speckled(ARMS, slice(80, 83), slice(80, 84)))
    folder = write_data(tmp_path / "data", {5: [view, bad]})
    assert run(["--data", str(folder), "--sheet", str(tmp_path / "worst.png")]) == 1
    said = capsys.readouterr().out
    assert "no label specks over 5 px: 5:1 12 px" in said
    shown = read_photo(tmp_path / "worst.png")
    assert shown.shape[1] >= 3 * SIZE[1] and (shown != 255).any()


def test_a_changed_byte_fails(sound_data, capsys):
    shard = next(iter(finished_shards(sound_data)))
    content = bytearray(shard.read_bytes())
    content[1000] ^= 255  # in the first picture
    shard.write_bytes(content)
    assert run(["--data", str(sound_data)]) == 1
    said = capsys.readouterr().out
    assert f"{shard} is damaged" in said


def test_an_unreadable_view_fails_and_the_rest_is_looked_at(tmp_path, capsys):
    view = box_person()
    broken = changed(view, parsing_HW=np.full(SIZE, 9, np.uint8))
    folder = write_data(tmp_path / "data", {5: [view, broken], 6: [view, view]})
    assert run(["--data", str(folder), "--people", "5:7"]) == 1
    said = capsys.readouterr().out
    assert "every view can be read: " in said and "0000005_1.parsing.png" in said
    assert "1 people, 2 views" in said


def test_wrong_use_is_told(tmp_path, capsys):
    for arguments in (
        [],
        ["--people", "9:3"],
        ["--people", "many"],
        ["--people", "0"],
        ["--people", "1", "--views", "0"],
        ["--people", "1", "--again", "-1"],
        ["--people", "1", "--detector", "0"],
        ["--data", str(tmp_path), "--size", "1"],
    ):
        with pytest.raises(SystemExit) as stop:
            run(arguments)
        assert stop.value.code == 2
    capsys.readouterr()


def test_the_table_says_what_a_check_lacks():
    lines = [Line("a", "views", 0.02, 50, 1), Line("b", "views", 0.0, reason="needs bones")]
    head, first, second = table(lines).splitlines()
    assert head.split() == ["check", "looked", "at", "failed", "share", "limit"]
    assert first.split() == ["a", "50", "views", "1", "2.00%", "2.00%", "ok"]
    assert second.split() == ["b", "-", "0.00%", "needs", "bones"]


def test_a_sheet_of_nothing_is_none():
    assert sheet([Line("a", "views", 0.0, 5, 0)]) is None
