"""Purity of textures: on maps made so that it is known, and the command on made people."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PIL import Image
from small_networks import FILES

from engine.errors import InputError
from engine.regions import REGIONS
from train.__main__ import main
from train.commands import report_textures
from train.metrics.textures import TexturePurity

BACKGROUND, TOP, PANTS = (REGIONS.index(name) for name in ("background", "upper clothes", "pants"))


def test_purity_is_the_largest_classs_part_of_the_mass():
    regions_HW = np.full((8, 8), BACKGROUND)
    regions_HW[:4], regions_HW[4:, :4] = TOP, PANTS
    distribution_Khw = np.zeros((3, 4, 4), np.float32)
    distribution_Khw[0, :2] = 1.0  # all of the top
    distribution_Khw[1, 2:] = 0.75  # half pants, half background
    distribution_Khw[2, 2:, 2:] = 0.25
    distribution_Khw[2, 2:, :2] = 0.25
    purity = TexturePurity()
    for _ in range(2):
        purity.see({"64a": distribution_Khw}, regions_HW)
    assert purity.pictures == 2 and purity.masses["64a"].sum() == pytest.approx(2.0)
    assert purity.purity("64a") == pytest.approx(0.5 + 0.5 * 0.5)
    assert purity.purity_of("64a", TOP) == (pytest.approx(1.0), 1)
    many = purity.purity_of("64a", PANTS)
    assert np.isnan(many[0]) and many[1] == 0, "half is not mostly"
    assert purity.purest("64a", TOP) == 0 and purity.purest("64a", PANTS) is None
    assert purity.says("64a", 0) == "upper clothes 1.00"
    [row] = purity.table()
    assert row[:2] == ["64a", "0.750"] and row[2 + TOP] == "1.00 (1)" and row[2 + PANTS] == "none"


def test_the_command_writes_table_and_picture(tmp_path, make_stick_people, capsys):
    make_stick_people(tmp_path / "people", range(1_000_000, 1_000_002), views=2, size=(128, 96))
    FILES["nted"](tmp_path / "w.safetensors")
    output = tmp_path / "out"
    command = ["report-textures", "--weights", str(tmp_path / "w.safetensors")]
    command += ["--data", str(tmp_path / "people"), "--output", str(output)]
    assert report_textures.run(command[1:]) == 0
    assert "## Textures on 2 pictures of test people" in capsys.readouterr().out
    report = json.loads((output / "textures.json").read_text())
    masses = {layer: np.array(rows) for layer, rows in report["test people"]["masses"].items()}
    assert list(masses) == [f"{rows}{half}" for rows in (16, 32, 64) for half in "ab"]
    assert all(mass_KR.sum() == pytest.approx(2.0, abs=1e-3) for mass_KR in masses.values())
    text = (output / "textures.md").read_text()
    assert "| texture | what training gave it | test people |" in text and "| 16 | 0." not in text
    with Image.open(output / "textures.png") as picture:
        assert picture.height == 2 * 128 + report_textures.GAP


def test_who_has_no_textures_is_refused(tmp_path, make_stick_people):
    make_stick_people(tmp_path / "people", range(1_000_000, 1_000_001), views=2, size=(128, 96))
    FILES["pise"](tmp_path / "w.safetensors")
    asked = ["--weights", str(tmp_path / "w.safetensors"), "--data", str(tmp_path / "people")]
    with pytest.raises(InputError, match="no neural textures"):
        report_textures.run([*asked, "--output", str(tmp_path / "out")])
    assert main(["report-textures", *asked, "--output", str(tmp_path / "out")]) == 2
