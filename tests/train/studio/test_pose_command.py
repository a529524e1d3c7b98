"""The command that makes the application's pose library."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from engine.pose.formats import read_pose
from train.commands import poses


def test_the_table():
    assert len({entry.stem for entry in poses.ENTRIES}) == len(poses.ENTRIES) == 24
    assert poses.Entry("A", turn=-170).facing == "back"
    assert poses.Entry("A", turn=-88).facing == "side"


def test_a_wrong_place_and_a_wrong_person(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="a folder is needed"):
        poses.run(["--output", str(tmp_path / "file")])
    with pytest.raises(SystemExit):
        poses.run(["--output", str(tmp_path), "--person", "-1"])


def test_writing_poses(studio, tmp_path, monkeypatch):
    by_name = {entry.name: entry for entry in poses.ENTRIES}
    entries = [by_name[name] for name in ("Running", "Hand in hair", "Back view", "Upper body")]
    monkeypatch.setattr(poses, "ENTRIES", entries)
    monkeypatch.setattr(poses, "Studio", lambda size, assets: studio)
    monkeypatch.setattr(poses, "SIZE", (256, 176))
    assert poses.run(["--output", str(tmp_path)]) == 0
    index = json.loads((tmp_path / "index.json").read_text())["poses"]
    assert [entry["name"] for entry in index] == [entry.name for entry in entries]
    points = {entry["name"]: read_pose(tmp_path / entry["pose"], (256, 176)) for entry in index}
    assert points["Hand in hair"][4, 1] < points["Hand in hair"][2, 1]  # the hand is above the shoulder
    assert (points["Back view"][[0, 14, 15], 2] == 0).all()
    assert (points["Upper body"][[10, 13], 2] == 0).all()
    for entry in index:
        picture = np.asarray(Image.open(tmp_path / entry["thumbnail"]))
        assert picture.shape == (128, 88, 4)
        assert 0.03 < (picture[..., 3] > 128).mean() < 0.75
