"""Maps by kind: what real hands get to see of an engine that has no textures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from fake_engine import OTHER_MAPS, FakeEngine
from inspecting import click, inspect, move, pick
from PySide6.QtTest import QTest

from app import theme
from engine.api import CORRESPONDENCE, FLOW, MASK, PARSING
from engine.inspecting import choices as views
from engine.inspecting.values import RESULT
from engine.regions import REGIONS

OTHER = FakeEngine("other", "Other", "Shows other maps.", Path("other.safetensors"), OTHER_MAPS)
TITLES = {PARSING: "Regions", CORRESPONDENCE: "Correspondence", FLOW: "Flow", MASK: "Mask"}


@pytest.fixture
def inspected(open_window):
    """Factory: a window in Inspect mode at the map of a kind."""

    def make(kind: str):
        driver = inspect(open_window(box=(OTHER,)))
        pick(driver.window.docks.inspector.layer, TITLES[kind])
        return driver

    return make


def painting(driver):
    return driver.window.inspecting.inspection.painting


def test_a_region_has_its_colour_and_what_is_behind_has_none():
    colours = theme.region_colours(len(REGIONS))
    assert len({tuple(colour) for colour in colours.tolist()}) == len(REGIONS)
    assert colours[0, 3] == 0 and (colours[1:, 3] == colours[1, 3]).all() and colours[1, 3] > 128


def test_a_parsing_map_is_drawn_in_colours_and_named(inspected):
    driver = inspected(PARSING)
    colours, shown = theme.region_colours(len(REGIONS)), painting(driver).result.pixels
    assert shown.shape == (64, 44, 4) and driver.canvas.maps.heats[RESULT].isVisible()
    assert (shown[:, 0] == colours[0]).all() and shown[0, 22].tolist() == colours[1].tolist()
    assert shown[63, 22].tolist() == colours[7].tolist()
    panel = driver.window.docks.inspector
    legend = panel.legend.text().replace("&nbsp;", " ")
    assert all(name in legend for name in REGIONS[1:]) and "background" not in legend
    move(driver, (0.5, 0.01))
    first = panel.bars.bars[0]
    assert (first.words, round(first.share, 6)) == ("Hair", 0.9)
    assert theme.colour(first.colour).getRgb()[:3] == tuple(colours[1, :3]), "as on the picture"
    assert "is drawn as" in panel.headline.text()


def test_the_scale_is_there_where_there_is_one(inspected):
    driver = inspected(PARSING)
    scale = driver.window.docks.inspector.scale
    assert not scale.levels.isVisible() and not scale.colour_map.isVisible() and scale.opacity.isVisible()
    pick(driver.window.docks.inspector.layer, TITLES[MASK])
    assert scale.levels.isVisible() and scale.colour_map.isVisible()


@pytest.mark.parametrize("hand", [move, click], ids=["hovered", "clicked"])
def test_the_reference_shows_where_the_place_under_the_hand_comes_from(inspected, hand):
    driver = inspected(CORRESPONDENCE)
    hand(driver, (0.1, 0.25))
    [[row, column]] = np.argwhere(painting(driver).photos[0].pixels == 1)
    assert abs(row - 8) <= 1 and abs(column - 19) <= 1, "the mirror image of the place"
    x, y = driver.canvas.maps.cross.pos().x(), driver.canvas.maps.cross.pos().y()
    assert (x / 176, y / 256) == pytest.approx((0.1, 0.25), abs=0.02)
    assert driver.window.docks.inspector.bars.bars[0].share == 1.0
    hand(driver, (0.1, 0.25), 0)
    [[row, column]] = np.argwhere(painting(driver).result.pixels == 1)
    assert abs(row - 8) <= 1 and abs(column - 19) <= 1, "and back"


def test_flow_is_told_the_same_way_and_as_colours(inspected):
    driver = inspected(FLOW)
    move(driver, (0.6, 0.2))
    [[row, column]] = np.argwhere(painting(driver).photos[0].pixels == 1)
    assert abs(row - 25) <= 1 and abs(column - 13) <= 1
    pick(driver.window.docks.inspector.view, views.PLAIN)
    colours = painting(driver).result.pixels
    assert colours.shape == (32, 22, 4) and (colours[0, 5, :3] != colours[31, 5, :3]).any()


def test_a_mask_is_a_heat_map_of_the_result(inspected):
    driver = inspected(MASK)
    over = painting(driver).result
    assert over.pixels.shape == (32, 22) and over.pixels.max() == 1 and over.top == "1"
    move(driver, (0.52, 0.51))
    assert driver.window.docks.inspector.read_out.text() == f"{over.pixels[16, 11]:.2f}"


def test_only_what_a_kind_has_is_there(inspected):
    driver = inspected(MASK)
    panel = driver.window.docks.inspector
    for kind, title in TITLES.items():
        pick(panel.layer, title)
        assert panel.legend.isVisible() == (kind == PARSING)
        assert not panel.tiles.isVisible() and not panel.texture.isVisible() and not panel.order.isVisible()
    before = driver.window.inspecting.inspection
    QTest.keyClick(driver.canvas, ".")
    assert driver.window.inspecting.inspection is before, "there are no textures to go through"


def test_a_flow_is_drawn_as_arrows_from_places_to_where_they_read(inspected):
    driver = inspected(FLOW)
    pick(driver.window.docks.inspector.view, views.PLAIN)
    arrows = driver.canvas.maps.arrows
    assert arrows.isVisible() and len(arrows.lines) > 100
    for line in arrows.lines:
        assert line.x1() == pytest.approx(line.x2(), abs=1e-3)
        assert line.y1() + line.y2() == pytest.approx(256, abs=1e-2), "as far from the feet as from the head"
        assert abs(line.dy()) >= 0.01 * 256, "what hardly moves has none"
    pick(driver.window.docks.inspector.view, views.EVIDENCE)
    assert not arrows.isVisible()


@pytest.mark.parametrize("kind", list(TITLES))
def test_evidence_is_told_whatever_the_kind(inspected, kind):
    driver = inspected(kind)
    pick(driver.window.docks.inspector.view, views.EVIDENCE)
    assert painting(driver).result.pixels.shape == (256, 176)
    assert {label.words.split()[0] for label in driver.canvas.maps.labels if label.isVisible()} == {
        "face",
        "top",
        "trousers",
    }
