"""Picture sheets: every picture in its place, colours exact."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.cv import cv2
from engine.errors import InputError
from engine.pose.planes import pose_planes
from engine.pose.skeleton import COLOURS
from train.data.pairs import PairLoader
from train.data.people import People
from train.sheets import GAP, batch_sheet, contact_sheet, pair_sheet, pose_rgb, to_rgb, write_sheet


def grey(value, size=(8, 6)):
    return torch.full((3, *size), float(value))


def test_pictures_are_clamped_and_rounded():
    levels = torch.arange(256) / 127.5 - 1
    assert to_rgb(levels.expand(3, 1, 256))[0, :, 0].tolist() == list(range(256))
    assert to_rgb(grey(-3)).max() == 0 and to_rgb(grey(3)).min() == 255


def test_the_pose_has_the_usual_colours():
    pose = np.zeros((18, 3), np.float32)
    pose[4] = (20, 30, 2)
    picture = pose_rgb(torch.from_numpy(pose_planes(pose, (64, 44))))
    assert tuple(picture[30, 20]) == COLOURS[4]


def test_a_row_shows_reference_pose_result_truth():
    row = pair_sheet(grey(-1), torch.zeros(20, 8, 6), grey(0), grey(1))
    assert row.shape == (8, 4 * 6 + 3 * GAP, 3)
    centres = [row[4, column * (6 + GAP) + 3, 0] for column in range(4)]
    assert centres == [0, 0, 128, 255]


@pytest.mark.parametrize(("count", "columns", "lines"), [(1, 2, 1), (3, 2, 2), (4, 2, 2), (5, 1, 5)])
def test_rows_are_set_in_columns(count, columns, lines):
    rows = [np.full((8, 36, 3), 10 * (index + 1), np.uint8) for index in range(count)]
    sheet = contact_sheet(rows, columns)
    assert sheet.shape[0] == GAP + lines * (8 + GAP)
    assert sorted(set(np.unique(sheet).tolist()) - {255}) == [10 * (index + 1) for index in range(count)]
    assert sheet[GAP, GAP, 0] == 10


def test_a_batch_becomes_a_sheet_on_disk(stick_people, tmp_path):
    batch = next(iter(PairLoader(People(stick_people), (64, 44), 3)))
    sheet = batch_sheet(batch, batch.target_BCHW, count=2)
    write_sheet(tmp_path / "sheet.png", sheet)
    read = cv2.imread(str(tmp_path / "sheet.png"))[:, :, ::-1]
    np.testing.assert_array_equal(read, sheet)
    truth = 3 * (44 + GAP)
    np.testing.assert_array_equal(sheet[GAP : GAP + 64, GAP + truth :][:, :44], to_rgb(batch.target_BCHW[0]))


def test_a_sheet_that_cannot_be_written_says_so(tmp_path):
    with pytest.raises(InputError, match="sheet.png cannot be saved: there is no folder"):
        write_sheet(tmp_path / "nowhere" / "sheet.png", np.zeros((2, 2, 3), np.uint8))
