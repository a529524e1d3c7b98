"""What the window shows of a photo in a pose is what `main.py attention` writes of them, run as a command."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from inspecting import click, pick
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.backend import EngineBackend
from app.session_host import SessionHost
from engine.api import DISTRIBUTION
from engine.inspecting import choices as views
from engine.models.registry import ENGINES
from engine.paths import RESOURCES

ROOT = Path(__file__).parents[2]
LEFT_WRIST = 7
SLOW = 120_000  # ms: a real engine wakes and draws
ALIKE = {"rtol": 1e-4, "atol": 2e-6}  # of two processes, whose operators may share out their sums otherwise


@pytest.fixture(params=list(ENGINES))
def told(request, open_window, tmp_path, monkeypatch):
    """A window with an engine of the box that inspects a photo whose wrist was moved, and the command's
    arrays."""
    # The command does not settle; a window does when nothing else is asked of it.
    monkeypatch.setattr(SessionHost, "settle", lambda self, request: None)
    photo, weights = tmp_path / "woman.jpg", ENGINES[request.param].weights
    shutil.copyfile(RESOURCES / "samples" / "ada.jpg", photo)
    driver = open_window(awake=False, files=[photo], backend=EngineBackend(), weights=weights)
    look = lambda: driver.controller.document.look  # noqa: E731
    driver.until(lambda: look().person and look().photo(look().person).name == "woman.jpg", SLOW)
    driver.until(lambda: driver.controller.frames.status.state == "full", SLOW)
    mapped = []
    driver.controller.frames.mapped.connect(mapped.append)
    driver.controller.posing.place(LEFT_WRIST, (120.4, 60.4))  # in the middle of a px, whatever a file rounds
    QTest.keyClick(driver.window, Qt.Key.Key_3)
    driver.until(
        lambda: mapped and mapped[-1].exact and mapped[-1].stamp == driver.controller.frames._asked, SLOW
    )
    pose, arrays = tmp_path / "pose.json", tmp_path / "maps.npz"
    driver.window.saving.save_pose(pose)
    command = ["main.py", "attention", "--reference", photo, "--pose", pose, "--weights", weights]
    done = subprocess.run(
        [sys.executable, *map(str, command), "--output", str(arrays), "--device", "cpu"],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return driver, dict(np.load(arrays))


def test_every_map_shows_the_numbers_of_the_command_and_is_written_so(told, tmp_path):
    driver, arrays = told
    mode, panel = driver.window.inspecting, driver.window.docks.inspector
    at = (88.5 / 176, 115.5 / 256)  # on the person, in the middle of a px
    seen = set()
    for number, choice in enumerate(mode.choices):
        pick(panel.layer, panel.layer.itemText(number))
        values_Khw = arrays[f"{choice.kind}/{choice.info.name}"]
        rows, columns = values_Khw.shape[1:]
        here_K = values_Khw[:, int(at[1] * rows), int(at[0] * columns)]
        click(driver, at)
        if choice.kind == DISTRIBUTION:
            pick(panel.view, views.TEXTURE)
            channel = int(here_K.argmax())
            read_Khw = arrays[f"extraction/{choice.info.name}"]
            assert f"texture {channel + 1}" in panel.bars.bars[0].words.lower()
            result, [photo] = mode.inspection.painting.result, mode.inspection.painting.photos
            np.testing.assert_allclose(result.pixels, values_Khw[channel], **ALIKE)
            np.testing.assert_allclose(photo.pixels * photo.peak, read_Khw[channel], **ALIKE)
            pick(panel.view, views.TRACE)
            over = mode.inspection.painting.photos[0]
            np.testing.assert_allclose(
                over.pixels * over.peak, np.einsum("k,khw->hw", here_K, read_Khw), **ALIKE
            )
            np.testing.assert_allclose(panel.tiles._maps, values_Khw, **ALIKE)
        shares = [bar.share for bar in panel.bars.bars]
        assert shares, choice.title
        np.testing.assert_allclose(shares, np.sort(here_K)[::-1][: len(shares)], **ALIKE)
        seen.add(choice.kind)
    infos = {f"{info.kind}/{info.name}" for info in driver.controller.facts.maps}
    assert set(arrays) == infos and seen == {name.split("/")[0] for name in infos} - {"extraction"}
    path = tmp_path / "shown.npz"
    driver.window.map_saving.save_arrays(path)
    driver.until(lambda: "Saved shown.npz." in driver.sentences, SLOW)
    written = dict(np.load(path))
    assert list(written) == list(arrays)
    for name, values_Khw in arrays.items():
        np.testing.assert_allclose(written[name], values_Khw, err_msg=name, **ALIKE)
