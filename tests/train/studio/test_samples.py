"""The command that makes the application's box."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from engine.pose.formats import read_pose
from train.commands import samples
from train.data.people import HELD_OUT_PEOPLE


def test_the_table():
    for kind in (samples.PERSON, samples.GARMENT):
        assert sum(chosen.kind == kind for chosen in samples.CHOSEN) == 12
    assert len({chosen.stem for chosen in samples.CHOSEN}) == 24
    assert all(chosen.person in HELD_OUT_PEOPLE for chosen in samples.CHOSEN)
    assert samples.CHOSEN[0].kind == samples.PERSON


def test_a_person_of_the_training_data_is_refused():
    from engine.errors import InputError

    with pytest.raises(InputError, match="Eve: person 17 is not held out"):
        samples.photographed(None, samples.Chosen("Eve", samples.PERSON, 17))


def test_writing_samples(studio, tmp_path, monkeypatch):
    chosen = (
        samples.Chosen("Ada", samples.PERSON, 1_000_000),
        samples.Chosen("A top", samples.GARMENT, 1_000_000, samples.upper_front(1_000_000)),
    )
    monkeypatch.setattr(samples, "CHOSEN", chosen)
    monkeypatch.setattr(samples, "Studio", lambda size, assets: studio)
    assert samples.run(["--output", str(tmp_path / "box")]) == 0
    index = json.loads((tmp_path / "box/index.json").read_text())["samples"]
    assert [entry["kind"] for entry in index] == ["person", "garment"]
    assert index[1]["image"] == "a-top.jpg"
    for entry in index:
        folder = tmp_path / "box"
        picture, parsing = (np.asarray(Image.open(folder / entry[key])) for key in ("image", "parsing"))
        assert picture.shape == (256, 176, 3)
        assert parsing.shape == (256, 176)
        assert 0 < parsing.max() < 8
        points = read_pose(folder / entry["pose"], (256, 176))
        assert (points[:, 2] > 0).sum() >= 8


def test_only_samples_of_before_are_removed(studio, tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "Studio", lambda size, assets: studio)
    (tmp_path / "holiday.jpg").write_bytes(b"mine")
    for name in ("Ada", "Eve"):
        monkeypatch.setattr(samples, "CHOSEN", (samples.Chosen(name, samples.PERSON, 1_000_000),))
        assert samples.run(["--output", str(tmp_path)]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "eve.jpg",
        "eve.json",
        "eve.parsing.png",
        "holiday.jpg",
        "index.json",
    ]


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_place_that_is_no_folder(tmp_path, place):
    from engine.errors import InputError

    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="folder"):
        samples.run(["--output", str(tmp_path / place)])


def test_sheets_to_choose_from(studio, tmp_path, monkeypatch):
    monkeypatch.setattr(samples, "Studio", lambda size, assets: studio)
    assert samples.run(["--choose", "1000000:1000001", "--output", str(tmp_path)]) == 0
    with Image.open(tmp_path / "choose-00.png") as sheet:
        assert sheet.size == (2 * 176, 256 + 14)
