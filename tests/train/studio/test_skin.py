"""The skin in the box is the studio's, and is a body's."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image

from engine.paths import RESOURCES
from train.commands.skin import run


@pytest.mark.usefixtures("studio")
def test_the_skin_in_the_box_is_made_again_by_its_command(tmp_path):
    assert run(["--output", str(tmp_path)]) == 0
    for name in ("arm", "leg", "chest"):
        with Image.open(tmp_path / f"{name}.png") as made, Image.open(RESOURCES / "skin" / f"{name}.png") as kept:
            apart_UVC = np.asarray(made, np.float32) - np.asarray(kept, np.float32)
        assert np.abs(apart_UVC).mean() < 1.0  # other cards round otherwise
    made, kept = (json.loads((folder / "skin.json").read_text("utf-8")) for folder in (tmp_path, RESOURCES / "skin"))
    for limb, told in made.items():
        for kind, places in told.items():
            assert places == pytest.approx(kept[limb][kind], abs=0.01)
