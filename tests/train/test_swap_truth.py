"""Swaps rated against the truth: figures on made pictures, and the command on made data."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InputError
from engine.paths import RESOURCES
from engine.photos import read_photo
from engine.pose.formats import read_pose
from engine.regions import REGIONS
from train.commands import evaluate
from train.data.people import HELD_OUT, People, View
from train.data.shards import Record, describe, write_shard
from train.metrics.swaps import LAID, NOTHING, PASTED, SLIDER, SWAP, pasted
from train.studio import STUDIO_OF_SWAPS
from train.swaps import TRUTH_OF, VIEWS, word_of

SIZE = (256, 176)
SAMPLES = RESOURCES / "samples"


def sample(name: str) -> View:
    from engine.cv import cv2

    parsing_HW = cv2.imread(str(SAMPLES / f"{name}.parsing.png"), cv2.IMREAD_UNCHANGED)
    image_HWC, pose = read_photo(SAMPLES / f"{name}.jpg"), read_pose(SAMPLES / f"{name}.json", SIZE)
    image_HWC = cv2.resize(image_HWC, SIZE[::-1], interpolation=cv2.INTER_AREA)
    parsing_HW = cv2.resize(parsing_HW, SIZE[::-1], interpolation=cv2.INTER_NEAREST)
    return View(image_HWC, parsing_HW, pose, "full", "front", np.ones((*SIZE, 3), np.uint8))


@pytest.fixture(scope="module", params=[6, 5], ids=["with the garment alone", "of before"])
def data(tmp_path_factory, request):
    """People whose truth is themselves, two or, of before, one: what they take is the own, worn by another of
    the samples."""
    folder = tmp_path_factory.mktemp("swaps")
    describe(folder, STUDIO_OF_SWAPS, SIZE, request.param)
    wearer, giver = sample("ada"), sample("dan")
    views = [wearer, wearer, giver, wearer, wearer, giver][: request.param]
    people = range(HELD_OUT, HELD_OUT + request.param - 4)

    def records():
        for person in people:
            for number, view in enumerate(views):
                yield Record(
                    person, number, view.image_HWC, view.parsing_HW, view.keypoints_18x3, view.framing,
                    view.facing, view.surface_HW3, view.arms_HW,
                )  # fmt: skip

    write_shard(folder, people.start, people.stop, records())
    return folder


def people_of(folder) -> int:
    """Views of its first person."""
    return People(folder, range(HELD_OUT, HELD_OUT + 1)).views(HELD_OUT)


def people_in(folder) -> int:
    return len(People(folder, range(HELD_OUT, HELD_OUT + 2)).persons)


def test_the_command_rates_every_method_by_every_figure(data, tmp_path, capsys):
    output = tmp_path / "out"
    assert evaluate.run(["--swaps-truth", str(data), "--output", str(output), "--device", "cpu"]) == 0
    report = json.loads((output / "swaps.json").read_text())
    rows = report["rows"]
    assert set(rows) == {
        f"{method}, {pose}"
        for method in (SWAP, *([LAID] if people_of(data) == 6 else []), PASTED, SLIDER, NOTHING)
        for pose in ("standing", "in another pose")
    }
    # The truth is the wearer as before: nothing taken is the truth, and everything taken is farthest from it.
    for pose in ("standing", "in another pose"):
        nothing, swap, slider = (rows[f"{method}, {pose}"] for method in (NOTHING, SWAP, SLIDER))
        assert nothing["SSIM inside"]["mean"] > 0.95 and nothing["outline IoU"]["mean"] > 0.9
        assert swap["SSIM inside"]["mean"] < nothing["SSIM inside"]["mean"]
        assert slider["leakage"]["mean"] == 1.0 and nothing["leakage"]["mean"] == 0.0
        assert swap["leakage"]["mean"] < 0.05
        assert nothing["face, L1"]["mean"] <= swap["face, L1"]["mean"] + 1e-9 < slider["face, L1"]["mean"]
    assert report["made"]["data"]["people"] == people_in(data) and (output / "swaps.png").is_file()
    assert "the swap, standing" in capsys.readouterr().out


def test_data_of_something_else_are_refused(data, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    for file in data.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    header = json.loads((other / "dataset.json").read_text())
    (other / "dataset.json").write_text(json.dumps(header | {"studio": "4"}))
    with pytest.raises(InputError, match="no data set of swaps"):
        evaluate.run(["--swaps-truth", str(other), "--output", str(tmp_path / "out")])


def test_pasting_lays_the_region_where_shoulders_and_hips_meet():
    giver = sample("dan")
    moved = giver.keypoints_18x3.copy()
    moved[:, :2] += (6, -9)
    grey = np.full((*SIZE, 3), 128, np.uint8)
    made = pasted(grey, moved, giver, giver.parsing_HW, "top")
    top = giver.parsing_HW == REGIONS.index("upper clothes")
    rows, columns = np.nonzero(top)
    inside = (rows - 9 >= 0) & (columns + 6 < SIZE[1])
    rows, columns = rows[inside], columns[inside]
    difference = np.abs(made[rows - 9, columns + 6].astype(int) - giver.image_HWC[rows, columns]).max(-1)
    assert np.quantile(difference, 0.9) <= 8
    assert (made != 128).any(2).mean() < 1.2 * top.mean()
    nobody = replace(giver, keypoints_18x3=np.zeros((18, 3), np.float32))
    assert np.array_equal(pasted(grey, moved, nobody, giver.parsing_HW, "top"), grey)


def test_people_take_tops_and_trousers_in_turn():
    assert {word_of(person) for person in (HELD_OUT, HELD_OUT + 1)} == {"top", "trousers"}
    assert set(TRUTH_OF) | set(TRUTH_OF.values()) < set(VIEWS)
