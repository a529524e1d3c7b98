"""Sheets of panels as files, read back."""

from __future__ import annotations

import base64
import io
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
from PIL import Image

from engine.inspecting.sheets import (
    PAPER,
    Panel,
    atlas_panels,
    caption_px,
    laid_over,
    placed,
    sheet_png,
    sheet_svg,
)

TABLE = np.repeat(np.arange(256, dtype=np.uint8)[:, None], 3, 1)


def panels() -> list[Panel]:
    rng = np.random.default_rng(0)
    return [Panel(rng.integers(0, 256, (40, 28, 3), np.uint8), f"texture {k} & <{k}>") for k in range(5)]


def test_a_png_holds_every_panel_pixel_for_pixel_on_paper():
    made, columns = panels(), 3
    sheet = np.asarray(Image.open(io.BytesIO(sheet_png(made, columns))).convert("RGB"))
    (width, height), places = placed(made, columns)
    assert sheet.shape == (height, width, 3) and tuple(sheet[0, 0]) == PAPER
    for panel, (x, y) in zip(made, places, strict=True):
        np.testing.assert_array_equal(sheet[y : y + 40, x : x + 28], panel.picture_HWC)
        assert (sheet[y + 41 : y + 62, x : x + 28] < 128).any(), "a caption below it"
    assert len({y for _, y in places}) == 2


def test_an_svg_is_well_formed_with_its_pictures_within_and_words_as_text():
    made = panels()
    root = ElementTree.fromstring(sheet_svg(made, 3))
    space = "{http://www.w3.org/2000/svg}"
    images = root.findall(f"{space}image")
    assert [text.text for text in root.findall(f"{space}text")] == [panel.caption for panel in made]
    for panel, image in zip(made, images, strict=True):
        data = re.fullmatch(r"data:image/png;base64,(.+)", image.get("href"))[1]
        np.testing.assert_array_equal(
            np.asarray(Image.open(io.BytesIO(base64.b64decode(data)))), panel.picture_HWC
        )


def test_words_are_as_large_as_their_pictures_let_them_be_read():
    large = [Panel(np.full((1040, 700, 3), 255, np.uint8), "texture 12, gathered")] * 2
    assert caption_px(panels()) == 15 and caption_px(large) == 40
    sheet = np.asarray(Image.open(io.BytesIO(sheet_png(large, 2))).convert("RGB"))
    (_, height), [(x, y), _] = placed(large, 2)
    rows = (sheet[y + 1040 :, x : x + 700] < 128).any((1, 2)).nonzero()[0]
    assert 25 <= np.ptp(rows) <= 40 and rows.max() < height - y - 1040, "whole, at the height of its letters"
    assert b'font-size="40"' in sheet_svg(large, 2)


def test_a_map_over_a_picture_leaves_clear_places_as_sharp_as_they_were():
    picture_HWC = np.random.default_rng(1).integers(0, 256, (64, 48, 3), np.uint8)
    clear = np.zeros((4, 3, 4), np.uint8)
    clear[..., 0] = 255  # a colour that nobody may see
    np.testing.assert_array_equal(laid_over(picture_HWC, clear), picture_HWC)
    opaque = np.full((4, 3, 4), 255, np.uint8)
    assert (laid_over(picture_HWC, opaque) == 255).all()


def test_an_atlas_tells_number_and_peak_in_the_order_asked_for():
    maps_Khw = np.zeros((3, 4, 2), np.float32)
    maps_Khw[0, 0, 0], maps_Khw[2, 3, 1] = 0.5, 0.125
    made = atlas_panels(maps_Khw, TABLE, np.array([2, 0, 1]), rows=32)
    assert [panel.caption for panel in made] == ["3: 0.12", "1: 0.5", "2: 0"]
    assert all(panel.picture_HWC.shape == (32, 16, 3) for panel in made)
    assert made[0].picture_HWC[31, 15, 0] == 255, "each to its own peak"
