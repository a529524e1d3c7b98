"""What Inspect writes: read back, whole files, and the command's own arrays."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from fake_engine import ATTENTION, OTHER_MAPS, FakeEngine
from inspecting import click, inspect, pick
from PIL import Image
from PySide6.QtWidgets import QFileDialog

from engine.inspecting import choices as views
from engine.inspecting.arrays import npz_of
from engine.inspecting.exports import row_panels
from engine.inspecting.sheets import laid_over, sheet_svg
from engine.inspecting.values import RESULT


@pytest.fixture
def window(open_window):
    driver = inspect(open_window())
    click(driver, (0.5, 0.4))
    return driver


def written(driver, path) -> bytes:
    driver.until(lambda: f"Saved {path.name}." in driver.sentences)
    return path.read_bytes()


def test_the_arrays_are_the_commands_file_byte_for_byte_of_the_maps_that_are_shown(window, tmp_path):
    window.window.map_saving.save_arrays(tmp_path / "maps.npz")
    data = written(window, tmp_path / "maps.npz")
    maps = window.window.inspecting.inspection.subject.photos[0].maps
    arrays = np.load(io.BytesIO(data))
    assert arrays.files == [f"{info.kind}/{info.name}" for info in ATTENTION]
    for each in maps:
        np.testing.assert_array_equal(arrays[f"{each.kind}/{each.name}"], each.values_Khw)
    again = np.load(io.BytesIO(npz_of(maps)))
    assert again.files == arrays.files


def test_the_map_is_written_over_both_pictures_at_their_own_sharpness(window, tmp_path):
    window.window.docks.inspector.scale.opacity.setValue(0)
    window.window.map_saving.save_map(tmp_path / "map.png")
    sheet = np.asarray(Image.open(io.BytesIO(written(window, tmp_path / "map.png"))))
    mode = window.window.inspecting
    photo, result = mode.photos[0].reference.finest_HWC, mode.finest
    assert result.shape == (512, 352, 3) and photo.shape == (256, 176, 3)
    np.testing.assert_array_equal(sheet[8 : 8 + 512, 368 : 368 + 352], result)
    assert abs(sheet[8 : 8 + 512 : 2, 8 : 8 + 352 : 2].astype(int) - photo).mean() < 3, "beside it, as large"


@pytest.mark.parametrize("view", [views.EVIDENCE, views.TEXTURE, views.SEGMENTS])
def test_what_is_written_over_the_result_has_the_colours_that_lie_over_it_on_the_screen(
    window, tmp_path, view
):
    pick(window.window.docks.inspector.view, view)
    window.window.map_saving.save_map(tmp_path / "map.png")
    sheet = np.asarray(Image.open(io.BytesIO(written(window, tmp_path / "map.png"))))
    seen = laid_over(window.window.inspecting.finest, window.canvas.maps.heats[RESULT]._colours)
    np.testing.assert_array_equal(sheet[8 : 8 + 512, 368 : 368 + 352], seen)


def test_the_atlas_holds_every_texture_and_a_map_without_textures_says_so(window, tmp_path):
    window.window.map_saving.save_atlas(tmp_path / "atlas.png")
    width, height = Image.open(io.BytesIO(written(window, tmp_path / "atlas.png"))).size
    assert width > 8 * 80 and height > 2 * 128, "16 textures in two rows"


def test_a_row_is_written_as_png_or_svg_by_its_name(window, tmp_path, monkeypatch):
    pick(window.window.docks.inspector.view, views.TRACE)
    named = tmp_path / "row.svg"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(named), "SVG (*.svg)"))
    window.window.actions_by_id["export_row"].trigger()
    data = written(window, named)
    sight = window.window.map_saving._sight()
    from app import theme

    panels = row_panels(sight, theme.categories())
    assert data == sheet_svg(panels, 4)
    assert [panel.caption for panel in panels][::4] == ["photo 1", "result"] and len(panels) == 8
    first = sight.inspection.parts[0].channel + 1
    assert panels[1].caption == f"texture {first}, gathered"
    window.window.map_saving.save_row(tmp_path / "row.png")
    assert written(window, tmp_path / "row.png")[:4] == b"\x89PNG"


def test_a_row_of_a_map_without_textures_has_the_pictures_and_below_them_the_map(open_window, tmp_path):
    regions = FakeEngine("drawer", "Drawer", "Has regions.", Path("drawer.safetensors"), OTHER_MAPS)
    driver = inspect(open_window(box=(regions,)))
    driver.window.map_saving.save_row(tmp_path / "row.png")
    sheet = np.asarray(Image.open(io.BytesIO(written(driver, tmp_path / "row.png"))))
    mode, step = driver.window.inspecting, sheet.shape[0] // 2
    result, columns = mode.finest, slice(368, 368 + 352)
    np.testing.assert_array_equal(sheet[8 : 8 + 512, columns], result)
    below = sheet[4 + step : 4 + step + 512, columns]
    coloured = mode.inspection.painting.result.pixels[..., 3].repeat(8, 0).repeat(8, 1) > 0
    assert coloured.any() and (below[coloured] != result[coloured]).any(1).mean() > 0.9


def test_a_name_without_a_suffix_gets_that_of_the_kind(window, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "row"), "SVG (*.svg)"))
    window.window.actions_by_id["export_row"].trigger()
    assert written(window, tmp_path / "row.svg").startswith(b"<svg")


def test_a_place_that_cannot_be_written_is_told_in_a_sentence(window, tmp_path):
    (tmp_path / "file").write_text("in the way")
    window.window.map_saving.save_map(tmp_path / "file" / "map.png")
    window.until(lambda: any("map.png" in sentence or "file" in sentence for sentence in window.sentences))
    assert not any("went wrong" in sentence for sentence in window.sentences)
