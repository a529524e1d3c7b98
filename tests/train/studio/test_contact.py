"""The contact sheet of the studio."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from train.commands import contact


def test_a_sheet_shows_the_people_and_their_labels(studio, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(contact, "Studio", lambda size, assets: studio)
    path = tmp_path / "sheet.png"
    assert contact.run(["--people", "1:2", "--views", "2", "--labels", "--output", str(path)]) == 0
    views = studio.photograph(1, 2)
    expected = np.hstack([contact.labelled(view) for view in views])
    sheet = np.asarray(Image.open(path))
    height, width = views[0].image_HWC.shape[:2]
    top = (sheet.shape[0] - height) // 2
    assert np.array_equal(sheet[top : top + height, top : top + 8 * width], expected)
    assert str(path) in capsys.readouterr().out


def test_another_kind_of_file_is_refused_before_any_picture_is_taken(tmp_path):
    with pytest.raises(InputError, match=r"sheet\.gif: a sheet is a \.jpg or a \.png"):
        contact.run(["--people", "0:1", "--output", str(tmp_path / "sheet.gif")])
