"""The skin in the box is the studio's, and is a body's."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from engine.paths import RESOURCES
from train.commands.skin import run


@pytest.mark.usefixtures("studio")
def test_the_skin_in_the_box_is_made_again_by_its_command(tmp_path):
    assert run(["--output", str(tmp_path)]) == 0
    kept = RESOURCES / "skin"
    for name in ("arm", "leg", "chest"):
        one_UVC, other_UVC = (_picture(folder / f"{name}.png") for folder in (tmp_path, kept))
        assert np.abs(one_UVC - other_UVC).mean() < 1.0  # other cards round otherwise
    one, other = (json.loads((folder / "skin.json").read_text("utf-8")) for folder in (tmp_path, kept))
    for limb, told in one.items():
        for kind, places in told.items():
            assert places == pytest.approx(other[limb][kind], abs=0.01)


def _picture(path: Path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture, np.float32)
