"""The hand in the box is the studio's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from engine.paths import RESOURCES
from train.commands.hand import run


@pytest.mark.usefixtures("studio")
def test_the_hand_in_the_box_is_made_again_by_its_command(tmp_path):
    assert run(["--output", str(tmp_path)]) == 0
    pictures, told = [], []
    for folder in (tmp_path, RESOURCES / "hands"):
        with Image.open(folder / "hand.png") as picture:
            pictures.append(np.asarray(picture, np.float32))
        told.append(json.loads((folder / "hand.json").read_text("utf-8")))
    assert pictures[0].shape == pictures[1].shape
    assert np.abs(pictures[0] - pictures[1]).mean() < 1.0  # other cards round otherwise
    for name, value in told[0].items():
        assert value == pytest.approx(told[1][name], abs=0.1)
