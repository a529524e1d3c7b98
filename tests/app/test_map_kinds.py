"""Maps by kind: what is offered, what numbers are drawn, and what real hands get to see in the dock."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from app.docks.map_values import origin_of, region_picture
from app.docks.mapchoice import choices_of, first_shown
from fake_engine import ATTENTION, OTHER_MAPS, SIZE, FakeEngine
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from app import theme
from engine.api import CORRESPONDENCE, DISTRIBUTION, FLOW, MASK, PARSING, MapInfo, NamedMap
from engine.regions import REGIONS

OTHER = FakeEngine("other", "Other", "Shows other maps.", Path("other.safetensors"), OTHER_MAPS)
FIELDS = [PARSING, CORRESPONDENCE, FLOW, MASK]  # rows of the box of maps


def test_a_pair_of_attention_is_one_entry_and_the_middle_one_comes_first():
    choices = choices_of(ATTENTION)
    assert [choice.title for choice in choices] == ["32a", "32b", "64a"]
    assert {choice.kind for choice in choices} == {DISTRIBUTION}
    assert first_shown(choices) == 1 and first_shown(choices_of(OTHER_MAPS)) == 0
    assert first_shown(choices_of((*OTHER_MAPS, *ATTENTION))) == 5


def test_several_maps_of_a_kind_tell_their_names():
    flows = (
        MapInfo(FLOW, "32", 2, (32, 22)),
        MapInfo(FLOW, "64", 2, (64, 44)),
        MapInfo(MASK, "64", 1, (64, 44)),
    )
    assert [choice.title for choice in choices_of(flows)] == ["Flow 32", "Flow 64", "Mask"]


def test_a_correspondence_is_read_at_a_place_and_laid_over_the_reference():
    values = np.zeros((6, 4, 5), np.float32)
    values[:, 3, 1] = [0.0, 0.1, 0.0, 0.0, 0.4, 0.0]
    origin = origin_of(NamedMap(CORRESPONDENCE, "4", values, (2, 3)), 0.3, 0.8, SIZE)
    assert origin == pytest.approx(np.array([[0, 0.25, 0], [0, 1, 0]]))


@pytest.mark.parametrize(
    ("target", "cell"),
    [((0.0, 0.0), (0, 0)), ((175.0, 255.0), (3, 4)), ((88.0, 128.0), (2, 2)), ((-1.0, 9.0), None)],
)
def test_a_flow_is_a_spot_where_it_points_and_nothing_outside(target, cell):
    values = np.zeros((2, 4, 5), np.float32)
    values[:, 0, 0] = target
    origin = origin_of(NamedMap(FLOW, "4", values), 0.1, 0.1, SIZE)
    assert origin.shape == (4, 5)
    assert [tuple(map(int, at)) for at in np.argwhere(origin)] == ([cell] if cell else [])


def test_a_region_has_its_colour_and_what_is_behind_has_none():
    colours = theme.region_colours(len(REGIONS))
    assert len({tuple(colour) for colour in colours.tolist()}) == len(REGIONS)
    assert colours[0, 3] == 0 and (colours[1:, 3] == colours[1, 3]).all() and colours[1, 3] > 128
    parsing = np.zeros((3, 1, 2), np.float32)
    parsing[0, 0, 0] = parsing[2, 0, 1] = 1
    assert region_picture(parsing, colours[:3]).tolist() == [[colours[0].tolist(), colours[2].tolist()]]


def dock_of(open_window, kind: str):
    driver = open_window(box=(OTHER,))
    dock = driver.window.docks.attention
    dock.layer.setCurrentIndex(FIELDS.index(kind))
    driver.until(lambda: dock.maps)
    return dock


def place_of(view, x: float, y: float) -> QPoint:
    """Where a place of the picture (parts of its sides) is in the plot."""
    height, width = view.picture.image.shape[:2]
    return view.plot.mapFromScene(view.box.mapViewToScene(QPointF(x * width, y * height)))


def move(view, x: float, y: float) -> None:
    """A hand that passes over the plot without a button."""
    at = QPointF(place_of(view, x, y))
    viewport, none = view.plot.viewport(), Qt.MouseButton.NoButton
    event = QMouseEvent(
        QEvent.Type.MouseMove, at, viewport.mapToGlobal(at), none, none, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)


def test_a_parsing_map_is_drawn_in_colours_and_named(open_window):
    view = dock_of(open_window, PARSING).regions
    assert view.isVisible()
    colours = theme.region_colours(len(REGIONS))
    shown = view.result.heat.image
    assert shown.shape == (64, 44, 4)
    assert (shown[:, 0] == colours[0]).all() and shown[0, 22].tolist() == colours[1].tolist()
    assert shown[63, 22].tolist() == colours[7].tolist()
    legend = view.legend.text().replace("&nbsp;", " ")
    assert all(name in legend for name in REGIONS[1:]) and "background" not in legend
    viewport, at = view.result.plot.viewport(), place_of(view.result, 0.5, 0.01)
    QToolTip.hideText()
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, at, viewport.mapToGlobal(at)))
    assert QToolTip.text() == "Hair, 90 %"


@pytest.mark.parametrize("hand", [move, None], ids=["hovered", "clicked"])
def test_the_reference_shows_where_the_place_under_the_hand_comes_from(open_window, hand):
    view = dock_of(open_window, CORRESPONDENCE).origins
    assert view.isVisible() and view.reference.heat.image.max() == 1, "a place is shown before any hand comes"
    if hand:
        hand(view.result, 0.1, 0.25)
    else:
        QTest.mouseClick(
            view.result.plot.viewport(), Qt.MouseButton.LeftButton, pos=place_of(view.result, 0.1, 0.25)
        )
    [[row, column]] = np.argwhere(view.reference.heat.image == 1)
    assert abs(row - 8) <= 1 and abs(column - 19) <= 1, "the mirror image of the place"
    [x], [y] = view.result.marker.getData()
    assert (x / 176, y / 256) == pytest.approx((0.1, 0.25), abs=0.02)


def test_flow_is_told_the_same_way(open_window):
    view = dock_of(open_window, FLOW).origins
    move(view.result, 0.6, 0.2)
    [[row, column]] = np.argwhere(view.reference.heat.image == 1)
    assert abs(row - 25) <= 1 and abs(column - 13) <= 1


def test_a_mask_is_a_heat_map_of_the_result(open_window):
    view = dock_of(open_window, MASK).masks
    assert view.isVisible()
    assert view.result.heat.image.shape == (32, 22) and view.result.heat.image.max() == 1


def test_only_the_view_of_the_chosen_kind_is_there(open_window):
    dock = dock_of(open_window, MASK)
    views = (dock.textures, dock.origins, dock.regions, dock.masks)
    for row, shown in ((0, dock.regions), (1, dock.origins), (2, dock.origins), (3, dock.masks)):
        dock.layer.setCurrentIndex(row)
        assert [view for view in views if view.isVisible()] == [shown]
    assert not dock.textures.channel.isVisible()
