"""Real photographs of garments alone, counted."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from engine.errors import InputError
from engine.flat_lays import Garment
from engine.pose.extent import Box
from train.metrics import garments_alone
from train.metrics.garments_alone import Seen, garments_seen


@pytest.fixture
def folder(tmp_path):
    for name in ("skirt/a.png", "skirt/b.png", "pants/a.png", "pants/b.png", "hat/a.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(np.full((48, 40, 3), 200 if path.stem == "a" else 20, np.uint8)).save(path)
    return tmp_path


def test_folders_named_by_a_garment_are_counted(folder, monkeypatch):
    """Light photos are seen to be of a garment alone, and everything is seen to be trousers."""
    trousers = Garment(np.zeros((18, 3), np.float32), Box(0.0, 0.0, 1.0, 1.0), "pants")
    seen = {True: trousers, False: None}
    monkeypatch.setattr(garments_alone, "garment_alone", lambda rgb, network: seen[bool(rgb.mean() > 100)])
    assert dict(garments_seen(None, folder, 9)) == {"pants": Seen(2, 1, 1), "skirt": Seen(2, 1, 0)}
    assert dict(garments_seen(None, folder, 1)) == {"pants": Seen(1, 1, 1), "skirt": Seen(1, 1, 0)}


def test_a_folder_without_such_folders_is_named(tmp_path):
    (tmp_path / "hat").mkdir()
    with pytest.raises(InputError, match="holds no folder named by a garment"):
        list(garments_seen(None, tmp_path, 9))
    with pytest.raises(InputError, match="gone"):
        list(garments_seen(None, tmp_path / "gone", 9))
